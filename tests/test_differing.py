"""Where two readings differ is listed whole, and a group settles it or keeps both."""

import json

import pytest

from assistcode.differing import differences
from assistcode.errors import InputError, UnknownName

SCARED = "I was so scared of him."
USELESS = "I was afraid that I would be useless to her."


@pytest.fixture
def place(study):
    """Return the excerpt where some words stand."""

    def find(words):
        transcript = next(one for one in study.transcripts() if words in one.text)
        start = transcript.text.index(words)
        return transcript.excerpt(start, start + len(words))

    return find


@pytest.fixture
def both(study, place):
    """Let anna and ben read everything; they agree on one place and differ on one."""
    study.decide(place(SCARED), "fear", "fits", "anna", pole="present", effect="hindering", memo="The jacket says it.")
    study.decide(place(SCARED), "fear", "does not fit", "ben")
    study.decide(place(USELESS), "fear", "fits", "anna")
    study.decide(place("I was afraid"), "fear", "fits", "ben")
    for name in ("anna", "ben"):
        while (card := study.next_card(name, "reading")) is not None:
            study.review(card, name)
    return study


# ---------------------------------------------------------------- the listing


def test_both_readings_words_memos_and_evidence(both):
    """A difference comes with what either says, the codings, the passage, the memos and the evidence."""
    (one,) = both.differing("anna", "ben")
    assert (one.excerpt.quote, one.code, one.cell) == (SCARED, "fear", "only-a")
    assert (one.a_says, one.b_says) == ("fits", "does not fit")
    assert [(coding.coder, coding.effect) for coding in one.a_codings] == [("anna", "hindering")]
    assert one.passage.startswith(SCARED)
    assert one.passage.endswith("looking at the door.")
    assert [memo.text for memo in one.memos] == ["The jacket says it."]
    assert [evidence.term for suggestion in one.suggestions for evidence in suggestion.evidence][:1] == ["scared"]
    assert (one.dyad, one.session, one.role, one.settled) == ("1", "3", "client", None)


def test_different_boundaries_are_no_difference(both):
    """Two codings of different length on the same words are agreement."""
    assert [one.excerpt.quote for one in both.differing("anna", "ben", cells=["both"])] == [USELESS]


def test_every_number_leads_to_its_excerpts(both):
    """The cells of a comparison's table and the listed excerpts are the same number."""
    found = both.compare("suggestions", "anna")
    for row in found.codes:
        counts = (row.table.both, row.table.only_a, row.table.only_b, row.table.neither)
        for cell, n in zip(("both", "only-a", "only-b", "neither"), counts, strict=True):
            assert len(both.differing("suggestions", "anna", cells=[cell], code=row.code)) == n


def test_said_of_the_machine(both):
    """The machine suggests or does not; a place that was read and left is not coded."""
    found = {one.excerpt.quote: one for one in both.differing("suggestions", "anna")}
    one = found["I could let it run … and nobody laughed at me."]
    assert (one.a_says, one.b_says) == ("suggested", "not coded")


def test_a_place_not_read_by_both_is_no_difference(study, place):
    """What only one of them has answered is not listed."""
    study.decide(place(SCARED), "fear", "fits", "anna")
    assert study.differing("anna", "ben") == []


def test_hidden_suggestions_stay_hidden(both):
    """Evidence on a passage that is unaided for somebody who has not decided there is left out."""
    both.extend_sample(7)
    both.add_coder("cleo")
    (one,) = both.differing("anna", "ben")
    assert one.suggestions == ()


def test_unknown_cell(both):
    """A mistyped cell lists the known ones."""
    with pytest.raises(UnknownName) as error:
        both.differing("anna", "ben", cells=["left"])
    assert str(error.value) == "cell 'left': there is none of this name. Known: both, only-a, only-b, neither."


def test_more_than_two_readings(both):
    """Three readings have no one table to list from."""
    both.add_coder("cleo")
    with pytest.raises(InputError) as error:
        differences(both.compare("anna", "ben", "cleo"), [], [], [])
    assert str(error.value) == "differing: more than two readings are named. Name two of them."


def test_unknown_code(both):
    """A mistyped code is refused with the near name."""
    with pytest.raises(UnknownName) as error:
        both.differing("anna", "ben", code="fera")
    assert "Did you mean 'fear'?" in str(error.value)


# ---------------------------------------------------------------- agree, or keep both


def test_agree(both):
    """What a group agrees on goes into the agreed set, with its review, and the coder wrote it down."""
    (one,) = both.differing("anna", "ben")
    both.agree(one.excerpt, "fear", "fits", "ben", pole="present", memo="The body counts.")
    assert [row.settled for row in both.differing("anna", "ben")] == ["fits"]
    (coding,) = both.codings(coder="agreed")
    assert (coding.excerpt.quote, coding.pole, coding.agreed) == (SCARED, "present", 1)
    assert [(memo.kind, memo.coder) for memo in both.memos()][-1] == ("agreed", "ben")
    assert both.compare("agreed", "ben").codes[0].table.only_a == 1


def test_agree_that_it_does_not_fit(both):
    """An agreed no is no coding, and counts as no in the agreed set."""
    (one,) = both.differing("anna", "ben")
    both.agree(one.excerpt.id, "fear", "does not fit", "ben")
    assert [row.settled for row in both.differing("anna", "ben")] == ["does not fit"]
    assert both.codings(coder="agreed") == []
    assert both.compare("agreed", "anna").codes[0].table.only_b == 1


