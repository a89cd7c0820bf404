"""The codebook: codes and themes as people made them, folded from its history of events. Judged rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Any

LEVELS = ("semantic", "latent")
CHANGEABLE = {"name", "definition", "level", "guid"}
ORIGINS = ("own", "in vivo", "candidate", "lexicon")


@dataclass(frozen=True, slots=True)
class CodeEvent:
    """One change to the codebook. ``entity`` is code or theme; ``version`` grows with every event."""

    version: int
    at: str
    coder: str | None
    entity: str
    entity_id: int
    kind: str
    payload: dict[str, str | int | None]
    action_id: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A label with a definition. ``created`` is the codebook version at which it came to be.

    ``origin`` is own, in vivo, candidate or lexicon. ``guid`` is the code's in the program it came from, and
    ``under`` the code it stood below there.
    """

    id: int
    name: str
    created: int
    definition: str = ""
    origin: str = "own"
    level: str = "semantic"
    lexicon: str | None = None
    theme: str | None = None
    colour: str | None = None
    guid: str | None = None
    under: int | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """A named group of codes."""

    id: int
    name: str
    definition: str = ""
    lexicon: str | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """A person's word that a place belongs to a code (``is_in``), or does not; it outlives every clustering.

    ``place`` is (transcript id, start, end). A founding seed was written when a code was made of a candidate,
    ``founded``, perhaps merged since into the one it belongs to now: it brings the cluster it lies in along. A member
    that was moved or split off comes alone, ``founded`` is None.
    """

    code_id: int
    place: tuple[int, int, int]
    is_in: bool
    founded: int | None = None


