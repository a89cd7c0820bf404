"""Compare the machine's suggestions with a coder, or two or more coders, code by code, on the same units.

Only units that at least two of the readings answer enter (see ``units``). With the machine the figures come apart:
*unaided*, where the person had seen nothing of it, and *assisted*, which is not independent.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import agreement
from .agreement import MISSING, Answers, Coefficient, Figure, Interval, SetAgreement, Sums, Table, Values
from .codebook import Code, Codebook
from .corpus import overlaps_by_half
from .errors import StudyError, UnknownName
from .judgement import AGREED
from .listing import excerpt_dict
from .material import Material, did_you_mean
from .reading import BY
from .store import judged, made
from .units import MACHINE, UNITS, UTTERANCE, Flags, Grid

ARMS = ("all", "unaided", "assisted")
FEW = 30  # units: below, a figure says little
_SAYS = {1: "yes", 0: "no", MISSING: ""}


@dataclass(frozen=True, eq=False)
class CodeAgreement:
    """How readings agree on one code (None: all codes pooled), in one arm and one group (None: everywhere).

    ``cluster_sums`` (interviews, terms) are sums over the units, see ``agreement.Sums``.
    """

    code: str | None
    arm: str
    group: str | None
    n_readings: int
    n_unaided: int
    cluster_sums: Values
    average_precision: Figure | None = None

    @cached_property
    def sums(self) -> Sums:
        """The sums over all units."""
        return agreement.total(self.cluster_sums)

    @property
    def n(self) -> int:
        """The number of units that enter."""
        return int(self.sums.n)

    @property
    def table(self) -> Table:
        """The 2 x 2 table of two readings; all 0 for more."""
        return Table.of(self.sums)

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """Those that exist for so many readings."""
        return (*agreement.OF_TWO, *agreement.OF_ANY) if self.n_readings == 2 else agreement.OF_ANY

    @property
    def figures(self) -> dict[str, Figure]:
        """The coefficients by name; precision, recall and F1 take the second reading as the measure."""
        ranked = {} if self.average_precision is None else {"average_precision": self.average_precision}
        return {one.name: one(self.sums) for one in self.coefficients} | ranked

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """A bootstrap interval a coefficient, interviews drawn anew; average precision has none."""
        sums, n_interviews = _resampled(self.cluster_sums)
        return {one.name: agreement.interval_of(one.over(sums[0]), n_interviews) for one in self.coefficients}


def _resampled(*cluster_sums: Values) -> tuple[list[Sums], int]:
    """Draw the interviews that have units anew, the same ones for every array; return also how many there are."""
    has_units = np.any([sums.any(axis=1) for sums in cluster_sums], axis=0)
    weights = agreement.resamples(int(has_units.sum()))
    return [agreement.resampled(weights, sums[has_units]) for sums in cluster_sums], int(has_units.sum())


@dataclass(frozen=True, slots=True)
class Anchoring:
    """How much higher agreement with the machine is where its suggestions were seen first."""

    coefficient: str
    unaided: Figure
    assisted: Figure
    difference: Figure
    interval: Interval


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of ``n_shown`` decisions made after their suggestion was shown.

    ``n_taken_over``: the code was not there before; ``n_reversed``: an earlier verdict of the same person was
    changed; the others left things as they were.
    """

    n_shown: int
    n_taken_over: int
    n_reversed: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """Readings side by side. ``n_reviewed`` of the units are reviewed by everybody compared, for any code.

    ``answers`` (units, readings, codes) as in ``agreement``; ``unaided`` (units, codes): nobody had seen the machine;
    ``n_outside``: codings that stand on no unit, such as an interviewer's words, and do not enter. ``learned_from``
    is the reading the suggestions compared were learned from, None where there is none.
    """

    readings: tuple[str, ...]
    grid: Grid
    codes_compared: tuple[Code, ...]
    answers: Answers
    unaided: Flags
    n_reviewed: int
    n_outside: int
    changes: Changes | None = None
    learned_from: str | None = None
    by: str | None = None
    rows: list[CodeAgreement] = field(default_factory=list)

    @property
    def a(self) -> str:
        """The first reading; the suggestions where they are compared."""
        return self.readings[0]

    @property
    def b(self) -> str:
        """The second reading."""
        return self.readings[1]

    @property
    def unit(self) -> str:
        """What is compared on, in words."""
        return UNITS[self.grid.kind]

    @property
    def n_units(self) -> int:
        """All units of the study."""
        return len(self.grid.units)

    @property
    def with_machine(self) -> bool:
        """Whether one of the readings is the suggestions."""
        return self.a == MACHINE

    @property
    def entered(self) -> Flags:
        """Whether a unit enters for a code, (units, codes): two of the readings answer."""
        return np.asarray((self.answers != MISSING).sum(1) >= 2)

    @property
    def codes(self) -> list[CodeAgreement]:
        """A row a code, over all units that enter."""
        return self.of_arm("all")

    def of_arm(self, arm: str) -> list[CodeAgreement]:
        """Return a row a code in one arm."""
        return [row for row in self.rows if row.arm == arm and row.group is None and row.code is not None]

    def whole(self, arm: str = "all") -> CodeAgreement:
        """Return all codes pooled, in one arm."""
        return next(row for row in self.rows if row.arm == arm and row.group is None and row.code is None)

    @property
    def groups(self) -> list[CodeAgreement]:
        """All codes pooled, a row a group and arm; none without a grouping."""
        return [row for row in self.rows if row.group is not None and row.code is None]

    @cached_property
    def sets(self) -> tuple[Figure, Interval]:
        """Krippendorff's alpha (MASI) on whole sets of codes, with its interval; with the machine on unaided units."""
        kept = self.unaided.all(axis=1) if self.with_machine else np.ones(self.n_units, bool)
        counted = SetAgreement.of(self.answers[kept], _interview_numbers(self.grid)[kept])
        has_units = counted.values.any(axis=1)
        counted = SetAgreement(counted.split[has_units], counted.values[has_units], counted.distances)
        return counted.alpha(), counted.interval(agreement.resamples(int(has_units.sum())))

    def anchoring(self, coefficient: Coefficient, code: str | None = None) -> Anchoring:
        """Return a coefficient on assisted units less the same on unaided ones, of a code or of all pooled.

        The interval draws interviews anew. It is an effect of the suggestions only where the assisted passages are
        like the unaided ones, which are a random sample.
        """
        unaided, assisted = (
            next(row for row in self.rows if (row.arm, row.code, row.group) == (arm, code, None)) for arm in ARMS[1:]
        )
        here, there = coefficient(unaided.sums), coefficient(assisted.sums)
        if here.value is None or there.value is None:
            row, figure = (unaided, here) if here.value is None else (assisted, there)
            reason = f"on {row.arm} units {figure.reason}" if row.n else f"no unit was {row.arm}"
            return Anchoring(coefficient.name, here, there, Figure(None, reason), Interval(None, None, reason))
        (a, b), n_interviews = _resampled(unaided.cluster_sums, assisted.cluster_sums)
        interval = agreement.interval_of(coefficient.over(b) - coefficient.over(a), n_interviews)
        return Anchoring(coefficient.name, here, there, Figure(there.value - here.value), interval)

    def unit_rows(self) -> Iterator[dict[str, Any]]:
        """Yield the table behind the figures: a row a code and unit that enters, with each reading's answer."""
        entered = self.entered
        for column, code in enumerate(self.codes_compared):
            for row in np.flatnonzero(entered[:, column]):
                unit = self.grid.units[row]
                yield (
                    {"code": code.name}
                    | excerpt_dict(self.grid.excerpt(unit))
                    | {by: self.grid.group(unit, by) for by in BY if by != "transcript"}
                    | {"arm": "unaided" if self.unaided[row, column] else "assisted"}
                    | {
                        f"answer_{name}": _SAYS[int(self.answers[row, i, column])]
                        for i, name in enumerate(self.readings)
                    }
                )


