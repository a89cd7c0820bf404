"""Projects of other programs (REFI-QDA, .qdpx).

Read as programs write them, not as the standard wishes: any name of the project file, GUIDs in braces, missing
users, dates and origins, inline text, byte order marks. What has no place in a study is counted.
"""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ..errors import InputError
from ..project import Case, Note, Project, Selection, Source, User
from .refi_codes import codebook_set, read_code_tree
from .refi_xml import MAX_XML, Element, guid_of, in_one_line, parse, targets_of, whole_number, words_of
from .text import decode_exactly

MAX_REASON = 60  # characters of what a library says, which may quote the damaged bytes
MAX_LINES = 500_000  # of all texts: a turn takes about 1,200 bytes until it is written
MAX_TEXTS = 50_000_000  # bytes of all texts: about 600 interviews of two hours

_KNOWN = {"Users", "CodeBook", "Variables", "Cases", "Sources", "Notes", "Links", "Sets", "Description", "NoteRef"}
_TEXT_HOLDERS = {"PDFSource": "Representation", "PictureSource": "TextDescription"}
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def read_project(path: Path) -> Project:
    """Read a .qdpx file; its texts and offsets stay as they are in the file.

    Raises InputError for what is no project, is damaged, or would unpack to more than this program takes.
    """
    where = str(path)
    with _opened(path) as archive:
        texts = _Texts(archive, where)
        source = texts.project()
        root = parse(source, where)
        if root.tag != "Project":
            raise InputError(where, f"its project file holds '{root.tag}', no project", "Export the project again.")
        return _Reader(root, texts).project()


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise InputError(str(path), "there is no such file", "Check the name.") from error
    except _BROKEN_ZIP as error:
        raise _damaged(str(path), error) from error


def _damaged(where: str, error: Exception) -> InputError:
    reason = re.sub(r"[^\x20-\x7e]", "?", str(error))[:MAX_REASON]
    return InputError(where, f"the project file is damaged ({reason})", "Export the project again.")


class _Texts:
    """The members of a project file by the last part of their names; nothing is unpacked to the disk."""

    def __init__(self, archive: zipfile.ZipFile, where: str) -> None:
        self._archive, self._where = archive, where
        self._left, self._lines_left = MAX_TEXTS, MAX_LINES
        files = [info for info in archive.infolist() if not info.is_dir()]
        self._members = {_last_part(info.filename).casefold(): info for info in reversed(files)}

    def project(self) -> bytes:
        """Return the bytes of the project's XML."""
        found = [info for name, info in self._members.items() if name.endswith(".qde")]
        if len(found) != 1:
            what = f"there are {len(found)} project files (.qde) in it" if found else "no project file (.qde) is in it"
            raise InputError(self._where, what, "Export the project again, as REFI-QDA project.")
        return self._read(found[0], MAX_XML)

    def text(self, path: str) -> str | None:
        """Return the words of a text, line ends kept; None where the file lacks it or it is no text.

        Raises InputError when the texts together are too large.
        """
        info = self._members.get(_last_part(path).casefold())
        if info is None:
            return None
        source = self._read(info, self._left)
        self._left -= len(source)
        try:
            return decode_exactly(source, info.filename)
        except InputError:
            return None

    def check_lines(self, text: str) -> None:
        """Count the lines of a text to be imported. Raises InputError when there are too many in all."""
        self._lines_left -= text.count("\n") + text.count("\r")
        if self._lines_left < 0:
            raise InputError(self._where, f"its texts have over {MAX_LINES:,} lines", "Export the project in parts.")

    def _read(self, info: zipfile.ZipInfo, limit: int) -> bytes:
        if info.file_size > limit:
            what = f"'{info.filename[:60]}' unpacks to {info.file_size:,} bytes, more than this program takes"
            raise InputError(self._where, what, "Export the project without media, or in parts.")
        try:
            return self._archive.read(info)
        except _BROKEN_ZIP as error:
            raise _damaged(self._where, error) from error


