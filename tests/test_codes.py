"""From candidate to code: what people make of the clusters stays, and what changed is told."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from assistcode import Study
from assistcode.candidates import said_words
from assistcode.cli.codes import summary
from assistcode.errors import AssistcodeError, InputError, UnknownName
from assistcode.evidence import Change
from assistcode.store import made

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "transcripts"
PATTERN = "d{dyad}_s{session}_{perspective}"
ROLES = ["V-C=client/video", "V-T=therapist/video"]


@pytest.fixture(scope="module")
def _sampled(tmp_path_factory):
    """Make a study of the sample's first 15 interviews, precoded with the static model."""
    path = tmp_path_factory.mktemp("sampled") / "sample.study"
    with Study.create(path) as study:
        study.import_transcripts(sorted(SAMPLE.iterdir())[:15], pattern=PATTERN, roles=ROLES)
        study.precode(model="static")
        study.add_coder("anna")
        study.add_coder("ben")
    return path


@pytest.fixture
def sampled(_sampled, tmp_path):
    """Open a copy of that study with its cache."""
    copy = tmp_path / "sample.study"
    for old in _sampled.parent.glob("sample.study*"):
        (tmp_path / old.name).write_bytes(old.read_bytes())
    with Study.open(copy) as study:
        yield study


def members(study, code):
    """Return the members of a code."""
    return study.groups().of_code(study.code(code).id)


def ids(study, code):
    """Return the EXCERPT_IDs of the members of a code."""
    return {one.excerpt.id for one in members(study, code).members}


def by_number(study):
    """Return the EXCERPT_IDs of the members of every candidate."""
    return {one.number: {member.id for member in one.members} for one in study.candidates()}


@pytest.fixture
def named(sampled):
    """Name the two largest candidates."""
    first, second = map(sampled.candidate, (1, 2))
    sampled.name_candidate(first.exemplars[0].id, "one", "anna", definition="First.")
    sampled.name_candidate(second.exemplars[0].id, "two", "anna")
    return sampled


# ---------------------------------------------------------------- the story


def test_what_people_made_of_candidates_stays(named):
    """Named, merged, moved, set aside, then five interviews more: what people did stands, and the change is told."""
    study = named
    first, second = ids(study, "one"), ids(study, "two")
    stranger = study.candidates()[0].exemplars[0].id
    aside = min(first)
    study.decide(min(first - {aside}), "one", "fits", "anna")
    study.merge_codes("one", "two", "anna", name="both")
    study.move_members([stranger], "both", "anna")
    study.set_aside([aside], "anna")
    before, codings, old = ids(study, "both"), study.codings().to_dicts(), by_number(study)
    assert before == (first | second | {stranger}) - {aside}

    study.import_transcripts(sorted(SAMPLE.iterdir())[15:20], pattern=PATTERN, roles=ROLES)
    told = study.precode(model="static").changes

    assert before <= ids(study, "both")
    assert aside not in ids(study, "both")
    assert [one.id for one in members(study, "both").set_aside] == [aside]
    assert study.codings().to_dicts() == codings
    assert (told[0].code, told[0].n_before, told[0].n_shared) == ("both", len(before), len(before))
    assert told[0].n_after == len(ids(study, "both"))
    assert list(told) == study.changes()
    now = by_number(study)
    assert {"grown", "new"} <= {one.kind for one in told[1:]}
    assert {number for one in told[1:] for number in one.before} == set(old)
    assert {number for one in told[1:] for number in one.after} == set(now)
    for one in told[1:]:
        was, there = (
            set().union(*(held[n] for n in numbers)) for held, numbers in ((old, one.before), (now, one.after))
        )
        if one.code is None:
            assert (one.n_before, one.n_after, one.n_shared) == (len(was), len(there), len(was & there))


def test_changed_options_are_compared_too(named):
    """With larger clusters the codes keep their members, and every candidate of before is accounted for once."""
    study = named
    old, before = {one.number for one in study.candidates()}, ids(study, "one")
    told = study.precode(model="static", min_cluster_size=12).changes
    assert before <= ids(study, "one")
    candidates = [one for one in told if one.code is None or one.kind == "joined"]
    assert sorted(number for one in candidates for number in one.before) == sorted(old)


def test_made_again_nothing_changes(named):
    """The same run twice keeps every group as it was."""
    told = named.precode(model="static").changes
    assert {one.kind for one in told} == {"kept"}
    assert all(one.n_before == one.n_after == one.n_shared for one in told)


