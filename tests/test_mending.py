"""A mended transcript: what people decided survives, or is listed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import check_sample
from assistcode import Study
from assistcode.anchor import Alignment
from assistcode.corpus import Placement, Speaker, Transcript, Turn
from conftest import CLIENT


def version(*turns: str) -> Transcript:
    """Return a transcript of client turns."""
    text, made, speaker = "", [], Speaker("Client", "client")
    for n, words in enumerate(turns, start=1):
        text += "Client: "
        made.append(Turn(n, speaker, len(text), len(text) + len(words)))
        text += words + "\n\n"
    return Transcript("t", text, tuple(made), Placement(), "t.txt", text, text)


WORDS = st.lists(st.text("ab c.é😊", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=8)


@given(WORDS, WORDS)
def test_a_placed_span_has_its_words(old_turns, new_turns):
    """Wherever a span is placed, the new text says the very same words."""
    old, new = version(*old_turns), version(*new_turns)
    alignment = Alignment.of(old, new)
    for turn in old.turns:
        placed = alignment.place(turn.start, turn.end)
        assert placed is None or new.text[slice(*placed)] == old.text[turn.start : turn.end]


def test_a_quote_that_stands_twice_is_placed_near_where_it_was():
    """In a mended turn the occurrence nearest to the old place is taken."""
    old, new = version("I was cold. It rained and I was cold."), version("I was cold. It rained, yes, and I was cold.")
    second = old.text.rindex("I was cold")
    place = new.text.rindex("I was cold")
    assert Alignment.of(old, new).place(second, second + 10) == (place, place + 10)


def test_a_quote_that_is_gone_has_no_place():
    """Words that were changed are not placed anywhere."""
    old, new = version("I was cold."), version("I was not cold.")
    assert Alignment.of(old, new).place(8, 19) is None


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Make a study of the long dyad's four interviews with both coders' codings."""
    folder = tmp_path_factory.mktemp("mend")
    with Study.create(folder / "long.study") as study:
        files = sorted((check_sample.SAMPLE / "transcripts").glob("d10_*.txt"))
        study.import_transcripts(files, pattern="d{dyad}_s{session}_{perspective}")
        for coder in ("kari", "jon"):
            study.add_coder(coder)
            table = folder / f"{coder}.csv"
            lines = (check_sample.SAMPLE / f"codings_{coder}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
            table.write_text(lines[0] + "".join(x for x in lines if x.startswith("d10_")), encoding="utf-8")
            study.import_codings(table, coder)
        study.precode(model="static")
        yield folder, study


def test_thirty_edits_keep_every_decision_whose_words_still_stand(sample):
    """Of a transcript mended in thirty turns, a decision is kept exactly where its quote still stands."""
    folder, study = sample
    name = "d10_s3_client"
    before = study.codings(dyad="10", session="3", perspective="client")
    assert len(before) > 150
    text = (check_sample.SAMPLE / "transcripts" / f"{name}.txt").read_text(encoding="utf-8")
    lines = text.split("\n")
    rng = random.Random(7)
    for i in rng.sample([i for i, line in enumerate(lines) if line.startswith("Client: ") and len(line) > 60], 30):
        words = lines[i].split(" ")
        words[rng.randrange(1, len(words))] = "mended"
        lines[i] = " ".join(words)
    mended = folder / f"{name}.txt"
    mended.write_text("\n".join(lines), encoding="utf-8")
    result = study.replace_transcript(name, mended)
    new_text = study.material.by_name[name].text
    stands = [row for row in before if row.excerpt.quote in new_text]
    after = study.codings(dyad="10", session="3", perspective="client")
    assert len(result.unplaced) == len(before) - len(stands) > 0
    assert sorted((c.excerpt.quote, c.code, c.coder) for c in after) == sorted(
        (c.excerpt.quote, c.code, c.coder) for c in stands
    )
    assert all(new_text[c.excerpt.start : c.excerpt.end] == c.excerpt.quote for c in after)
    assert {(old.quote, code) for old, code, _, _ in study.unplaced()} == {
        (old.quote, code) for old, code, _ in result.unplaced
    }
    unread = sum(row.n_unreviewed for row in study.unreviewed(coder="kari"))
    assert unread == result.n_passages_to_read >= 30
    assert study.precode(model="static").n_embedded <= 120


@pytest.mark.parametrize("what", ["remove", "replace", "import"])
def test_transcripts_change_while_a_precode_runs(study, tmp_path, what):
    """What a run makes of a text that went meanwhile goes with it; a text that came is left to the next run."""
    mended, new = tmp_path / "d1_s3_client.txt", tmp_path / "d2_s3_client.txt"
    mended.write_text(CLIENT.replace("INTERVIEW", "THE INTERVIEW", 1), encoding="utf-8")
    new.write_text("Client: I was ashamed of it.", encoding="utf-8")
    steps = []

    def meanwhile(step: str, _done: int, _total: int) -> None:
        steps.append(step)
        if steps == ["segment"]:
            with Study.open(study.path) as other:
                if what == "remove":
                    other.remove_transcript("d1_s3_client")
                elif what == "replace":
                    other.replace_transcript("d1_s3_client", mended)
                else:
                    other.import_transcripts([new], pattern="d{dyad}_s{session}_{perspective}")
                    other.decide(other.transcripts()[-1].excerpt(8, 24), "shame", "fits", "ben")

    study.precode(model="static", learn_from="ben", report=meanwhile)
    there = {"d1_s3_therapist"} | ({"d1_s3_client"} if what == "import" else set())
    with Study.open(study.path) as later:
        assert {one.transcript for one in later.groups().unclustered()} == there
        assert {one.excerpt.transcript for one in later.suggestions()} == there


def test_the_same_words_are_not_replaced(study, files):
    """A file with the words the study has already is refused in one line."""
    with pytest.raises(
        Exception, match=r"d1_s3_client\.txt: the words are the same as before\. There is nothing to replace\."
    ):
        study.replace_transcript("d1_s3_client", files / "d1_s3_client.txt")


def test_a_broken_file_changes_nothing(study, tmp_path):
    """A mended file without speakers is refused; the transcript stays as it was."""
    (tmp_path / "broken.txt").write_text("nobody is named here\n")
    with pytest.raises(Exception, match=r"broken\.txt: no speaker is marked"):
        study.replace_transcript("d1_s3_client", tmp_path / "broken.txt")
    assert study.material.transcript("d1_s3_client").text == CLIENT


def test_a_placement_is_corrected_and_logged(study, run):
    """``transcripts set`` changes where a transcript belongs, keeps its words and writes it into the log."""
    assert run("-s", study.path, "transcripts", "set", "d1_s3_client", "--session", "5").exit_code == 0
    with Study.open(study.path) as again:
        assert again.material.transcript("d1_s3_client").placement.session == "5"
        assert again.material.transcript("d1_s3_client").text == CLIENT
        what = [row[0] for row in again._db.execute("SELECT what FROM log")]
    assert "transcripts set" in what


def test_a_removed_transcript_is_listed_no_more(study):
    """After ``transcripts remove`` neither its suggestions nor its codings are listed; others stay."""
    first = study.suggestions(perspective="client")[0]
    study.decide(first.excerpt, first.code, "fits", "anna")
    assert study.remove_transcript("d1_s3_client") == 1
    assert study.codings() == []
    assert {one.perspective for one in study.suggestions()} == {"therapist"}


def test_attributes_are_imported_and_assigned(study, tmp_path, run):
    """Facts and judgements about dyads stay apart; a judgement has its person and reason."""
    (tmp_path / "facts.csv").write_text("dyad,clinic\n1,public\n")
    (tmp_path / "groups.csv").write_text("dyad,group,why\n1,good,They laugh.\n")
    assert study.import_attributes(tmp_path / "facts.csv") == 1
    assert study.import_attributes(tmp_path / "groups.csv", "anna") == 1
    assert study.attributes() == [
        {"of": "dyad", "subject": "1", "name": "clinic", "value": "public", "assigned_by": None, "why": None},
        {"of": "dyad", "subject": "1", "name": "group", "value": "good", "assigned_by": "anna", "why": "They laugh."},
    ]
    assert study.status()["assigned"] == {"group good": 1}
    study.undo("anna")
    assert study.status()["assigned"] == {}


def test_the_agreed_set_is_a_reading_of_its_own(study, tmp_path):
    """Agreed codings stand beside the coder's own and are compared by default."""
    table = tmp_path / "agreed.csv"
    table.write_text(
        "transcript,start,end,quote,code,pole,coder,action\n"
        "d1_s3_client,,,I was so scared of him.,fear,present,,accept\nd1_s3_client,,,,,,,reviewed\n"
    )
    study.import_codings(table, "anna", agreed=True)
    result = study.compare()
    assert (result.a, result.b) == ("suggestions", "agreed")
    assert next(row for row in result.codes if row.code == "fear").table.both == 1
    assert all(row.table.n == 0 for row in study.compare("suggestions", "anna").codes)


def test_memos_are_imported_by_their_writer(study, tmp_path):
    """A table's memos come in for one coder; those of others are left for them."""
    (tmp_path / "memos.csv").write_text(
        "about,subject,kind,coder,text\n"
        "transcript,d1_s3_client,reflexive,anna,I was tired.\nstudy,,analytic,ben,Look again.\n"
    )
    assert study.import_memos(tmp_path / "memos.csv", "anna") == 1
    assert [(memo.subject, memo.kind, memo.text) for memo in study.memos()] == [
        ("transcript d1_s3_client", "reflexive", "I was tired.")
    ]


def test_a_wrong_file_is_mended_by_the_right_one(study, files, tmp_path):
    """Decisions lost by replacing with the wrong file are back with the right one, and so is what was read."""
    first = study.suggestions(perspective="client")[0]
    study.decide(first.excerpt, first.code, "fits", "anna")
    while card := study.next_card("anna"):
        study.review(card, "anna")
    wrong, right = tmp_path / "wrong.txt", tmp_path / "right.txt"
    wrong.write_text("Client: Other words altogether.\n", encoding="utf-8")
    right.write_text(CLIENT.replace("no bread", "no bread at all"), encoding="utf-8")
    assert len(study.replace_transcript("d1_s3_client", wrong).unplaced) == 1
    assert study.codings() == []
    result = study.replace_transcript("d1_s3_client", right)
    assert (result.n_kept, result.unplaced) == (1, ())
    assert study.codings()[0].excerpt.quote == first.excerpt.quote
    assert sum(row.n_unreviewed for row in study.unreviewed(coder="anna")) == result.n_passages_to_read == 1


def test_a_removed_transcript_comes_back_with_its_decisions(study, files):
    """Importing the file of a removed transcript again brings back what people decided on it."""
    first = study.suggestions(perspective="client")[0]
    study.decide(first.excerpt, first.code, "fits", "anna")
    study.remove_transcript("d1_s3_client")
    study.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
    assert [coding.excerpt for coding in study.codings()] == [first.excerpt]


def test_wrong_roles_are_mended_by_replacing_with_the_same_words(study, files):
    """The same file with other roles is a replacement: the turns change, the words and decisions stay."""
    path = files / "d1_s3_therapist.txt"
    study.replace_transcript("d1_s3_therapist", path, roles=["Therapist=interviewer"])
    assert study.material.passages_of(study.material.transcript("d1_s3_therapist")) == []
    study.precode(model="static")
    assert {one.perspective for one in study.suggestions()} == {"client"}


def test_mending_one_turn_leaves_the_arms_of_the_others(study, files, tmp_path):
    """Passages of unchanged turns keep their place in the random permutation."""
    before = {p.start: p.sample_key for p in study.material.passages_of(study.material.transcript("d1_s3_client"))}
    mended = tmp_path / "mended.txt"
    mended.write_text(CLIENT.replace("no bread", "no milk"), encoding="utf-8")
    study.replace_transcript("d1_s3_client", mended)
    after = {p.start: p.sample_key for p in study.material.passages_of(study.material.transcript("d1_s3_client"))}
    assert len(before) == 4
    assert sum(after[start] == key for start, key in before.items()) == 3


def test_words_are_not_put_into_another_mouth():
    """A quote that only somebody of another role says in the new text has no place."""
    client, interviewer = Speaker("Client", "client"), Speaker("Interviewer", "interviewer")
    old = Transcript("t", "I was cold.", (Turn(1, client, 0, 11),), Placement(), "t", "1", "1")
    new = Transcript("t", "You say: I was cold.", (Turn(1, interviewer, 0, 20),), Placement(), "t", "2", "2")
    assert Alignment.of(old, new).place(0, 11) is None


def test_an_early_look_is_not_unaided(study, tmp_path, files):
    """Who looked at the suggestions of an unaided passage decides on it as assisted, and no undo unsees it."""
    with Study.create(tmp_path / "unaided.study", unaided=100) as blind:
        blind.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
        blind.precode(model="static")
        blind.add_coder("anna")
        first = blind.suggestions(even_unaided=True, coder="anna")[0]
        assert blind.undo("anna") is None
        assert blind.decide(first.excerpt, first.code, "fits", "anna").arm == "assisted"


def test_the_export_brings_back_what_was_read(study, tmp_path, files):
    """Reviewed spans leave with the codings and come back for the codes that existed then."""
    while card := study.next_card("anna"):
        study.review(card, "anna")
    study.add_code("added later", "anna")
    study.export("csv", tmp_path / "out.csv")
    with Study.create(tmp_path / "second.study", unaided=0) as second:
        second.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
        second.add_coder("anna")
        second.add_code("added later", "anna")
        second.import_codings(tmp_path / "out.csv", "anna")
        assert sum(row.n_unreviewed for row in second.unreviewed(coder="anna", code="fear")) == 0
        later = second.unreviewed(coder="anna", code="added later")
        assert sum(row.n_reviewed for row in later) == 0


def test_only_a_lexicon_of_the_language_speaks(study, tmp_path, files):
    """On a Norwegian transcript an English lexicon is silent also where a Norwegian one stands beside it."""
    folder = tmp_path / "lexicons"
    folder.mkdir()
    (folder / "fear.toml").write_bytes((check_sample.SAMPLE.parent / "lexicons" / "fear.toml").read_bytes())
    (folder / "redd.toml").write_text(
        'name = "redd"\nlanguage = "nb"\ntitle = "Redd"\ndefinition = "Frykt."\n'
        'terms = [{ word = "redd", weight = 0.9 }]\n',
        encoding="utf-8",
    )
    (tmp_path / "nb.txt").write_text("Client: Jeg var redd, I was scared.\n", encoding="utf-8")
    (tmp_path / "map.csv").write_text("file;language\nnb.txt;nb\n", encoding="utf-8")
    with Study.create(tmp_path / "nb.study", lexicons=str(folder), unaided=0) as other:
        other.import_transcripts([tmp_path / "nb.txt"], table=tmp_path / "map.csv")
        other.precode(model="static")
        assert [one.theme for one in other.suggestions()] == ["redd"]


def test_what_goes_with_a_removed_transcript_is_told(study, run):
    """Judgements and members of codes that are listed no more are counted, and how they come back is said."""
    first = study.suggestions(perspective="client")[0]
    study.decide(first.excerpt, first.code, "fits", "anna")
    study.move_members([one.excerpt.id for one in study.suggestions(perspective="client")[:2]], "shame", "anna")
    n_members = len(study.groups().of_code(study.code("shame").id).members)
    study.close()
    said = run("-s", study.path, "transcripts", "remove", "d1_s3_client").stderr
    assert f"1 judgements on it and {n_members} members of codes are no longer listed, until it is imported" in said
