"""The codebook: codes and themes as people made them, folded from its history of events. Judged rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

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

    ``place`` is (transcript id, start, end). A founding seed was written when its code was made of a candidate: it
    brings the cluster it lies in along. A member that was moved comes alone.
    """

    code_id: int
    place: tuple[int, int, int]
    is_in: bool
    is_founding: bool


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
        return book

    def _apply(self, event: CodeEvent) -> None:
        self.version = max(self.version, event.version)
        self._note_rewording(event)
        entities: dict[int, Code] | dict[int, Theme] = self.codes if event.entity == "code" else self.themes
        payload = event.payload
        if event.kind == "create" and event.entity == "code":
            self.codes[event.entity_id] = Code(
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
            if payload.get("lexicon"):
                self._lexicon_code.setdefault(str(payload["lexicon"]), event.entity_id)
        elif event.kind == "create":
            self.themes[event.entity_id] = Theme(
                event.entity_id,
                str(payload["name"]),
                str(payload.get("definition") or ""),
                _text(payload.get("lexicon")),
                _text(payload.get("guid")),
            )
        elif event.kind in {"rename", "define"} and event.entity_id in entities:
            changed = {key: str(value) for key, value in payload.items() if key in CHANGEABLE}
            self._change(event, changed)
        elif event.kind == "group":
            self._group_of[event.entity_id] = int(str(payload["theme_id"]))
        elif event.kind == "merge" and int(str(payload["into"])) in entities:
            self._merged[event.entity_id] = int(str(payload["into"]))
            self._merge_action[event.entity_id] = event.action_id
            entities.pop(event.entity_id, None)
        elif event.kind == "retire":
            entities.pop(event.entity_id, None)

    def _note_rewording(self, event: CodeEvent) -> None:
        code = self.codes.get(event.entity_id)
        is_defined = event.kind == "define" and "definition" in event.payload
        if code is not None and (is_defined or event.kind in {"split", "merge"}):
            into = None if is_defined else int(str(event.payload["into"]))
            before = Rewording(event.action_id, event.at, event.coder, event.kind, code.name, code.definition, into)
            self._reworded.setdefault(code.id, []).append(before)

    def _change(self, event: CodeEvent, changed: dict[str, str]) -> None:
        if event.entity == "code":
            self.codes[event.entity_id] = replace(self.codes[event.entity_id], **changed)  # type: ignore[arg-type]  # fields of Code
        else:
            self.themes[event.entity_id] = replace(self.themes[event.entity_id], **changed)  # type: ignore[arg-type]  # fields of Theme

    def resolve(self, code_id: int) -> Code | None:
        """Return the code that stands for ``code_id`` now: itself, what it was merged into, or None."""
        return self.codes.get(self._way(code_id)[-1])

    def standing_id(self, code_id: int) -> int:
        """Return the id of the code that stands for ``code_id`` now; its own where that was retired."""
        code = self.resolve(code_id)
        return code_id if code is None else code.id

    def reworded_since(self, code_id: int, action_id: int) -> list[Rewording]:
        """Return what changed the meaning of ``code_id`` after an action, then of all it was merged into."""
        return [one for step in self._way(code_id) for one in self._reworded.get(step, ()) if one.action_id > action_id]

    def merged_at(self, code_id: int) -> int:
        """Return the last action that merged another code into the one standing for ``code_id``; 0: none did."""
        target = self._way(code_id)[-1]
        merged = [one for one in self._merged if self._way(one)[-1] == target]
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


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