def test_the_order_of_import_changes_nothing(tmp_path):
    """The same transcripts, brought in the other way round, give the same candidates, in the same order, as steady."""
    told = []
    for name, step in (("one", 1), ("other", -1)):
        with Study.create(tmp_path / f"{name}.study") as study:
            for path in sorted(SAMPLE.iterdir())[:11][::step]:
                study.import_transcripts([path], pattern=PATTERN, roles=ROLES)
            study.precode(model="static")
            study.add_coder("anna")
            candidates, loose = study.candidates(), study.groups().unclustered()
            study.name_candidate(1, "first", "anna")
            told.append((candidates, loose, members(study, "first")))
    assert told[0] == told[1]


def test_a_first_run_changes_nothing(study):
    """Before there was a run there is nothing to compare with."""
    assert study.changes() == []


def test_the_made_rows_can_go(named):
    """Without any made row a code still has the members people gave it, outside of all clusters."""
    before = ids(named, "one")
    named.forget_suggestions()
    assert ids(named, "one") == before
    assert {(one.by, one.number, one.strength) for one in members(named, "one").members} == {("person", None, None)}


def test_no_decision_changes_through_any_of_it(named):
    """Naming, merging, splitting and clustering write no decision and no review."""
    tables = ("decision", "review")
    named.decide(min(ids(named, "one")), "one", "fits", "anna")
    before = [named._db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    named.split_code("one", [max(ids(named, "one"))], "three", "anna")
    named.merge_codes("one", "two", "anna")
    named.retire_code("three", "anna")
    named.precode(model="static", min_cluster_size=9)
    after = [named._db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    assert [list(map(tuple, rows)) for rows in after] == [list(map(tuple, rows)) for rows in before]


def test_members_survive_a_mended_transcript(study, files, tmp_path):
    """A member stands where its words stand in the mended text; with the transcript it goes, and comes back with it."""
    words = study.suggestions(theme="shame")[0].excerpt
    study.move_members([words.id], "shame", "anna")
    mended = tmp_path / "d1_s3_client.txt"
    mended.write_text((files / mended.name).read_text().replace("INTERVIEW", "THE WHOLE INTERVIEW", 1))
    study.replace_transcript("d1_s3_client", mended)
    study.precode(model="static")
    (member,) = members(study, "shame").members
    assert member.excerpt.quote == words.quote
    assert member.excerpt.start != words.start
    study.remove_transcript("d1_s3_client")
    assert members(study, "shame").members == ()
    study.import_transcripts([mended], pattern=PATTERN)
    assert members(study, "shame").members[0].excerpt == member.excerpt


def test_the_same_definition_again_is_no_change(study):
    """Nothing is written, and nothing is there to take back."""
    before = study.newest_action()
    study.change_code("shame", "anna", name="shame", definition=study.code("shame").definition)
    assert study.newest_action() == before


# ---------------------------------------------------------------- honest candidates


def test_a_named_candidate_leaves_the_list(named, sampled):
    """What somebody named is a code, no candidate any more, and its utterances stand once."""
    held = {one.id for candidate in sampled.candidates() for one in candidate.members}
    assert not held & (ids(named, "one") | ids(named, "two"))


def test_all_utterances_are_somewhere(sampled):
    """Candidates and the unclustered are all codable utterances, each once."""
    groups = sampled.groups()
    held = [one.id for candidate in groups.candidates() for one in candidate.members]
    held += [one.id for one in groups.unclustered()]
    assert len(held) == len(set(held)) == len(made.utterances(sampled._db))


@pytest.mark.parametrize(
    ("a", "b", "is_same"),
    [
        ("I don't know.", "I DON’T know ...", True),
        ("I don't know.", "Um, I I don't know [laughs]!", True),
        ("I know.", "I don't know.", False),
        ("[laughs]", "[cries]", False),
        ("Hm.", "Mm.", False),
    ],
)
def test_near_duplicates_have_the_same_words(a, b, is_same):
    """Case, punctuation, marks and hesitations do not make two utterances different; a word does."""
    assert (said_words(a) == said_words(b)) is is_same


def test_a_size_counts_copies_once(sampled):
    """Members with the same words count once in a size, the others are its copies; roles count all of them."""
    found = sampled.candidates()
    for one in found:
        said = Counter(said_words(member.quote) for member in one.members)
        assert (one.size, one.n_copies) == (len(said), sum(n - 1 for n in said.values()))
        assert sum(one.roles.values()) == len(one.members)
    assert any(one.n_copies for one in found)


def test_a_candidate_that_one_interview_makes_up_says_so(sampled):
    """One interview only; or how many members the one holds that holds more than half; else only how many there are."""
    candidate = next(one for one in sampled.candidates() if one.n_transcripts > 2)
    by_name = {one.transcript: one for one in candidate.members}
    first, second, *_ = by_name.values()
    for members, n, words in (
        ((first, first), 1, "one interview only"),
        ((first, first, second), 2, "2 interviews of 1 dyad, 2 in one interview"),
        ((first, second), 2, "2 interviews of 1 dyad"),
    ):
        assert replace(candidate, members=members, n_transcripts=n, n_dyads=1).facts.split("; ")[1] == words


def test_what_stands_for_a_candidate_says_something(sampled):
    """The typical ones are the strongest members of four words and more, where there are such."""
    for one in sampled.candidates():
        telling = [member for member in one.members if len(said_words(member.quote)) >= 4]
        assert one.exemplars == tuple(telling or one.members)[:3]
    assert any(one.exemplars[0] != one.members[0] for one in sampled.candidates())


def test_shifting_candidates_stand_last(sampled):
    """Steady candidates come first, each kind by number."""
    sampled._db.execute("UPDATE run SET options = json_set(options, '$.steadiness', json('[0.1, 0.9, 0.1, 0.9]'))")
    found = [one.number for one in sampled.candidates()]
    assert found[-2:] == [1, 3]
    assert found[:-2] == sorted(found[:-2])


def test_steadiness_is_read_from_the_run(sampled):
    """A run that measured steadiness tells it as a word; for what it did not measure it tells nothing."""
    sampled._db.execute("UPDATE run SET options = json_set(options, '$.steadiness', json('[0.9, 0.1]'))")
    words = [sampled.candidate(number).steadiness_word for number in (1, 2, 3)]
    assert words == ["steady", "shifting", None]
    sampled._db.execute("UPDATE run SET options = json_remove(options, '$.steadiness')")
    assert {one.steadiness_word for one in sampled.candidates()} == {None}


# ---------------------------------------------------------------- codes change


def test_a_split_takes_members_along(named):
    """Members split off belong to the new code, now and after the next run; the rest stays."""
    before = ids(named, "one")
    gone = sorted(before)[:3]
    named.split_code("one", gone, "three", "anna", definition="Third.")
    named.precode(model="static", min_cluster_size=7)
    assert set(gone) <= ids(named, "three")
    assert before - set(gone) <= ids(named, "one")
    assert not set(gone) & ids(named, "one")
    assert named.code("three").definition == "Third."


def test_a_split_leaves_what_came_with_a_cluster(named):
    """Though most of what founded a code is split off, what only came with its cluster stays in the old code."""
    founding = sorted(ids(named, "one"))
    named.precode(model="static", min_cluster_size=9)
    before = ids(named, "one")
    assert len(before) > len(founding)
    named.split_code("one", founding[:-1], "three", "anna")
    assert ids(named, "three") == set(founding[:-1])
    assert ids(named, "one") == before - set(founding[:-1])


def test_a_split_brings_nothing_along(sampled):
    """A member of an unnamed cluster that was moved to a code and split off again leaves its cluster unnamed."""
    candidate = sampled.candidates()[0]
    chosen = candidate.boundary.id
    sampled.move_members([chosen], "shame", "anna")
    sampled.split_code("shame", [chosen], "three", "anna")
    assert ids(sampled, "three") == {chosen}
    assert sampled.candidates()[0].members == candidate.members[:-1]


def test_codes_are_grouped(named):
    """A theme is made once, whatever the case; codes leave it again."""
    named.group_codes(["one", "two"], "Armour", "anna")
    named.group_codes(["shame"], "armour", "anna")
    assert [named.code(name).theme for name in ("one", "two", "shame")] == ["Armour"] * 3
    assert sum(theme.name.casefold() == "armour" for theme in named.codebook.themes.values()) == 1
    named.group_codes(["two"], None, "anna")
    assert named.code("two").theme is None


def test_what_came_with_a_cluster_stands_first_until_it_is_kept(named):
    """What nobody put under the code comes before the rest, by strength; moved to where it is, it is a person's."""
    named.precode(model="static", min_cluster_size=9)
    found = members(named, "one").members
    came = [one for one in found if one.by == "machine"]
    assert came
    assert list(found[: len(came)]) == came
    assert [one.strength for one in came] == sorted((one.strength for one in came), reverse=True)
    named.move_members([came[0].excerpt.id], "one", "anna")
    kept = [one.excerpt for one in members(named, "one").members if one.by == "person"]
    assert came[0].excerpt in kept
    assert ids(named, "one") == {one.excerpt.id for one in found}
    with pytest.raises(InputError, match="somebody put it under 'one' already"):
        named.move_members([came[0].excerpt.id], "one", "anna")


@pytest.mark.parametrize(
    "revise",
    [
        lambda study: study.merge_codes("one", "two", "anna", name="both"),
        lambda study: study.split_code("one", sorted(ids(study, "one"))[:2], "three", "anna"),
        lambda study: study.move_members([sorted(ids(study, "one"))[0]], "two", "anna"),
        lambda study: study.set_aside([sorted(ids(study, "one"))[0]], "anna"),
        lambda study: study.group_codes(["one"], "New theme", "anna"),
        lambda study: study.retire_code("one", "anna"),
        lambda study: study.change_code("one", "anna", name="uno", definition="Anew."),
        lambda study: study.name_candidate(study.candidates()[0].number, "three", "anna"),
    ],
    ids=["merge", "split", "move", "set aside", "group", "retire", "change", "name"],
)
def test_every_revision_is_one_undo(named, revise):
    """One undo takes any of them back whole; before, it says what it will take back."""

    def state():
        book = named.codebook
        found = {code.name: (code, named.groups().of_code(code.id)) for code in book.codes.values()}
        return found, named.candidates()

    before = state()
    revise(named)
    assert state() != before
    foretold = named.next_undo("anna")
    assert named.undo("anna") == foretold
    assert state() == before
    assert foretold.what != "nothing"


def test_an_undo_says_which_code_it_is_about(named):
    """By the name it had then, whatever was taken back since; a member moved is one, many changes are counted."""
    told = []
    for revise in (
        lambda: named.change_code("one", "anna", name="uno"),
        lambda: named.undo("anna"),
        lambda: named.change_code("one", "anna", definition="Anew."),
        lambda: named.move_members([min(ids(named, "one"))], "two", "anna"),
        lambda: named.merge_codes("two", "one", "anna", name="both"),
        lambda: named.group_codes(["both", "fear", "shame"], "New", "anna"),
    ):
        revise()
        told.append(named.next_undo("anna").what)
    assert told[0] == "code 'uno' renamed"
    assert told[2:5] == ["code 'one' defined", "1 placed member", "code 'two' merged, code 'both' renamed"]
    assert told[5] == "4 codebook changes"


def test_a_code_whose_target_is_taken_back_stands_again(study, shame):
    """When the making of the code it was merged into is taken back by somebody else, no coding is lost."""
    study.decide(shame, "shame", "fits", "anna")
    study.add_code("armour", "ben")
    study.merge_codes("shame", "armour", "anna")
    assert [row.code for row in study.codings()] == ["armour"]
    study.undo("ben")
    assert [row.code for row in study.codings()] == ["shame"]


def test_an_undo_leaves_no_two_codes_of_one_name(study, shame):
    """A name given anew while a code did not have it: after the undo both stand, the younger one with a number."""
    study.change_code("shame", "anna", name="uno")
    study.add_code("Shame", "ben")
    study.decide(shame, "Shame", "fits", "ben")
    study.undo("anna")
    study.decide(shame, "shame", "fits", "anna")
    assert [(row.code, row.coder) for row in study.codings()] == [("Shame (2)", "ben"), ("shame", "anna")]
    study.change_code("Shame (2)", "ben", definition="Another.")
    assert [row.code for row in study.relook()] == ["Shame (2)"]
    study.change_code("shame (2)", "ben", name="other")
    assert [row.code for row in study.codings()] == ["other", "shame"]


def test_a_theme_stays_while_codes_of_others_stand_under_it(study):
    """Who made a theme takes back what they put under it, not what others put there."""
    study.group_codes(["shame"], "Armour", "anna")
    study.group_codes(["fear"], "Armour", "ben")
    study.undo("anna")
    assert (study.code("shame").theme, study.code("fear").theme) == ("shame", "Armour")
    study.undo("ben")
    assert study.code("fear").theme == "fear"
    assert "Armour" not in {theme.name for theme in study.codebook.themes.values()}


# ---------------------------------------------------------------- codings of merged codes


@pytest.fixture
def shame(study):
    """Return the words a suggestion of shame stands on."""
    return study.suggestions(theme="shame")[0].excerpt


def test_codings_of_merged_codes_count_once(study, shame):
    """Both codes fitted the same words: after the merge that is one coding, in listing, export and comparison."""
    for code in ("shame", "fear"):
        study.decide(shame, code, "fits", "anna")
    study.merge_codes("shame", "fear", "anna")
    assert [(row.code, row.coder) for row in study.codings(every_verdict=True)] == [("fear", "anna")]
    assert study.status()["n_codings"] == 1


def test_what_fitted_one_code_fits_the_merged_one(study, shame):
    """A rejection of the other code before the merge does not speak against the merged one; one since then does."""
    study.decide(shame, "shame", "fits", "anna", pole="lacking")
    study.decide(shame, "fear", "does not fit", "anna")
    study.merge_codes("shame", "fear", "anna")
    assert [(row.verdict, row.pole) for row in study.codings(every_verdict=True)] == [("fits", "lacking")]
    study.decide(shame, "fear", "does not fit", "anna")
    assert [row.verdict for row in study.codings(every_verdict=True)] == ["does not fit"]
    study.undo("anna")
    study.undo("anna")
    assert {(row.code, row.verdict) for row in study.codings(every_verdict=True)} == {
        ("shame", "fits"), ("fear", "does not fit"),
    }  # fmt: skip


def test_a_later_merge_brings_nothing_back(study, shame):
    """What was overruled since two codes are one stays so when a third one is merged into them."""
    study.decide(shame, "shame", "fits", "anna")
    study.merge_codes("shame", "fear", "anna")
    study.decide(shame, "fear", "does not fit", "anna")
    study.merge_codes("safety", "fear", "anna")
    assert [row.verdict for row in study.codings(every_verdict=True)] == ["does not fit"]
    study.merge_codes("fear", "competence", "ben")
    assert [row.verdict for row in study.codings(every_verdict=True)] == ["does not fit"]


def test_a_merged_coding_can_be_taken_off(study, shame):
    """Taking a coding off works under the name it counts for."""
    study.decide(shame, "shame", "fits", "anna")
    study.merge_codes("shame", "fear", "anna")
    assert study.take_off(shame, "fear", "anna") == 1
    assert study.codings() == []


def test_what_was_made_of_suggestions_counts_for_the_merged_code(study, shame):
    """How often a kind of suggestion fitted is counted over all codes that became one, each place once."""
    seen = study.suggestions(theme="shame")
    study.decide(shame, "shame", "fits", "anna", shown=[seen[0]])
    study.decide(shame, "fear", "does not fit", "anna", shown=[seen[0]])
    study.merge_codes("shame", "fear", "anna")
    assert study.decided_alike("fear", "anna") == (1, 1)


# ---------------------------------------------------------------- to be looked at again


def test_a_new_definition_asks_for_another_look(study, shame):
    """Codings older than the definition are listed with both wordings, until they are decided again."""
    study.change_code("shame", "anna", definition="Old words.")
    study.decide(shame, "shame", "fits", "anna", pole="lacking", effect="hindering")
    assert study.relook() == []
    study.change_code("shame", "ben", definition="New words.")
    row = study.relook(coder="anna")[0]
    assert (row.excerpt, row.changed, row.changed_by) == (shame, ("define",), "ben")
    assert (row.definition_then, row.definition) == ("Old words.", "New words.")
    assert study.relook(coder="ben") == []
    study.confirm(shame.id, "shame", "anna")
    assert study.relook() == []
    assert [(one.pole, one.effect) for one in study.codings()] == [("lacking", "hindering")]
    study.undo("anna")
    assert len(study.relook()) == 1


def test_a_new_name_asks_for_nothing(study, shame):
    """A code that is called otherwise means the same."""
    study.decide(shame, "shame", "fits", "anna")
    study.change_code("shame", "anna", name="embarrassment")
    assert study.relook() == []


def test_a_merge_asks_about_the_code_that_went(study, shame):
    """Codings of the code that was merged are to be looked at, those of the one that stayed are not."""
    other = study.suggestions(theme="fear")[0].excerpt
    study.decide(shame, "shame", "fits", "anna")
    study.decide(other, "fear", "fits", "anna")
    study.merge_codes("shame", "fear", "anna")
    assert [(row.excerpt, row.code_then, row.code) for row in study.relook()] == [(shame, "shame", "fear")]
    study.decide(shame, "fear", "unsure", "anna")
    assert study.relook(every_verdict=True) == []


def test_only_what_came_after_the_decision_is_told(study, shame):
    """What changed the code that stayed before the merge is no change of the coding that came to it."""
    study.decide(shame, "shame", "fits", "anna")
    study.change_code("fear", "ben", definition="New words.")
    study.merge_codes("shame", "fear", "anna")
    (row,) = study.relook()
    assert (row.changed, row.changed_by) == (("merge",), "anna")
    study.change_code("fear", "ben", definition="Newer words.")
    assert study.relook()[0].changed == ("merge", "define")


def test_a_merge_into_nothing_asks_for_no_look(study, shame):
    """When the code it was merged into is taken back, a code is what it was: no coding is to be looked at."""
    study.decide(shame, "shame", "fits", "anna")
    study.add_code("armour", "ben")
    study.merge_codes("shame", "armour", "anna")
    study.undo("ben")
    assert study.relook() == []


def test_a_split_asks_about_all_codings(named):
    """After a split every coding of the code is to be looked at; the new code has none."""
    place = min(ids(named, "one"))
    named.decide(place, "one", "fits", "anna")
    named.split_code("one", [place], "three", "anna")
    assert [(row.code, row.changed, row.split_off) for row in named.relook()] == [("one", ("split",), ("three",))]
    assert named.codings(code="three") == []


def test_a_rejection_is_confirmed_too(study, shame):
    """What did not fit under the older wording is on the longer list until it is confirmed."""
    study.decide(shame, "shame", "does not fit", "anna")
    study.change_code("shame", "anna", definition="New words.")
    assert len(study.relook(every_verdict=True)) == 1
    assert study.confirm(shame.id, "shame", "anna").verdict == "does not fit"
    assert study.relook(every_verdict=True) == []


def test_the_agreed_set_is_confirmed_as_such(study, shame):
    """A coding of the agreed set is confirmed in that set."""
    study.agree(shame, "shame", "fits", "anna")
    study.change_code("shame", "anna", definition="New words.")
    with pytest.raises(InputError, match="no coding of 'shame' is to be looked at again here"):
        study.confirm(shame.id, "shame", "anna")
    study.confirm(shame.id, "shame", "anna", agreed=True)
    assert study.relook() == []
    assert [row.coder for row in study.codings()] == ["agreed"]


def test_the_agreed_set_is_one_reading(study, shame):
    """What the group says last stands, whoever writes it down: in listings, and when it is looked at again."""
    study.agree(shame, "shame", "fits", "anna")
    study.change_code("shame", "anna", definition="New words.")
    study.confirm(shame.id, "shame", "ben", agreed=True)
    assert study.relook() == []
    study.agree(shame, "shame", "does not fit", "ben")
    assert [(row.verdict, row.coder) for row in study.codings(every_verdict=True)] == [("does not fit", "agreed")]
    study.agree(shame, "fear", "fits", "anna")
    study.merge_codes("shame", "fear", "anna")
    assert [row.verdict for row in study.codings(every_verdict=True)] == ["fits"]


# ---------------------------------------------------------------- what is refused


def test_a_candidate_is_found_by_what_stays(sampled):
    """Any member names its candidate; a number of no candidate and a place that is none are refused."""
    for one in sampled.candidates()[:5]:
        assert sampled.candidate(one.boundary.id) == sampled.candidate(one.number) == one
    with pytest.raises(UnknownName, match=r"candidate 9999: the current run has no such candidate\. See 'assistcode"):
        sampled.candidate(9999)
    loose = sampled.groups().unclustered()[0]
    with pytest.raises(UnknownName, match="the current run has no such candidate"):
        sampled.candidate(loose.id)
    nowhere = sampled.transcripts()[0].excerpt(3, 5)
    with pytest.raises(InputError, match=r"this excerpt is no member of a candidate or a code\. Copy the id"):
        sampled.candidate(nowhere.id)


def test_a_number_that_was_named_says_so(sampled):
    """The number of a candidate that is a code by now names the code."""
    sampled.name_candidate(1, "one", "anna")
    for reference in (1, min(ids(sampled, "one"))):
        with pytest.raises(UnknownName, match="it belongs to the code 'one' by now"):
            sampled.name_candidate(reference, "again", "anna")


REFUSED = {
    "a name that exists": (
        lambda s, _: s.name_candidate(s.candidates()[0].number, "Shame ", "anna"),
        "there is a code",
    ),
    "an empty name": (
        lambda s, _: s.name_candidate(s.candidates()[0].number, " ", "anna"),
        "code: a code needs a name",
    ),
    "the name of a theme": (
        lambda s, m: s.move_members([m], "Both", "anna"),
        "this is a theme. Name one of its codes: one, two.",
    ),
    "moved nowhere": (lambda s, m: s.move_members([m], "", "anna"), "code: no code is named. Choose one."),
    "a word as a candidate": (
        lambda s, _: s.name_candidate("shame", "x", "anna"),
        "candidate 'shame': this is neither the number of a candidate nor the excerpt id of a member. See 'assistcode",
    ),
    "aside twice": (
        lambda s, _: s.set_aside([members(s, "two").set_aside[0].id], "anna"),
        "set aside from 'two' already",
    ),
    "merged with itself": (lambda s, _: s.merge_codes("one", "ONE", "anna"), "cannot be merged with itself"),
    "merged into a third": (lambda s, _: s.merge_codes("one", "two", "anna", name="fear"), "there is a code"),
    "no member of the code": (lambda s, m: s.split_code("two", [m], "x", "anna"), "is no member of 'two'"),
    "a split of nothing": (lambda s, _: s.split_code("two", [], "x", "anna"), "no member is named"),
    "moved where it is": (lambda s, m: s.move_members([m], "one", "anna"), "somebody put it under 'one' already"),
    "aside from nothing": (
        lambda s, _: s.set_aside([s.candidates()[0].exemplars[0].id], "anna"),
        "is no member of a code. Name its candidate first",
    ),
    "a theme without a name": (lambda s, _: s.group_codes(["one"], " ", "anna"), "a theme needs a name"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_refused_and_writes_nothing(named, case):
    """One clear line, and not one row."""
    revise, says = REFUSED[case]
    named.group_codes(["one", "two"], "Both", "anna")
    named.set_aside([min(ids(named, "two"))], "anna")
    before = named.newest_action()
    with pytest.raises(AssistcodeError, match=says.replace(".", r"\.")):
        revise(named, min(ids(named, "one")))
    assert named.newest_action() == before


def test_two_at_once_name_a_candidate_once(named):
    """Of two people who name one candidate at the same moment one makes a code, the other is told of it."""
    start = Barrier(2)

    def name(coder: str) -> str:
        with Study.open(named.path) as study:
            number = study.candidates()[0].number
            start.wait()
            try:
                return study.name_candidate(number, coder, coder).name
            except UnknownName as error:
                return str(error)

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(name, ["anna", "ben"]))
    assert sum(one in {"anna", "ben"} for one in said) == 1
    assert any("belongs to the code" in one for one in said)


# ---------------------------------------------------------------- the terminal


def test_the_whole_way_in_the_terminal(named, run, tmp_path):
    """Every command of the way works by what the commands before it print, and says what it did."""
    named.close()

    def codes(*words):
        result = run("-s", tmp_path / "sample.study", "codes", *words)
        assert result.exit_code == 0, result.output
        return result

    def rows(*words):
        return json.loads(codes(*words, "--json").stdout)

    anna = ("--coder", "anna")
    candidate = rows("list", "--candidates")[0]
    said = codes("list", "--limit", 2).stdout
    assert f"{candidate['number']:>4}  {', '.join(candidate['keywords'][:5])}" in said
    assert "boundary: " in said
    assert f"unclustered: {len(rows('list', '--unclustered')):,} utterances" in said
    first = rows("show", str(candidate["number"]))[0]
    assert first["excerpt_id"] == candidate["members"][0]["excerpt_id"]

    made_of = codes("name", first["excerpt_id"], "three", "--definition", "Third.", *anna).stderr
    assert f"made of candidate {candidate['number']}: {', '.join(candidate['keywords'][:5])}" in made_of
    assert first["excerpt_id"] in codes("show", "three").stdout.replace("\n", "")
    run("-s", tmp_path / "sample.study", "decide", "accept", first["excerpt_id"], "three", *anna)
    assert "To be looked at again" in codes("define", "three", "Third, but better.", *anna).stderr
    assert "then three: Third." in codes("relook", *anna).stdout
    codes("confirm", first["excerpt_id"], "three", *anna)
    assert "No coding is older" in codes("relook").stderr

    chosen = [row["excerpt_id"] for row in rows("show", "three")[:3]]
    codes("split", "three", "--members", ",".join(chosen[:2]), "--name", "four", *anna)
    codes("move", chosen[0], "--to", "one", *anna)
    codes("set-aside", chosen[2], *anna)
    aside = {row["excerpt_id"] for row in rows("show", "three") if row["by"] == "set aside"}
    assert aside == {chosen[2]}  # the others are under other codes
    codes("merge", "four", "one", "--into", "four", *anna)
    codes("rename", "four", "five", *anna)
    codes("group", "five", "three", "--theme", "Tentative", *anna)
    themes = json.loads(run("-s", tmp_path / "sample.study", "themes", "--json").stdout)
    assert [one["codes"] for one in themes if one["theme"] == "Tentative"] == [["three", "five"]]
    codes("group", "five", "--no-theme", *anna)
    assert "retired; its codings are kept and no longer listed: 1" in codes("retire", "three", *anna).stderr
    names = [row["name"] for row in rows("list", "--codebook")]
    assert "five" in names
    assert "three" not in names


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("merge", "shame", "fear", "--into", " armour "), "'shame' is part of 'armour' now."),
        (("merge", "shame", "fear", "--into", " Shame "), "'fear' is part of 'Shame' now."),
        (("rename", "shame", " armour "), "'shame' is called 'armour' now."),
        (("define", "SHAME", " New words. "), "'shame' means now: New words."),
    ],
)
def test_blanks_around_a_name_do_not_count(study, run, words, says):
    """A name is told as it was written down, and the command ends well."""
    study.close()
    result = run("-s", study.path, "codes", *words, "--coder", "anna")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (0, says)