def _last_part(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name


class _Reader:
    """Turns the elements of one project into values."""

    def __init__(self, root: Element, texts: _Texts) -> None:
        self._root, self._texts = root, texts
        self._left_out: Counter[str] = Counter()
        self._variables = {
            guid_of(one): in_one_line(one.get("name", "")) for one in root.iterfind("Variables/Variable")
        }
        self._linked = _links(root)

    def project(self) -> Project:
        """Return the whole project."""
        root = self._root
        as_cases = {guid_of(one) for one in root.iterfind("Cases/Case")}
        codes, variants = read_code_tree(root.find("CodeBook"), root.find("Sets"), as_cases)
        code_notes = {guid_of(one): targets_of(one, "NoteRef") for one in root.iterfind("CodeBook//Code")}
        sources, cases = _with_linked_cases(
            tuple(self._sources()), tuple(self._case(one, code_notes) for one in root.iterfind("Cases/Case"))
        )
        notes = tuple(self._note(one) for one in root.iterfind("Notes/Note"))
        self._count_the_rest()
        described = words_of(root, "Description").strip()
        if described:
            notes = (Note("project", "analytic", described, guid_of(root, "creatingUserGUID")), *notes)
        return Project(
            name=in_one_line(root.get("name", "")),
            origin=in_one_line(root.get("origin", "")),
            users=tuple(self._users()),
            codes=codes,
            variants=variants,
            code_notes={guid: notes for guid, notes in code_notes.items() if notes and guid not in as_cases},
            cases=cases,
            sources=sources,
            notes=tuple(note for note in notes if note.text),
            left_out=tuple(f"{n:,} {what}" for what, n in self._left_out.items()),
        )

    def _users(self) -> Iterator[User]:
        for n, one in enumerate(self._root.iterfind("Users/User"), start=1):
            name = in_one_line(one.get("name", "")) or in_one_line(one.get("id", "")) or f"user {n}"
            yield User(guid_of(one), name)

    def _case(self, element: Element, code_notes: Mapping[str, tuple[str, ...]]) -> Case:
        guid = guid_of(element)
        return Case(
            guid=guid,
            name=in_one_line(element.get("name", "")),
            values=self._values(element),
            sources=targets_of(element, "SourceRef"),
            memo=words_of(element, "Description").strip(),
            notes=(*code_notes.get(guid, ()), *self._linked.get(guid, ())),
        )

    def _values(self, element: Element) -> dict[str, str]:
        """Return the variables of a source or case by name, as text."""
        values = {}
        for one in element.iterfind("VariableValue"):
            guids = targets_of(one, "VariableRef")
            name = self._variables.get(guids[0] if guids else "", "")
            value = next((child.text or "" for child in one if child.tag != "VariableRef"), "")
            if name and value:
                values[name] = value
        return values

    def _sources(self) -> Iterator[Source]:
        for element in self._root.iterfind("Sources/*"):
            if element.tag == "TextSource":
                yield self._source(element, element)
                continue
            inside = element.find(_TEXT_HOLDERS.get(element.tag, "Transcript"))
            for kind in ("PDF", "Picture", "Audio", "Video"):
                n_codings = sum(1 for _ in element.iterfind(f"{kind}Selection/Coding"))
                self._left_out[f"codings on {kind} material"] += n_codings
            if inside is None:
                self._left_out[f"{element.tag} without words"] += 1
            else:
                yield self._source(inside, element)
        self._left_out = +self._left_out

    def _source(self, element: Element, holder: Element) -> Source:
        content = element.find("PlainTextContent")
        text = content.text or "" if content is not None else self._texts.text(element.get("plainTextPath", ""))
        self._texts.check_lines(text or "")
        syncs = {guid_of(one): whole_number(one.get("position")) for one in element.iterfind("SyncPoint")}
        selections = [self._selection(one, syncs) for one in element.iterfind("TranscriptSelection")]
        selections += [self._selection(one) for one in element.iterfind("PlainTextSelection")]
        return Source(
            guid=guid_of(holder),
            name=in_one_line(holder.get("name", "")) or _last_part(element.get("plainTextPath", "")),
            text=text,
            selections=tuple(selections),
            values=self._values(holder),
            codings=_codings(holder, None),
            memo=words_of(holder, "Description").strip(),
            notes=(*targets_of(holder, "NoteRef"), *self._linked.get(guid_of(holder), ())),
        )

    def _selection(self, element: Element, syncs: Mapping[str, int | None] | None = None) -> Selection:
        if syncs is None:
            start, end = whole_number(element.get("startPosition")), whole_number(element.get("endPosition"))
        else:
            start, end = syncs.get(guid_of(element, "fromSyncPoint")), syncs.get(guid_of(element, "toSyncPoint"))
        user = guid_of(element, "creatingUser") or None
        notes = [note for one in element.iterfind("Coding") for note in targets_of(one, "NoteRef")]
        return Selection(
            guid=guid_of(element),
            start=start,
            end=end,
            name=element.get("name", ""),
            codings=_codings(element, user),
            user=user,
            memo=words_of(element, "Description").strip(),
            notes=(*targets_of(element, "NoteRef"), *notes, *self._linked.get(guid_of(element), ())),
        )

    def _note(self, element: Element) -> Note:
        text = words_of(element, "PlainTextContent") or self._texts.text(element.get("plainTextPath", "")) or ""
        about = words_of(element, "Description").strip()
        return Note(
            guid=guid_of(element),
            kind=in_one_line(element.get("name", "")) or "analytic",
            text="\n\n".join(filter(None, (about, text))),
            user=guid_of(element, "creatingUser") or None,
        )

    def _count_the_rest(self) -> None:
        sets = [one for one in self._root.iterfind("Sets/Set") if codebook_set(one) is None]
        graphs = self._root.findall("Graphs/Graph")
        others = [child.tag for child in self._root if child.tag not in _KNOWN and child.tag != "Graphs"]
        counts = {"sets": len(sets), "graphs": len(graphs)}
        counts |= {f"unknown elements '{tag[:40]}'": n for tag, n in Counter(others).items()}
        self._left_out.update({what: n for what, n in counts.items() if n})


def _with_linked_cases(sources: Sequence[Source], cases: Sequence[Case]) -> tuple[tuple[Source, ...], tuple[Case, ...]]:
    """Turn codings with a code of a case's GUID, NVivo's way of saying what belongs to a case, into its sources."""
    linked: dict[str, dict[str, None]] = {case.guid: dict.fromkeys(case.sources) for case in cases}
    kept_sources = []
    for source in sources:
        kept = []
        for selection in source.selections:
            for code, _ in selection.codings:
                linked.get(code, {})[source.guid] = None
            codings = tuple(one for one in selection.codings if one[0] not in linked)
            if codings or not selection.codings or selection.memo or selection.notes:
                kept.append(replace(selection, codings=codings))
        for code, _ in source.codings:
            linked.get(code, {})[source.guid] = None
        codings = tuple(one for one in source.codings if one[0] not in linked)
        kept_sources.append(replace(source, selections=tuple(kept), codings=codings))
    return tuple(kept_sources), tuple(replace(case, sources=tuple(linked[case.guid])) for case in cases)


def _codings(element: Element, user: str | None) -> tuple[tuple[str, str | None], ...]:
    """Return the codes given to a selection or source, each with who gave it."""
    return tuple(
        (code, guid_of(one, "creatingUser") or user)
        for one in element.iterfind("Coding")
        for code in targets_of(one, "CodeRef")
    )


def _links(root: Element) -> dict[str, tuple[str, ...]]:
    """Return the notes that links tie to anything, by GUID: some programs tie memos to quotations this way."""
    notes = {guid_of(one) for one in root.iterfind("Notes/Note")}
    linked: dict[str, tuple[str, ...]] = {}
    for link in root.iterfind("Links/Link"):
        for note, target in ((a, b) for a, b in _both_ways(link) if a in notes):
            linked[target] = (*linked.get(target, ()), note)
    return linked


def _both_ways(link: Element) -> Iterable[tuple[str, str]]:
    ends = guid_of(link, "originGUID"), guid_of(link, "targetGUID")
    return ends, ends[::-1]
