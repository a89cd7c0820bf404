"""What the machine offers and why: lexicons, hits, evidence, suggestions, candidate codes. Made rows."""

from dataclasses import dataclass

from .corpus import Excerpt

STEADY = 0.75  # mean Jaccard similarity with itself when some material is left out; Source: Hennig (2007)
POLES = ("present", "lacking")
POLE_WORDS = {"present": "present", "lacking": "spoken of as missing", None: "no pole"}


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a lexicon. ``weight`` in 0..1 is the judged chance that a hit is about the theme."""

    kind: str
    text: str
    weight: float
    pole: str = "present"
    cue: str = "named"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """An utterance written for a lexicon: one that carries the theme, or a counter-example."""

    text: str
    pole: str = "present"
    voice: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms and examples of one theme in one language; suggested from ``threshold`` (0..1) upwards.

    ``sha256`` is of the file's bytes.
    """

    name: str
    title: str
    definition: str
    language: str
    terms: tuple[Term, ...]
    examples: tuple[Example, ...] = ()
    counter_examples: tuple[Example, ...] = ()
    sources: tuple[str, ...] = ()
    threshold: float = 0.5
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One term found in one place. ``pole`` already counts the context; ``context`` names the flags."""

    theme: str
    term: Term
    start: int
    end: int
    pole: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a suggestion. ``source`` is lexicon, example or cluster; None where it does not apply.

    Lexicon evidence has a term and its place; example evidence has the nearest example's text and its
    cosine similarity (-1..1).
    """

    theme: str
    source: str
    term: str | None = None
    start: int | None = None
    end: int | None = None
    pole: str | None = None
    context: tuple[str, ...] = ()
    text: str | None = None
    similarity: float | None = None

    def reason(self, excerpt: Excerpt, *, with_similarity: bool = True) -> str:
        """Say it in a line to a person who reads the excerpt."""
        if self.source == "lexicon" and self.start is not None and self.end is not None:
            words = excerpt.quote[self.start - excerpt.start : self.end - excerpt.start]
            flags = f" ({', '.join(self.context)})" if self.context else ""
            return f'it says "{words}"{flags}'
        how_near = f" (similarity {self.similarity:.2f})" if with_similarity else ""
        return f'it is like the lexicon\'s example "{self.text}"{how_near}'


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the machine makes of one utterance: a score in 0..1 for every theme, and what it suggests."""

    scores: dict[str, float]
    poles: dict[str, str]
    evidence: tuple[Evidence, ...]

    @property
    def suggested(self) -> list[str]:
        """The themes suggested, best score first."""
        return sorted(self.poles, key=lambda theme: (-self.scores[theme], theme))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """This excerpt may carry this theme, because of the evidence. Never counts as coding."""

    excerpt: Excerpt
    theme: str
    code: str
    score: float
    pole: str
    evidence: tuple[Evidence, ...]
    turn: int
    moment: int | None
    role: str
    dyad: str | None
    session: str | None
    perspective: str | None
    status: str = "undecided"


@dataclass(frozen=True, slots=True)
class CandidateCode:
    """A cluster of utterances proposed as a code, less those people put under a code. From typical to boundary.

    ``number`` is of the current run; the next run numbers anew. ``size`` counts near-duplicates once, ``n_copies``
    members repeat the words of another. ``exemplars`` are the most typical, ``boundary`` is the least typical.
    ``roles`` counts members by who speaks. ``steadiness`` is in 0..1, None where the run did not measure it.
    """

    number: int
    keywords: tuple[str, ...]
    members: tuple[Excerpt, ...]
    strengths: tuple[float, ...]
    size: int
    n_copies: int
    n_dyads: int
    n_transcripts: int
    sessions: tuple[str, ...]
    roles: dict[str, int]
    steadiness: float | None
    exemplars: tuple[Excerpt, ...]
    boundary: Excerpt

    @property
    def steadiness_word(self) -> str | None:
        """Steady, or shifting; None where the run did not measure it."""
        return None if self.steadiness is None else "steady" if self.steadiness >= STEADY else "shifting"


@dataclass(frozen=True, slots=True)
class Member:
    """An utterance that belongs to a code, until somebody says otherwise. It is no coding.

    ``by`` is person where somebody put it there (by naming, splitting or moving), else machine: it lies in a
    cluster that follows the code. ``number`` is its cluster in the current run, None outside of all.
    """

    excerpt: Excerpt
    by: str
    number: int | None
    strength: float | None


@dataclass(frozen=True, slots=True)
class CodeMembers:
    """What belongs to a code in the clusters of today, typical first, and what people set aside from it."""

    members: tuple[Member, ...] = ()
    set_aside: tuple[Excerpt, ...] = ()
    numbers: tuple[int, ...] = ()  # of the clusters that follow the code


@dataclass(frozen=True, slots=True)
class Change:
    """What a run made of one group of the run before it.

    ``kind`` is kept, grown, shrunk, split into, merged from, joined (went into a code), gone or new. ``code_id`` and
    ``code`` are the code that people made of the group, or that it went into; None for a candidate. ``before`` and
    ``after`` are numbers of clusters in the run before and in this one, ``n_before`` and ``n_after`` sizes, and
    ``n_shared`` the utterances in both.
    """

    kind: str
    code_id: int | None
    code: str | None
    before: tuple[int, ...]
    after: tuple[int, ...]
    n_before: int
    n_after: int
    n_shared: int
    keywords: tuple[str, ...]

    @property
    def is_of_code(self) -> bool:
        """Whether it tells what became of a code; else of candidates."""
        return self.code_id is not None and self.kind != "joined"
