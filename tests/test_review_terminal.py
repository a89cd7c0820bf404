"""Reading and deciding at the terminal, key by key."""

import contextlib
import os
import pty
import select
import shutil
import subprocess
import sys
import termios
import time

import pytest

from assistcode import Study
from assistcode.store import judged
from conftest import CLIENT, THERAPIST

PATTERN = "d{dyad}_s{session}_{perspective}"
OWN_FIRST = "Your own codes first."
FIRST = "I was so scared of him. I had my jacket zipped up to the chin, and I kept looking at the door."
MACHINE = "The machine suggests"
SKIP_TO_SECOND = ".f."  # the first card: nothing of one's own, fear fits, nothing else


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Return a closed study: two transcripts, precoded, nothing unaided, anna on the roster."""
    texts, folder = tmp_path_factory.mktemp("texts"), tmp_path_factory.mktemp("template")
    (texts / "d1_s3_client.txt").write_text(CLIENT, encoding="utf-8")
    (texts / "d1_s3_therapist.txt").write_text(THERAPIST, encoding="utf-8")
    with Study.create(folder / "assistcode.study", unaided=0) as study:
        study.import_transcripts([texts], pattern=PATTERN)
        study.precode(model="static")
        study.add_coder("anna")
    return folder / "assistcode.study"


@pytest.fixture
def study(template, tmp_path):
    """Return a copy of that study, open, where the command line looks for it."""
    with Study.open(shutil.copy(template, tmp_path / "assistcode.study")) as opened:
        yield opened


@pytest.fixture
def unaided(study):
    """Return the study with every passage unaided."""
    study._db.execute("UPDATE study SET unaided_below = ?", (2**63 - 1,))
    study._forget_material()
    return study


@pytest.fixture
def review(run, study):
    """Type keys into a review by anna; return the result, which must not be a crash."""

    def typed(keys, *options):
        result = run("review", "--coder", "anna", *options, input=keys)
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result

    return typed


def coded(study):
    """Return (words, code, pole, verdict) of everything that stands."""
    rows = study.codings(every_verdict=True)
    return [(row.excerpt.quote, row.code, row.pole, row.verdict) for row in rows]


def n_reviewed(study):
    """Return how many passages anna has finished with."""
    return study.unreviewed(coder="anna")[0].n_reviewed


def flat(text):
    """Return a text in one line, however the terminal wrapped it."""
    return " ".join(text.split())


def cards(result):
    """Return what was printed for each card dealt, each in one line."""
    return [flat(card) for card in result.stdout.split("─" * 78)[1:]]


# ---------------------------------------------------------------- the card


def test_a_card_says_where_it_is(review):
    """The card names transcript, turn, dyad and session, how far one is, and why it comes."""
    (card,) = cards(review("q"))
    assert "d1_s3_client, turn 3, dyad 1, session 3 (0 of 7 passages reviewed)" in card
    assert "next in the order of the interviews" in card


def test_a_card_shows_the_turns_around(review):
    """The passage stands among the turns before and after it, with their voices."""
    (card,) = cards(review("q"))
    assert f"interviewer: What was going on here? » client: {FIRST} interviewer: Were you ashamed?" in card


def test_the_moment_and_the_video_are_named(review):
    """A card within a moment names it, and the quoted video's voices are told from the interview's."""
    card = cards(review(f"{SKIP_TO_SECOND}.f.q"))[2]
    assert "turn 8, moment 1" in card
    assert "client (video): Yes." in card


def test_the_order_can_be_chosen(review, study):
    """With --order likely the passage of the best suggestion comes first."""
    best = max(study.suggestions(), key=lambda one: one.score)
    assert best.excerpt.quote in cards(review("q", "--order", "likely"))[0]


def test_a_mistyped_coder_reads_nothing(run, study):
    """Somebody who is not on the roster is refused before any card is shown."""
    result = run("review", "--coder", "ana")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Did you mean 'anna'?" in result.stderr


# ---------------------------------------------------------------- own codes first


def test_own_codes_come_before_suggestions(review):
    """Nothing of the machine is printed before the reader is done with her own codes."""
    before, _, after = review(".q").stdout.partition(MACHINE)
    assert OWN_FIRST in before
    assert "because" not in before
    assert "fear" in after


def test_typed_words_are_coded(review, study):
    """Words typed, a code by its first letters and a pole make a coding of exactly these words."""
    result = review("cjacket zipped up\nsha\npq")
    assert 'coded: shame on "jacket zipped up"' in result.stdout
    assert coded(study) == [("jacket zipped up", "shame", "present", "fits")]


@pytest.mark.parametrize(("key", "pole"), [("p", "present"), ("-", "lacking"), ("n", None)])
def test_the_pole_is_asked_for(review, study, key, pole):
    """Present, spoken of as missing, none: the reader's own code has the pole she chose."""
    review(f"cjacket\nshame\n{key}q")
    assert coded(study) == [("jacket", "shame", pole, "fits")]


