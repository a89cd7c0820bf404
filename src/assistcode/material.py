"""The given rows of a study, laid out for looking things up: who spoke where, which passage, which arm."""

import re
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from .corpus import Excerpt, Passage, Transcript
from .errors import InputError, UnknownName
from .judgement import Span
from .store import given

Spans = Sequence[tuple[int, int]]
_BLANK = 2  # no turn fits in between: a passage has a mark or a line end on both sides
_EXCERPT_ID = re.compile(r"(?P<text>[0-9a-f]{10}):(?P<start>\d{1,12})-(?P<end>\d{1,12})")


@dataclass(slots=False)
class Material:
    """Transcripts in reading order with their turns and passages."""

    transcripts: list[Transcript]
    passages: list[Passage]
    unaided_below: int | None
    _of: dict[int, list[Passage]] = field(default_factory=dict)

    @classmethod
    def read(cls, db: sqlite3.Connection) -> "Material":
        """Read it from a study."""
        material = cls(given.transcripts(db), given.passages(db), given.study_facts(db).unaided_below)
        for passage in material.passages:
            material._of.setdefault(passage.transcript_id, []).append(passage)
        return material

    @cached_property
    def by_id(self) -> dict[int, Transcript]:
        """Transcripts by id."""
        return {transcript_id(transcript): transcript for transcript in self.transcripts}

    @cached_property
    def by_name(self) -> dict[str, Transcript]:
        """Transcripts by name."""
        return {transcript.name: transcript for transcript in self.transcripts}

    @cached_property
    def rank(self) -> dict[str, int]:
        """The place of each transcript in the order of reading, by name."""
        return {transcript.name: n for n, transcript in enumerate(self.transcripts)}

    @cached_property
    def dyads(self) -> set[str]:
        """The labels of all dyads."""
        return {t.placement.dyad for t in self.transcripts if t.placement.dyad}

    @cached_property
    def members(self) -> set[str]:
        """Who was interviewed, as attributes name them: "5 client"."""
        places = (t.placement for t in self.transcripts)
        return {f"{place.dyad} {place.perspective}" for place in places if place.dyad and place.perspective}

    @cached_property
    def by_source_name(self) -> dict[str, Transcript]:
        """Transcripts by the name of the file they came from."""
        return {transcript.source_name: transcript for transcript in self.transcripts}

    @cached_property
    def reading_order(self) -> list[Passage]:
        """Passages in the order a person reads: dyad, session, perspective, then the text."""
        return [passage for transcript in self.transcripts for passage in self.passages_of(transcript)]

    def passages_of(self, transcript: Transcript) -> list[Passage]:
        """Return a transcript's passages in order."""
        return self._of.get(transcript_id(transcript), [])

    def transcript(self, name: str) -> Transcript:
        """Return a transcript by name. Raises UnknownName with near names."""
        if name not in self.by_name:
            raise UnknownName(f"transcript '{name}'", "there is none of this name", did_you_mean(name, self.by_name))
        return self.by_name[name]

    def passages_over(self, transcript: Transcript, start: int, end: int) -> list[Passage]:
        """Return the passages that share words with a span."""
        return [p for p in self.passages_of(transcript) if p.start < end and start < p.end]

    def is_unaided(self, passage: Passage) -> bool:
        """Whether the passage is decided without any suggestion shown before."""
        return self.unaided_below is not None and passage.sample_key < self.unaided_below

    def excerpt(self, excerpt_id: str) -> Excerpt:
        """Return the excerpt an EXCERPT_ID names. Raises InputError when there is no such place."""
        remedy = "Copy the id from 'assistcode suggestions' or from an export."
        parts = _EXCERPT_ID.fullmatch(excerpt_id)
        if parts is None:
            raise InputError(excerpt_id, "this is no excerpt id (ten hex digits:start-end)", remedy)
        start, end = int(parts["start"]), int(parts["end"])
        for transcript in self.transcripts:
            if transcript.text_sha256.startswith(parts["text"]):
                if not start < end <= len(transcript.text):
                    raise InputError(excerpt_id, f"{transcript.name} has no such place", remedy)
                return transcript.excerpt(start, end)
        raise InputError(excerpt_id, "no transcript of this study has this text", remedy)

    def span(self, excerpt: Excerpt) -> Span:
        """Return the excerpt as a place for writing judged rows."""
        transcript = self.by_name[excerpt.transcript]
        return Span(transcript_id(transcript), excerpt.start, excerpt.end, excerpt.quote)


def label(value: str) -> str:
    """Return a dyad's or session's label; numbers lose leading zeros, so that d01 and d1 are one dyad."""
    value = value.strip()
    return str(int(value)) if value.isascii() and value.isdecimal() and len(value) < 20 else value


def transcript_id(transcript: Transcript) -> int:
    """Return the id a stored transcript has."""
    if transcript.id is None:
        raise ValueError(f"{transcript.name} is not stored")
    return transcript.id


def union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join overlapping spans, and those with at most a blank or a line end between them; sorted."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + _BLANK:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def is_covered(spans: Spans, start: int, end: int) -> bool:
    """Whether joined, sorted spans hold the whole of ``start``..``end``."""
    at = bisect_right(spans, start, key=lambda span: span[0]) - 1
    return at >= 0 and spans[at][1] >= end


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the remedy for a mistyped name: near names, else all known ones."""
    names = sorted(set(known))
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(repr(one) for one in near)}?"
    shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
    return f"Known: {shown}." if names else "There is none yet."
