"""What the machine offers and why: lexicons, hits, evidence, suggestions, candidate codes. Made rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .corpus import Excerpt

POLES = ("present", "lacking")
# What the words around a hit may say, by dimension; what is not said has no flag. lexicons/README.md explains each.
FLAGS = {
    "negation": ("negated",),
    "whose": ("partner", "third person", "general"),
    "toward": ("toward partner", "toward former", "toward interviewer", "toward others"),
    "when": ("in the session", "now watching", "before therapy", "life history"),
    "prompted": ("prompted",),
    "reflection": ("reflection",),
    "hypothetical": ("hypothetical",),
    "question": ("question",),
    "idiom": ("idiom",),
    "hedge": ("hedged",),
    "intensifier": ("intensified",),
}
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
class Labelled:
    """A text of which it is known what it carries: an example, a neutral sentence, or an excerpt people decided on.

    ``carries`` says yes or no by theme; of a theme that is not named nothing is known. ``poles`` are by theme.
    """

    text: str
    carries: Mapping[str, bool]
    poles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms and examples of one theme in one language; suggested from ``threshold`` (0..1) upwards.

    ``sha256`` is of the file's bytes; ``folder`` is where the file lies, None where there is none.
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
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One term found in one place.

    ``pole`` already counts the context; ``context`` names the flags, in the order of FLAGS; ``share`` (0..1) is
    how much of the term's weight such a hit still counts.
    """

    theme: str
    term: Term
    start: int
    end: int
    pole: str
    context: tuple[str, ...] = ()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a suggestion. ``source`` is lexicon, example or cluster; None where it does not apply.

    Lexicon evidence has a term and its place; example evidence has the nearest example's text and its
    cosine similarity (-1..1), or with the flag "decided" the nearest excerpt that people decided to fit; cluster
    evidence has the cluster's keywords and the share of its members (0..1) that are suggested the theme.
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
        if self.source == "cluster":
            return f"{self.similarity:.0%} of its cluster ({self.text}) are suggested too"
        how_near = f" (similarity {self.similarity:.2f})" if with_similarity else ""
        if "decided" in self.context:
            return f'it is like "{self.text}", which was decided to fit{how_near}'
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
    """A cluster of utterances proposed as a code. ``members`` are ordered from typical to marginal."""

    number: int
    keywords: tuple[str, ...]
    members: tuple[Excerpt, ...]
    strengths: tuple[float, ...]
    n_dyads: int
    n_transcripts: int
    exemplars: tuple[Excerpt, ...]
