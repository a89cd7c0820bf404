"""Bring a project of another program in: merge what is known by its GUID, place every coding by its words.

Everything is written in one transaction, with one action a coder. Nothing that people decided here is overwritten:
where the file says otherwise, the study stays as it is and the difference is told.
"""

import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import offsets, pipeline
from .codebooks import Written, write_codes
from .corpus import Excerpt, Placement, Transcript, unify_line_ends
from .errors import AssistcodeError
from .guids import Guids
from .incoming import find_quote
from .judgement import AGREED, Coder, Decision, Memo, Span
from .material import Material, label, transcript_id
from .project import (
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
    parse_agreed,
    parse_assigned,
)  # fmt: skip
from .readers import RoleRule, voices
from .readers.refi import read_project
from .store import given, judged
from .store.database import transaction

_SUFFIX = re.compile(r"\.(txt|docx?|rtf|odt|pdf|md|html?)$", re.IGNORECASE)
_SHORTEST_QUOTE = 10  # characters of a name that are taken for words of the text where no place is given
_NOT_PEOPLE = {AGREED, "suggestions"}


@dataclass(slots=True)
class Brought:
    """What came in with a project, what was known already, and what has no place here, each in a line.

    ``readings`` says by transcript how the file counts where it is not in code points; ``moved`` tells every
    coding that did not stand where the file said, as (transcript, place in the file, quote).
    """

    origin: str
    n_sources: int = 0
    n_codes: int = 0
    new_codes: list[str] = field(default_factory=list)
    new_coders: list[str] = field(default_factory=list)
    new_transcripts: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    n_codings: int = 0
    n_known_codings: int = 0
    n_memos: int = 0
    readings: dict[str, str] = field(default_factory=dict)
    moved: list[tuple[str, int | None, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class _DryRunEnds(Exception):  # noqa: N818  it is no error
    """Leaves the transaction without writing."""


def import_project(
    db: sqlite3.Connection, path: Path, *, roles: tuple[RoleRule, ...] = (), dry_run: bool = False
) -> Brought:
    """Bring a .qdpx file in, all or nothing. Raises InputError when it is no sound project; then nothing changes."""
    project = read_project(path)
    bringing = _Bringing(db, project, roles)
    try:
        with transaction(db):
            brought = bringing.bring()
            judged.log(db, "import", file=path.name, codings=brought.n_codings, memos=brought.n_memos)
            if dry_run:
                raise _DryRunEnds
    except _DryRunEnds:
        pass
    return bringing.brought


@dataclass(frozen=True, slots=True)
class _Person:
    """Who a user of the project is here; ``coder`` None is a program."""

    coder: Coder | None
    agreed: bool = False


class _Bringing:
    """One project on its way into one study."""

    def __init__(self, db: sqlite3.Connection, project: Project, roles: tuple[RoleRule, ...]) -> None:
        self._db, self._project, self._roles = db, project, roles
        self.brought = Brought(project.origin or "a program that does not give its name")
        self._left_out: Counter[str] = Counter()
        self._guids = Guids.of(db)
        dyads = Material.read(db).dyads | {subject for kind, subject in self._guids.origins if kind == "dyad"}
        self._dyad_by_guid = self._guids.by_guid("dyad", dyads)
        self._notes = {note.guid: note for note in project.notes}
        self._used_notes: set[str] = set()
        self._variants = {one.guid: one for one in project.variants}
        self._actions: dict[int | None, int] = {}
        self._roster = {coder.name.casefold(): coder for coder in judged.coders(db)}
        self._people: dict[str | None, _Person] = {}
        self._written = Written()
        self._known_memos = Counter((one.coder, one.kind, _about(one), one.text) for one in judged.memos(db))
        self._standing: dict[tuple[object, ...], tuple[object, ...]] = {}
        self._assigned = {row[:3]: row[3:5] for row in judged.assigned_attributes(db)}

    def bring(self) -> Brought:
        """Write everything; return what came of it."""
        project, brought = self._project, self.brought
        for user in project.users:
            self._people[user.guid] = self._person(user.guid, user.name)
        self._written = write_codes(self._db, self._action(None), project.codes, update=False)
        brought.n_codes, brought.new_codes = len(project.codes.codes), self._written.new
        texts = self._transcripts()
        self._standing = self._standing_codings()
        for case in project.cases:
            self._case(case)
        for source, transcript in texts:
            self._on_source(source, transcript)
        self._codebook_notes()
        for note in project.notes:
            if note.guid not in self._used_notes:
                self._memo(note, "study", "")
        brought.n_sources = len(project.sources)
        lines = [f"{n:,} {what}" for what, n in self._left_out.items() if n]
        lines += [f"'{name}' is otherwise in the file; it stays as it is here" for name in self._written.differing]
        brought.left_out = [*brought.left_out, *lines, *project.left_out]
        return brought

    # ------------------------------------------------------------------ people

    def _person(self, guid: str, name: str) -> _Person:
        if name == PROGRAM or name.startswith(SUGGESTER):
            return _Person(None)
        who = parse_agreed(name)
        if who is not None:
            return _Person(self._coder("", who), agreed=True)
        return _Person(self._coder(guid, name))

    def _coder(self, guid: str, name: str) -> Coder:
        """Return the coder of this GUID, else of this name; a new one joins the roster."""
        known = self._guids.by_guid("coder", {coder.name for coder in self._roster.values()}).get(guid)
        name = known or (f"user {name}" if name.casefold() in _NOT_PEOPLE else name)
        coder = self._roster.get(name.casefold())
        if coder is None:
            coder = self._roster[name.casefold()] = judged.add_coder(self._db, name)
            self.brought.new_coders.append(name)
        if guid and known is None:
            given.set_imported_attribute(self._db, "coder", coder.name, given.ORIGIN_GUID, guid)
        return coder

    def _who(self, user: str | None) -> _Person:
        """Return the person of a user's GUID; codings of nobody are those of "unnamed"."""
        if user not in self._people:
            self._people[user] = _Person(self._coder("", "unnamed"))
        return self._people[user]

    def _action(self, coder: Coder | None) -> int:
        number = coder.id if coder else None
        if number not in self._actions:
            self._actions[number] = judged.begin_action(self._db, number, "import")
        return self._actions[number]

    # ------------------------------------------------------------------ texts

    def _transcripts(self) -> list[tuple[Source, Transcript]]:
        """Write the texts that are new; return every source that has its text here, with its transcript."""
        material = Material.read(self._db)
        by_guid = self._guids.by_guid("transcript", set(material.by_name))
        by_text = {one.text_sha256: one.name for one in material.transcripts}
        names = set(material.by_name)
        dyads = self._dyads()
        new: list[Transcript] = []
        name_of: list[tuple[Source, str]] = []
        for n, source in enumerate(self._project.sources, start=1):
            transcript = self._read(source, n, dyads.get(source.guid), names)
            if transcript is None:
                self._count_lost(source)
                continue
            known = by_guid.get(source.guid) or by_text.get(transcript.text_sha256)
            if known is None:
                new.append(transcript)
                names.add(transcript.name)
                by_text[transcript.text_sha256] = transcript.name
            if source.guid and source.guid not in by_guid:
                given.set_imported_attribute(
                    self._db, "transcript", known or transcript.name, given.ORIGIN_GUID, source.guid
                )
            name_of.append((source, known or transcript.name))
        pipeline.import_transcripts(self._db, new)
        self.brought.new_transcripts = [one.name for one in new]
        here = Material.read(self._db).by_name
        self.brought.unmarked = [one.name for one in new if not self._roles and not voices.is_marked(one.text)]
        return [(source, here[name]) for source, name in name_of]

    def _read(self, source: Source, n: int, dyad: str | None, names: set[str]) -> Transcript | None:
        """Return a source as a transcript; None, and a line, where it has no words."""
        name = _SUFFIX.sub("", source.name) or f"source {n}"
        if source.text is None:
            self.brought.left_out.append(f"source '{name}': its text is not in the file")
            return None
        text = unify_line_ends(source.text)
        try:
            turns = voices.find_turns(text, source.values, self._roles)
        except AssistcodeError:
            self.brought.left_out.append(f"source '{name}': there are no words in it")
            return None
        place = {key: label(source.values[key]) for key in PLACE_VARIABLES if source.values.get(key)}
        return Transcript(
            name=_free(name, names),
            text=text,
            turns=turns,
            placement=Placement(dyad=dyad, **place),
            source_name=source.name or name,
            source_sha256=hashlib.sha256(source.text.encode()).hexdigest(),
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        )

    def _count_lost(self, source: Source) -> None:
        lost = sum(len(one.codings) for one in source.selections) + len(source.codings)
        self._left_out["codings on sources without words"] += lost

    def _dyads(self) -> dict[str, str]:
        """Return the dyad of every source that belongs to one case alone; others are told."""
        found: dict[str, list[str]] = {}
        for case in self._project.cases:
            for source in case.sources:
                found.setdefault(source, []).append(self._dyad(case))
        several = [guid for guid, dyads in found.items() if len(dyads) > 1]
        if several:
            line = f"{len(several):,} sources belong to several cases; say which with 'assistcode transcripts set'"
            self.brought.left_out.append(line)
        return {guid: dyads[0] for guid, dyads in found.items() if len(dyads) == 1}

    def _dyad(self, case: Case) -> str:
        return self._dyad_by_guid.get(case.guid) or label(case.name.removeprefix("dyad ")) or "unnamed"

    # ------------------------------------------------------------------ attributes

    def _case(self, case: Case) -> None:
        dyad = self._dyad(case)
        if case.guid:
            given.set_imported_attribute(self._db, "dyad", dyad, given.ORIGIN_GUID, case.guid)
        self._attributes("dyad", dyad, case.values)
        self._memo_texts(case.memo, case.notes, "dyad", dyad)

    def _attributes(self, kind: str, subject: str, values: Mapping[str, str]) -> None:
        """Write facts, and judgements under the person who made them."""
        for variable, value in values.items():
            assigned = parse_assigned(variable)
            if assigned is None:
                given.set_imported_attribute(self._db, kind, subject, variable, value)
                continue
            name, who, is_reason = assigned
            if is_reason:
                continue
            stands = self._assigned.get((kind, subject, name))
            if stands is not None:
                self._left_out["attributes assigned otherwise here; they stay as they are"] += stands != (value, who)
                continue
            coder = self._coder("", who)
            why = values.get(f"{variable.removesuffix(')')}: why)", "")
            judged.assign_attribute(self._db, self._action(coder), (kind, subject), name, value=value, why=why)

    # ------------------------------------------------------------------ codings and memos

    def _standing_codings(self) -> dict[tuple[object, ...], tuple[object, ...]]:
        """Return (verdict, pole, effect) of everything decided here, by place, code, coder and set."""
        book = judged.codebook(self._db)
        here = Material.read(self._db).by_name
        return {
            (transcript_id(here[one.excerpt.transcript]), one.excerpt.start, one.excerpt.end, code.id, one.coder,
             bool(one.agreed)): (one.verdict, one.pole, one.effect)
            for one in judged.judgements(self._db)
            if (code := book.resolve(one.code_id)) is not None
        }  # fmt: skip

    def _on_source(self, source: Source, transcript: Transcript) -> None:
        rest = {key: value for key, value in source.values.items() if key not in {*PLACE_VARIABLES, SPEAKERS, HEADINGS}}
        self._attributes("transcript", transcript.name, rest)
        self._memo_texts(source.memo, source.notes, "transcript", transcript.name)
        for selection, place in zip(source.selections, self._places(source, transcript), strict=True):
            if place is None:
                self._left_out["selections whose place and words are not in the text"] += 1
                self._left_out["codings on them"] += len(selection.codings)
                continue
            excerpt = transcript.excerpt(*place)
            self._codings(selection.codings, transcript, excerpt)
            self._memo_texts(
                selection.memo, selection.notes, "excerpt", excerpt.id, about=(transcript, excerpt, selection)
            )
        self._codings(source.codings, transcript, transcript.excerpt(0, len(transcript.text)))

    def _places(self, source: Source, transcript: Transcript) -> list[tuple[int, int] | None]:
        """Return where every selection of a source stands in its transcript; moves are told."""
        text = source.text or ""
        marks = [offsets.Mark(*_ends(one), one.name) for one in source.selections]
        reading, spans = offsets.read_offsets(text, marks)
        if reading != offsets.READINGS[0]:
            self.brought.readings[transcript.name] = reading
        unified = unify_line_ends(text)
        places = []
        for selection, span in zip(source.selections, spans, strict=True):
            place = _place(selection, span, unified)
            if place and unified != transcript.text:
                place = _nearest(transcript.text, unified[slice(*place)], place[0], place[1] - place[0])
            if place and place != span:
                quote = transcript.text[slice(*place)]
                self.brought.moved.append((transcript.name, selection.start, quote))
            places.append(place)
        return places

    def _codings(self, codings: Iterable[tuple[str, str | None]], transcript: Transcript, excerpt: Excerpt) -> None:
        for guid, user in codings:
            variant = self._variants.get(guid)
            code_guid = variant.code if variant else guid
            if code_guid not in self._written.ids:
                self._left_out["codings with a code the file does not define"] += 1
                continue
            code_id, person = self._written.ids[code_guid], self._who(user)
            if code_id is None or person.coder is None:
                what = "codings with a code retired here" if code_id is None else "suggestions of a program, no codings"
                self._left_out[what] += 1
                continue
            pole, effect = (variant.pole, variant.effect) if variant else (None, None)
            span = Span(transcript_id(transcript), excerpt.start, excerpt.end, excerpt.quote)
            decision = Decision(span, code_id, "fits", "unaided", pole, effect, agreed=person.agreed)
            self._decide(decision, person.coder)

    def _decide(self, decision: Decision, coder: Coder) -> None:
        span = decision.span
        key = (span.transcript_id, span.start, span.end, decision.code_id, coder.name, decision.agreed)
        said = (decision.verdict, decision.pole, decision.effect)
        if key not in self._standing:
            self._standing[key] = said
            judged.add_decision(self._db, self._action(coder), decision)
            self.brought.n_codings += 1
        elif self._standing[key] == said:
            self.brought.n_known_codings += 1
        else:
            self._left_out["codings decided otherwise here; they stay as they are"] += 1

    def _codebook_notes(self) -> None:
        book = judged.codebook(self._db)
        for guid, notes in self._project.code_notes.items():
            code = book.codes.get(self._written.ids.get(guid) or 0)
            theme = book.themes.get(self._written.theme_ids.get(guid, 0))
            if code:
                self._memo_texts("", notes, "code", code.name)
            elif theme:
                self._memo_texts("", notes, "theme", theme.name)

    def _memo_texts(
        self, memo: str, notes: Sequence[str], kind: str, subject: str,
        *, about: tuple[Transcript, Excerpt, Selection] | None = None,
    ) -> None:  # fmt: skip
        """Write the notes on something, and its description unless it only repeats them."""
        found = [self._notes[guid] for guid in dict.fromkeys(notes) if guid in self._notes]
        if memo and memo.strip() != "\n\n".join(note.text for note in found).strip():
            found.append(Note("", "analytic", memo, about[2].user if about else None))
        span = None
        if about:
            transcript, excerpt, _ = about
            span = Span(transcript_id(transcript), excerpt.start, excerpt.end, excerpt.quote)
        for note in found:
            self._memo(note, kind, subject, span)

    def _memo(self, note: Note, kind: str, subject: str, span: Span | None = None) -> None:
        self._used_notes.add(note.guid)
        coder = self._who(note.user).coder if note.user in self._people else None
        key = (coder.name if coder else None, note.kind, f"{kind} {subject}".strip(), note.text)
        if self._known_memos[key]:
            self._known_memos[key] -= 1
            return
        judged.add_memo(
            self._db, self._action(coder), kind=note.kind, subject_kind=kind, subject=subject, text=note.text, span=span
        )
        self.brought.n_memos += 1


def _about(memo: Memo) -> str:
    """Return what a memo is about; an excerpt by where it stands today."""
    return f"excerpt {memo.excerpt.id}" if memo.excerpt else memo.subject


def _free(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken."""
    free, n = name, 2
    while free in taken:
        free, n = f"{name} ({n})", n + 1
    return free


def _ends(selection: Selection) -> tuple[int, int]:
    if selection.start is None or selection.end is None:
        return -1, -1
    return selection.start, selection.end


def _place(selection: Selection, span: tuple[int, int] | None, text: str) -> tuple[int, int] | None:
    """Return where a selection stands: where the file says, unless its name is a quote that stands elsewhere.

    A selection without a place has one where its name stands once.
    """
    name = selection.name
    if span is None:
        found = find_quote(text, name) if len(name) >= _SHORTEST_QUOTE else []
        return found[0] if len(found) == 1 else None
    start, end = span
    if offsets.is_quote_of(name, text[start:end]) or not offsets.holds_quote(name, end - start):
        return span
    return _nearest(text, name, start, end - start) or span


def _nearest(text: str, quote: str, start: int, length: int) -> tuple[int, int] | None:
    """Return the place of a quote nearest to where it was; one cut off with "…" keeps its length."""
    cut = next((quote.removesuffix(one).rstrip() for one in offsets.ELLIPSES if quote.endswith(one)), "")
    found = find_quote(text, quote) if quote.strip() else []
    if not found and cut:
        found = [(first, min(len(text), first + length)) for first, _ in find_quote(text, cut)]
    return min(found, key=lambda place: (abs(place[0] - start), place), default=None)