def test_no_pole_stays_no_pole(review, study):
    """Own code without a pole: the machine's pole does not slip in, though it suggests the code there."""
    review("cI was so scared of him.\nfear\nnq")
    assert coded(study) == [("I was so scared of him.", "fear", None, "fits")]


def test_no_words_mean_the_whole_passage(review, study):
    """With no words typed the whole passage is coded."""
    review("c\nshame\npq")
    assert coded(study) == [(FIRST, "shame", "present", "fits")]


def test_words_that_do_not_stand_there_are_refused(review, study):
    """Words that are not in the passage are not coded, though they stand elsewhere in the transcript."""
    result = review("cthe bus was late\nq")
    assert "Nothing is coded: type words as they stand in the passage, once." in result.stdout
    assert coded(study) == []


def test_several_codes_that_begin_so_are_named(review, study):
    """First letters that fit several codes choose none of them."""
    result = review("cjacket\ns\nq")
    assert "Several begin so: safety, shame" in result.stdout
    assert coded(study) == []


def test_no_code_typed_codes_nothing(review, study):
    """An empty answer leaves it."""
    review("cjacket\n\nq")
    assert coded(study) == []


def test_a_new_code_is_asked_for(review, study):
    """A name the codebook does not have becomes a code when the reader says yes."""
    result = review("cjacket\narmour\nypq")
    assert "There is no code 'armour'." in result.stdout
    assert coded(study) == [("jacket", "armour", "present", "fits")]
    assert study.code("armour").origin == "own"


def test_a_new_code_can_be_left(review, study):
    """When the reader says no, neither a code nor a coding is made."""
    review("cjacket\narmour\nnq")
    assert study.codebook.by_name("armour") is None
    assert coded(study) == []


def test_the_last_code_is_repeated(review, study):
    """One key codes the whole passage with the code used last; before any was used it does nothing."""
    review("rcjacket\nfear\npcdoor\nshame\nprq")
    assert (FIRST, "shame") in [row[:2] for row in coded(study)]
    assert len(coded(study)) == 3


def test_the_last_code_may_be_taken_back(review, study):
    """Repeating a code whose making was taken back does not end the sitting."""
    result = review("cjacket\narmour\nypzzrq")
    assert "passages reviewed in this sitting" in result.stdout
    assert result.exit_code == 0


def test_the_codebook_can_be_read(review):
    """The codebook shows every code with its definition."""
    result = review("bq")
    for name in ("competence", "fear", "safety", "shame", "togetherness"):
        assert f"  {name}: " in result.stdout


# ---------------------------------------------------------------- verdicts


def test_the_machine_says_why(review):
    """A suggestion is shown with its words, its pole and its evidence."""
    shown = review(".q").stdout.partition(MACHINE)[2]
    assert "I was so scared of him." in shown
    assert 'because it says "scared" (toward partner, intensified)' in shown
    assert "fear, present:" in shown


@pytest.mark.parametrize(
    ("key", "verdict", "pole"), [("f", "fits", "present"), ("d", "does not fit", None), ("u", "unsure", None)]
)
def test_one_key_decides(review, study, key, verdict, pole):
    """Fits, does not fit and unsure are one key each."""
    review(f".{key}q")
    assert coded(study) == [("I was so scared of him.", "fear", pole, verdict)]


def test_capital_letters_are_the_same_keys(review, study):
    """With the shift key stuck it still works."""
    review(".FQ")
    assert [row[3] for row in coded(study)] == ["fits"]


def test_the_decision_was_shown_the_suggestion(review, study):
    """What was decided on a shown suggestion is kept as assisted, with what was shown."""
    review(".fq")
    assert [tuple(row) for row in study._db.execute("SELECT arm, shown IS NOT NULL FROM decision")] == [("assisted", 1)]