def test_a_code_that_is_there_is_not_made_again(study, run):
    """Adding a code twice says so, and changes no definition."""
    study.close()
    said = [
        run("-s", study.path, "codes", "add", name, "--definition", words, "--coder", "anna").stderr.strip()
        for name, words in (("armour", "First."), ("Armour ", "Second."))
    ]
    assert said == ["'armour' is in the codebook.", "'armour' is in the codebook already; nothing was changed."]
    with Study.open(study.path) as again:
        assert again.code("armour").definition == "First."


def test_members_are_read_at_80_columns(named, run, tmp_path, monkeypatch):
    """Each with its interview and whole words; what came along or is set aside says so; then what may be done next."""
    monkeypatch.setenv("COLUMNS", "80")
    put, *_, aside = members(named, "one").members
    named.set_aside([aside.excerpt.id], "anna")
    candidate, study = named.candidates()[0], ("-s", tmp_path / "sample.study")
    named.close()
    shown = run(*study, "codes", "show", "one")
    lines = shown.stdout.splitlines()
    assert f"{put.strength:.2f}  {put.excerpt.id}  {put.excerpt.transcript}" in lines
    assert lines.index("Set aside") < lines.index(f"   -  {aside.excerpt.id}  {aside.excerpt.transcript}")
    assert max(map(len, lines)) <= 80
    assert " ".join(put.excerpt.quote.split()) in " ".join(shown.stdout.split())
    assert "assistcode codes move" in shown.stderr
    name_it = f"assistcode codes name {candidate.number} NAME --coder NAME"
    for words in (("show", candidate.number), ("list", "--candidates")):
        assert name_it in run(*study, "codes", *words).stderr
    assert "It has no members." in run(*study, "codes", "show", "fear").stderr


