"""Compare the machine's suggestions with a coder, or two coders, code by code, on the same units.

The unit is an utterance of the current run. A reading says yes to a unit for a code where one of its
excerpts with that code shares at least half of the shorter of the two; so different boundaries are no
disagreement about the code. Only units reviewed in scope while the code existed, or decided on, enter; a unit
on which somebody was unsure does not.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import agreement
from .agreement import Figure, Table
from .codebook import Code, Codebook
from .corpus import overlaps_by_half
from .errors import StudyError, UnknownName
from .judgement import AGREED
from .material import Material, did_you_mean, transcript_id
from .reading import Coverage
from .store import judged, made

MACHINE = "suggestions"
UNIT = "utterances of the current run, overlap of at least half"
Spans = dict[int, list[tuple[int, int]]]  # by transcript id
Readings = dict[tuple[str, int, str], Spans]  # by reading, code id and verdict


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
    """Two readings side by side. ``n_reviewed`` of the units are reviewed by everybody compared, for any code."""

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
    names = [*readings(db), MACHINE]
    by_fold = {name.casefold(): name for name in names}
    for reading in (a, b):
        if reading.casefold() not in by_fold:
            what = "there is none of this name"
            raise UnknownName(f"reading '{reading}'", what, did_you_mean(reading, names))
    a, b = by_fold[a.casefold()], by_fold[b.casefold()]
    if a == b:
        raise StudyError("compare", f"'{a}' is named twice", "Name two different readings.")
    if b == MACHINE:
        a, b = b, a
    reviews = judged.reviews(db)
    people = [reading for reading in (a, b) if reading != MACHINE]
    book = judged.codebook(db)
    spans = _spans(db, material, book)
    anything = Coverage(reviews)
    n_reviewed = sum(_reviewed_by_all(anything, unit, people) for unit in units)
    unaided = {passage.id for passage in material.passages if material.is_unaided(passage)}
    rows = []
    for code in _codes(book, spans, people, with_machine=MACHINE in (a, b)):
        coverage = Coverage(reviews, code=code)
        answers = [_answers(units, person, code, coverage, spans) for person in people]
        entered = [unit for i, unit in enumerate(units) if all(said[i] for said in answers)]
        yes_a, yes_b = (_yes(entered, spans.get((reading, code.id, "fits"), {})) for reading in (a, b))
        n_unaided = sum(unit.passage_id in unaided for unit in entered)
        rows.append(CodeAgreement(code.name, _table(yes_a, yes_b), n_unaided))
    return Comparison(a, b, len(units), n_reviewed, tuple(rows))


def readings(db: sqlite3.Connection) -> list[str]:
    """Return the coding sets of people: every coder's, and the agreed one where it exists."""
    has_agreed = any(review.coder == AGREED for review in judged.reviews(db))
    return [coder.name for coder in judged.coders(db)] + [AGREED] * has_agreed


def _reviewed_by_all(coverage: Coverage, unit: made.StoredUtterance, people: Iterable[str]) -> bool:
    return all(coverage.holds(unit.transcript_id, unit.start, unit.end, person) for person in people)


def _answers(
    units: Sequence[made.StoredUtterance], person: str, code: Code, coverage: Coverage, spans: Readings
) -> list[bool]:
    """Return for each unit whether a person has said yes or no to a code there.

    That is so where they decided, or reviewed the unit in scope; "unsure" says neither.
    """
    fits, not_fits, unsure = (
        _yes(units, spans.get((person, code.id, verdict), {})) for verdict in ("fits", "does not fit", "unsure")
    )
    return [
        fits[i] or not_fits[i] or (not unsure[i] and coverage.holds(unit.transcript_id, unit.start, unit.end, person))
        for i, unit in enumerate(units)
    ]


def _codes(book: Codebook, spans: Readings, people: Sequence[str], *, with_machine: bool) -> list[Code]:
    """Return the codes to compare on: with the machine those it can suggest, else those one of the two has used."""
    if with_machine:
        return [code for code in book.codes.values() if code.lexicon]
    return [code for code in book.codes.values() if any((person, code.id, "fits") in spans for person in people)]


def _spans(db: sqlite3.Connection, material: Material, book: Codebook) -> Readings:
    """Return the spans every reading has decided on."""
    found: Readings = {}
    for stored in made.suggestions(db):
        code, unit = book.for_lexicon(stored.theme), stored.utterance
        if code:
            places = found.setdefault((MACHINE, code.id, "fits"), {})
            places.setdefault(unit.transcript_id, []).append((unit.start, unit.end))
    for judgement in judged.judgements(db):
        code = book.resolve(judgement.code_id)
        if code:
            places = found.setdefault((judgement.reading, code.id, judgement.verdict), {})
            number = transcript_id(material.by_name[judgement.excerpt.transcript])
            places.setdefault(number, []).append((judgement.excerpt.start, judgement.excerpt.end))
    return found


def _yes(units: Sequence[made.StoredUtterance], spans: Spans) -> list[bool]:
    return [
        any(overlaps_by_half((unit.start, unit.end), span) for span in spans.get(unit.transcript_id, ()))
        for unit in units
    ]


def _table(yes_a: Sequence[bool], yes_b: Sequence[bool]) -> Table:
    pairs = list(zip(yes_a, yes_b, strict=True))
    return Table(*(pairs.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))))
