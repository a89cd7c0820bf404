"""Words and terms in their surroundings, how often they occur, and what sets one part against another."""

import json
import math
import re

import pytest

from assistcode import Study
from assistcode.agreement import wilson
from assistcode.concordance import Spoken, coverage
from assistcode.corpus import Placement, Speaker, Transcript, Turn, Utterance
from assistcode.errors import AssistcodeError
from assistcode.evidence import Hit, Lexicon, Term
from conftest import CLIENT


def quotes(lines):
    """Return the words hit."""
    return [line.excerpt.quote for line in lines]


# ---------------------------------------------------------------- kwic


def test_theme(study):
    """The hits of a theme stand in reading order with the words around them, inside their turn."""
    lines = study.kwic("fear")
    assert quotes(lines)[:1] == ["scared"]
    assert (lines[0].left, lines[0].right[:7], lines[0].theme, lines[0].role) == (
        "I was so",
        "of him.",
        "fear",
        "client",
    )
    assert [line.dyad for line in lines] == ["1"] * len(lines)
    assert study.material.excerpt(lines[0].excerpt.id).quote == "scared"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("laugh", ["laughed", "laughed", "laughed"]),
        ("squeak*", ["squeaks", "squeaked"]),
        ("wasn't", ["wasn't"]),
        ("jacket * chin", []),
        ("jacket zip * to the chin", ["jacket zipped up to the chin"]),
        ("LEAN back", ["leaned back"]),
        ("mm", ["Mm"]),
    ],
)
def test_words(study, asked, found):
    """Any word, phrase or beginning of a word is found as transcripts are cut, also in back-channels."""
    assert quotes(study.kwic(asked)) == found


def test_interviewer_and_video_are_left_out(study):
    """Only what interviewees said is looked at: the interviewer's "ashamed" and the note's are not there."""
    assert quotes(study.kwic("ashamed")) == ["ashamed"]
    assert quotes(study.kwic("while")) == []


def test_flags(study):
    """A hit has its flags, and one flag narrows the lines."""
    negated = study.kwic("shame", flag="negated")
    assert "ashamed" in quotes(negated)
    assert all("negated" in line.context for line in negated)
    assert study.kwic("shame", flag="sung") == []


def test_filters(study):
    """Lines are narrowed like suggestions; a mistyped value is refused."""
    assert {line.role for line in study.kwic("fear", "safety", role="therapist")} == {"therapist"}
    assert {line.pole for line in study.kwic("shame", pole="lacking")} == {"lacking"}
    with pytest.raises(AssistcodeError, match=r"role 'coach': there is none in this study."):
        study.kwic("fear", role="coach")


def test_a_theme_or_its_word(study):
    """A name is a theme where a lexicon has it; as a word it is only a word."""
    assert study.kwic("shame") != []
    assert study.kwic("shame", as_words=True) == []
    assert {line.theme for line in study.kwic("laugh", "fear")} == {None, "fear"}


def test_order(study):
    """Lines stand by place, or by the words nearest on one side."""
    right = [line.right.split()[0] for line in study.kwic("laugh", sort="right")]
    left = [line.left.split()[-1] for line in study.kwic("laugh", sort="left")]
    assert (right, left) == (["at", "together", "together."], ["nobody", "We", "We"])
    with pytest.raises(AssistcodeError, match=r"--sort up: there is no such order. Known: place, left, right."):
        study.kwic("was", sort="up")


@pytest.mark.parametrize("asked", ["*", "let it*", "* down", "", "don't*"])
def test_what_no_word_is_found_by(study, asked):
    """What can never be found is refused."""
    with pytest.raises(AssistcodeError, match=r"no word can be found by it. Give a word, a phrase in quotation marks"):
        study.kwic(asked)


def test_unaided_passages_stay_hidden(files, tmp_path):
    """A theme's places in undecided unaided passages are counted, not shown; a word of one's own is."""
    with Study.create(tmp_path / "blind.study", unaided=100) as study:
        study.import_transcripts([files], pattern="d{dyad}_s{session}_{perspective}")
        study.precode(model="static")
        hidden = study.kwic("fear")
        assert (hidden, hidden.n_withheld > 0) == ([], True)
        assert quotes(study.kwic("scared")) == ["scared"]


def test_columns_line_up(study, run):
    """The hits stand below each other at 80 columns, and no line is longer."""
    result = run("-s", study.path, "lexicon", "kwic", "was", "laugh")
    lines = result.stdout.splitlines()
    ends = {re.search(r"(was|laughed) ", line[20:]).start() for line in lines}
    assert (len(lines), len(ends)) == (len(study.kwic("was", "laugh")), 1)


def test_wide_characters_line_up():
    """Words of another script are cut by the cells they take."""
    from rich.cells import cell_len

    from assistcode.cli import show

    for text in ("我害怕 I was so", "é" * 30, "", "👩‍👧 and"):
        assert cell_len(show.fit_left(text, 11)) == cell_len(show.fit(text, 11)) == 11


