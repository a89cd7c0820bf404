"""What may be printed: marks against quoting, levels of consent, and details that are disguised everywhere."""

import hashlib
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from .corpus import INTERVIEWEE_ROLES, Excerpt, Transcript
from .judgement import Coding
from .store import given, judged

QUOTE, CONSENT = "quote", "consent"  # the attributes that are obeyed
MAY_QUOTE = {QUOTE: "yes", CONSENT: "quote"}  # every other value keeps the words out
LEVELS = ("quote", "analysis")
UNQUOTED, DISGUISE = "do not quote", "disguise"  # kinds of memo
_EQUALS = " = "


@dataclass(slots=True)
class Discretion:
    """Marks as they stand.

    ``cases`` maps (kind, name) of a dyad, transcript or speaker to the reason its words stay out; ``places``
    a transcript to its excerpts marked "do not quote"; ``disguises`` a case to what replaces what.
    """

    cases: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[str, list[Excerpt]] = field(default_factory=dict)
    disguises: dict[str, list[tuple[re.Pattern[str], str]]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, db: sqlite3.Connection) -> "Discretion":
        """Read every mark of a study."""
        found = cls()
        for kind, subject, name, value, *_ in (*given.imported_attributes(db), *judged.assigned_attributes(db)):
            found._mark(kind, subject, name, value)
        for memo in judged.placed_memos(db, UNQUOTED):
            if memo.excerpt:
                found.places.setdefault(memo.excerpt.transcript, []).append(memo.excerpt)
        for memo in judged.memos(db):
            words, equals, instead = memo.text.partition(_EQUALS)
            if memo.kind == DISGUISE and equals:
                found.disguises.setdefault(memo.subject, []).append((_whole(words), f"[{instead}]"))
        return found

    def _mark(self, kind: str, subject: str, name: str, value: str) -> None:
        if name not in MAY_QUOTE or value.casefold() == MAY_QUOTE[name]:
            return
        self.cases[kind, subject] = f"{kind} {subject}: {name} {value}"
        if name == CONSENT and value.casefold() not in LEVELS:
            self.unknown.append(f"{kind} {subject} has the level of consent '{value}', which is not known")

    def refusal(self, coding: Coding) -> str | None:
        """Return why the words of a coding may not be printed; None where they may."""
        excerpt = coding.excerpt
        for case in (
            ("dyad", coding.dyad or ""),
            ("transcript", excerpt.transcript),
            ("speaker", speaker(coding.dyad, coding.role)),
        ):
            if case in self.cases:
                return self.cases[case]
        near = self.places.get(excerpt.transcript, ())
        return "marked 'do not quote'" if any(one.touches(excerpt) for one in near) else None

    def hides(self, transcript: Transcript) -> bool:
        """Whether a transcript may not be shown whole: it, its dyad, or somebody who speaks in it is marked."""
        dyad = transcript.placement.dyad
        cases = {("transcript", transcript.name), ("dyad", dyad or "")}
        cases |= {("speaker", speaker(dyad, turn.speaker.role)) for turn in transcript.turns}
        return not cases.isdisjoint(self.cases)

    def quotable(self, codings: Iterable[Coding]) -> list[Coding]:
        """Return the codings whose words may be printed."""
        return [one for one in codings if self.refusal(one) is None]

    def disguised(self, words: str, coding: Coding) -> str:
        """Return words with every detail disguised that is disguised for their dyad or transcript."""
        for case in (f"dyad {coding.dyad}", f"transcript {coding.excerpt.transcript}"):
            for pattern, instead in self.disguises.get(case, ()):
                words = pattern.sub(lambda _, instead=instead: instead, words)  # type: ignore[misc]  # one name, bound early
        return words


def speaker(dyad: str | None, role: str) -> str:
    """Return how attributes name one member of a dyad: "5 client"."""
    return f"{dyad} {role}"


def separate_labels(dyads: Iterable[str], key: bytes) -> dict[tuple[str, str], str]:
    """Return (dyad, role) to a label such as C4 or T9, in an order that only this study's key gives.

    Clients and therapists are numbered each for themselves, so a label does not tell who the partner is.
    """
    names = sorted(dyads)
    labels: dict[tuple[str, str], str] = {}
    for role in sorted(INTERVIEWEE_ROLES):
        shuffled = sorted(names, key=lambda dyad: hashlib.blake2b(f"{role} {dyad}".encode(), key=key[:64]).digest())
        labels |= {(dyad, role): f"{role[0].upper()}{n}" for n, dyad in enumerate(shuffled, 1)}
    return labels


def disguise_text(words: str, instead: str) -> str:
    """Return the text of a memo that disguises words."""
    return f"{words}{_EQUALS}{instead}"


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
