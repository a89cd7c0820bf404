"""What people decided: coders, decisions, reviews, codings, memos. Judged rows; append-only."""

from dataclasses import dataclass

from .corpus import Excerpt

VERDICTS = ("fits", "does not fit", "unsure")
EFFECTS = ("facilitating", "hindering", "both")
AGREED = "agreed"  # the coding set from adjudication or a seminar, beside each coder's own


@dataclass(frozen=True, slots=True)
class Coder:
    """A person on the study's roster."""

    id: int
    name: str
    added_at: str


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a stored transcript, for writing judged rows."""

    transcript_id: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is written for one person's verdict on one excerpt and one code.

    ``shown`` is what the person had been shown before deciding, ``suggestion`` the suggestion in force even
    where it was hidden; both are copies, because made rows may be rebuilt.
    """

    span: Span
    code_id: int
    verdict: str
    arm: str
    pole: str | None = None
    effect: str | None = None
    shown: str | None = None
    suggestion: str | None = None
    run_key: str | None = None
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reading's decision as it stands: the latest on this excerpt and code that was not undone.

    ``code_id`` is the code standing now; ``decided_code_id`` the one the decision names, perhaps merged since.
    """

    excerpt: Excerpt
    code_id: int
    coder: str
    verdict: str
    pole: str | None
    effect: str | None
    arm: str
    at: str
    agreed: int
    action_id: int
    suggestion: str | None
    decided_code_id: int

    @property
    def reading(self) -> str:
        """The coding set it belongs to: its coder's, or the agreed one."""
        return AGREED if self.agreed else self.coder


@dataclass(frozen=True, slots=True)
class Coding:
    """Excerpt x code x coder standing now, with the transcript's place in the study.

    ``coder`` is a coder's name, or "agreed" for the agreed set; ``action_id`` is what an undo of it names.
    """

    excerpt: Excerpt
    code: str
    theme: str | None
    coder: str
    pole: str | None
    effect: str | None
    verdict: str
    arm: str
    at: str
    agreed: int
    turn: int
    moment: int | None
    role: str
    dyad: str | None
    session: str | None
    perspective: str | None
    action_id: int


@dataclass(frozen=True, slots=True)
class Relook(Coding):
    """A coding to be looked at again, because its code means something else by now.

    ``changed`` says how, oldest first: define, split or merge. ``code_then`` and ``definition_then`` are the wording
    it was made under, ``definition`` is that of today; ``changed_at`` and ``changed_by`` are of the last change.
    ``split_off`` are the codes that were made of members of its code since, by their names of today.
    """

    changed: tuple[str, ...]
    changed_at: str
    changed_by: str | None
    code_then: str
    definition_then: str
    definition: str
    split_off: tuple[str, ...] = ()

    @property
    def how(self) -> str:
        """How the code changed, in words."""
        words = {"define": "defined anew", "split": "split", "merge": "merged"}
        return ", ".join(words[one] for one in dict.fromkeys(self.changed))


@dataclass(frozen=True, slots=True)
class Review:
    """A span a reading has finished with. ``scope`` None is the whole codebook at ``codebook_version``.

    ``coder`` is a coder's name, or "agreed" for the agreed set. ``arm`` is unaided where nothing of the machine
    was shown before.
    """

    transcript_id: int
    start: int
    end: int
    coder: str
    scope: tuple[int, ...] | None
    codebook_version: int
    arm: str = "unaided"

    def covers(self, code_id: int, created: int) -> bool:
        """Whether the code existed and was in scope when the span was reviewed."""
        return created <= self.codebook_version and (self.scope is None or code_id in self.scope)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an undo took back: in a few words, and the first place it was about (None: no place)."""

    id: int
    what: str
    excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Memo:
    """A person's note about anything; ``subject`` says about what."""

    id: int
    at: str
    coder: str | None
    kind: str
    subject: str
    text: str
    excerpt: Excerpt | None = None
