"""What may still be unread: counted on the random walk alone, said with its price, silent where it must be."""

import json

import pytest

from assistcode import Study
from assistcode.errors import InputError, StudyError, UnknownName
from assistcode.stopping import Look, bound

N = 600  # passages


def transcript(dyad):
    """Return an interview of 300 short turns; one in ten speaks of fear."""
    turns = [f"Client: {dyad}-{i} {'I was afraid of it.' if i % 10 == 0 else 'It rained all day.'}" for i in range(300)]
    return "\n\n".join(turns)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a closed study of 600 passages with 200 unaided ones; nobody has read."""
    folder = tmp_path_factory.mktemp("walk")
    for dyad in (1, 2):
        (folder / f"d{dyad}_s3_client.txt").write_text(transcript(dyad), encoding="utf-8")
    with Study.create(folder / "walk.study", unaided=200, approach="content") as study:
        study.import_transcripts([folder], pattern="d{dyad}_s{session}_{perspective}")
        study.precode(model="static")
        study.add_coder("anna")
        study.add_code("rain", "anna")
    return folder / "walk.study"


@pytest.fixture
def study(made, tmp_path):
    """Open a copy of that study."""
    path = tmp_path / "walk.study"
    path.write_bytes(made.read_bytes())
    with Study.open(path) as opened:
        yield opened


def walk(study):
    """Return all passages in the order of the permutation."""
    return sorted(study.material.passages, key=lambda passage: passage.sample_key)


def mark(study, tmp_path, passages, *, coder="anna"):
    """Let a coder read some passages, and code fear where the word afraid stands; in one import."""
    lines = ["transcript,start,end,quote,code,pole,coder,action"]
    for passage in passages:
        one = study.material.by_id[passage.transcript_id]
        lines.append(f"{one.name},{passage.start},{passage.end},,,,,reviewed")
        words = one.text[passage.start : passage.end]
        if "afraid" in words:
            lines.append(f"{one.name},{passage.start},{passage.end},{words},fear,present,,accept")
    (tmp_path / "codings.csv").write_text("\n".join(lines), encoding="utf-8")
    study.import_codings(tmp_path / "codings.csv", coder)


def afraid(study, passages):
    """Count the passages that speak of fear."""
    text = {number: one.text for number, one in study.material.by_id.items()}
    return sum("afraid" in text[p.transcript_id][p.start : p.end] for p in passages)


def row(study, code="fear", **how):
    """Return the estimate of one code."""
    (found,) = study.estimate(code=code, **how).rows
    return found


# ---------------------------------------------------------------- the bound


def test_bound_of_the_walk(study, tmp_path):
    """The bound is the exact one of the walk's looks, less what was found."""
    order = walk(study)
    mark(study, tmp_path, order[:230])
    looks = [Look(n, afraid(study, order[:n])) for n in (100, 200)]
    found = row(study)
    n_found = afraid(study, order[:230])
    assert (found.n_passages, found.n_reviewed, found.n_found) == (N, 230, n_found)
    assert (found.n_walked, found.n_walked_marked) == (200, looks[1].n_marked)
    assert found.at_most == bound(N, looks) - n_found
    assert found.at_most_jointly >= found.at_most
    assert found.at_most >= 60 - n_found  # sixty there are in truth


def test_what_was_read_elsewhere_counts_as_found(study, tmp_path):
    """Passages marked outside of the walk are no longer among those that may be left."""
    order = walk(study)
    mark(study, tmp_path, order[:200])
    before = row(study)
    mark(study, tmp_path, order[400:])
    after = row(study)
    assert (after.n_walked, after.n_walked_marked) == (before.n_walked, before.n_walked_marked)
    assert before.at_most - after.at_most == after.n_found - before.n_found > 0


def test_a_gap_ends_the_walk(study, tmp_path):
    """Only passages read without a gap from the first one on are a random sample."""
    order = walk(study)
    mark(study, tmp_path, [*order[:150], *order[151:]])
    assert study.estimate().n_walk == 150
    assert row(study).n_walked == 100


def test_reading_in_order_is_no_sample(study, tmp_path):
    """What was read from the first page on says nothing of the rest."""
    mark(study, tmp_path, study.material.reading_order[:300])
    found = row(study)
    assert found.at_most is None
    assert found.reason.startswith("the walk has ")
    assert found.n_found == 30


def test_code_added_halfway_has_a_walk_of_its_own(study, tmp_path):
    """A code made later was not looked for in passages read before."""
    order = walk(study)
    mark(study, tmp_path, order[:100])
    study.add_code("late", "anna")
    mark(study, tmp_path, order[100:200])
    assert row(study, "late").n_reviewed == 100
    assert row(study, "late").at_most is None
    assert row(study, "fear").n_walked == 200


