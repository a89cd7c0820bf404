"""What everything in a study is called in projects of other programs, for ever the same.

What came with a project keeps the GUID it had there: codes and themes in the events that made or matched them,
dyads, transcripts and coders as a reserved imported attribute. Everything else has a GUID derived from the study's
own key, so that exporting twice gives the same bytes.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID, uuid5

from .codebook import Code, Codebook, Theme
from .store import given, judged

_NAMESPACE = UUID("5a0c6a5e-4d7b-5d0e-8c39-0f4b8f8a3c11")


@dataclass(frozen=True, slots=True)
class Guids:
    """The GUIDs of one study. ``origins`` are those that came with projects, by kind and name."""

    root: UUID
    origins: dict[tuple[str, str], str]

    @classmethod
    def of(cls, db: sqlite3.Connection) -> "Guids":
        """Return them for a study."""
        return cls(uuid5(_NAMESPACE, given.study_facts(db).cache_key.hex()), given.origin_guids(db))

    def derive(self, *words: object) -> str:
        """Return the GUID of whatever these words name."""
        return str(uuid5(self.root, ":".join(map(str, words))))

    def named(self, kind: str, name: str) -> str:
        """Return the GUID of a dyad, transcript or coder."""
        return self.origins.get((kind, name)) or self.derive(kind, name)

    def entity(self, one: Code | Theme) -> str:
        """Return the GUID of a code or theme."""
        return one.guid or self.derive(type(one).__name__.lower(), one.id)

    def by_guid(self, kind: str, names: Collection[str]) -> dict[str, str]:
        """Return the names of dyads, transcripts or coders by GUID: the derived one, and the one they came with."""
        found = {self.derive(kind, name): name for name in names}
        return found | {guid: name for (of, name), guid in self.origins.items() if of == kind and name in names}

    def entities(self, db: sqlite3.Connection, book: Codebook) -> dict[tuple[str, str], int]:
        """Return the ids of all codes and themes ever made by (entity, GUID)."""
        found = {("code", self.derive("code", one)): one for one in book.codes}
        found |= {("theme", self.derive("theme", one)): one for one in book.themes}
        for event in judged.code_events(db):
            if event.payload.get("guid"):
                found[event.entity, str(event.payload["guid"])] = event.entity_id
        return found
