"""Who has read what: the state "nobody has looked at this", by coder and by code."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .codebook import Code
from .corpus import Passage, Transcript
from .judgement import Review
from .material import Material, is_covered, union
from .store import given, judged

BY: dict[str, Callable[[Transcript, str], str]] = {
    "dyad": lambda transcript, _: transcript.placement.dyad or "-",
    "session": lambda transcript, _: transcript.placement.session or "-",
    "perspective": lambda transcript, _: transcript.placement.perspective or "-",
    "role": lambda _, role: role,
    "transcript": lambda transcript, _: transcript.name,
}

Attributes = Mapping[str, Mapping[str, str]]  # name of the attribute to dyad or transcript to value


def case_attributes(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the attributes of dyads and transcripts: name to case to value; what a person assigned wins."""
    found: dict[str, dict[str, str]] = {}
    for kind, subject, name, value, *_ in (*given.imported_attributes(db), *judged.assigned_attributes(db)):
        if kind in {"dyad", "transcript"}:
            found.setdefault(name, {})[subject] = value
    return found


def group_of(by: str, transcript: Transcript, role: str, attributes: Attributes) -> str:
    """Return the group of a place in the material, by a grouping of ``BY`` or an attribute; "-" where not known."""
    if by in BY:
        return BY[by](transcript, role)
    values = attributes.get(by, {})
    return values.get(transcript.name) or values.get(transcript.placement.dyad or "") or "-"


class Coverage:
    """What reviews cover, joined per transcript and coder (None stands for anybody)."""

    def __init__(self, reviews: Iterable[Review], *, code: Code | None = None) -> None:
        spans: dict[tuple[int, str | None], list[tuple[int, int]]] = {}
        for review in reviews:
            if code is None or review.covers(code.id, code.created):
                for coder in (review.coder, None):
                    spans.setdefault((review.transcript_id, coder), []).append((review.start, review.end))
        self._spans = {key: union(found) for key, found in spans.items()}

    def holds(self, transcript_id: int, start: int, end: int, coder: str | None = None) -> bool:
        """Whether the coder (or anybody) has finished with the whole of the span."""
        return is_covered(self._spans.get((transcript_id, coder), ()), start, end)

    def passage(self, passage: Passage, coder: str | None = None) -> bool:
        """Whether the coder (or anybody) has finished with the passage."""
        return self.holds(passage.transcript_id, passage.start, passage.end, coder)


@dataclass(frozen=True, slots=True)
class ReadShare:
    """How much of one group of passages has been reviewed."""

    group: tuple[str, ...]
    n_passages: int
    n_reviewed: int
    n_words: int
    n_words_reviewed: int

    @property
    def n_unreviewed(self) -> int:
        """Passages nobody (or not this coder) has finished with."""
        return self.n_passages - self.n_reviewed


def read_shares(material: Material, coverage: Coverage, by: Sequence[str], coder: str | None = None) -> list[ReadShare]:
    """Count passages and words, reviewed and in all, for every combination of the groupings ``by``.

    Groups come in reading order; without groupings there is one row for the whole.
    """
    counts: dict[tuple[str, ...], list[int]] = {}
    for transcript in material.transcripts:
        for passage in material.passages_of(transcript):
            role = transcript.turn_at(passage.start).speaker.role
            row = counts.setdefault(tuple(BY[one](transcript, role) for one in by), [0, 0, 0, 0])
            n_words = len(transcript.text[passage.start : passage.end].split())
            is_read = coverage.passage(passage, coder)
            for i, plus in enumerate((1, is_read, n_words, n_words * is_read)):
                row[i] += plus
    return [ReadShare(group, *row) for group, row in counts.items()]


def unread_passages(material: Material, coverage: Coverage, coder: str | None = None) -> list[Passage]:
    """Return the passages not finished with, in reading order."""
    return [passage for passage in material.reading_order if not coverage.passage(passage, coder)]