def test_codings_to_look_at_again_stand_under_one_wording(run, study, tmp_path, monkeypatch):
    """A wording stands once, over all codings it concerns, in 80 columns; then what may be done with each."""
    monkeypatch.setenv("COLUMNS", "80")
    for one in study.suggestions()[:4]:
        study.decide(one.excerpt, "shame", "fits", "anna")
    before = study.code("shame").definition
    study.change_code("shame", "ben", definition="New words.")
    rows = study.relook()
    study.close()
    file = ("-s", study.path)
    shown = run(*file, "codes", "relook")
    assert len(rows) > 1
    assert shown.stdout.count("now  shame: New words.") == 1
    assert " ".join(shown.stdout.split()).count(f"then shame: {before}") == 1
    assert all(one.excerpt.id in shown.stdout for one in rows)
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "assistcode codes confirm EXCERPT_ID CODE" in shown.stderr
    assert "assistcode decide reject EXCERPT_ID CODE" in shown.stderr
    emptied = run(*file, "codes", "define", "shame", "", "--coder", "anna").stderr
    assert emptied.startswith("'shame' has no definition now.\n")


def test_precode_tells_what_changed(named, run, tmp_path):
    """After a second run its message counts the changes, and the list tells each."""
    named.close()
    study = ("-s", tmp_path / "sample.study")
    result = run(*study, "precode", "--model", "static", "--min-cluster-size", 9)
    assert "Codes: " in result.stderr
    assert "What became of each: assistcode codes changes" in result.stderr
    listed = run(*study, "codes", "changes")
    assert "one" in listed.stdout.splitlines()[1]
    keys = {"kind", "code_id", "code", "before", "after", "n_before", "n_after", "n_shared", "keywords"}
    assert set(json.loads(run(*study, "codes", "changes", "--json").stdout)[0]) == keys


