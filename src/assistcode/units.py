"""The units two readings are compared on, and what each reading answers there: yes, no, or nothing.

A unit is an utterance of the current run, a passage, or a whole interview. A reading says yes to a unit for a code
where one of its excerpts with that code shares at least half of the shorter of the two; so different boundaries are
no disagreement about the code. It says no where it reviewed the unit in scope while the code existed; on an
utterance also where it decided that the code does not fit. A unit on which it was unsure it does not answer.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .agreement import MISSING, Answers
from .codebook import Code, Codebook
from .corpus import Excerpt, Passage, overlaps_by_half
from .errors import StudyError, UnknownName
from .judgement import VERDICTS, Judgement, Review
from .material import Material, transcript_id, union
from .reading import BY
from .store import judged, made

MACHINE = "suggestions"
UTTERANCE, PASSAGE, INTERVIEW = "utterance", "passage", "interview"
UNITS = {
    UTTERANCE: "utterances of the current run, overlap of at least half",
    PASSAGE: "passages, overlap of at least half",
    INTERVIEW: "whole interviews",
}
_FAR = 1 << 32  # longer than any transcript: places of all transcripts on one line

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Unit:
    """A span on which readings answer."""

    transcript_id: int
    start: int
    end: int


def units_of(db: sqlite3.Connection, material: Material, kind: str) -> list[Unit]:
    """Return the units of a kind in reading order. Raises UnknownName; StudyError for utterances before a run."""
    if kind not in UNITS:
        raise UnknownName(f"unit '{kind}'", "there is none of this name", f"Known: {', '.join(UNITS)}.")
    if kind == UTTERANCE:
        found = [Unit(u.transcript_id, u.start, u.end) for u in made.utterances(db)]
        if not found:
            raise StudyError("compare", "there are no utterances to compare on", "Run 'assistcode precode' first.")
        return sorted(found, key=lambda u: (material.rank[material.by_id[u.transcript_id].name], u.start))
    if kind == PASSAGE:
        return [Unit(p.transcript_id, p.start, p.end) for p in material.reading_order]
    return [_interview(material.passages_of(one)) for one in material.transcripts if material.passages_of(one)]


def _interview(passages: Sequence[Passage]) -> Unit:
    first, last = passages[0], passages[-1]
    return Unit(first.transcript_id, first.start, last.end)


@dataclass(slots=True)
class Grid:
    """Units by codes, with what every reading answers in each field."""

    kind: str
    units: list[Unit]
    codes: list[Code]
    material: Material
    book: Codebook
    reviews: list[Review]
    judgements: list[Judgement]
    unaided_judgements: list[Judgement]
    suggestions: list[made.StoredSuggestion]
    _places: dict[int, tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=dict)

    @classmethod
    def read(cls, db: sqlite3.Connection, material: Material, kind: str = UTTERANCE) -> "Grid":
        """Read it from a study, with every code of its codebook."""
        return cls.over_units(db, material, kind, units_of(db, material, kind))

    @classmethod
    def over_units(cls, db: sqlite3.Connection, material: Material, kind: str, units: list[Unit]) -> "Grid":
        """Read it on units of one's own, such as utterances that are not yet written."""
        book = judged.codebook(db)
        codes = list(book.codes.values())
        rows = judged.reviews(db), judged.judgements(db), judged.unaided_judgements(db), made.suggestions(db)
        return cls(kind, units, codes, material, book, *rows)

    def excerpt(self, unit: Unit) -> Excerpt:
        """Return a unit's words."""
        return self.material.by_id[unit.transcript_id].excerpt(unit.start, unit.end)

    def group(self, unit: Unit, by: str) -> str:
        """Return the dyad, session, role, perspective or transcript a unit belongs to, "-" where not known."""
        transcript = self.material.by_id[unit.transcript_id]
        return BY[by](transcript, transcript.turn_at(unit.start).speaker.role)

    def answers(self, reading: str) -> Answers:
        """Return what a reading answers, (units, codes): 1 yes, 0 no, -1 nothing."""
        if reading == MACHINE:
            return self._suggested()
        return self._answered(reading, self.judgements)

    def poles(self, reading: str) -> dict[tuple[int, int], str]:
        """Return the pole a reading gave where it says yes, by (unit, code)."""
        said = self._judgements_on(reading, self.judgements)
        return {(row, column): one.pole for row, column, one in said if one.verdict == "fits" and one.pole}

    def first_answers(self, reading: str) -> Answers:
        """Return the same, but where it finished unaided what it said then, before it saw any suggestion."""
        then = self._answered(reading, self.unaided_judgements)
        return np.where(self.reviewed(reading, arm="unaided"), then, self.answers(reading)).astype(np.int8)

    def _answered(self, reading: str, judgements: Sequence[Judgement]) -> Answers:
        said = {verdict: self._decided(reading, judgements, verdict) for verdict in VERDICTS}
        fits, not_fits, unsure = (said[verdict] for verdict in VERDICTS)
        says_no = self.reviewed(reading) & ~unsure
        if self.kind == UTTERANCE:
            says_no |= not_fits
        return np.where(fits, 1, np.where(says_no, 0, MISSING)).astype(np.int8)

    def _suggested(self) -> Answers:
        """Return what the machine answers: on the codes of its lexicons yes or no, on the others nothing."""
        given = self.scores() > 0
        can = np.isin([code.id for code in self.codes], list(self.book.of_lexicons()))
        return np.where(can, given, MISSING).astype(np.int8)

    def decided(self, reading: str, verdict: str) -> Flags:
        """Whether a reading has given this verdict on a unit, (units, codes)."""
        return self._decided(reading, self.judgements, verdict)

    def scores(self) -> NDArray[np.float64]:
        """Return the best score 0..1 of a suggestion, (units, codes); 0 where there is none."""
        scores = np.zeros((len(self.units), len(self.codes)))
        for row, column, one in self._suggestions_on():
            scores[row, column] = max(scores[row, column], one.score)
        return scores

    def _suggestions_on(self) -> Iterator[tuple[int, int, made.StoredSuggestion]]:
        columns = self._columns()
        for one in self.suggestions:
            code = self.book.for_lexicon(one.theme)
            if code is not None:
                for row in self.over(one.utterance.transcript_id, one.utterance.start, one.utterance.end):
                    yield row, columns[code.id], one

    def is_unaided(self, reading: str) -> Flags:
        """Whether a reading answered with nothing of the machine shown before, (units, codes)."""
        assisted = self._decided(reading, self.judgements, arm="assisted")
        return self.reviewed(reading, arm="unaided") | ~(self.reviewed(reading) | assisted)

    def reviewed(self, reading: str | None, arm: str | None = None) -> Flags:
        """Whether a reading (None: anybody) has finished with a unit while the code existed, (units, codes)."""
        mine = [r for r in self.reviews if reading in {None, r.coder} and arm in {None, r.arm}]
        known: dict[tuple[int, ...], Flags] = {}
        columns = []
        for code in self.codes:
            in_scope = tuple(i for i, review in enumerate(mine) if review.covers(code.id, code.created))
            if in_scope not in known:
                known[in_scope] = self._covered([mine[i] for i in in_scope])
            columns.append(known[in_scope])
        return np.stack(columns, axis=1) if columns else np.zeros((len(self.units), 0), bool)

    def finished(self, readings: Sequence[str]) -> Flags:
        """Whether all of these readings have finished with a unit, for whatever codes, (units,)."""
        flags = np.ones(len(self.units), bool)
        for reading in readings:
            flags &= self._covered([review for review in self.reviews if review.coder == reading])
        return flags

    def _covered(self, reviews: Iterable[Review]) -> Flags:
        """Whether reviews hold the whole of a unit; of an interview, the whole of every passage of it."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for review in reviews:
            spans.setdefault(review.transcript_id, []).append((review.start, review.end))
        line = [(number * _FAR + a, number * _FAR + b) for number in sorted(spans) for a, b in union(spans[number])]
        if not line:
            return np.zeros(len(self.units), bool)
        starts, ends = np.array(line, np.int64).T
        parts = self._parts()
        at = np.searchsorted(starts, parts[:, 1], "right") - 1
        held = (at >= 0) & (ends[at] >= parts[:, 2])
        whole = np.ones(len(self.units), bool)
        np.logical_and.at(whole, parts[:, 0], held)
        return whole

    def _parts(self) -> NDArray[np.int64]:
        """Return (unit, start, end) of what must have been read of each unit, on the one line of all transcripts."""
        rows = []
        for i, unit in enumerate(self.units):
            own = self.material.passages_of(self.material.by_id[unit.transcript_id])
            at = unit.transcript_id * _FAR
            rows += [(i, at + part.start, at + part.end) for part in (own if self.kind == INTERVIEW else [unit])]
        return np.array(rows, np.int64).reshape(-1, 3)

    def _decided(
        self, reading: str, judgements: Sequence[Judgement], verdict: str | None = None, arm: str | None = None
    ) -> Flags:
        """Whether a reading has decided so on a unit, (units, codes)."""
        flags = np.zeros((len(self.units), len(self.codes)), bool)
        for row, column, judgement in self._judgements_on(reading, judgements):
            if verdict in {None, judgement.verdict} and arm in {None, judgement.arm}:
                flags[row, column] = True
        return flags

    def _judgements_on(self, reading: str, judgements: Sequence[Judgement]) -> Iterator[tuple[int, int, Judgement]]:
        """Yield (unit, code, judgement) for each unit that a reading's judgement shares half of the shorter with."""
        columns = self._columns()
        for judgement in judgements:
            code = self.book.resolve(judgement.code_id)
            if code is not None and judgement.reading == reading:
                for row in self.over_excerpt(judgement.excerpt):
                    yield row, columns[code.id], judgement

    def over_excerpt(self, excerpt: Excerpt) -> list[int]:
        """Return the units that share at least half of the shorter with an excerpt; none of a text that is not here."""
        transcript = self.material.by_name.get(excerpt.transcript)
        if transcript is None or transcript.text_sha256 != excerpt.text_sha256:
            return []
        return self.over(transcript_id(transcript), excerpt.start, excerpt.end)

    def over(self, number: int, start: int, end: int) -> list[int]:
        """Return the units that share at least half of the shorter with a span of a transcript."""
        if not self._places:
            self._places = self._by_transcript()
        if number not in self._places:
            return []
        rows, starts, ends = self._places[number]
        near = rows[np.searchsorted(ends, start, "right") : np.searchsorted(starts, end, "left")]
        return [
            int(row) for row in near if overlaps_by_half((self.units[row].start, self.units[row].end), (start, end))
        ]

    def _by_transcript(self) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        found: dict[int, list[tuple[int, int, int]]] = {}
        for row, unit in enumerate(self.units):
            found.setdefault(unit.transcript_id, []).append((row, unit.start, unit.end))
        return {number: tuple(np.array(rows, np.int64).T) for number, rows in found.items()}

    def _columns(self) -> dict[int, int]:
        return {code.id: column for column, code in enumerate(self.codes)}