def compare(
    db: sqlite3.Connection, material: Material, readings: Sequence[str], *, unit: str = UTTERANCE, by: str | None = None
) -> Comparison:
    """Compare readings: names of coders, "agreed", or "suggestions" with one of them; figures also ``by`` group.

    Raises StudyError before the first precode, UnknownName for a reading, unit or grouping that does not exist.
    """
    if by not in {None, *BY}:
        raise UnknownName(f"--by {by}", "no such grouping", f"Known: {', '.join(BY)}.")
    grid = Grid.read(db, material, unit)
    names = known_readings(db, readings)
    people = [name for name in names if name != MACHINE]
    with_machine = MACHINE in names
    chosen = _codes(grid, people, with_machine=with_machine)
    columns = [grid.codes.index(code) for code in chosen]
    result = Comparison(
        readings=tuple(names),
        grid=grid,
        codes_compared=tuple(chosen),
        answers=np.stack([_answers(grid, name, with_machine=with_machine)[:, columns] for name in names], axis=1),
        unaided=np.logical_and.reduce([grid.is_unaided(name)[:, columns] for name in people]),
        n_reviewed=int(grid.finished(people).sum()),
        n_outside=sum(_n_outside(grid, person) for person in people),
        changes=_changes(db, grid.book, people[0]) if with_machine else None,
        learned_from=_learned_from(db) if with_machine else None,
        by=by,
    )
    result.rows.extend(_rows(result, grid.scores()[:, columns]))
    return result


