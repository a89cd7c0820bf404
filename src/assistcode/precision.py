"""What people decided where a term of a lexicon was evidence."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .agreement import Interval, wilson
from .errors import StudyError
from .evidence import Lexicon
from .listing import Listing
from .material import Material
from .store import made
from .units import Grid

Key = tuple[str, str]  # theme and term
VERDICTS = FITS, NOT_FITS, PASSED_BY, UNSURE, NONE = "fits", "does not fit", "passed by", "unsure", ""
ARMS = ALL, UNAIDED, ASSISTED = "all", "unaided", "assisted"


@dataclass(frozen=True, slots=True)
class Record:
    """How a term fared: the suggestions it was evidence for, and what people made of those.

    ``passed_by``: a coder finished with the place and did not code it, which is a no. Several coders on one place
    count once each. ``arm`` is unaided, assisted or all.
    """

    theme: str
    term: str
    weight: float | None
    arm: str
    n_suggestions: int
    fits: int
    does_not_fit: int
    passed_by: int
    unsure: int

    @property
    def n(self) -> int:
        """How many decisions say yes or no."""
        return self.fits + self.does_not_fit + self.passed_by

    @property
    def share(self) -> float | None:
        """The share of these that say the theme fits, 0..1; None before the first decision."""
        return self.fits / self.n if self.n else None

    @property
    def interval(self) -> Interval:
        """The share's 95 % interval, as if decisions were independent."""
        return wilson(self.fits, self.n)


def records(
    db: sqlite3.Connection, material: Material, lexicons: Mapping[str, Lexicon], readings: Sequence[str]
) -> Listing[Record]:
    """Return how every term of the lexicons fared with these readings, most decided first, for each of ``ARMS``.

    Only suggestions of the current run count, and only decisions of people. Raises StudyError before the first run.
    """
    if made.current_run(db) is None:
        raise StudyError("lexicon precision", "nothing was suggested yet", "Run 'assistcode precode' first.")
    grid = Grid.read(db, material)
    suggested = [(key, row, column) for key, row, column in _places(grid) if key[0] in lexicons]
    n_suggestions = Counter(key for key, _, _ in suggested)
    counts: Counter[tuple[Key, str, str]] = Counter()
    for reading in readings:
        verdicts, is_unaided = _verdicts(grid, reading), grid.is_unaided(reading)
        for key, row, column in suggested:
            for arm in (ALL, UNAIDED if is_unaided[row, column] else ASSISTED):
                counts[key, arm, VERDICTS[verdicts[row, column]]] += 1
    weights = {(name, term.text): term.weight for name, one in lexicons.items() for term in one.terms}
    keys = sorted({*weights, *n_suggestions}, key=lambda key: (key[0], -_n(counts, key), -n_suggestions[key], key[1]))
    return Listing(
        Record(
            *key, weights.get(key), arm, n_suggestions[key], *(counts[key, arm, verdict] for verdict in VERDICTS[:4])
        )
        for key in keys
        for arm in ARMS
    )


def _n(counts: Counter[tuple[Key, str, str]], key: Key) -> int:
    return sum(counts[key, ALL, verdict] for verdict in (FITS, NOT_FITS, PASSED_BY))


def _places(grid: Grid) -> Iterator[tuple[Key, int, int]]:
    """Yield (theme and term, unit, code) wherever a term is evidence for a suggestion."""
    columns = {code.id: column for column, code in enumerate(grid.codes)}
    for one in grid.suggestions:
        code = grid.book.for_lexicon(one.theme)
        terms = {entry.term for entry in one.evidence if entry.source == "lexicon"}
        if code is not None:
            for row in grid.over(one.utterance.transcript_id, one.utterance.start, one.utterance.end):
                yield from (((one.theme, term), row, columns[code.id]) for term in terms if term is not None)


def _verdicts(grid: Grid, reading: str) -> NDArray[np.int64]:
    """Return the number in VERDICTS of what a reading made of each unit and code, (units, codes)."""
    answers = grid.answers(reading)
    is_no = answers == 0
    said = [answers == 1, is_no & grid.decided(reading, NOT_FITS), is_no, grid.decided(reading, UNSURE)]
    return np.select(said, range(4), default=4)