def test_latent_codes_are_not_estimated(study, tmp_path):
    """An interpretive code has no estimate, and that is the reason given."""
    (tmp_path / "codebook.csv").write_text("code,level\nduel,latent\n")
    study.import_codebook(tmp_path / "codebook.csv", "anna")
    mark(study, tmp_path, walk(study)[:200])
    found = row(study, "duel")
    assert (found.at_most, found.reason, found.n_price) == (None, "interpretive code", None)


def test_all_read_leaves_nothing(study, tmp_path):
    """When everything is read nothing is left, and nothing is estimated."""
    mark(study, tmp_path, study.material.passages)
    found = row(study)
    assert (found.at_most, found.n_unread, found.n_found, found.n_price) == (0, 0, 60, None)


def test_joint_bounds_share_the_risk(study, tmp_path):
    """Several codes together have wider bounds than one alone; a single one has the same."""
    mark(study, tmp_path, walk(study)[:200])
    together = {one.code: one for one in study.estimate().rows}["fear"]
    assert together.at_most_jointly > together.at_most == row(study).at_most == row(study).at_most_jointly


def test_by_group(study, tmp_path):
    """Within a dyad the walk is a random sample of the dyad, and the groups add up."""
    order = walk(study)
    mark(study, tmp_path, order[:200])
    rows = study.estimate(code="fear", by="dyad").rows
    assert [one.group for one in rows] == ["1", "2"]
    assert sum(one.n_walked for one in rows) == 200
    assert sum(one.n_found for one in rows) == row(study).n_found
    ids = {one.placement.dyad: one.id for one in study.transcripts()}
    for one in rows:
        own = [[p for p in order[:n] if p.transcript_id == ids[one.group]] for n in (100, 200)]
        looks = [Look(len(passages), afraid(study, passages)) for passages in own]
        assert one.at_most == bound(300, looks) - one.n_found
        assert one.n_price is None


def test_in_a_row(study, tmp_path):
    """Counted are the passages read since the last marked one, in the order of reading."""
    order = walk(study)
    mark(study, tmp_path, order[:200])
    text = {number: one.text for number, one in study.material.by_id.items()}
    marked = ["afraid" in text[p.transcript_id][p.start : p.end] for p in order[:200]]
    assert row(study).n_in_a_row == marked[::-1].index(True)


def test_assisted_passages_of_the_walk_are_counted(study, run):
    """Passages of the walk that were read with suggestions count, and it is said how many."""
    study.suggestions(coder="anna", even_unaided=True)
    for _ in range(100):
        study.review(study.next_card("anna", "random"), "anna")
    found = study.estimate()
    assert found.n_walk_assisted == afraid(study, walk(study)[: found.n_walk]) > 0
    said = run("-s", study.path, "estimate").stdout.splitlines()
    assert f"{found.n_walk_assisted} of the walk were read with suggestions." in said
    assert "The walk goes on as you read: one card in five (assistcode review --coder anna)." in said


# ---------------------------------------------------------------- the price


def test_price(study, tmp_path):
    """The price is the passages still to be read on the walk that is long enough."""
    order = walk(study)
    mark(study, tmp_path, order[:200])
    dear, cheap = row(study, wanted=5), row(study, wanted=60)
    assert dear.n_price > 0
    assert not dear.is_bearable
    assert cheap.n_price is None or cheap.n_price < dear.n_price
    assert (200 + dear.n_price) % 100 == 0 or dear.n_price == 400


def test_price_does_not_count_what_is_read(study, tmp_path):
    """Passages of the longer walk that are read already cost nothing."""
    order = walk(study)
    mark(study, tmp_path, order[:200])
    before = row(study, wanted=5).n_price
    mark(study, tmp_path, order[210:300])
    assert row(study, wanted=5).n_price <= before - 90


def test_impossible_wish(study):
    """Fewer than no passages cannot be left."""
    with pytest.raises(InputError) as error:
        study.estimate(wanted=-1)
    assert str(error.value) == "--wanted: -1 passages cannot be left. Give 0 or more."


# ---------------------------------------------------------------- the sample grows


def test_audit_extends_the_sample(study, tmp_path):
    """``extend_sample`` makes the next passages of the permutation unaided, and no others."""
    order = walk(study)
    assert [study.material.is_unaided(p) for p in order] == [True] * 200 + [False] * 400
    study.extend_sample(50)
    assert [study.material.is_unaided(p) for p in order] == [True] * 250 + [False] * 350
    assert study.estimate().n_sample == 250


def test_new_unaided_passages_are_dealt_as_such(study):
    """A passage that an extended sample holds is dealt without suggestions."""
    study.extend_sample(400)
    assert study.next_card("anna", "likely").arm == "unaided"


@pytest.mark.parametrize("n", [0, -5, 401])
def test_audit_that_cannot_be(study, n):
    """A sample is extended by what there is, and nothing is changed otherwise."""
    with pytest.raises(InputError) as error:
        study.extend_sample(n)
    assert str(error.value) == f"--audit: {n} passages cannot be added. Give 1 to 400."
    assert study.estimate().n_sample == 200


