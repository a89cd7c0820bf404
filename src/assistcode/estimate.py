"""What may still be unread: for every code, at most how many more passages somebody would mark.

The sample is the walk: the passages of the study's random permutation that a person has read without a gap, from
its first one on. Such a run of a random permutation is a simple random sample of all passages, and one walk serves
all codes; within a dyad, session or role it is a simple random sample too.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from . import stopping
from .agreement import Figure
from .codebook import Code
from .errors import InputError, StudyError, UnknownName
from .judgement import Coding
from .listing import Where
from .material import Material
from .reading import BY
from .stopping import Look
from .store import given, judged
from .store.database import transaction
from .units import PASSAGE, Flags, Grid

WANTED = 10  # passages left, at most: what one would like to be able to say
BEARABLE = 0.5  # of what is unread; a bound that asks for more is not to be had at a bearable price
INTERPRETIVE = "interpretive code"
ALL_READ = "all is read"


@dataclass(frozen=True, slots=True)
class CodeEstimate:
    """What was found of a code in a group of passages, and how much more there may be at most.

    Counts are passages. ``n_walked`` and ``n_walked_marked`` are those of the last look. ``at_most`` holds with 95 %
    for this row alone, ``at_most_jointly`` for all rows together; None with a ``reason``. ``n_price`` further passages
    would have to be read to say "at most ``WANTED``" (None: no price was asked for), ``is_bearable`` or not.
    ``n_in_a_row`` were read since the last marked one: an indicator, no rule.
    """

    code: str
    group: str | None
    n_passages: int
    n_reviewed: int
    n_found: int
    n_walked: int
    n_walked_marked: int
    n_in_a_row: int
    at_most: int | None
    at_most_jointly: int | None
    reason: str = ""
    n_price: int | None = None
    is_bearable: bool = True

    @property
    def n_unread(self) -> int:
        """Passages not reviewed for this code."""
        return self.n_passages - self.n_reviewed


@dataclass(frozen=True, slots=True)
class Estimation:
    """The estimates of one reading. ``n_walk``: passages walked by now; ``n_walk_assisted``: with suggestions."""

    reading: str
    by: str | None
    n_passages: int
    n_reviewed: int
    n_sample: int
    n_walk: int
    n_walk_assisted: int
    wanted: int
    rows: tuple[CodeEstimate, ...]


@dataclass(frozen=True, slots=True)
class NewCodes:
    """How often new codes still appear: ``n_once`` of ``n_codes`` codes were met in one interview only."""

    n_codes: int
    n_once: int
    n_interviews: int
    share: Figure


class _Walk:
    """One reading of the passages, laid out in the order of the permutation."""

    def __init__(self, grid: Grid, reading: str) -> None:
        keys = {(p.transcript_id, p.start): p.sample_key for p in grid.material.passages}
        self.order = np.argsort([keys[u.transcript_id, u.start] for u in grid.units])
        self.is_read = grid.reviewed(reading)
        self.is_marked = grid.answers(reading) == 1
        self.is_unaided = grid.is_unaided(reading)
        self.sequence = _sequence(grid, reading)

    def length(self, column: int) -> int:
        """Return how many passages of the permutation were read for a code without a gap, from the first on."""
        gaps = np.flatnonzero(~self.is_read[self.order, column])
        return int(gaps[0]) if len(gaps) else len(self.order)

    def looks(self, column: int, inside: Flags) -> list[Look]:
        """Return what every look so far held of a group of passages."""
        ends = range(stopping.LOOK_EVERY, self.length(column) + 1, stopping.LOOK_EVERY)
        read = inside[self.order]
        marked = read & self.is_marked[self.order, column]
        return [Look(int(read[:end].sum()), int(marked[:end].sum())) for end in ends]

    def coming(self, column: int) -> list[tuple[Look, int]]:
        """Return what the looks to come would hold, each with all that is found by then.

        What is read counts as it is; what is not is taken to carry the code as often as the walk so far, or
        before the first look as all that was read.
        """
        read, marked = self.is_read[self.order, column], self.is_marked[self.order, column]
        n_walk = self.length(column)
        so_far = slice(n_walk if n_walk >= stopping.LOOK_EVERY else None)
        rate = marked[so_far].sum() / max(1, read[so_far].sum())
        ends = range((n_walk // stopping.LOOK_EVERY + 1) * stopping.LOOK_EVERY, len(read), stopping.LOOK_EVERY)
        more = [ceil(rate * (~read[:end]).sum()) for end in ends]
        return [
            (Look(end, int(marked[:end].sum()) + plus), int(marked.sum()) + plus)
            for end, plus in zip(ends, more, strict=True)
        ]

    def n_unread(self, column: int, end: int) -> int:
        """Return how many of the first passages of the permutation are still to be read for a code."""
        return int((~self.is_read[self.order[:end], column]).sum())

    def n_in_a_row(self, column: int, inside: Flags) -> int:
        """Return how many passages were read since the last marked one, in the order of reading."""
        rows = [row for row in self.sequence if inside[row] and self.is_read[row, column]]
        return stopping.n_in_a_row([bool(self.is_marked[row, column]) for row in rows])


def _sequence(grid: Grid, reading: str) -> list[int]:
    """Return the passages in the order in which the reading finished with them."""
    mine = [review for review in grid.reviews if review.coder == reading]
    return list(dict.fromkeys(row for one in mine for row in grid.over(one.transcript_id, one.start, one.end)))


def estimate(
    db: sqlite3.Connection,
    material: Material,
    reading: str,
    where: Where,
    *,
    by: str | None = None,
    wanted: int = WANTED,
) -> Estimation:
    """Estimate what is left for a reading, code by code (of a code or theme named, or all), and group by group.

    Raises UnknownName for a grouping that does not exist, InputError for a negative ``wanted``.
    """
    if by not in {None, *BY}:
        raise UnknownName(f"--by {by}", "no such grouping", f"Known: {', '.join(BY)}.")
    if wanted < 0:
        raise InputError("--wanted", f"{wanted} passages cannot be left", "Give 0 or more.")
    grid = Grid.read(db, material, PASSAGE)
    walk = _Walk(grid, reading)
    chosen = [(i, code) for i, code in enumerate(grid.codes) if _is_asked_for(code, where)]
    groups = _groups(grid, by)
    n_joint = max(1, sum(code.level != "latent" for _, code in chosen) * len(groups))
    rows = tuple(_row(walk, (i, code), group, n_joint=n_joint, wanted=wanted) for i, code in chosen for group in groups)
    n_walk = min((walk.length(i) for i, _ in chosen), default=0)
    return Estimation(
        reading=reading,
        by=by,
        n_passages=len(grid.units),
        n_reviewed=int(grid.finished([reading]).sum()),
        n_sample=sum(map(material.is_unaided, material.passages)),
        n_walk=n_walk,
        n_walk_assisted=int((~walk.is_unaided[walk.order[:n_walk]]).any(axis=1).sum()),
        wanted=wanted,
        rows=rows,
    )


def _is_asked_for(code: Code, where: Where) -> bool:
    themes = {name.casefold() for name in (code.theme, code.lexicon) if name}
    is_named = where.code is None or where.code.casefold() == code.name.casefold()
    return is_named and (where.theme is None or where.theme.casefold() in themes)


def _groups(grid: Grid, by: str | None) -> list[tuple[str | None, Flags]]:
    if by is None:
        return [(None, np.ones(len(grid.units), bool))]
    names = np.array([grid.group(unit, by) for unit in grid.units], dtype=str)
    return [(name, names == name) for name in dict.fromkeys(names.tolist())]


def _row(
    walk: _Walk, column_and_code: tuple[int, Code], group: tuple[str | None, Flags], *, n_joint: int, wanted: int
) -> CodeEstimate:
    (column, code), (name, inside) = column_and_code, group
    read, marked = inside & walk.is_read[:, column], inside & walk.is_marked[:, column]
    n_passages, n_found, n_unread = int(inside.sum()), int(marked.sum()), int((inside & ~read).sum())
    looks = walk.looks(column, inside)
    reason = _why_not(code, n_unread, looks, walk.length(column))
    last = looks[-1] if looks else Look(0, 0)
    at_most, jointly = (
        None if reason else _left(stopping.bound(n_passages, looks, risk), n_found, n_unread)
        for risk in (1 - stopping.LEVEL, (1 - stopping.LEVEL) / n_joint)
    )
    if reason == ALL_READ:
        at_most = jointly = 0
    n_price = None
    if name is None and reason not in {INTERPRETIVE, ALL_READ} and (at_most is None or at_most > wanted):
        end = stopping.price(n_passages, len(looks), walk.coming(column), wanted=wanted)
        n_price = walk.n_unread(column, end)
    return CodeEstimate(
        code=code.name,
        group=name,
        n_passages=n_passages,
        n_reviewed=int(read.sum()),
        n_found=n_found,
        n_walked=last.n_read,
        n_walked_marked=last.n_marked,
        n_in_a_row=walk.n_in_a_row(column, inside),
        at_most=at_most,
        at_most_jointly=jointly,
        reason=reason,
        n_price=n_price,
        is_bearable=n_price is None or n_price <= BEARABLE * n_unread,
    )


def _why_not(code: Code, n_unread: int, looks: Sequence[Look], n_walk: int) -> str:
    if code.level == "latent":
        return INTERPRETIVE
    if not n_unread:
        return ALL_READ
    return "" if looks else f"the walk has {n_walk} passages, the first look comes at {stopping.LOOK_EVERY}"


def _left(bound: int | None, n_found: int, n_unread: int) -> int | None:
    """Return how many more there may be: at most what is unread, and none where more was found than expected."""
    return None if bound is None else max(0, min(bound - n_found, n_unread))


def extend_sample(db: sqlite3.Connection, n: int) -> None:
    """Draw ``n`` more passages into the unaided sample, in the order of the permutation; logged.

    Raises InputError when there are not so many left, StudyError before the first precode.
    """
    if given.study_facts(db).unaided_below is None:
        raise StudyError("estimate", "no sample is drawn yet", "Run 'assistcode precode' first.")
    left = given.n_above_unaided(db)
    if not 0 < n <= left:
        raise InputError("--audit", f"{n} passages cannot be added", f"Give 1 to {left}.")
    with transaction(db):
        given.extend_unaided(db, n)
        judged.log(db, "estimate", audit=n)


def new_codes(codings: Sequence[Coding]) -> NewCodes:
    """Say how often a code occurs in an interview that was not met in any other."""
    where: dict[str, set[str]] = {}
    for coding in codings:
        where.setdefault(coding.code, set()).add(coding.excerpt.transcript)
    counts = [len(transcripts) for transcripts in where.values()]
    interviews = set().union(*where.values())
    share = stopping.new_code_share(counts)
    return NewCodes(
        len(counts), counts.count(1), len(interviews), Figure(share, "" if counts else "no code was used yet")
    )
