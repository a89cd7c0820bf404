"""Where two readings differ: both readings, memos, words and evidence; and how a group settles it.

A group may agree (a row of the agreed set, with its review) or keep both readings, which is a valid end: the agreed
set then leaves the place open, with the reason in a memo. To discuss is to write a memo on the place.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .agreement import MISSING
from .compare import Comparison
from .corpus import Excerpt
from .errors import InputError, UnknownName
from .evidence import Suggestion
from .judgement import AGREED, Coding, Decision, Memo
from .listing import Listing
from .store import judged
from .units import MACHINE

CELLS = {"both": (1, 1), "only-a": (1, 0), "only-b": (0, 1), "neither": (0, 0)}
DIFFERING = ("only-a", "only-b")
TWO_READINGS = "two readings"


@dataclass(frozen=True, slots=True)
class Difference:
    """One unit and code on which two readings say different things (or, asked for by cell, the same).

    ``cell`` is the cell of the 2 x 2 table it is counted in. ``settled`` says what the group made of it: fits,
    does not fit, two readings, or None. ``suggestions`` leaves out those still hidden from somebody.
    """

    excerpt: Excerpt
    code: str
    cell: str
    a_says: str
    b_says: str
    a_codings: tuple[Coding, ...]
    b_codings: tuple[Coding, ...]
    passage: str
    memos: tuple[Memo, ...]
    suggestions: tuple[Suggestion, ...]
    settled: str | None
    turn: int
    moment: int | None
    role: str
    dyad: str | None
    session: str | None
    perspective: str | None


def differences(
    compared: Comparison,
    codings: Sequence[Coding],
    suggestions: Sequence[Suggestion],
    memos: Sequence[Memo],
    *,
    cells: Sequence[str] = DIFFERING,
) -> Listing[Difference]:
    """List the units of some cells of two readings' tables, in reading order.

    ``codings`` are all verdicts that stand. Raises UnknownName for a cell that does not exist, InputError for more
    than two readings.
    """
    for cell in cells:
        if cell not in CELLS:
            raise UnknownName(f"cell '{cell}'", "there is none of this name", f"Known: {', '.join(CELLS)}.")
    if len(compared.readings) != 2:
        raise InputError("differing", "more than two readings are named", "Name two of them.")
    given = _Given(compared, codings, suggestions, memos)
    answers = compared.answers
    found: Listing[Difference] = Listing()
    for row, column in np.argwhere(compared.entered):
        cell = next(name for name, pair in CELLS.items() if pair == tuple(answers[row, :, column]))
        if cell in cells:
            found.append(given.difference(int(row), int(column), cell))
    return found


class _Given:
    """What was said and seen on every unit and code, looked up by place."""

    def __init__(
        self,
        compared: Comparison,
        codings: Iterable[Coding],
        suggestions: Iterable[Suggestion],
        memos: Sequence[Memo],
    ) -> None:
        self.compared, self.grid = compared, compared.grid
        self.memos: dict[str, list[Memo]] = {}
        for memo in memos:
            if memo.excerpt:
                self.memos.setdefault(memo.excerpt.transcript, []).append(memo)
        self.codings: dict[tuple[int, str, str], list[Coding]] = {}
        for coding in codings:
            for row in self.grid.over_excerpt(coding.excerpt):
                self.codings.setdefault((row, coding.code, coding.coder), []).append(coding)
        self.suggestions: dict[tuple[int, str], list[Suggestion]] = {}
        for suggestion in suggestions:
            for row in self.grid.over_excerpt(suggestion.excerpt):
                self.suggestions.setdefault((row, suggestion.code), []).append(suggestion)
        columns = [self.grid.codes.index(code) for code in compared.codes_compared]
        self.agreed = self.grid.answers(AGREED)[:, columns]

    def difference(self, row: int, column: int, cell: str) -> Difference:
        """Put together what belongs to one unit and code."""
        unit, code = self.grid.units[row], self.compared.codes_compared[column].name
        transcript = self.grid.material.by_id[unit.transcript_id]
        passages = self.grid.material.passages_over(transcript, unit.start, unit.end)
        excerpt, turn, place = self.grid.excerpt(unit), transcript.turn_at(unit.start), transcript.placement
        a_codings, b_codings = (tuple(self.codings.get((row, code, name), ())) for name in self.compared.readings)
        a_says, b_says = (
            _says(answer, name, of)
            for answer, name, of in zip(CELLS[cell], self.compared.readings, (a_codings, b_codings), strict=True)
        )
        return Difference(
            excerpt=excerpt,
            code=code,
            cell=cell,
            a_says=a_says,
            b_says=b_says,
            a_codings=a_codings,
            b_codings=b_codings,
            passage="\n".join(transcript.text[p.start : p.end] for p in passages),
            memos=tuple(
                one for one in self.memos.get(excerpt.transcript, ()) if one.excerpt and one.excerpt.touches(excerpt)
            ),
            suggestions=tuple(self.suggestions.get((row, code), ())),
            settled=self._settled(row, column, code),
            turn=turn.n,
            moment=turn.moment,
            role=turn.speaker.role,
            dyad=place.dyad,
            session=place.session,
            perspective=place.perspective,
        )

    def _settled(self, row: int, column: int, code: str) -> str | None:
        """Return what the agreed set says here; "unsure" there means that both readings were kept."""
        if self.agreed[row, column] != MISSING:
            return "fits" if self.agreed[row, column] else "does not fit"
        is_open = any(one.verdict == "unsure" for one in self.codings.get((row, code, AGREED), ()))
        return TWO_READINGS if is_open else None


def _says(answer: int, reading: str, codings: Sequence[Coding]) -> str:
    """Say a reading's answer: fits, does not fit (said so), not coded (read and left), suggested, not suggested."""
    if reading == MACHINE:
        return "suggested" if answer else "not suggested"
    if answer:
        return "fits"
    return "does not fit" if any(one.verdict == "does not fit" for one in codings) else "not coded"


def settle(db: sqlite3.Connection, action_id: int, decision: Decision, excerpt_id: str, memo: str | None) -> None:
    """Write what a group made of a place, in the caller's action: a decision of the agreed set, its review, a memo.

    "unsure" keeps both readings: no review then, so that the agreed set says neither yes nor no.
    """
    keeps_both = decision.verdict == "unsure"
    judged.add_decision(db, action_id, decision)
    if not keeps_both:
        judged.add_review(db, action_id, decision.span, decision.arm, scope=[decision.code_id], agreed=True)
    if memo:
        about = {"subject_kind": "excerpt", "subject": excerpt_id, "kind": TWO_READINGS if keeps_both else AGREED}
        judged.add_memo(db, action_id, **about, text=memo, span=decision.span)
