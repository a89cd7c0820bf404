"""Offsets of other programs become code points of the frozen text, whatever they count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistcode.corpus import unify_line_ends
from assistcode.offsets import READINGS, Mark, holds_quote, is_quote_of, read_offsets

LINE_END = "\r\n"
WORDS = st.lists(
    st.sampled_from(["so", "scared", "😀", "naïve", "e\u0301t\u00e9", "𝒳", LINE_END, "\n", "him."]), min_size=3
)


def counted(text: str, place: int, reading: str) -> int:
    """Return how a program that counts this way gives a place of the text (a code point of it)."""
    before = unify_line_ends(text[:place]) if reading.endswith("as one") else text[:place]
    return len(before.encode("utf-16-le")) // 2 if reading.startswith("UTF-16") else len(before)


@pytest.mark.parametrize("reading", READINGS)
@given(words=WORDS)
def test_every_way_of_counting_is_found_by_the_quotes(reading: str, words: list[str]):
    """With the quotes as names, every span stands on its words, however the file counts."""
    text = " ".join(["Client:", *words, "the end."])
    spans = [(n, n + len(word)) for n, word in places(text) if word.strip()]
    marks = [Mark(counted(text, a, reading), counted(text, b, reading), text[a:b]) for a, b in spans]
    _, found = read_offsets(text, marks)
    unified = unify_line_ends(text)
    assert [unified[slice(*place)] for place in found if place] == [text[a:b] for a, b in spans]


def places(text: str) -> list[tuple[int, str]]:
    """Return every word of a text with its place."""
    found, place = [], 0
    for word in text.split(" "):
        if LINE_END not in word and "\n" not in word:
            found.append((place, word))
        place += len(word) + 1
    return found


def test_word_bounds_tell_when_there_are_no_quotes():
    """Without quotes the reading wins whose ends stand between words, as in NVivo's files."""
    text = "Client: 😀 yes.\r\nClient: I was scared of him.\r\nClient: never again, never."
    words = ["scared of him", "never again", "was"]
    starts = [(text.index(word), text.index(word) + len(word)) for word in words]
    reading = "UTF-16 units"
    marks = [Mark(counted(text, a, reading), counted(text, b, reading), "") for a, b in starts]
    found, spans = read_offsets(text, marks)
    unified = unify_line_ends(text)
    assert found == reading
    assert [unified[slice(*span)] for span in spans if span] == words


def test_the_standard_is_believed_where_nothing_tells():
    """With nothing to choose by, offsets are code points of the file's own text."""
    assert read_offsets("a 😀 b\r\nc", []) == (READINGS[0], [])


@pytest.mark.parametrize("mark", [Mark(-1, 3, ""), Mark(3, 3, ""), Mark(4, 2, ""), Mark(2, 99, "")])
def test_places_that_are_none_are_called_so(mark: Mark):
    """A place before, behind or without words gives None."""
    assert read_offsets("some words", [mark])[1] == [None]


@pytest.mark.parametrize(
    ("name", "quote", "is_quote"),
    [
        ("I was  here", "I was here", True),
        ("I was here\nthen", "I was here then", True),
        ("I was h…", "I was here and there", True),
        ("I was h...", "I was here and there", True),
        ("line:6", "I was here", False),
        ("", "I was here", False),
        ("…", "I was here", False),
    ],
)
def test_a_name_that_is_the_quote_is_known(name: str, quote: str, is_quote: bool):
    """White space may differ and the end may be cut off; a label is no quote."""
    assert is_quote_of(name, quote) is is_quote


def test_a_label_is_no_quote_of_a_long_span():
    """A name of another length than its span is a label, and moves nothing."""
    assert not holds_quote("fear", 200)
    assert holds_quote("I was here", 10)
    assert holds_quote("I was here for a long time…", 200)