def test_audit_before_precode(tmp_path):
    """Before the first precode there is no sample to extend."""
    with Study.create(tmp_path / "new.study") as study, pytest.raises(StudyError) as error:
        study.extend_sample(10)
    assert str(error.value) == "estimate: no sample is drawn yet. Run 'assistcode precode' first."


# ---------------------------------------------------------------- whose, and of what


def test_the_coder_who_has_read_most(study, tmp_path):
    """Unasked it is the reading of the coder who has read most."""
    study.add_coder("ben")
    mark(study, tmp_path, walk(study)[:3])
    mark(study, tmp_path, walk(study)[:5], coder="ben")
    assert study.estimate().reading == "ben"
    assert study.estimate("Anna").reading == "anna"


def test_nobody_on_the_roster(tmp_path):
    """Without coders there is no reading."""
    with Study.create(tmp_path / "new.study") as study, pytest.raises(StudyError) as error:
        study.estimate()
    assert str(error.value) == "estimate: there is nobody who could have read. See 'assistcode coders add NAME'."


def test_narrowed_to_a_theme(study):
    """A theme narrows to its codes."""
    assert [one.code for one in study.estimate(theme="shame").rows] == ["shame"]


def test_unknown_group(study):
    """A mistyped grouping lists the known ones."""
    with pytest.raises(UnknownName) as error:
        study.estimate(by="clinic")
    assert str(error.value).startswith("--by clinic: no such grouping. Known: dyad,")


def test_new_codes(study, tmp_path):
    """How often new codes still appear is counted over interviews."""
    mark(study, tmp_path, study.material.passages)
    study.decide(study.material.transcripts[0].excerpt(0, 8), "rain", "fits", "anna")
    found = study.new_codes()
    assert (found.n_codes, found.n_once, found.n_interviews) == (2, 1, 2)
    assert found.share.value == pytest.approx(1 / 3)


def test_no_codes_yet(study):
    """Without codes there is no chance to tell."""
    assert str(study.new_codes().share) == "undefined: no code was used yet"


# ---------------------------------------------------------------- the command


def test_said_in_words(study, run, tmp_path):
    """The command says what was found, the bound in words, the price, and what it does not mean."""
    mark(study, tmp_path, walk(study)[:200])
    result = run("-s", study.path, "estimate", "--code", "fear", "--new-codes")
    said = " ".join(result.stdout.split())
    found = row(study)
    assert "Reading of anna: 200 of 600 passages reviewed." in said
    assert f"fear {found.n_found} 200 {found.n_walked_marked}/200 {found.at_most} {found.at_most}" in said
    assert "you would mark at most so many more passages (95 %, exact hypergeometric" in said
    assert "cannot be certified at a bearable price" in said
    assert f"fear ({found.n_price})" in said
    assert "An indicator; it does not say that nothing is left." in said
    assert "Good-Turing: the next code met in an interview is a new one with a chance of" in said
    assert "saturation" not in said


def test_not_estimated_is_said(study, run, tmp_path):
    """Why a code has no estimate is said, and no number stands in its place."""
    (tmp_path / "codebook.csv").write_text("code,level\nduel,latent\n")
    study.import_codebook(tmp_path / "codebook.csv", "anna")
    said = " ".join(run("-s", study.path, "estimate").stdout.split())
    assert "not estimated: interpretive code (duel)" in said
    assert "not estimated: the walk has 0 passages, the first look comes at 100" in said


def test_audit_on_the_command_line(study, run):
    """``--audit`` says that the sample has grown."""
    said = run("-s", study.path, "estimate", "--audit", "25").stderr
    assert said == "25 more passages are in the unaided sample; the queue deals them, one card in five.\n"


def test_json(study, run, tmp_path):
    """``--json`` gives a row a code with the documented keys."""
    mark(study, tmp_path, walk(study)[:200])
    rows = json.loads(run("-s", study.path, "estimate", "--json").stdout)
    assert list(rows[0]) == [
        "reading", "by", "code", "group", "n_passages", "n_reviewed", "n_found", "n_walked", "n_walked_marked",
        "n_in_a_row", "at_most", "at_most_jointly", "reason", "n_price", "is_bearable", "n_unread",
    ]  # fmt: skip


def test_reflexive_study_shows_counts_only(tmp_path, files, run):
    """In a reflexive study estimates appear only when asked for by name."""
    with Study.create(tmp_path / "reflexive.study", unaided=2) as study:
        study.import_transcripts([files])
        study.precode(model="static")
        study.add_coder("anna")
    plain = run("-s", study.path, "estimate")
    assert plain.stderr == "Estimates are left out in a reflexive study; --statistics shows them.\n"
    assert "at most" not in plain.stdout
    assert "price" not in plain.stdout
    row = json.loads(run("-s", study.path, "estimate", "--json").stdout)[0]
    assert list(row) == ["reading", "by", "code", "group", "n_passages", "n_reviewed", "n_found", "n_unread"]
    assert "at most" in run("-s", study.path, "estimate", "--statistics").stdout
