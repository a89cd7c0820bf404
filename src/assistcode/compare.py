"""Compare the machine's suggestions with a coder, or two coders, code by code, on the same units.

The unit is an utterance of the current run. A reading says yes to a unit for a code where one of its
excerpts with that code shares at least half of the shorter of the two; so different boundaries are no
disagreement about the code. Only units reviewed in scope while the code existed enter.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import agreement
from .agreement import Figure, Table
from .codebook import Code
from .corpus import overlaps_by_half
from .errors import StudyError, UnknownName
from .judgement import AGREED
from .material import Material, did_you_mean, transcript_id
from .reading import Coverage
from .store import judged, made

MACHINE = "suggestions"
UNIT = "utterances of the current run, overlap of at least half"
Spans = dict[int, list[tuple[int, int]]]  # by transcript id


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """How two readings agree on one code: the table and what follows from it."""

    code: str
    table: Table
    n_unaided: int

    @property
    def figures(self) -> dict[str, Figure]:
        """The coefficients by name; precision, recall and F1 take the second reading as the measure."""
        return {
            "precision": agreement.precision(self.table),
            "recall": agreement.recall(self.table),
            "f1": agreement.f1(self.table),
            "positive_agreement": agreement.positive_agreement(self.table),
            "kappa": agreement.cohen_kappa(self.table),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readings side by side. ``unread`` names why units of a reading did not enter."""

    a: str
    b: str
    n_units: int
    n_reviewed: int
    codes: tuple[CodeAgreement, ...]
    unit: str = UNIT


def compare(db: sqlite3.Connection, material: Material, a: str, b: str) -> Comparison:
    """Compare readings ``a`` and ``b``: names of coders, or "suggestions".

    Raises StudyError before the first precode, UnknownName for a reading that does not exist.
    """
    units = made.utterances(db)
    if not units:
        raise StudyError("compare", "there are no utterances to compare on", "Run 'assistcode precode' first.")
    names = readings(db)
    for reading in (a, b):
        if reading != MACHINE and reading not in names:
            raise UnknownName(
                f"reading '{reading}'",
                "there is none of this name",
                did_you_mean(reading, [*names, MACHINE]),
            )
    if a == b:
        raise StudyError("compare", f"'{a}' is named twice", "Name two different readings.")
    if b == MACHINE:
        a, b = b, a
    reviews = judged.reviews(db)
    people = [reading for reading in (a, b) if reading != MACHINE]
    anything = Coverage(reviews)
    n_reviewed = sum(_reviewed_by_all(anything, unit, people) for unit in units)
    unaided = {passage.id for passage in material.passages if material.is_unaided(passage)}
    rows = []
    for code in _codes(db, people, with_machine=MACHINE in (a, b)):
        coverage = Coverage(reviews, code=code)
        entered = [unit for unit in units if _reviewed_by_all(coverage, unit, people)]
        yes_a = _yes(entered, _spans(db, material, a, code))
        yes_b = _yes(entered, _spans(db, material, b, code))
        n_unaided = sum(unit.passage_id in unaided for unit in entered)
        rows.append(CodeAgreement(code.name, _table(yes_a, yes_b), n_unaided))
    return Comparison(a, b, len(units), n_reviewed, tuple(rows))


def readings(db: sqlite3.Connection) -> list[str]:
    """Return the coding sets of people: every coder's, and the agreed one where it exists."""
    has_agreed = any(review.coder == AGREED for review in judged.reviews(db))
    return [coder.name for coder in judged.coders(db)] + [AGREED] * has_agreed


def _reviewed_by_all(coverage: Coverage, unit: made.StoredUtterance, people: Iterable[str]) -> bool:
    return all(coverage.holds(unit.transcript_id, unit.start, unit.end, person) for person in people)


def _codes(db: sqlite3.Connection, people: Sequence[str], *, with_machine: bool) -> list[Code]:
    """Return the codes to compare on: with the machine those it can suggest, else those one of the two has used."""
    book = judged.codebook(db)
    if with_machine:
        return [code for code in book.codes.values() if code.lexicon]
    used = {j.code_id for j in judged.judgements(db) if j.reading in people and j.verdict == "fits"}
    standing = {code.id for code in map(book.resolve, used) if code}
    return [code for code in book.codes.values() if code.id in standing]


def _spans(db: sqlite3.Connection, material: Material, reading: str, code: Code) -> Spans:
    found: Spans = {}
    if reading == MACHINE:
        for stored in made.suggestions(db, theme=code.lexicon):
            unit = stored.utterance
            found.setdefault(unit.transcript_id, []).append((unit.start, unit.end))
        return found
    book = judged.codebook(db)
    for judgement in judged.judgements(db):
        standing = book.resolve(judgement.code_id)
        if judgement.reading == reading and judgement.verdict == "fits" and standing and standing.id == code.id:
            transcript = material.by_name[judgement.excerpt.transcript]
            span = (judgement.excerpt.start, judgement.excerpt.end)
            found.setdefault(transcript_id(transcript), []).append(span)
    return found


def _yes(units: Sequence[made.StoredUtterance], spans: Spans) -> list[bool]:
    return [
        any(overlaps_by_half((unit.start, unit.end), span) for span in spans.get(unit.transcript_id, ()))
        for unit in units
    ]


def _table(yes_a: Sequence[bool], yes_b: Sequence[bool]) -> Table:
    pairs = list(zip(yes_a, yes_b, strict=True))
    return Table(*(pairs.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))))