def test_no_hit(study, run):
    """Nothing found is said; the array is then empty."""
    assert run("-s", study.path, "lexicon", "kwic", "zebra").stderr == "No hit.\n"
    assert json.loads(run("-s", study.path, "lexicon", "kwic", "zebra", "--json").stdout) == []


# ---------------------------------------------------------------- coverage


def test_coverage_counts_hits_utterances_and_words(study):
    """Each theme has a row a group, also without hits; words are those the group's interviewees said."""
    rows = {(row.theme, row.group): row for row in study.coverage("role")}
    fear = rows["fear", ("client",)]
    assert (fear.n_hits, fear.n_utterances) == (1, 1)
    turns = [turn.partition(": ")[2] for turn in CLIENT.split("\n\n") if turn.startswith("Client: ")]
    assert fear.n_words == len(" ".join(turns).split())
    assert fear.per_thousand == 1000 / fear.n_words
    assert len(rows) == 5 * 2


def test_whose():
    """Hits are told apart by whose feeling they are; each share is of all the group's words."""
    speaker = Speaker("C", "client")
    text = "He was scared, I was scared."
    transcript = Transcript("t", text, (Turn(1, speaker, 0, len(text)),), Placement("1"), "t", "", "")
    fear = Term("word", "scared", 0.8)
    hits = [Hit("fear", fear, 7, 13, "present", ("partner", "negated")), Hit("fear", fear, 21, 27, "present")]
    said = [Spoken(transcript, transcript.turns[0], 1, Utterance(0, len(text), text, ()), hits)]
    rows = coverage(said, {"fear": Lexicon("fear", "", "", "en", (fear,))}, ["dyad", "whose"], {})
    assert [(row.group, row.n_hits, row.n_utterances, row.n_words) for row in rows] == [
        (("1", "own"), 1, 1, 6), (("1", "partner"), 1, 1, 6),
    ]  # fmt: skip


def test_coverage_command(study, run):
    """The table and the array say the same; an unknown grouping is refused."""
    table = run("-s", study.path, "lexicon", "coverage", "--by", "session,role").stdout
    assert table.splitlines()[0].split() == [
        "theme",
        "session",
        "role",
        "hits",
        "utterances",
        "words",
        "per",
        "1,000",
        "words",
    ]
    rows = json.loads(run("-s", study.path, "lexicon", "coverage", "--by", "session,role", "--json").stdout)
    assert (rows[0]["theme"], rows[0]["session"], rows[0]["role"]) == ("competence", "3", "client")
    wrong = run("-s", study.path, "lexicon", "coverage", "--by", "mood")
    known = "dyad, session, perspective, role, transcript, whose"
    assert (wrong.exit_code, wrong.stderr) == (1, f"--by mood: no such grouping. Known: {known}.\n")


def test_coverage_of_nothing(tmp_path, run):
    """Without lexicons or transcripts there is nothing to count, and that is said."""
    Study.create(tmp_path / "bare.study", lexicons="none").close()
    result = run("-s", "bare.study", "lexicon", "coverage")
    message = "There is nothing to count: import transcripts, and see 'assistcode lexicon use five'.\n"
    assert (result.exit_code, result.stderr) == (0, message)


# ---------------------------------------------------------------- keyness


def test_keyness_of_words(study):
    """Base forms with their frequencies; G2 follows from them; the dyads are named."""
    found = study.keyness("role", "client", "therapist", at_least=2)
    rows = {row.word: row for row in found.rows}
    assert (rows["squeak"].n_a, rows["squeak"].n_b, rows["squeak"].dyads) == (0, 2, ("1",))
    expected = 2 * 2 * math.log((found.n_words_a + found.n_words_b) / found.n_words_b)
    assert rows["squeak"].g2 == pytest.approx(expected)
    assert rows["squeak"].log_ratio < 0
    assert [row.g2 for row in found.rows] == sorted((row.g2 for row in found.rows), reverse=True)


def test_keyness_of_terms(study):
    """With terms, lexicon terms are counted, each with its theme."""
    rows = study.keyness("role", "client", "therapist", terms=True, at_least=1).rows
    assert ("scared", "fear", 1, 0) in {(row.word, row.theme, row.n_a, row.n_b) for row in rows}
    assert all(row.theme for row in rows)


def test_keyness_by_an_attribute(study, tmp_path):
    """The groups of an attribute can be set against each other, as far as they are there."""
    (tmp_path / "a.csv").write_text("transcript,clinic\nd1_s3_client,public\nd1_s3_therapist,private\n", "utf-8")
    study.import_attributes(tmp_path / "a.csv")
    assert study.keyness("clinic", "public", "Private", at_least=2).n_words_a > 0
    with pytest.raises(AssistcodeError, match=r"clinic 'publik': nothing was said there. Did you mean 'public'?"):
        study.keyness("clinic", "publik", "private")


def test_keyness_against_itself(study):
    """A group cannot be set against itself."""
    with pytest.raises(AssistcodeError, match=r"role 'client': it cannot be set against itself. Give two groups."):
        study.keyness("role", "client", "client")


