"""Find out how the offsets of a project file count, and turn them into code points of the frozen text.

The standard says Unicode code points. NVivo counts UTF-16 units over text with ``\\r\\n`` kept, and others count a
line end as one character while the file holds two.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .corpus import unify_line_ends

READINGS = ("code points", "UTF-16 units", "code points, a line end as one", "UTF-16 units, a line end as one")
ELLIPSES = ("…", "...")
_WIDE = re.compile("[\U00010000-\U0010ffff]")  # two units of UTF-16
_WEIGHT_OF_QUOTE = 8  # a quote that fits says more than two ends that stand between words


@dataclass(frozen=True, slots=True)
class Mark:
    """A span as a file gives it, with the selection's name, which holds the quote as a rule."""

    start: int
    end: int
    name: str


def read_offsets(text: str, marks: Sequence[Mark]) -> tuple[str, list[tuple[int, int] | None]]:
    """Return which way of counting fits a source best, and every mark as a span of the unified text.

    The best reading has the most marks whose quote is their name or whose ends stand between words; among
    equals the first of ``READINGS``. A mark beyond the text, or without length, gives None.
    """
    unified = unify_line_ends(text)
    best: tuple[int, str, list[tuple[int, int] | None]] | None = None
    for reading in _readings(text):
        convert = _to_unified(text, reading)
        spans = [_span(mark, convert, len(unified)) for mark in marks]
        score = sum(_fit(unified, span, mark.name) for span, mark in zip(spans, marks, strict=True) if span)
        if best is None or score > best[0]:
            best = score, reading, spans
    return (best[1], best[2]) if best else (READINGS[0], [])


def is_quote_of(name: str, quote: str) -> bool:
    """Whether a selection's name holds its quote: white space may differ, the end may be cut off with "…"."""
    wanted, stands = " ".join(name.split()), " ".join(quote.split())
    if wanted == stands:
        return bool(wanted)
    start = next((wanted.removesuffix(one) for one in ELLIPSES if wanted.endswith(one)), "")
    return len(start) >= 3 and stands.startswith(start.rstrip())


def holds_quote(name: str, length: int) -> bool:
    """Whether a selection's name can be a quote of about this length, and not a label such as "line:6"."""
    if name.endswith(ELLIPSES):
        return 20 <= len(name) <= length + 3
    return bool(name.strip()) and abs(len(name) - length) <= 2 + length // 20


def _readings(text: str) -> list[str]:
    """Return the ways of counting that differ for a text."""
    has_wide, has_pairs = bool(_WIDE.search(text)), "\r\n" in text
    kept = [one for one in READINGS if has_wide or not one.startswith("UTF-16")]
    return [one for one in kept if has_pairs or not one.endswith("as one")]


def _to_unified(text: str, reading: str) -> Callable[[int], int]:
    """Return what turns an offset of the file into one of the unified text.

    An offset inside a surrogate pair, or between the two halves of a line end, goes to the start of the character.
    """
    counts_line_ends_once = reading.endswith("as one")
    wide = [found.start() for found in _WIDE.finditer(unify_line_ends(text) if counts_line_ends_once else text)]
    units = [place + n for n, place in enumerate(wide)] if reading.startswith("UTF-16") else []
    pairs = [] if counts_line_ends_once else [found.start() for found in re.finditer("\r\n", text)]

    def convert(offset: int) -> int:
        place = offset - bisect_left(units, offset)
        return place - bisect_left(pairs, place)

    return convert


def _span(mark: Mark, convert: Callable[[int], int], length: int) -> tuple[int, int] | None:
    if not 0 <= mark.start < mark.end:
        return None
    start, end = convert(mark.start), convert(mark.end)
    return (start, end) if start < end <= length else None


def _fit(text: str, span: tuple[int, int], name: str) -> int:
    start, end = span
    quote = text[start:end]
    is_quote = is_quote_of(name, quote) + (name == quote)
    return _WEIGHT_OF_QUOTE * is_quote + _is_between_words(text, start) + _is_between_words(text, end)


def _is_between_words(text: str, place: int) -> bool:
    return place in {0, len(text)} or not (text[place - 1].isalnum() and text[place].isalnum())