def _learned_from(db: sqlite3.Connection) -> str | None:
    run = made.current_run(db)
    return run[1].learned_from if run else None


def _answers(grid: Grid, reading: str, *, with_machine: bool) -> Answers:
    """Return a reading's answers; beside the machine's those it gave before it saw them."""
    return grid.first_answers(reading) if with_machine and reading != MACHINE else grid.answers(reading)


def known_readings(db: sqlite3.Connection, asked: Sequence[str]) -> list[str]:
    """Return the readings by their right names, the suggestions first.

    Raises UnknownName for one that does not exist, StudyError for one named twice.
    """
    names = [*readings(db), MACHINE]
    by_fold = {name.casefold(): name for name in names}
    for reading in asked:
        if reading.casefold() not in by_fold:
            what = "there is none of this name"
            raise UnknownName(f"reading '{reading}'", what, did_you_mean(reading, names))
    found = [by_fold[reading.casefold()] for reading in asked]
    for name in found:
        if found.count(name) > 1:
            raise StudyError("compare", f"'{name}' is named twice", "Name two different readings.")
    if MACHINE in found and len(found) > 2:
        raise StudyError("compare", "the suggestions and several coders", "Compare the suggestions with one at a time.")
    return sorted(found, key=lambda name: name != MACHINE)


def readings(db: sqlite3.Connection) -> list[str]:
    """Return the coding sets of people: every coder's, and the agreed one where it exists."""
    has_agreed = any(review.coder == AGREED for review in judged.reviews(db))
    return [coder.name for coder in judged.coders(db)] + [AGREED] * has_agreed


def _codes(grid: Grid, people: Sequence[str], *, with_machine: bool) -> list[Code]:
    """Return the codes to compare on: with the machine those it can suggest, else those one of them has used."""
    if with_machine:
        return [code for code in grid.codes if code.id in grid.book.of_lexicons()]
    used = {
        code.id
        for one in grid.judgements
        if one.reading in people and one.verdict == "fits" and (code := grid.book.resolve(one.code_id))
    }
    return [code for code in grid.codes if code.id in used]