def test_precode_tells_options_that_do_not_carry_over(named, run, tmp_path):
    """What was asked for stands there, and what the run before was asked for where that was something else."""
    named.close()
    study, more = ("-s", tmp_path / "sample.study"), "in the run before, options do not carry over"
    for size, told in ((9, f"9; 6 {more}"), (9, "9")):
        result = run(*study, "precode", "--model", "static", "--min-cluster-size", size)
        rows = dict(line.split("  ", 1) for line in result.stdout.splitlines() if "  " in line)
        assert rows["fewest in a cluster"].strip() == told
        assert rows["model"].strip() == "static"


def test_a_group_needs_a_theme_or_none(run, named, tmp_path):
    """Neither or both is wrong usage."""
    named.close()
    result = run("-s", tmp_path / "sample.study", "codes", "group", "one", "--coder", "anna")
    assert result.exit_code == 2
    assert "Give --theme NAME or --no-theme." in result.stderr


@pytest.mark.parametrize(
    ("kind", "of_a_code", "of_a_candidate"),
    [
        ("gone", "in no cluster of its own", "gone"),
        ("split into", "in more clusters", "split into"),
        ("merged from", "in fewer clusters", "merged from"),
        ("grown", "grown", "grown"),
    ],
)
def test_a_code_is_never_called_gone(kind, of_a_code, of_a_candidate):
    """What became of its clusters is told in words that leave the code standing; a candidate has nothing but them."""
    about = (1,), (2,), 9, 5, 5
    code, candidate = Change(kind, 7, "waiting", *about, ()), Change(kind, None, None, *about, ("bus",))
    assert (code.what, candidate.what) == (of_a_code, of_a_candidate)
    assert summary([code, candidate]).startswith(f"Codes: 1 {of_a_code}; Candidates: 1 ")


def test_nothing_to_compare_prints_no_table(named, run, tmp_path):
    """After a first run the list of changes is a sentence, without the head of an empty table."""
    named.close()
    result = run("-s", tmp_path / "sample.study", "codes", "changes")
    assert (result.stdout, result.exit_code) == ("", 0)
    assert "There is nothing to compare with" in result.stderr
