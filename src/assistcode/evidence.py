"""What the machine offers and why: lexicons, hits, evidence, suggestions, candidate codes. Made rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .corpus import Excerpt

_STEADY = 0.75  # mean Jaccard similarity with itself when some material is left out; Source: Hennig (2007)
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


def is_steady(steadiness: float) -> bool:
    """Whether a cluster of this steadiness (0..1) is called steady; else shifting."""
    return bool(steadiness >= _STEADY)


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
    """A cluster of utterances proposed as a code, less those people put under a code. From typical to boundary.

    ``number`` is of the current run; the next run numbers anew. ``size`` counts near-duplicates once, ``n_copies``
    members repeat the words of another. ``exemplars`` are the most typical of four words and more, ``boundary`` is the
    least typical.
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
    def label(self) -> str:
        """The best five keywords in a line."""
        return _label(self.keywords)

    @property
    def steadiness_word(self) -> str | None:
        """Steady, or shifting; None where the run did not measure it."""
        return None if self.steadiness is None else "steady" if is_steady(self.steadiness) else "shifting"

    @property
    def facts(self) -> str:
        """How large it is, where it comes from, and whether it is steady, in a line."""
        copies = f", and {_counted(self.n_copies, 'copy', 'copies')}" if self.n_copies else ""
        sessions = f"{'session' if len(self.sessions) == 1 else 'sessions'} {', '.join(self.sessions)}"
        roles = ", ".join(f"{role} {n}" for role, n in self.roles.items())
        parts = [f"{self.size:,}{copies}", self._interviews, sessions if self.sessions else "", roles]
        return "; ".join(part for part in (*parts, self.steadiness_word) if part)

    @property
    def _interviews(self) -> str:
        """From how many interviews and dyads it comes; where more than half lies in one interview, how much."""
        if self.n_transcripts == 1:
            return "one interview only"
        dyads = f" of {_counted(self.n_dyads, 'dyad', 'dyads')}" if self.n_dyads else ""
        most = max(Counter(one.transcript for one in self.members).values())
        mostly = f", {most:,} in one interview" if 2 * most > len(self.members) else ""
        return f"{self.n_transcripts} interviews{dyads}{mostly}"


def _label(keywords: Sequence[str]) -> str:
    return ", ".join(keywords[:5])


def _counted(n: int, one: str, several: str) -> str:
    return f"{n:,} {one if n == 1 else several}"


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
    """What belongs to a code in the clusters of today, and what was set aside and is under no other.

    What came with a cluster stands before what people put there; each from typical to boundary.
    """

    members: tuple[Member, ...] = ()
    set_aside: tuple[Excerpt, ...] = ()
    numbers: tuple[int, ...] = ()  # of the clusters that follow the code


OF_A_CODE = {"split into": "in more clusters", "merged from": "in fewer clusters", "gone": "in no cluster of its own"}


@dataclass(frozen=True, slots=True)
class Change:
    """What a run made of one group of the run before it.

    ``kind`` is kept, grown, shrunk, split into, merged from, joined (went into a code), gone or new. ``code_id`` and
    ``code`` are the code that people made of the group, or that it went into, whole or in part; else None. ``before``
    and ``after`` are numbers of clusters in the run before and in this one, ``n_before`` and ``n_after`` sizes, and
    ``n_shared`` the utterances in both. ``keywords`` are a candidate's; a code has none.
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
        return self.code_id is not None and not self.keywords

    @property
    def what(self) -> str:
        """What happened, in words for people: a code stays, whatever becomes of its clusters."""
        if self.is_of_code:
            return OF_A_CODE.get(self.kind, self.kind)
        return self.kind if self.code is None else f"{self.kind} '{self.code}'"

    @property
    def label(self) -> str:
        """The name of the code, or the best five keywords of the candidate."""
        return self.code if self.code and self.is_of_code else _label(self.keywords)