def test_keyness_command(study, run):
    """The table names both parts with their words; the array has the figures."""
    call = ("-s", study.path, "lexicon", "keyness", "--by", "role", "client", "therapist", "--at-least", 2)
    lines = run(*call).stdout.splitlines()
    assert re.fullmatch(r"A: role client, \d+ words. B: role therapist, \d+ words\.", lines[0])
    assert lines[2].split() == ["word", "A", "B", "A/1,000", "B/1,000", "G2", "log", "ratio", "dyads"]
    assert {"word", "theme", "n_a", "n_b", "per_1000_a", "per_1000_b", "g2", "log_ratio", "n_dyads", "dyads"} == set(
        json.loads(run(*call, "--json").stdout)[0]
    )
    assert run(*call[:-1], 99).stderr == "No word occurs often enough; see --at-least.\n"


def test_word_of_one_dyad_is_marked(study, files, run, tmp_path):
    """Where there are several dyads, a word from one alone names it."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "d2_s5_client.txt").write_text("Client: The squirrel, the squirrel. I was there.\n", "utf-8")
    study.import_transcripts([tmp_path / "more"], pattern="d{dyad}_s{session}_{perspective}")
    study.close()
    table = run("-s", study.path, "lexicon", "keyness", "--by", "session", 5, 3, "--at-least", 2).stdout
    assert re.search(r"^squirrel .* only 2$", table, re.MULTILINE)
    assert re.search(r"^the .* 2 of 2$", table, re.MULTILINE)


# ---------------------------------------------------------------- precision


def record(study, term, arm="all", **options):
    """Return what became of one term."""
    (found,) = (row for row in study.term_precision(**options) if row.term == term and row.arm == arm)
    return found


def test_precision_counts_what_people_decided(study):
    """Fits, does not fit, not sure, and passages finished without the code, each by coder; shares have an interval."""
    place = next(row.excerpt for row in study.suggestions(theme="fear") if row.excerpt.quote.startswith("I was so"))
    assert (record(study, "scared").share, record(study, "scared").interval.reason) == (None, "no decision yet")
    study.decide(place, "fear", "fits", "anna")
    study.finish(place, "ben")
    both = record(study, "scared")
    assert (both.fits, both.does_not_fit, both.passed_by, both.unsure, both.share) == (1, 0, 1, 0, 0.5)
    study.decide(place, "fear", "does not fit", "ben")
    study.decide(place, "fear", "unsure", "anna")
    now = record(study, "scared")
    assert (now.fits, now.does_not_fit, now.passed_by, now.unsure, now.share) == (0, 1, 0, 1, 0.0)
    assert record(study, "scared", coder="anna").n == 0


def test_precision_tells_unaided_from_assisted(study):
    """What was decided after the suggestion was seen stands apart from what was not."""
    (one,) = (row for row in study.suggestions(theme="fear") if row.excerpt.quote.startswith("I was so"))
    study.decide(one.excerpt, "fear", "fits", "anna", shown=[one])
    assert (record(study, "scared", "assisted").fits, record(study, "scared", "unaided").fits) == (1, 0)


def test_precision_of_one_theme(study):
    """One theme can be asked for; every one of its terms is listed, the most decided first."""
    rows = study.term_precision(theme="fear")
    assert {row.theme for row in rows} == {"fear"}
    assert {row.term for row in rows} >= {term.text for term in study.lexicons()["fear"].terms}


def test_precision_before_a_run(tmp_path):
    """Before the first precode there is no evidence."""
    with (
        Study.create(tmp_path / "bare.study") as study,
        pytest.raises(AssistcodeError, match=r"lexicon precision: nothing was suggested yet. Run 'assistcode precode'"),
    ):
        study.term_precision()


def test_precision_command(study, run):
    """A term without a decision is said to have none, never 0."""
    result = run("-s", study.path, "lexicon", "precision", "--theme", "fear", "--limit", 3)
    assert result.stdout.splitlines()[0].split()[:6] == ["theme", "term", "weight", "fits", "not", "passed"]
    assert all(line.endswith("-      no decision yet") for line in result.stdout.splitlines()[1:])
    rows = json.loads(run("-s", study.path, "lexicon", "precision", "--theme", "fear", "--json").stdout)
    assert (rows[0]["share"], rows[0]["low"], rows[0]["undefined"]) == (None, None, "no decision yet")


def test_precision_without_lexicons(study, run):
    """Where no lexicon is in force that is said."""
    study.use_lexicons()
    study.close()
    result = run("-s", study.path, "lexicon", "precision")
    assert (result.stdout, result.stderr) == ("", "No lexicon speaks for this.\n")


@pytest.mark.parametrize(("k", "n"), [(0, 5), (1, 1), (8, 10), (37, 74), (10, 10)])
def test_wilson(k, n):
    """The interval is that of statsmodels."""
    from statsmodels.stats.proportion import proportion_confint

    assert (wilson(k, n).low, wilson(k, n).high) == pytest.approx(proportion_confint(k, n, method="wilson"))
