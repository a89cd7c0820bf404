"""Projects and codebooks as REFI-QDA files (.qdpx, .qdc): the same study gives the same bytes.

What programs need beyond the schema: LF and no byte order mark in texts, ``sources/GUID.txt``, ``internal://``,
an origin, a name for every user, a date on every source and selection, no empty containers, and cases tied to
their texts by codes of the same GUID, as NVivo does.
Source: REFI-QDA 1.5, sections 5, 8 and 10; tried on QualCoder 4.0b.
"""

import io
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from ..codebook import CodeEntry, CodeList
from ..discretion import Discretion
from ..listing import Listing, Where, suggestions
from ..material import Material
from ..project import PROGRAM, Note, Project, Selection, Source, Variant, variant_name
from ..store import judged
from .outgoing import Exported, Options, printable, write_whole
from .study_project import study_project

if TYPE_CHECKING:
    from ..evidence import Suggestion

PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"
CODEBOOK_NAMESPACE = "urn:QDA-XML:codebook:1.0"
CASES = "Cases"

Element = Any  # of lxml, which carries no types
_NAMES = UUID("2b7f4c1e-0d53-5f0a-9d0e-6f6a5a1c9b7d")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def export_qdpx(db: sqlite3.Connection, material: Material, path: Path, options: Options) -> Exported:
    """Write the study as a project (.qdpx); texts go out whole, suggestions only if asked for."""
    names = [coder.name for coder in judged.coders(db)]
    offered: Listing[Suggestion] = suggestions(db, material, Where(), names) if options.suggestions else Listing()
    project = study_project(db, material, offered)
    write_whole(path, project_bytes(project))
    remarks = [f"Left out: {line}." for line in project.left_out]
    if options.suggestions:
        remarks.append(f"With them went {len(offered):,} suggestions, under a user of their own.")
        n = offered.n_withheld
        remarks += [f"Left out: {n:,} suggestions on undecided unaided passages."] if n else []
    else:
        remarks.append("Left out: the machine's suggestions; --suggestions adds them, under a user of their own.")
    discretion = Discretion.read(db)
    n_marked = sum(map(discretion.hides, material.transcripts))
    if n_marked:
        remarks.append(f"The file holds {n_marked:,} transcripts whole that may not be quoted.")
    n_codings = sum(len(one.codings) for source in project.sources for one in source.selections) - len(offered)
    return Exported(n_codings, f"codings on {len(project.sources):,} transcripts", tuple(remarks))


def project_bytes(project: Project) -> bytes:
    """Return a project as a .qdpx file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        _add(archive, "project.qde", _Writer(project).xml())
        for source in project.sources:
            _add(archive, f"sources/{source.guid}.txt", (source.text or "").encode())
        for note in _journals(project):
            _add(archive, f"sources/{note.guid}.txt", printable(note.text).encode())
    return out.getvalue()


def _journals(project: Project) -> list[Note]:
    """Return the notes about nothing in particular; programs look for their words in files."""
    tied = [*project.code_notes.values(), *(case.notes for case in project.cases)]
    for source in project.sources:
        tied += [source.notes, *(selection.notes for selection in source.selections)]
    told = {guid for guids in tied for guid in guids}
    return [note for note in project.notes if note.guid not in told]


def codebook_bytes(codes: CodeList) -> bytes:
    """Return codes and themes as a .qdc file."""
    from lxml import etree

    root = etree.Element(f"{{{CODEBOOK_NAMESPACE}}}CodeBook", nsmap={None: CODEBOOK_NAMESPACE}, origin=PROGRAM)
    _add_codes(_child(root, "Codes"), codes)
    _add_codebook_sets(root, codes, "guid")
    return _serialised(root)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    archive.writestr(info, content)


def _serialised(root: Element) -> bytes:
    from lxml import etree

    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=False)
    return content


def _child(parent: Element, tag: str, text: str | None = None, **attributes: str | None) -> Element:
    """Add an element of the parent's namespace; attributes without a value are left away."""
    from lxml import etree

    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{tag}")
    for name, value in attributes.items():
        if value is not None:
            element.set(name, printable(value))
    if text is not None:
        element.text = printable(text)
    return element


def _named_guid(*words: str) -> str:
    return str(uuid5(_NAMES, ":".join(words)))


