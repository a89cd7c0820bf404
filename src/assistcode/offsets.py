"""Find out how the offsets of a project file count, and turn them into code points of the frozen text.

The standard says Unicode code points. NVivo counts UTF-16 units over text with ``\\r\\n`` kept, and others count a
line end as one character while the file holds two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .corpus import unify_line_ends

READINGS = ("code points", "UTF-16 units", "code points, a line end as one", "UTF-16 units, a line end as one")
ELLIPSES = ("…", "...")
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
    is_plain = len(unified) == len(text) and not _has_wide(unified)
    best: tuple[int, str, list[tuple[int, int] | None]] | None = None
    for reading in READINGS[:1] if is_plain else READINGS:
        places = _places(text, unified, reading)
        spans = [_span(mark, places) for mark in marks]
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


def _has_wide(text: str) -> bool:
    return bool(text) and max(text) > "\uffff"


def _places(text: str, unified: str, reading: str) -> Sequence[int]:
    """Return for every offset of the file the code point of the unified text that it stands at."""
    is_one = reading.endswith("as one")
    counted = unified if is_one else text
    places: Sequence[int] = range(len(unified) + 1) if is_one else _without_returns(text)
    if not reading.startswith("UTF-16") or not _has_wide(counted):
        return places
    units = [n for n, char in enumerate(counted) for _ in range(1 + (char > "\uffff"))]
    return [places[n] for n in (*units, len(counted))]


def _without_returns(text: str) -> Sequence[int]:
    r"""Return for every place in a text how many characters stand before it once ``\r\n`` is one."""
    if "\r\n" not in text:
        return range(len(text) + 1)
    places, n = [], 0
    for before, char in zip(" " + text, text, strict=False):
        n -= before == "\r" and char == "\n"
        places.append(n)
        n += 1
    return [*places, n]


def _span(mark: Mark, places: Sequence[int]) -> tuple[int, int] | None:
    if not 0 <= mark.start < mark.end < len(places):
        return None
    start, end = places[mark.start], places[mark.end]
    return (start, end) if start < end else None


def _fit(text: str, span: tuple[int, int], name: str) -> int:
    start, end = span
    is_quote = is_quote_of(name, text[start:end])
    return _WEIGHT_OF_QUOTE * is_quote + _is_between_words(text, start) + _is_between_words(text, end)


def _is_between_words(text: str, place: int) -> bool:
    return place in {0, len(text)} or not (text[place - 1].isalnum() and text[place].isalnum())