@dataclass(frozen=True, slots=True)
class Rewording:
    """A change of what a code means: defined anew, split, or merged into another; ``name`` and ``definition`` before.

    ``kind`` is define, split or merge; ``into`` is the id of the code it was split off into, or merged into.
    """

    action_id: int
    at: str
    coder: str | None
    kind: str
    name: str
    definition: str
    into: int | None = None


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A code as a file tells of it; what is empty is not told. ``under`` is the GUID of the code above it."""

    name: str
    theme: str = ""
    definition: str = ""
    level: str = ""
    origin: str = ""
    colour: str | None = None
    guid: str | None = None
    under: str | None = None


@dataclass(frozen=True, slots=True)
class ThemeEntry:
    """A theme as a file tells of it."""

    name: str
    definition: str = ""
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    """The codes and themes of a file, each code after the code above it."""

    codes: tuple[CodeEntry, ...] = ()
    themes: tuple[ThemeEntry, ...] = ()


@dataclass(slots=True)
class Codebook:
    """The codes and themes that stand after a history of events.

    A merged code lives on as an alias: ``resolve`` leads from any id ever used to the code standing now, or
    None when it was retired.
    """

    codes: dict[int, Code] = field(default_factory=dict)
    themes: dict[int, Theme] = field(default_factory=dict)
    version: int = 0
    _merged: dict[int, int] = field(default_factory=dict)
    _merge_action: dict[int, int] = field(default_factory=dict)
    _reworded: dict[int, list[Rewording]] = field(default_factory=dict)
    _group_of: dict[int, int] = field(default_factory=dict)
    _lexicon_code: dict[str, int] = field(default_factory=dict)

    @classmethod
    def from_events(cls, events: Iterable[CodeEvent]) -> "Codebook":
        """Fold the history, oldest first, into the codebook that stands."""
        book = cls()
        for event in events:
            book._apply(event)
        for code_id, theme_id in book._group_of.items():
            if code_id in book.codes and theme_id in book.themes:
                book.codes[code_id] = replace(book.codes[code_id], theme=book.themes[theme_id].name)
        book._tell_apart()
        return book

    def _apply(self, event: CodeEvent) -> None:
        self.version = max(self.version, event.version)
        self._note_rewording(event)
        entities: dict[int, Any] = self.codes if event.entity == "code" else self.themes
        if event.kind == "create":
            entities[event.entity_id] = _code(event) if event.entity == "code" else _theme(event)
            if event.entity == "code" and event.payload.get("lexicon"):
                self._lexicon_code.setdefault(str(event.payload["lexicon"]), event.entity_id)
        elif event.kind in {"rename", "define"} and event.entity_id in entities:
            changed = {key: str(value) for key, value in event.payload.items() if key in CHANGEABLE}
            entities[event.entity_id] = replace(entities[event.entity_id], **changed)
        elif event.kind == "group":
            self._group_of[event.entity_id] = int(str(event.payload["theme_id"]))
        elif event.kind == "merge" and _into(event) in entities:
            self._merged[event.entity_id] = _into(event)
            self._merge_action[event.entity_id] = event.action_id
            entities.pop(event.entity_id, None)
        elif event.kind == "retire":
            entities.pop(event.entity_id, None)

    def _tell_apart(self) -> None:
        """Give the younger of two codes of one name a number: an undo brings a name back that was given anew since."""
        taken: set[str] = set()
        for code in list(self.codes.values()):
            numbered = (f"{code.name} ({n})" for n in count(2))
            name = next(one for one in chain([code.name], numbered) if one.casefold() not in taken)
            taken.add(name.casefold())
            self.codes[code.id] = replace(code, name=name)

    def _note_rewording(self, event: CodeEvent) -> None:
        code = self.codes.get(event.entity_id)
        is_defined = event.kind == "define" and "definition" in event.payload
        is_parted = event.kind in {"split", "merge"} and _into(event) in self.codes
        if code is not None and (is_defined or is_parted):
            into = _into(event) if is_parted else None
            before = Rewording(event.action_id, event.at, event.coder, event.kind, code.name, code.definition, into)
            self._reworded.setdefault(code.id, []).append(before)

    def resolve(self, code_id: int) -> Code | None:
        """Return the code that stands for ``code_id`` now: itself, what it was merged into, or None."""
        return self.codes.get(self._way(code_id)[-1])

    def standing_id(self, code_id: int) -> int:
        """Return the id of the code that stands for ``code_id`` now; its own where that was retired."""
        code = self.resolve(code_id)
        return code_id if code is None else code.id

    def reworded_since(self, code_id: int, action_id: int) -> list[Rewording]:
        """Return what changed the meaning of ``code_id`` after an action, oldest first.

        Of a code it was merged into only what came after the merge.
        """
        found: list[Rewording] = []
        for step in self._way(code_id):
            found += [one for one in self._reworded.get(step, ()) if one.action_id > action_id]
            action_id = max(action_id, self._merge_action.get(step, 0))
        return found

    def one_since(self, code_id: int, other_id: int) -> int:
        """Return the action that made one code of two that are one today; 0 for a code and itself."""
        merged = set(self._way(code_id)) ^ set(self._way(other_id))
        return max((self._merge_action[one] for one in merged), default=0)

    def _way(self, code_id: int) -> list[int]:
        """Return an id and those it was merged into, one after another."""
        way = [code_id]
        while way[-1] in self._merged:
            way.append(self._merged[way[-1]])
        return way

    def by_name(self, name: str) -> Code | None:
        """Return the code called ``name``, case ignored, or None."""
        return next((code for code in self.codes.values() if code.name.casefold() == name.casefold()), None)

    def for_lexicon(self, lexicon: str) -> Code | None:
        """Return the code that stands for a lexicon's theme now, or None when it was retired."""
        code_id = self._lexicon_code.get(lexicon)
        return None if code_id is None else self.resolve(code_id)

    def of_lexicons(self) -> set[int]:
        """Return the ids of the codes that stand for a lexicon's theme, also of those they were merged into."""
        return {code.id for lexicon in self._lexicon_code if (code := self.for_lexicon(lexicon)) is not None}


def _code(event: CodeEvent) -> Code:
    payload = event.payload
    return Code(
        event.entity_id,
        str(payload["name"]),
        event.version,
        str(payload.get("definition") or ""),
        str(payload.get("origin") or "own"),
        str(payload.get("level") or "semantic"),
        _text(payload.get("lexicon")),
        colour=_text(payload.get("colour")),
        guid=_text(payload.get("guid")),
        under=None if payload.get("under") is None else int(str(payload["under"])),
    )


def _theme(event: CodeEvent) -> Theme:
    told = (_text(event.payload.get(key)) for key in ("lexicon", "guid"))
    return Theme(event.entity_id, str(event.payload["name"]), str(event.payload.get("definition") or ""), *told)


def _into(event: CodeEvent) -> int:
    return int(str(event.payload["into"]))


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