def test_not_this_but_that(review, study):
    """Another code instead: the suggested one does not fit, the other fits, in one action."""
    review(".nsafety\n-q")
    assert coded(study) == [
        ("I was so scared of him.", "fear", None, "does not fit"),
        ("I was so scared of him.", "safety", "lacking", "fits"),
    ]
    assert study.undo("anna").what == "2 decisions"


def test_not_this_but_nothing_asks_again(review, study):
    """With no other code typed the suggestion is still to be decided."""
    result = review(".n\ndq")
    assert result.stdout.count("fear, present:") == 2
    assert coded(study) == [("I was so scared of him.", "fear", None, "does not fit")]


def test_the_pole_can_be_turned(review, study):
    """Turned, the suggestion is accepted with the other pole, and the question says so before."""
    result = review(".pfq")
    assert "fear, spoken of as missing:" in result.stdout
    assert coded(study) == [("I was so scared of him.", "fear", "lacking", "fits")]


def test_the_pole_can_be_turned_back(review, study):
    """Turned twice it is as suggested."""
    review(".ppfq")
    assert coded(study)[0][2] == "present"


def test_a_decided_suggestion_is_not_asked_again(review, study):
    """What was decided before the reader quit is not asked when the card comes again."""
    review(".fq")
    result = review(".q")
    assert MACHINE not in result.stdout
    assert "client: No, I wasn't ashamed. Mm." in cards(result)[1]


def test_after_the_suggestions_there_is_room_for_more(review, study):
    """Having seen the suggestions the reader may code something else in the passage."""
    result = review(".fcjacket\nshame\np.q")
    assert "Anything else in this passage?" in result.stdout
    assert ("jacket", "shame", "present", "fits") in coded(study)


def test_a_passage_without_suggestions_is_done_with_one_key(review, study):
    """Where nothing is suggested, "nothing more here" finishes the passage."""
    with study._action("anna") as action_id:
        for passage in study.material.reading_order[:3]:
            transcript = study.material.by_id[passage.transcript_id]
            span = study.material.span(transcript.excerpt(passage.start, passage.end))
            judged.add_review(study._db, action_id, span, "assisted")
    result = review(".q")
    assert "The bus was late" in cards(result)[0]
    assert MACHINE not in result.stdout
    assert n_reviewed(study) == 4


def test_a_code_the_codebook_retired_does_not_end_the_sitting(review, study):
    """With a lexicon's code retired one can still read and decide."""
    code_id = study.code("fear").id
    with study._action("anna") as action_id:
        judged.add_code_event(study._db, action_id, "code", "retire", code_id)
    result = review(".fq")
    assert (result.exit_code, result.stderr) == (0, "")


# ---------------------------------------------------------------- finishing, later, undo, quit


def test_finishing_reviews_the_passage(review, study):
    """Done with its codes and suggestions the passage is reviewed, and the next comes."""
    result = review(f"{SKIP_TO_SECOND}q")
    assert n_reviewed(study) == 1
    assert "(1 of 7 passages reviewed)" in cards(result)[1]
    assert "1 passages reviewed in this sitting." in result.stdout


def test_quitting_reviews_nothing_half_read(review, study):
    """A passage left in the middle is not reviewed; what was decided in it is kept."""
    review(".fq")
    assert n_reviewed(study) == 0
    assert len(coded(study)) == 1


def test_quitting_says_how_to_go_on(review):
    """The last line is the command to go on with."""
    result = review("q")
    assert result.exit_code == 0
    assert result.stdout.rstrip().endswith("Go on with: assistcode review --coder anna")


def test_going_on_goes_on_where_one_was(review, study):
    """The next sitting begins with the passage at which the last one ended."""
    last = cards(review(f"{SKIP_TO_SECOND}q"))[-1].partition(OWN_FIRST)[0]
    assert "turn 5" in last
    assert cards(review("q"))[0].partition(OWN_FIRST)[0] == last


@pytest.mark.parametrize("keys", ["l", ".l"])
def test_later_brings_the_next_card(review, study, keys):
    """Putting a card off deals the next one; the first comes back at the end."""
    result = review(f"{keys}q")
    assert "No, I wasn't ashamed." in cards(result)[1]
    assert n_reviewed(study) == 0
    assert study._db.execute("SELECT kind FROM visit").fetchone()[0] == "later"


@pytest.mark.parametrize("keys", ["m", ".m", ".fm"])
def test_a_memo_is_about_the_passage(review, study, keys):
    """At every step a memo can be written; it stands with the passage's words."""
    review(f"{keys}why the jacket?\nq")
    assert [(memo.text, memo.excerpt.quote) for memo in study.memos()] == [("why the jacket?", FIRST)]


