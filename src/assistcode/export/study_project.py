"""A study as a project for other programs. Everything gets the GUID it came with, else one of its own for ever."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID, uuid5

from ..codebook import Code, Codebook, CodeEntry, CodeList, ThemeEntry
from ..corpus import Excerpt, Transcript
from ..evidence import Suggestion
from ..guids import Guids
from ..judgement import Judgement, Memo
from ..material import Material
from ..project import (
    HEADINGS,
    PLACE_VARIABLES,
    PROGRAM,
    SPEAKERS,
    SUGGESTER,
    Case,
    Note,
    Project,
    Selection,
    Source,
    User,
    Variant,
    agreed_name,
    assigned_name,
)  # fmt: skip
from ..readers import voices
from ..store import given, judged


@dataclass(slots=False)
class _Maker:
    """Collects the parts of the project; what has no place in REFI-QDA is counted in ``left_out``."""

    db: sqlite3.Connection
    material: Material
    suggestions: Sequence[Suggestion]

    @cached_property
    def guids(self) -> Guids:
        return Guids.of(self.db)

    @cached_property
    def book(self) -> Codebook:
        return judged.codebook(self.db)

    @cached_property
    def codes(self) -> dict[str, Code]:
        return {code.name: code for code in self.book.codes.values()}

    @cached_property
    def facts(self) -> given.StudyFacts:
        return given.study_facts(self.db)

    @cached_property
    def judgements(self) -> list[tuple[Judgement, Code]]:
        """The standing verdicts with the code that stands, one a place, code and reading."""
        latest = {
            (judgement.excerpt.id, code.id, judgement.coder, judgement.agreed): (judgement, code)
            for judgement in sorted(judged.judgements(self.db), key=lambda one: one.action_id)
            if (code := self.book.resolve(judgement.code_id)) is not None
        }
        return sorted(latest.values(), key=lambda row: (_place(row[0].excerpt), row[1].id, row[0].coder, row[0].agreed))

    @cached_property
    def coded(self) -> list[tuple[Judgement, Code]]:
        return [row for row in self.judgements if row[0].verdict == "fits"]

    @cached_property
    def coded_in(self) -> dict[str, list[tuple[Judgement, Code]]]:
        """What is coded, by the sha256 of the text."""
        found: dict[str, list[tuple[Judgement, Code]]] = {}
        for row in self.coded:
            found.setdefault(row[0].excerpt.text_sha256, []).append(row)
        return found

    @cached_property
    def suggested_in(self) -> dict[str, list[Suggestion]]:
        """What the machine suggests, by the sha256 of the text."""
        found: dict[str, list[Suggestion]] = {}
        for one in self.suggestions:
            found.setdefault(one.excerpt.text_sha256, []).append(one)
        return found


def _place(excerpt: Excerpt) -> tuple[str, int, int]:
    return excerpt.transcript, excerpt.start, excerpt.end


def study_project(db: sqlite3.Connection, material: Material, suggestions: Sequence[Suggestion] = ()) -> Project:
    """Return the study as a project; suggestions come in only if given, under a user of their own."""
    make = _Maker(db, material, suggestions)
    attributes = _Attributes.of(db)
    memos = judged.memos(db)
    notes = _Notes(make, memos)
    return Project(
        name=make.facts.title,
        origin=PROGRAM,
        users=tuple(_users(make)),
        codes=code_list(db),
        variants=tuple(_variants(make)),
        code_notes=notes.of_codes(),
        cases=tuple(_cases(make, attributes, notes)),
        sources=tuple(_source(make, one, attributes, notes) for one in material.transcripts),
        notes=notes.all(),
        at=make.facts.created_at,
        left_out=tuple(_left_out(make, attributes)),
    )


def _left_out(make: _Maker, attributes: "_Attributes") -> Iterator[str]:
    counts = {
        "verdicts that a code does not fit, or of doubt": len(make.judgements) - len(make.coded),
        "reviewed spans (what was read)": len(judged.reviews(make.db)),
        "attributes named like a place variable": attributes.n_clashing,
    }
    yield from (f"{n:,} {what}" for what, n in counts.items() if n)


# ---------------------------------------------------------------- users and codes


def _user(make: _Maker, name: str | None, *, agreed: bool = False) -> str:
    """Return the GUID of a coder, of the agreed set as a coder wrote it down, or of the program."""
    if name is None:
        return make.guids.derive("user", PROGRAM)
    return make.guids.derive("agreed", make.guids.named("coder", name)) if agreed else make.guids.named("coder", name)


def _users(make: _Maker) -> Iterator[User]:
    yield User(_user(make, None), PROGRAM)
    for coder in judged.coders(make.db):
        yield User(_user(make, coder.name), coder.name)
    for name in sorted({row.coder for row, _ in make.coded if row.agreed}):
        yield User(_user(make, name, agreed=True), agreed_name(name))
    if make.suggestions:
        yield User(make.guids.derive("user", SUGGESTER), SUGGESTER)


def code_list(db: sqlite3.Connection) -> CodeList:
    """Return the codebook as files hold it, with the GUIDs of its codes and themes."""
    guids, book = Guids.of(db), judged.codebook(db)
    entries = [
        CodeEntry(
            code.name, code.theme or "", code.definition, code.level, code.origin, code.colour, guids.entity(code),
            _above(guids, book, code),
        )
        for code in book.codes.values()
    ]  # fmt: skip
    themes = [ThemeEntry(one.name, one.definition, guids.entity(one)) for one in book.themes.values()]
    return CodeList(tuple(entries), tuple(themes))


def _above(guids: Guids, book: Codebook, code: Code) -> str | None:
    """Return the GUID of the code it stood below where it came from, unless people moved one of them since."""
    above = book.codes.get(code.under) if code.under is not None else None
    return guids.entity(above) if above and above.theme == code.theme else None


def _variant(make: _Maker, code: Code, pole: str | None, effect: str | None) -> str:
    guid = make.guids.entity(code)
    return str(uuid5(UUID(guid), f"{pole}:{effect}")) if pole or effect else guid


def _variants(make: _Maker) -> Iterator[Variant]:
    used = {(code.id, row.pole, row.effect) for row, code in make.coded}
    used |= {(make.codes[one.code].id, one.pole, None) for one in make.suggestions}
    for code_id, pole, effect in sorted(used, key=lambda one: (one[0], one[1] or "", one[2] or "")):
        code = make.book.codes[code_id]
        if pole or effect:
            yield Variant(_variant(make, code, pole, effect), make.guids.entity(code), pole, effect)


# ---------------------------------------------------------------- attributes, memos


@dataclass(frozen=True, slots=True)
class _Attributes:
    """The attributes of dyads and transcripts as variables."""

    values: dict[tuple[str, str], dict[str, str]]
    n_clashing: int

    @classmethod
    def of(cls, db: sqlite3.Connection) -> "_Attributes":
        values: dict[tuple[str, str], dict[str, str]] = {}
        rows = [(kind, subject, name, value) for kind, subject, name, value in given.imported_attributes(db)]
        for kind, subject, name, value, coder, why in judged.assigned_attributes(db):
            rows.append((kind, subject, assigned_name(name, coder), value))
            rows += [(kind, subject, assigned_name(name, coder, why=True), why)] if why else []
        reserved = {*PLACE_VARIABLES, SPEAKERS, HEADINGS}
        clashing = [row for row in rows if row[0] == "transcript" and row[2] in reserved]
        for kind, subject, name, value in rows:
            if not (kind == "transcript" and name in reserved):
                values.setdefault((kind, subject), {})[name] = value
        return cls(values, len(clashing))


class _Notes:
    """Memos as notes, by what they are about."""

    def __init__(self, make: _Maker, memos: Sequence[Memo]) -> None:
        self._make = make
        self._memos = memos
        self._about: dict[str, list[Memo]] = {}
        self._on_text: dict[str, list[Memo]] = {}
        for memo in memos:
            self._about.setdefault(memo.subject, []).append(memo)
            if memo.excerpt:
                self._on_text.setdefault(memo.excerpt.text_sha256, []).append(memo)

    def all(self) -> tuple[Note, ...]:
        """Return every memo as a note."""
        return tuple(
            Note(self._guid(memo), memo.kind, memo.text, _user(self._make, memo.coder), memo.at) for memo in self._memos
        )

    def of(self, subject: str) -> tuple[str, ...]:
        """Return the GUIDs of the notes about a subject, such as "dyad 3"."""
        return tuple(self._guid(memo) for memo in self._about.get(subject, ()))

    def of_codes(self) -> dict[str, tuple[str, ...]]:
        """Return the GUIDs of the notes by the GUID of the code or theme they are about."""
        book, guids = self._make.book, self._make.guids
        found = {guids.entity(code): self.of(f"code {code.name}") for code in book.codes.values()}
        found |= {guids.entity(theme): self.of(f"theme {theme.name}") for theme in book.themes.values()}
        return {guid: notes for guid, notes in found.items() if notes}

    def on(self, transcript: Transcript) -> dict[tuple[Excerpt, str | None], list[Memo]]:
        """Return the memos on excerpts of a transcript, by excerpt and coder."""
        found: dict[tuple[Excerpt, str | None], list[Memo]] = {}
        for memo in self._on_text.get(transcript.text_sha256, ()):
            if memo.excerpt:
                found.setdefault((memo.excerpt, memo.coder), []).append(memo)
        return found

    def attach(self, selection: Selection, memos: Sequence[Memo]) -> Selection:
        """Return the selection with memos: as its description, where most programs look, and as notes."""
        texts = "\n\n".join(memo.text for memo in memos)
        return replace(selection, memo=texts, notes=tuple(map(self._guid, memos)))

    def _guid(self, memo: Memo) -> str:
        return self._make.guids.derive("memo", memo.id)


# ---------------------------------------------------------------- cases and sources


def _cases(make: _Maker, attributes: _Attributes, notes: _Notes) -> Iterator[Case]:
    known = make.material.dyads | {subject for kind, subject in attributes.values if kind == "dyad"}
    in_order = [one.placement.dyad for one in make.material.transcripts if one.placement.dyad]
    for dyad in dict.fromkeys([*in_order, *sorted(known)]):
        members = [one for one in make.material.transcripts if one.placement.dyad == dyad]
        yield Case(
            guid=make.guids.named("dyad", dyad),
            name=f"dyad {dyad}",
            values=attributes.values.get(("dyad", dyad), {}),
            sources=tuple(make.guids.named("transcript", one.name) for one in members),
            notes=notes.of(f"dyad {dyad}"),
        )


def _source(make: _Maker, transcript: Transcript, attributes: _Attributes, notes: _Notes) -> Source:
    place = {name: getattr(transcript.placement, name) for name in PLACE_VARIABLES}
    values = {name: value for name, value in place.items() if value} | voices.describe(transcript)
    return Source(
        guid=make.guids.named("transcript", transcript.name),
        name=transcript.name,
        text=transcript.text,
        selections=tuple(_selections(make, transcript, notes)),
        values=values | attributes.values.get(("transcript", transcript.name), {}),
        notes=notes.of(f"transcript {transcript.name}"),
    )


def _selections(make: _Maker, transcript: Transcript, notes: _Notes) -> Iterator[Selection]:
    """Yield one selection a coder, code and span, because programs credit and memo a selection as a whole.

    A coder's memos on a span go with the coder's first selection there, else with one that codes nothing.
    """
    memos = notes.on(transcript)
    for row, code in make.coded_in.get(transcript.text_sha256, ()):
        user = _user(make, row.coder, agreed=bool(row.agreed))
        selection = _selection(make, row.excerpt, user, _variant(make, code, row.pole, row.effect), row.at)
        yield notes.attach(selection, [] if row.agreed else memos.pop((row.excerpt, row.coder), []))
    for (excerpt, coder), found in memos.items():
        user = _user(make, coder)
        guid = make.guids.derive("memo selection", excerpt.id, user)
        bare = Selection(guid, excerpt.start, excerpt.end, excerpt.quote, (), user, found[0].at)
        yield notes.attach(bare, found)
    for one in make.suggested_in.get(transcript.text_sha256, ()):
        coded = _variant(make, make.codes[one.code], one.pole, None)
        user = make.guids.derive("user", SUGGESTER)
        yield _selection(make, one.excerpt, user, coded, make.facts.created_at)


def _selection(make: _Maker, excerpt: Excerpt, user: str, coded: str, at: str) -> Selection:
    guid = make.guids.derive("selection", excerpt.id, user, coded)
    return Selection(guid, excerpt.start, excerpt.end, excerpt.quote, ((coded, user),), user, at)