class _Writer:
    """Writes one project."""

    def __init__(self, project: Project) -> None:
        from lxml import etree

        self._project = project
        self._root = etree.Element(f"{{{PROJECT_NAMESPACE}}}Project", nsmap={None: PROJECT_NAMESPACE})
        self._program = next(user.guid for user in project.users if user.name == PROGRAM)

    def xml(self) -> bytes:
        """Return project.qde."""
        project, root = self._project, self._root
        at = _date(project.at)
        for name, value in (("name", project.name), ("origin", project.origin), ("creatingUserGUID", self._program)):
            root.set(name, printable(value))
        root.set("creationDateTime", at)
        users = _child(root, "Users")
        for user in project.users:
            _child(users, "User", guid=user.guid, name=user.name)
        self._codebook()
        self._variables()
        self._cases()
        sources = _child(root, "Sources") if project.sources else None
        for source in project.sources:
            self._source(sources, source)
        self._notes()
        _add_codebook_sets(root, project.codes, "targetGUID")
        return _serialised(root)

    def _codebook(self) -> None:
        project = self._project
        if not (project.codes.codes or project.codes.themes or project.cases):
            return
        codes = _child(_child(self._root, "CodeBook"), "Codes")
        _add_codes(codes, project.codes, project.variants, project.code_notes)
        if project.cases:
            folder = _child(codes, "Code", guid=_named_guid(CASES), name=CASES, isCodable="false")
            for case in project.cases:
                code = _child(folder, "Code", guid=case.guid, name=case.name, isCodable="true")
                _add_notes(code, case.notes)

    def _variables(self) -> None:
        values = [case.values for case in self._project.cases] + [one.values for one in self._project.sources]
        names = dict.fromkeys(name for row in values for name in row)
        variables = _child(self._root, "Variables") if names else None
        for name in names:
            _child(variables, "Variable", guid=_named_guid("variable", name), name=name, typeOfVariable="Text")

    def _cases(self) -> None:
        cases = _child(self._root, "Cases") if self._project.cases else None
        for case in self._project.cases:
            element = _child(cases, "Case", guid=case.guid, name=case.name)
            _add_values(element, case.values)
            for guid in case.sources:
                _child(element, "SourceRef", targetGUID=guid)

    def _source(self, parent: Element, source: Source) -> None:
        at = _date(self._project.at)
        element = _child(
            parent, "TextSource", guid=source.guid, name=f"{source.name.replace('/', '_')}.txt",
            plainTextPath=f"internal://{source.guid}.txt", creatingUser=self._program, creationDateTime=at,
        )  # fmt: skip
        for case in self._project.cases:
            if source.guid in case.sources and source.text:
                guid = str(uuid5(UUID(case.guid), source.guid))
                whole = Selection(guid, 0, len(source.text), case.name, ((case.guid, self._program),), self._program)
                self._selection(element, whole)
        for selection in source.selections:
            self._selection(element, selection)
        _add_notes(element, source.notes)
        _add_values(element, source.values)

    def _selection(self, parent: Element, selection: Selection) -> None:
        at = _date(selection.at or self._project.at)
        element = _child(
            parent, "PlainTextSelection", guid=selection.guid, name=selection.name,
            startPosition=str(selection.start), endPosition=str(selection.end), creatingUser=selection.user,
            creationDateTime=at,
        )  # fmt: skip
        if selection.memo:
            _child(element, "Description", selection.memo)
        for code, user in selection.codings:
            guid = str(uuid5(UUID(selection.guid), code))
            coding = _child(element, "Coding", guid=guid, creatingUser=user, creationDateTime=at)
            _child(coding, "CodeRef", targetGUID=code)
        _add_notes(element, selection.notes)

    def _notes(self) -> None:
        notes = _child(self._root, "Notes") if self._project.notes else None
        journals = {note.guid for note in _journals(self._project)}
        for note in self._project.notes:
            path = f"internal://{note.guid}.txt" if note.guid in journals else None
            element = _child(
                notes, "Note", guid=note.guid, name=note.kind, plainTextPath=path, creatingUser=note.user,
                creationDateTime=_date(note.at),
            )  # fmt: skip
            if path is None:
                _child(element, "PlainTextContent", note.text)


def _date(at: str) -> str:
    """Return a time as programs read it: UTC, to the second."""
    return f"{at[:19]}Z"


def _add_notes(parent: Element, notes: Iterable[str]) -> None:
    for guid in notes:
        _child(parent, "NoteRef", targetGUID=guid)


def _add_values(parent: Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        element = _child(parent, "VariableValue")
        _child(element, "VariableRef", targetGUID=_named_guid("variable", name))
        _child(element, "TextValue", value)


def _add_codes(
    parent: Element,
    codes: CodeList,
    variants: Iterable[Variant] = (),
    notes: Mapping[str, tuple[str, ...]] | None = None,
) -> None:
    """Add themes as folders, each code in its folder or below the code above it, its variants below it.

    A theme that came from a code with codes below it is that code, and gets no folder.
    """
    notes = notes or {}
    names = {code.guid: code.name for code in codes.codes}
    elements: dict[str | None, Element] = {}
    folders: dict[str, Element] = {}
    for theme in codes.themes:
        if names.get(theme.guid) != theme.name:
            folders[theme.name] = _child(parent, "Code", guid=theme.guid, name=theme.name, isCodable="false")
            _describe(folders[theme.name], theme.definition, notes.get(theme.guid or "", ()))
    for code in _above_first(codes.codes):
        above = elements.get(code.under) if code.under else None
        holder = folders.get(code.theme, parent) if above is None else above
        element = _child(holder, "Code", guid=code.guid, name=code.name, isCodable="true", color=code.colour)
        _describe(element, code.definition, notes.get(code.guid or "", ()))
        elements[code.guid] = element
    for variant in variants:
        name = variant_name(names[variant.code], variant.pole, variant.effect)
        _child(elements[variant.code], "Code", guid=variant.guid, name=name, isCodable="true")


def _describe(element: Element, definition: str, notes: Iterable[str]) -> None:
    if definition:
        _child(element, "Description", definition)
    _add_notes(element, notes)


def _above_first(codes: Iterable[CodeEntry]) -> Iterator[CodeEntry]:
    """Yield every code after the one above it, where that one is among them."""
    waiting = list(codes)
    known = {code.guid for code in waiting}
    done: set[str | None] = set()
    while waiting:
        ready = [code for code in waiting if code.under is None or code.under in done or code.under not in known]
        yield from ready or waiting
        done |= {code.guid for code in ready or waiting}
        waiting = [code for code in waiting if code.guid not in done]


def _add_codebook_sets(root: Element, codes: CodeList, key: str) -> None:
    """Add sets that say what REFI-QDA has no word for: the level and the origin of codes."""
    members: dict[str, list[str]] = {}
    for code in codes.codes:
        for name, value, usual in (("level", code.level, "semantic"), ("origin", code.origin, "own")):
            if value and value != usual:
                members.setdefault(f"{name}: {value}", []).append(code.guid or "")
    sets = _child(root, "Sets") if members else None
    for name, guids in members.items():
        element = _child(sets, "Set", guid=_named_guid("set", name), name=name)
        for guid in guids:
            _child(element, "MemberCode", **{key: guid})