def test_an_empty_memo_is_none(review, study):
    """A memo without words is not written."""
    review("m\nq")
    assert study.memos() == []


@pytest.mark.parametrize("keys", ["cjacket\nshame\npz", ".fz"])
def test_undo_takes_back_the_decision(review, study, keys):
    """Undo takes back the latest decision, says so, and deals the card again."""
    result = review(f"{keys}q")
    assert "taken back: 1 decision" in result.stdout
    assert coded(study) == []
    assert FIRST in cards(result)[1]


def test_undo_goes_back_to_the_card_before(review, study):
    """On a fresh card undo takes back the review of the one before, which comes again."""
    result = review(f"{SKIP_TO_SECOND}zq")
    assert "taken back: 1 finished passage" in result.stdout
    assert FIRST in cards(result)[2]
    assert n_reviewed(study) == 0


def test_undo_of_another_sitting(review, study):
    """What was decided in an earlier sitting can be taken back in this one."""
    review(".fq")
    review("zq")
    assert coded(study) == []


def test_undo_with_nothing_left_says_so(review):
    """With nothing to take back undo says so and goes on."""
    result = review("zq")
    assert "nothing left to take back" in result.stdout
    assert result.exit_code == 0


def test_reading_to_the_end(review, study):
    """After the last passage the sitting ends by itself and names what to look at now."""
    result = review(".f." + ".f." + ".fff." + "." + ".fff." + ".ff." + ".")
    assert result.stdout.rstrip().endswith("Every passage is reviewed. See: assistcode unreviewed, assistcode compare")
    assert (result.exit_code, n_reviewed(study), len(coded(study))) == (0, 7, len(study.suggestions()))


def test_nothing_to_read_says_so(review, study):
    """Started again when all is reviewed, no card is shown."""
    while card := study.next_card("anna"):
        study.review(card, "anna")
    assert cards(review("")) == []


# ---------------------------------------------------------------- keys that do nothing


@pytest.mark.parametrize("step", ["", ".", ".f"])
@pytest.mark.parametrize("key", ["\n", "\r", " ", "y", "x", "1", "é"])
def test_other_keys_do_nothing(review, study, step, key):
    """Enter, the space bar and keys not offered neither decide nor finish, at any step."""
    review(f"{step}q")
    decided, undone = coded(study), study.undo("anna")
    review(f"{step}{key * 3}q")
    assert coded(study) == decided
    assert n_reviewed(study) == 0
    assert (undone is None) == (decided == [])


def test_enter_is_no_yes_to_a_new_code(review, study):
    """Enter does not make a new code; nor does it choose a pole."""
    review("cjacket\narmour\n\n\nn" + "cjacket\nfear\n\n\n-q")
    assert study.codebook.by_name("armour") is None
    assert coded(study) == [("jacket", "fear", "lacking", "fits")]


@pytest.mark.parametrize("keys", ["\x03", ".\x03", ".f\x04", ""])
def test_stopping_keeps_what_was_written(review, study, keys):
    """Ctrl-C, or the end of the input, ends with 130 and keeps every decision made."""
    result = review(keys)
    assert result.exit_code == 130
    assert "Stopped. What was written is kept." in result.stderr
    assert len(coded(study)) == keys.count("f")


# ---------------------------------------------------------------- unaided cards


def test_an_unaided_card_shows_nothing_of_the_machine(review, unaided):
    """From first to last card neither suggestion nor evidence nor the offer of one is printed."""
    result = review("." * 7)
    assert n_reviewed(unaided) == 7
    for words in (MACHINE, "because", "similarity", "see what is suggested", "fear", "competence", "missing"):
        assert words not in flat(result.stdout)


def test_an_unaided_card_says_what_it_is(review, unaided):
    """The card says that it is a random passage, read without suggestions."""
    assert "unaided: a random passage, read without suggestions" in cards(review("q"))[0]


def test_own_codes_on_an_unaided_card(review, unaided):
    """On an unaided card the reader codes as on the others, and it counts as unaided."""
    review("c\nfear\np.q")
    (row,) = unaided.codings()
    assert (row.code, row.pole, row.arm) == ("fear", "present", "unaided")