def _n_outside(grid: Grid, person: str) -> int:
    """Count a reading's codings that stand on no unit."""
    return sum(
        not grid.over_excerpt(one.excerpt)
        for one in grid.judgements
        if one.reading == person and one.verdict == "fits" and grid.book.resolve(one.code_id)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of what enters, (units, codes): one arm of one group."""

    arm: str
    group: str | None
    kept: Flags


def _rows(result: Comparison, scores: Values) -> Iterator[CodeAgreement]:
    """Yield a row a group, arm and code, and one a group and arm for all codes pooled."""
    for part in _parts(result):
        pooled = np.zeros((_n_interviews(result.grid), len(Sums._fields)))
        for column in range(len(result.codes_compared)):
            sums = _sums(result, part.kept[:, column], column)
            pooled += sums
            yield _row(result, scores, part, column, sums)
        yield _row(result, scores, part, None, pooled)


def _parts(result: Comparison) -> Iterator[_Part]:
    """Yield the whole and its groups, each with the machine also by arm."""
    arms = {"all": np.ones_like(result.unaided), "unaided": result.unaided, "assisted": ~result.unaided}
    for group, inside in _groups(result):
        for arm in ARMS if result.with_machine else ARMS[:1]:
            yield _Part(arm, group, result.entered & inside[:, None] & arms[arm])


def _row(result: Comparison, scores: Values, part: _Part, column: int | None, sums: Values) -> CodeAgreement:
    """Make the row of a code, or (None) of all; the suggestions are ranked against the person's yes."""
    codes = slice(None) if column is None else slice(column, column + 1)
    name = None if column is None else result.codes_compared[column].name
    here = part.kept[:, codes]
    n_unaided = int((here & result.unaided[:, codes]).sum())
    ranked = None
    if result.with_machine:
        ranked = agreement.average_precision(scores[:, codes][here], result.answers[:, 1, codes][here] == 1)
    return CodeAgreement(name, part.arm, part.group, len(result.readings), n_unaided, sums, ranked)


def _sums(result: Comparison, here: Flags, column: int) -> Values:
    """Return the sums over some units for one code, interview by interview: (interviews, terms)."""
    numbers = _interview_numbers(result.grid)[here]
    return agreement.sums_by_cluster(
        agreement.terms(result.answers[here, :, column]), numbers, _n_interviews(result.grid)
    )


def _groups(result: Comparison) -> Iterator[tuple[str | None, Flags]]:
    """Yield everything (None), then each group asked for, with the units in it."""
    yield None, np.ones(result.n_units, bool)
    if result.by is not None:
        names = np.array([result.grid.group(unit, result.by) for unit in result.grid.units])
        for name in dict.fromkeys(names.tolist()):
            yield name, names == name


def _interview_numbers(grid: Grid) -> NDArray[np.int64]:
    """Return the number of each unit's interview, from 0."""
    return np.array([grid.material.rank[grid.material.by_id[u.transcript_id].name] for u in grid.units], np.int64)


def _n_interviews(grid: Grid) -> int:
    return len(grid.material.transcripts)


def _changes(db: sqlite3.Connection, book: Codebook, reading: str) -> Changes:
    """Count what a person changed after a suggestion was shown."""
    earlier: dict[tuple[int, int], list[judged.PastVerdict]] = {}
    n_shown = n_taken_over = n_reversed = 0
    for one in judged.verdict_history(db, reading):
        code = book.resolve(one.code_id)
        before = earlier.setdefault((one.transcript_id, code.id if code else one.code_id), [])
        last = next((b for b in reversed(before) if overlaps_by_half((b.start, b.end), (one.start, one.end))), None)
        before.append(one)
        n_shown += one.was_shown
        n_taken_over += one.was_shown and last is None and one.verdict == "fits"
        n_reversed += one.was_shown and last is not None and last.verdict != one.verdict
    return Changes(n_shown, n_taken_over, n_reversed)
