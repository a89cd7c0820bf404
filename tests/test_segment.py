"""Turns are cut into utterances as a careful reader would, and no character is lost."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistcode import segment as module
from assistcode.segment import is_back_channel, segment

GOLDEN = tomllib.loads((Path(__file__).parent / "golden_sentences.toml").read_text(encoding="utf-8"))["case"]
PIECES = [
    "I", "was", "Dr", "no", "…", "...", ".", "?!", "[cries]", "[", "]", "(sighs)", '"', "”", "’", "'", " ", "  ",
    "\n", "\n\n", "\t", "\u00a0", "\u2028", "don't", "don’t", "😀", "👩‍👧", "é", "ß", "İ", "1.", "a.m.", "–", "\0",
]  # fmt: skip
TALK = st.text() | st.lists(st.sampled_from(PIECES)).map("".join) | st.lists(st.sampled_from(PIECES)).map(" ".join)


def cut(text):
    """Return the utterances of one turn."""
    return next(iter(segment([text])))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in GOLDEN])
def test_golden(case):
    """A turn is cut where the hand-written standard cuts it."""
    assert [utterance.text for utterance in cut(case["turn"])] == case["utterances"]


@settings(deadline=None)
@given(TALK)
def test_spans_slice_back(text):
    """An utterance's span gives its text, and a token's span gives its word."""
    for utterance in cut(text):
        assert text[utterance.start : utterance.end] == utterance.text
        assert all(text[token.start : token.end] == token.text for token in utterance.tokens)


@settings(deadline=None)
@given(TALK)
@example("Mm. 😀 … [cries]\u2028\n\nYes.")
def test_only_white_space_is_lost(text):
    """Utterances stand in order, do not overlap, and leave out nothing but white space."""
    end = 0
    for utterance in cut(text):
        assert utterance.start >= end
        assert not text[end : utterance.start].strip()
        assert utterance.text == utterance.text.strip() != ""
        end = utterance.end
    assert not text[end:].strip()


@settings(deadline=None)
@given(st.lists(TALK, max_size=5))
def test_turns_do_not_influence_each_other(turns):
    """A turn is cut the same alone and among others."""
    assert list(segment(turns)) == [cut(turn) for turn in turns]


@pytest.mark.parametrize("text", ["", " ", "\n\t\n", "\u00a0"])
def test_no_words_no_utterances(text):
    """A turn of white space has no utterances, and keeps its place among the turns."""
    assert [len(found) for found in segment(["One.", text, "Two."])] == [1, 0, 1]


def test_any_number_of_turns():
    """No turns give no lists."""
    assert list(segment([])) == []


@pytest.mark.parametrize(
    "text",
    ["Mm.", "Mm-hm, yeah.", "Yeah, right …", "Uh-huh.", "OK!", "I see.", "Of course", "[laughs]", "(long pause)", "…",
     "Yes, yes, no.", "you know", "HMMM", "😀"],
)  # fmt: skip
def test_back_channel(text):
    """An utterance that only keeps the talk going is a back-channel."""
    assert is_back_channel(text)


@pytest.mark.parametrize(
    "text", ["I was right.", "Yes, I was scared.", "Mum.", "No way", "I see him.", "[cries] Why me?", "Oklahoma", "7"]
)
def test_no_back_channel(text):
    """An utterance with a word of its own is no back-channel."""
    assert not is_back_channel(text)


def test_back_channel_is_kept_and_not_codable():
    """A back-channel stays an utterance and is marked as not codable."""
    assert [(u.text, u.codable) for u in cut("Mm. I was scared.")] == [("Mm.", False), ("I was scared.", True)]


class Counting:
    """A pattern that counts the characters it was asked to search."""

    def __init__(self, pattern):
        self.pattern = pattern
        self.n_characters = 0

    def search(self, text, start=0, end=sys.maxsize):
        """Search as the pattern does; count."""
        self.n_characters += min(end, len(text)) - start
        return self.pattern.search(text, start, end)


@pytest.mark.parametrize("line", ["I was there. And he? " * 3000, "? " * 3000 + "word", "… " * 3000 + "No. Yes."])
def test_one_long_line_is_searched_once(line, monkeypatch):
    """Looking for words between stops reads a long line about once, however many stops it has."""
    word = Counting(module._WORD)
    monkeypatch.setattr(module, "_WORD", word)
    list(module.sentence_ends(line))
    assert word.n_characters <= 4 * len(line)


def test_one_long_line_looks_a_set_way_around(monkeypatch):
    """Every stop is judged once."""
    judged = []
    monkeypatch.setattr(module, "_ends", lambda _, found: judged.append(found.start()) or True)
    list(module.sentence_ends("I was there. And he? " * 3000))
    assert len(judged) == len(set(judged)) == 2 * 3000 - 1


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("segment.is_back_channel('Mm, ' * 40 + 'and then he left.')", id="mm"),
        pytest.param("segment.is_back_channel('Uh-huh, ' * 40 + 'and then he left.')", id="uh-huh"),
        pytest.param("list(segment.sentence_ends('.' * 60_000 + 'x'))", id="dots"),
        pytest.param("list(segment.sentence_ends('a. [' * 60_000 + 'x'))", id="open brackets"),
    ],
)
def test_odd_lines_come_to_an_end(call):
    """A line of one thing repeated is read at all: the time does not multiply with each repetition.

    Nothing is timed here; the limit is far above what a linear pass takes, and ends a hang.
    """
    subprocess.run([sys.executable, "-c", f"from assistcode import segment; {call}"], check=True, timeout=3)


@pytest.mark.parametrize("word", ["laughing", "Laughing", "LAUGHING"])
def test_capitals_do_not_hide_the_base_form(word):
    """A word has the same base form in small letters, at the head of a sentence, and shouted."""
    assert cut(f"{word} helped.")[0].tokens[0].lemma == "laugh"


def test_curly_apostrophe_is_cut_like_the_straight_one():
    """A contraction is the same tokens with either apostrophe."""
    straight, curly = cut("I don't know what he's like.")[0], cut("I don’t know what he’s like.")[0]
    assert [(t.start, t.end) for t in straight.tokens] == [(t.start, t.end) for t in curly.tokens]


def test_golden_standard_is_whole():
    """A golden case's utterances, joined by white space, are its turn: the standard itself loses nothing."""
    for case in GOLDEN:
        assert re.sub(r"\s", "", case["turn"]) == re.sub(r"\s", "", "".join(case["utterances"])), case["name"]