def test_repeating_on_an_unaided_card_takes_no_pole(review, unaided):
    """The code repeated on an unaided card does not take the pole of a suggestion nobody has seen."""
    start = unaided.suggestions(theme="fear", coder="anna", even_unaided=True)[0].excerpt.start
    while unaided.next_card("anna").excerpt.start != start:
        unaided.review(unaided.next_card("anna"), "anna")
    review("cjacket\nfear\nnrq")
    assert {(quote, pole) for quote, _, pole, _ in coded(unaided)} == {("jacket", None), (FIRST, None)}


def test_every_fifth_card_is_unaided(run, tmp_path, files):
    """With unaided passages in the study the fifth card of a sitting is one."""
    with Study.create(tmp_path / "assistcode.study", unaided=1) as study:
        study.import_transcripts([files], pattern=PATTERN)
        study.add_coder("anna")
        study._code_the_lexicons()
        study.precode(model="static")
        study.forget_suggestions()
    result = run("review", "--coder", "anna", input="....q")
    assert ["unaided:" in card for card in cards(result)] == [False, False, False, False, True]


# ---------------------------------------------------------------- a real terminal


class Terminal:
    """The program in a pseudo-terminal."""

    def __init__(self, *arguments, folder):
        master, slave = pty.openpty()
        self.master, self.seen = master, ""
        self.child = subprocess.Popen(
            [sys.executable, "-m", "assistcode", *arguments],
            stdin=slave, stdout=slave, stderr=slave, cwd=folder, start_new_session=True,
            env=os.environ | {"TERM": "xterm", "PYTHONUTF8": "1"},
        )  # fmt: skip
        os.close(slave)

    def read_until(self, words, *, pressing=None, deadline_s=30):
        """Wait until words are on the screen, counting from the last wait; return what was printed till then.

        ``pressing`` is a key pressed again while nothing comes: keys that arrive together are not all read.
        """
        end, raw = time.monotonic() + deadline_s, b""
        while words not in (text := raw.decode(errors="ignore")):
            assert time.monotonic() < end, f"{words!r} did not come; seen: {text}"
            if select.select([self.master], [], [], 0.2)[0] and (piece := self.read()):
                raw += piece
                continue
            assert self.child.poll() is None, f"ended before {words!r}; seen: {text}"
            if pressing:
                self.press(pressing)
        self.seen += text
        return text

    def read(self):
        """Return what is there to read; nothing once the program has ended."""
        with contextlib.suppress(OSError):
            return os.read(self.master, 65536)
        return b""

    def press(self, key, deadline_s=30):
        """Press a key as soon as the program waits for a single one."""
        end = time.monotonic() + deadline_s
        while termios.tcgetattr(self.master)[3] & termios.ICANON:
            assert time.monotonic() < end, "the program does not wait for a key"
            select.select([], [], [], 0.005)
        os.write(self.master, key.encode())

    def close(self):
        """End the program if it has not ended, and free the terminal."""
        self.child.kill()
        self.child.wait()
        os.close(self.master)


@pytest.fixture
def terminal(study, tmp_path):
    """Start a review by anna in a pseudo-terminal."""
    started = Terminal("review", "--coder", "anna", folder=tmp_path)
    yield started
    started.close()


def test_a_card_in_a_real_terminal(terminal, study):
    """In a real terminal single keys, without Enter, review a card; Enter does nothing; q ends with 0."""
    terminal.read_until("[q] quit")
    terminal.press("\r")
    assert MACHINE in terminal.read_until("[q] quit", pressing=".")
    terminal.press("f")
    terminal.read_until("Anything else in this passage?")
    terminal.press(".")
    terminal.read_until("(1 of 7 passages reviewed)")
    terminal.press("q")
    terminal.read_until("Go on with: assistcode review --coder anna")
    assert terminal.child.wait(timeout=30) == 0
    assert coded(study) == [("I was so scared of him.", "fear", "present", "fits")]
    assert n_reviewed(study) == 1


def test_ctrl_c_in_a_real_terminal(terminal, study):
    """Ctrl-C in a real terminal ends with 130 in one line, without a traceback, and keeps what was decided."""
    terminal.read_until("[q] quit")
    terminal.press(".")
    terminal.read_until("[q] quit")
    terminal.press("f")
    terminal.read_until("Anything else in this passage?")
    terminal.press("\x03")
    terminal.read_until("Stopped. What was written is kept.")
    assert terminal.child.wait(timeout=30) == 130
    assert "Traceback" not in terminal.seen
    assert len(coded(study)) == 1
