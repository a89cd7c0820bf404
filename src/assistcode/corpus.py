"""What was said: transcripts, turns, passages, utterances, excerpts. Given rows; frozen once read.

Every ``start``/``end`` is a half-open span in Unicode code points of the transcript's frozen text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

ROLES = ("client", "therapist", "participant", "interviewer", "note")
INTERVIEWEE_ROLES = frozenset({"client", "therapist", "participant"})
KINDS = ("interview", "video")
PASSAGE_LENGTH = 600

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice in one transcript: the label it carries there, its role and kind."""

    name: str
    role: str
    kind: str = "interview"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until another speaks. ``n`` counts from 1; ``moment`` is None outside moments."""

    n: int
    speaker: Speaker
    start: int
    end: int
    moment: int | None = None

    @property
    def is_codable(self) -> bool:
        """Whether suggestions may be made on it: interview talk of an interviewee."""
        return self.speaker.role in INTERVIEWEE_ROLES and self.speaker.kind == "interview"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a transcript belongs in the study; None where it is not known."""

    dyad: str | None = None
    session: str | None = None
    perspective: str | None = None
    interviewer: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Transcript:
    """The frozen text of one interview with its turns. ``source_sha256`` is of the original bytes."""

    name: str
    text: str
    turns: tuple[Turn, ...]
    placement: Placement
    source_name: str
    source_sha256: str
    text_sha256: str
    id: int | None = None

    def turn_at(self, place: int) -> Turn:
        """Return the turn that holds a place in the text, or the one before it."""
        return self.turns[max(0, bisect_right(self.turns, place, key=lambda turn: turn.start) - 1)]

    def excerpt(self, start: int, end: int) -> "Excerpt":
        """Return the span as an excerpt with its quote."""
        return Excerpt(self.name, self.text_sha256, start, end, self.text[start:end])


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A span of one transcript: the unit that is coded. Ordered as read."""

    transcript: str
    text_sha256: str
    start: int
    end: int
    quote: str

    @property
    def id(self) -> str:
        """EXCERPT_ID: ten hex digits of the text's sha256, then the span. Computed, never stored."""
        return f"{self.text_sha256[:10]}:{self.start}-{self.end}"

    def touches(self, other: "Excerpt") -> bool:
        """Whether two excerpts share words."""
        return self.transcript == other.transcript and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Passage:
    """A turn, or a piece of at most 600 characters of it: the unit a person reads, samples and counts.

    ``sample_key`` is uniform on 0..2**63 and fixed by the study's seed and the text; sorting all passages by
    it is the study's one random permutation.
    """

    id: int
    transcript_id: int
    turn_n: int
    start: int
    end: int
    sample_key: int


class Token(NamedTuple):
    """One word or mark, in code points of the transcript (or of the text given).

    ``lower`` is in small letters with straight apostrophes; ``lemma`` is the base form. A tuple, because there
    are millions.
    """

    text: str
    lower: str
    lemma: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence-like part of a turn: what is embedded, clustered and suggested on.

    A back-channel ("mm", "yeah") is kept but is not ``codable``.
    """

    start: int
    end: int
    text: str
    tokens: tuple[Token, ...]
    codable: bool = True


def cut_passages(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the passages of the turn ``text[start:end]``: pieces of at most 600 characters.

    The cut is made after the last sentence end that fits, else at the last white space, else hard. The rule
    looks at the frozen text alone, so passages stay the same whatever segments the utterances.
    """
    while end - start > PASSAGE_LENGTH:
        window = text[start : start + PASSAGE_LENGTH + 1]
        ends = [match.end() for match in _SENTENCE_END.finditer(window)]
        cut = ends[-1] if ends else max(window.rfind(" "), window.rfind("\n"))
        cut = cut if cut > 0 else PASSAGE_LENGTH
        n_words = len(text[start : start + cut].rstrip())
        if n_words:
            yield start, start + n_words
        start += cut
        start += len(text[start:end]) - len(text[start:end].lstrip())
    if start < end:
        yield start, end


def unify_line_ends(text: str) -> str:
    r"""Return the text with every line end as ``\n``, as it is frozen."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")


def overlaps_by_half(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two spans share at least half of the shorter one; spans without length share nothing."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared > 0 and 2 * shared >= min(a[1] - a[0], b[1] - b[0])
