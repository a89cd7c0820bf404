"""The study as a file that is open: its material, codebook and people, and who writes."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .. import deciding
from ..codebook import Code, Codebook
from ..corpus import ROLES, Transcript
from ..errors import InputError, UnknownName
from ..evidence import POLES, Lexicon
from ..judgement import AGREED, VERDICTS, Coder
from ..lexicons import read_sources, resolved
from ..listing import Where
from ..material import Material, did_you_mean
from ..store import database, given, judged, made
from ..store.cache import VectorCache

APPROACHES = ("reflexive", "codebook", "content")


class Opened:
    """One study file. Use it as a context manager; closed, it is one file."""

    def __init__(self, path: Path, face: str = "api") -> None:
        """Open an existing study; see ``open`` and ``create``."""
        self.path = path
        self.face = face
        self._db = database.open_study(path)
        self._cache: VectorCache | None = None
        self._seen_change = given.newest_change(self._db)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, face: str = "api") -> Self:
        """Open an existing study. Raises StudyError naming the remedy."""
        return cls(Path(path), face)

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        title: str = "",
        approach: str = "reflexive",
        lexicons: str | Sequence[str] = "five",
        unaided: int | None = None,
        seed: int = 1,
        face: str = "api",
    ) -> Self:
        """Make a new study with a theme and a code for every lexicon.

        ``lexicons`` is five, none, a folder or a file, or several of them; ``unaided`` the number of passages read
        without suggestions (None: the smaller of 400 and a fifth); ``seed`` draws which.
        """
        if approach not in APPROACHES:
            raise UnknownName(f"approach '{approach}'", "there is no such approach", f"Known: {', '.join(APPROACHES)}.")
        if unaided is not None and unaided < 0:
            raise InputError("unaided", f"{unaided} passages cannot be read", "Give 0 or more.")
        sources = resolved([lexicons] if isinstance(lexicons, str) else lexicons)
        read_sources(sources)
        path = Path(path)
        database.create(
            path, title=title or path.stem, approach=approach, lexicons=sources, seed=seed, n_unaided=unaided
        ).close()
        study = cls(path, face)
        study._code_the_lexicons()
        return study

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        told = database.as_study_error(self.path, error)
        if told is not None:
            raise told from error

    def catch_up(self) -> bool:
        """Forget what was read of the material if somebody else has changed it since; return whether."""
        newest = given.newest_change(self._db)
        is_changed = newest != self._seen_change
        if is_changed:
            self._seen_change = newest
            self._forget_material()
        return is_changed

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Write a copy of the whole study as it is now. Raises StudyError where a file stands already."""
        database.back_up(self._db, Path(path))

    def close(self) -> None:
        """Close the file; everything written is in it. Closing twice is no error."""
        if self._cache is not None:
            self._cache.close()
            self._cache = None
        database.close(self._db)

    @cached_property
    def material(self) -> Material:
        """The transcripts, turns and passages."""
        return Material.read(self._db)

    @property
    def facts(self) -> given.StudyFacts:
        """Title, approach, seed and the like."""
        return given.study_facts(self._db)

    def transcripts(self) -> list[Transcript]:
        """Return the transcripts in reading order."""
        return self.material.transcripts

    def lexicons(self) -> dict[str, Lexicon]:
        """Return the lexicons of this study by name."""
        return read_sources(self.facts.lexicons)

    @property
    def codebook(self) -> Codebook:
        """The codes and themes that stand."""
        return judged.codebook(self._db)

    def code(self, name: str) -> Code:
        """Return a code by name. Raises UnknownName with near names."""
        return deciding.known_code(self._db, name)

    def coders(self) -> list[Coder]:
        """Return the roster."""
        return judged.coders(self._db)

    def coder(self, name: str) -> Coder:
        """Return a coder by name, case ignored. Raises UnknownName: a mistyped coder is refused, not made."""
        found = next((coder for coder in self.coders() if coder.name.casefold() == name.casefold()), None)
        if found is None:
            remedy = did_you_mean(name, [coder.name for coder in self.coders()])
            what = "is not on the roster"
            raise UnknownName(f"coder '{name}'", what, f"{remedy} Add somebody with 'assistcode coders add NAME'.")
        return found

    def run(self) -> tuple[made.RunFacts, str] | None:
        """Return what the current run was, and when it ended; None before the first precode."""
        found = made.current_run(self._db)
        return (found[1], found[2]) if found else None

    @property
    def default_order(self) -> str:
        """The order of passages unless another is asked for: as read if reflexive, else likely first."""
        return "reading" if self.facts.approach == "reflexive" else "likely"

    @property
    def shows_statistics(self) -> bool:
        """Whether coefficients, intervals and estimates are shown unasked: in a reflexive study they are not."""
        return self.facts.approach != "reflexive"

    def _hand(self, coder: str) -> deciding.Hand:
        return deciding.Hand(self._db, self.material, self.coder(coder), self.face)

    def _action(self, coder: str) -> AbstractContextManager[int]:
        """One key press or command: a transaction with its action row."""
        return self._hand(coder).action()

    def _vectors(self) -> VectorCache:
        if self._cache is None:
            self._cache = VectorCache(self.path, self.facts.cache_key)
        return self._cache

    def _where(self, values: Mapping[str, str | None]) -> Where:
        where = Where(**values)
        if where.coder is not None and where.coder != AGREED:
            where = replace(where, coder=self.coder(where.coder).name)
        if where.code is not None:
            self.code(where.code)
        for name, known in self._known_values().items() if narrows(values) else ():
            value = getattr(where, name)
            if value is not None and value.casefold() not in {one.casefold() for one in known}:
                raise UnknownName(f"{name} '{value}'", "there is none in this study", did_you_mean(value, known))
        return where

    def _known_values(self) -> dict[str, set[str]]:
        places = [transcript.placement for transcript in self.transcripts()]
        themes = {name for theme in self.codebook.themes.values() for name in (theme.name, theme.lexicon) if name}
        return {
            "theme": themes,
            "pole": set(POLES),
            "status": {*VERDICTS, "undecided"},
            "dyad": {place.dyad for place in places if place.dyad},
            "session": {place.session for place in places if place.session},
            "perspective": {place.perspective for place in places if place.perspective},
            "role": set(ROLES),
        }

    def _code_the_lexicons(self) -> dict[str, Lexicon]:
        """Make a theme and a code for every lexicon that has none yet; return the lexicons."""
        lexicons = self.lexicons()
        had = {event.payload.get("lexicon") for event in judged.code_events(self._db) if event.kind == "create"}
        new = [lexicon for name, lexicon in lexicons.items() if name not in had]
        if new:
            with database.transaction(self._db):
                action_id = judged.begin_action(self._db, None, self.face)
                for lexicon in new:
                    _code_lexicon(self._db, action_id, lexicon)
        return lexicons

    def _forget_material(self) -> None:
        self.__dict__.pop("material", None)


def narrows(values: Mapping[str, str | None]) -> bool:
    """Whether any of the values narrows a listing."""
    return any(value is not None for value in values.values())


def _code_lexicon(db: Any, action_id: int, lexicon: Lexicon) -> None:  # noqa: ANN401  a connection; only the store names it
    about: dict[str, Any] = {"name": lexicon.name, "definition": lexicon.definition, "lexicon": lexicon.name}
    theme_id = judged.add_code_event(db, action_id, "theme", "create", **about)
    code_id = judged.add_code_event(db, action_id, "code", "create", **about, origin="lexicon")
    judged.add_code_event(db, action_id, "code", "group", code_id, theme_id=theme_id)