def test_agreed_leaves_both_readings_as_they_were(both):
    """Adjudication is a third record and overwrites nobody."""
    before = both.codings(every_verdict=True, coder="anna"), both.codings(every_verdict=True, coder="ben")
    (one,) = both.differing("anna", "ben")
    both.agree(one.excerpt, "fear", "does not fit", "anna")
    assert (both.codings(every_verdict=True, coder="anna"), both.codings(every_verdict=True, coder="ben")) == before


def test_a_pole_is_peoples(both):
    """An agreed coding takes no pole from a suggestion."""
    (one,) = both.differing("anna", "ben")
    assert both.agree(one.excerpt, "fear", "fits", "ben", shown=one.suggestions).pole is None


def test_keep_both(both):
    """To keep both readings is an end: the agreed set says neither yes nor no, and a memo says why."""
    (one,) = both.differing("anna", "ben")
    both.keep_both(one.excerpt, "fear", "anna", "She is afraid of him, or of herself.")
    (kept,) = both.differing("anna", "ben")
    assert kept.settled == "two readings"
    assert [(memo.kind, memo.text) for memo in kept.memos][-1] == (
        "two readings",
        "She is afraid of him, or of herself.",
    )
    with pytest.raises(UnknownName):
        both.compare("agreed", "anna")  # there is still no agreed set


def test_keeping_both_says_why(both):
    """Two readings are not kept without a word."""
    (one,) = both.differing("anna", "ben")
    with pytest.raises(InputError) as error:
        both.keep_both(one.excerpt, "fear", "anna", " ")
    assert str(error.value) == "keep both: it is not said why. Say in a few words what either reading sees."
    assert both.differing("anna", "ben")[0].settled is None


def test_two_readings_follow_a_renamed_code(both):
    """A settled place stays settled under the code's number, and undo opens it again."""
    (one,) = both.differing("anna", "ben")
    both.keep_both(one.excerpt, "fear", "anna", "Both.")
    assert both.undo("anna").what == "1 decision, 1 memo"
    assert both.differing("anna", "ben")[0].settled is None


def test_settled_later_counts_as_it_stands_now(both):
    """A group may come back: what was kept open can be agreed on later."""
    (one,) = both.differing("anna", "ben")
    both.keep_both(one.excerpt, "fear", "anna", "Both.")
    both.agree(one.excerpt, "fear", "does not fit", "anna")
    assert both.differing("anna", "ben")[0].settled == "does not fit"


def test_the_last_word_of_the_group_counts(both):
    """What the group said last of a place stands, whoever wrote it down."""
    (one,) = both.differing("anna", "ben")
    both.agree(one.excerpt, "fear", "fits", "anna")
    both.agree(one.excerpt, "fear", "does not fit", "ben")
    assert both.differing("anna", "ben")[0].settled == "does not fit"
    both.keep_both(one.excerpt, "fear", "anna", "After all, both.")
    assert both.differing("anna", "ben")[0].settled == "two readings"


# ---------------------------------------------------------------- the commands


def test_listed_for_people(both, run):
    """The command shows place, words, both readings, evidence and memos."""
    lines = [line.strip() for line in run("-s", both.path, "differing", "anna", "ben").stdout.splitlines()]
    assert lines[0].startswith("fear   dyad 1, session 3, client, turn 3   ")
    assert "anna: fits" in lines
    assert "ben: does not fit" in lines
    assert 'the machine: it says "scared" (toward partner, intensified)' in lines
    assert "memo, anna (analytic): The jacket says it." in lines


def test_listed_as_json(both, run):
    """``--json`` has both readings, memos and suggestions as lists of plain values."""
    (row,) = json.loads(run("-s", both.path, "differing", "anna", "ben", "--json").stdout)
    assert (row["quote"], row["cell"], row["a_says"]) == (SCARED, "only-a", "fits")
    assert row["a_codings"][0]["quote"] == SCARED
    assert row["suggestions"][0]["evidence"][0]["term"] == "scared"


def test_settled_are_left_out_and_counted(both, run):
    """Once settled a place is no longer listed, but counted, and shown when asked for."""
    excerpt_id = both.differing("anna", "ben")[0].excerpt.id
    said = run("-s", both.path, "agree", "accept", excerpt_id, "fear", "--coder", "ben")
    assert said.stderr == f"Agreed: fear fits on {excerpt_id}.\n"
    listed = run("-s", both.path, "differing", "anna", "ben")
    assert (listed.stdout, listed.stderr) == ("", "1 more are settled; --settled shows them.\n")
    assert "settled: fits" in run("-s", both.path, "differing", "anna", "ben", "--settled").stdout


def test_keep_both_on_the_command_line(both, run):
    """``agree keep-both`` needs the reason, and keeps both."""
    excerpt_id = both.differing("anna", "ben")[0].excerpt.id
    refused = run("-s", both.path, "agree", "keep-both", excerpt_id, "fear", "--coder", "ben")
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (1, "keep both")
    said = run("-s", both.path, "agree", "keep-both", excerpt_id, "fear", "--coder", "ben", "--memo", "Either.")
    assert said.stderr == f"Both readings of fear are kept on {excerpt_id}.\n"


def test_nothing_differs(study, run):
    """That there is nothing to list is said."""
    said = run("-s", study.path, "differing", "anna", "ben").stderr
    assert said == "There is no such place among the units that both have answered.\n"
