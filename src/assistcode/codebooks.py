"""Bring codes and themes in: what is new, what is known, what a file says otherwise."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .codebook import Code, Codebook, CodeEntry, CodeList, ThemeEntry
from .guids import Guids
from .judgement import Coder
from .readers.codebooks import read_codebook
from .store import judged
from .store.database import transaction


def import_codebook(db: sqlite3.Connection, path: Path, coder: Coder | None) -> tuple[int, int]:
    """Write the codes and themes of a file (.csv, .yaml, .qdc) in one action, all or nothing.

    Known codes get the file's definition, level and theme; returns how many codes were new and how many known.
    """
    codes = read_codebook(path)
    with transaction(db):
        action_id = judged.begin_action(db, coder.id if coder else None, "import")
        written = write_codes(db, action_id, codes, update=True)
        judged.log(db, "codes import", file=path.name, codes=len(codes.codes))
    return len(written.new), len(codes.codes) - len(written.new)


@dataclass(slots=True)
class Written:
    """The ids of a file's codes by GUID (None: retired here), the names of the new ones, and what differs here."""

    ids: dict[str, int | None] = field(default_factory=dict)
    theme_ids: dict[str, int] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


def write_codes(db: sqlite3.Connection, action_id: int, codes: CodeList, *, update: bool) -> Written:
    """Write the codes and themes of a file; one is known by its GUID, else by its name.

    With ``update`` a known code becomes what the file says; without, it stays and the difference is told.
    """
    return _CodeWriter(db, action_id).write(codes, update=update)


class _CodeWriter:
    def __init__(self, db: sqlite3.Connection, action_id: int) -> None:
        self._db, self._action_id = db, action_id
        self._book: Codebook = judged.codebook(db)
        self._known = Guids.of(db).entities(db, self._book)
        self._codes = {code.name.casefold(): code.id for code in self._book.codes.values()}
        self._themes = {theme.name.casefold(): theme.id for theme in self._book.themes.values()}
        self._written = Written()

    def write(self, codes: CodeList, *, update: bool) -> Written:
        for theme in codes.themes:
            self._theme(theme)
        for entry in codes.codes:
            known = self._known_code(entry)
            if isinstance(known, Code):
                self._meet(known, entry, update=update)
            elif known is None:
                self._create(entry)
            else:
                self._written.ids[entry.guid or entry.name] = None
        return self._written

    def _known_code(self, entry: CodeEntry) -> Code | int | None:
        """Return the code that stands for an entry, its id alone when it was retired, None when it is new."""
        code_id = self._known.get(("code", entry.guid or ""))
        if code_id is not None:
            return self._book.resolve(code_id) or code_id
        named = self._codes.get(entry.name.casefold())
        return None if named is None else self._book.codes.get(named, None)

    def _create(self, entry: CodeEntry) -> None:
        about: dict[str, Any] = {"name": entry.name}
        optional = ("definition", "level", "origin", "colour", "guid")
        about |= {name: getattr(entry, name) for name in optional if getattr(entry, name)}
        above = self._written.ids.get(entry.under or "")
        about |= {"under": above} if above is not None else {}
        code_id = self._event("code", "create", None, **about)
        self._codes[entry.name.casefold()] = code_id
        self._written.ids[entry.guid or entry.name] = code_id
        self._written.new.append(entry.name)
        if entry.theme:
            self._event("code", "group", code_id, theme_id=self._theme(ThemeEntry(entry.theme)))

    def _meet(self, known: Code, entry: CodeEntry, *, update: bool) -> None:
        self._written.ids[entry.guid or entry.name] = known.id
        told = {name: getattr(entry, name) for name in ("definition", "level") if getattr(entry, name)}
        differs = {name: value for name, value in told.items() if getattr(known, name) != value}
        is_moved = bool(entry.theme) and known.theme != entry.theme
        if update and differs:
            self._event("code", "define", known.id, **differs)
        if update and is_moved:
            self._event("code", "group", known.id, theme_id=self._theme(ThemeEntry(entry.theme)))
        if not update and (differs or known.name != entry.name):
            self._written.differing.append(entry.name)
        if entry.guid and ("code", entry.guid) not in self._known:
            self._event("code", "define", known.id, guid=entry.guid)

    def _theme(self, entry: ThemeEntry) -> int:
        """Return the id of a theme by its GUID, else its name; a new one is made."""
        theme_id = self._known.get(("theme", entry.guid or "")) or self._themes.get(entry.name.casefold())
        if theme_id is None:
            optional = {name: getattr(entry, name) for name in ("definition", "guid") if getattr(entry, name)}
            theme_id = self._event("theme", "create", None, name=entry.name, **optional)
            self._themes[entry.name.casefold()] = theme_id
        elif entry.guid and ("theme", entry.guid) not in self._known:
            self._event("theme", "define", theme_id, guid=entry.guid)
        self._themes.setdefault(entry.name.casefold(), theme_id)
        self._written.theme_ids[entry.guid or entry.name] = theme_id
        return theme_id

    def _event(self, entity: str, kind: str, entity_id: int | None, **payload: object) -> int:
        return judged.add_code_event(self._db, self._action_id, entity, kind, entity_id, **payload)
