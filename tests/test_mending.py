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
