"""Projects and codebooks of other programs (REFI-QDA: .qdpx, .qdc).

Read as programs write them, not as the standard wishes: any name of the project file, GUIDs in braces, missing
users, dates and origins, inline text, byte order marks. What has no place in a study is counted.
"""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from ..codebook import CodeEntry, CodeList, ThemeEntry
from ..errors import InputError
from ..project import Case, Note, Project, Selection, Source, User, Variant, parse_variant
from .tags import split_tag
from .text import decode_exactly

MAX_XML = 64_000_000
MAX_MARKS = 2_000_000  # of elements and attributes, about 120,000 codings: a parsed one takes up to 350 bytes
MAX_REASON = 60  # characters of what a library says, which may quote the damaged bytes
MAX_LINES = 500_000  # of all texts: a turn takes about 1,200 bytes until it is written
MAX_LEVELS = 100
MAX_TEXTS = 50_000_000  # bytes of all texts: about 600 interviews of two hours
CODEBOOK_SETS = ("level", "origin")

Element = Any  # of xml.etree; the parser of defusedxml has no types
_GUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?")
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
        root = _parse(source, where)
        if root.tag != "Project":
            raise InputError(where, f"its project file holds '{root.tag}', no project", "Export the project again.")
        return _Reader(root, texts).project()


def read_codes(path: Path) -> CodeList:
    """Read the codes of a .qdc file. Raises InputError."""
    where = str(path)
    try:
        with path.open("rb") as file:
            source = file.read(MAX_XML + 1)
    except OSError as error:
        raise InputError(where, f"cannot be read ({error.strerror})", "Check the name and your access.") from error
    root = _parse(source, where)
    if root.tag != "CodeBook":
        raise InputError(where, f"it holds '{root.tag}', no codebook", "Export the codebook again.")
    is_dotted = root.get("origin", "").startswith("Taguette")
    return _split_dots(_codes(root)[0]) if is_dotted else _codes(root)[0]


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


def _parse(source: bytes, where: str) -> Element:
    """Return the root of an XML document, its tags without namespaces."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(source) > MAX_XML or source.count(b"<") + source.count(b"=") > MAX_MARKS:
        raise InputError(where, "its XML is larger than this program takes", "Export the project in parts.")
    try:
        root = fromstring(source, forbid_dtd=True)
    except DefusedXmlException as error:
        what = "its XML declares entities or a document type, which no project file needs"
        raise InputError(where, what, "Do not open it elsewhere; ask where it comes from.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise InputError(where, f"its XML is broken ({error})", "Export it again.") from error
    _strip_namespaces(root, where)
    return root


def _strip_namespaces(root: Element, where: str) -> None:
    """Take the namespaces off all tags. Raises InputError for elements too deep in each other."""
    waiting = [(root, 1)]
    while waiting:
        element, level = waiting.pop()
        if level > MAX_LEVELS:
            what = f"its elements lie more than {MAX_LEVELS} levels deep"
            raise InputError(where, what, "Flatten the codes where it comes from.")
        element.tag = element.tag.rpartition("}")[2]
        waiting += [(child, level + 1) for child in element]


def _guid(element: Element, key: str = "guid") -> str:
    """Return a GUID as this program writes it, in lower case without braces; empty where there is none."""
    found = _GUID.fullmatch(element.get(key, "").strip().lower())
    return found[1] if found else ""


def _words(element: Element, tag: str) -> str:
    found = element.find(tag)
    return "" if found is None else (found.text or "")


def _targets(element: Element, tag: str) -> tuple[str, ...]:
    return tuple(filter(None, (_guid(one, "targetGUID") for one in element.findall(tag))))


def _line(text: str) -> str:
    """Return a name in one line."""
    return re.sub(r"[\r\n\t]+", " ", text).strip()


class _Reader:
    """Turns the elements of one project into values."""

    def __init__(self, root: Element, texts: _Texts) -> None:
        self._root, self._texts = root, texts
        self._left_out: Counter[str] = Counter()
        self._variables = {_guid(one): _line(one.get("name", "")) for one in root.iterfind("Variables/Variable")}
        self._linked = _links(root)

    def project(self) -> Project:
        """Return the whole project."""
        root = self._root
        as_cases = {_guid(one) for one in root.iterfind("Cases/Case")}
        codes, variants = _codes(root.find("CodeBook"), root.find("Sets"), as_cases)
        code_notes = {_guid(one): _targets(one, "NoteRef") for one in root.iterfind("CodeBook//Code")}
        sources, cases = _with_linked_cases(
            tuple(self._sources()), tuple(self._case(one, code_notes) for one in root.iterfind("Cases/Case"))
        )
        notes = tuple(self._note(one) for one in root.iterfind("Notes/Note"))
        self._count_the_rest()
        described = _words(root, "Description").strip()
        if described:
            notes = (Note("", "analytic", described, _guid(root, "creatingUserGUID")), *notes)
        return Project(
            name=_line(root.get("name", "")),
            origin=_line(root.get("origin", "")),
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
            name = _line(one.get("name", "")) or _line(one.get("id", "")) or f"user {n}"
            yield User(_guid(one), name)

    def _case(self, element: Element, code_notes: Mapping[str, tuple[str, ...]]) -> Case:
        guid = _guid(element)
        return Case(
            guid=guid,
            name=_line(element.get("name", "")),
            values=self._values(element),
            sources=_targets(element, "SourceRef"),
            memo=_words(element, "Description").strip(),
            notes=(*code_notes.get(guid, ()), *self._linked.get(guid, ())),
        )

    def _values(self, element: Element) -> dict[str, str]:
        """Return the variables of a source or case by name, as text."""
        values = {}
        for one in element.iterfind("VariableValue"):
            guids = _targets(one, "VariableRef")
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
        syncs = {_guid(one): _int(one.get("position")) for one in element.iterfind("SyncPoint")}
        selections = [self._selection(one, syncs) for one in element.iterfind("TranscriptSelection")]
        selections += [self._selection(one) for one in element.iterfind("PlainTextSelection")]
        return Source(
            guid=_guid(holder),
            name=_line(holder.get("name", "")) or _last_part(element.get("plainTextPath", "")),
            text=text,
            selections=tuple(selections),
            values=self._values(holder),
            codings=_codings(holder, None),
            memo=_words(holder, "Description").strip(),
            notes=(*_targets(holder, "NoteRef"), *self._linked.get(_guid(holder), ())),
        )

    def _selection(self, element: Element, syncs: Mapping[str, int | None] | None = None) -> Selection:
        if syncs is None:
            start, end = _int(element.get("startPosition")), _int(element.get("endPosition"))
        else:
            start, end = syncs.get(_guid(element, "fromSyncPoint")), syncs.get(_guid(element, "toSyncPoint"))
        user = _guid(element, "creatingUser") or None
        notes = [note for one in element.iterfind("Coding") for note in _targets(one, "NoteRef")]
        return Selection(
            guid=_guid(element),
            start=start,
            end=end,
            name=element.get("name", ""),
            codings=_codings(element, user),
            user=user,
            memo=_words(element, "Description").strip(),
            notes=(*_targets(element, "NoteRef"), *notes, *self._linked.get(_guid(element), ())),
        )

    def _note(self, element: Element) -> Note:
        text = _words(element, "PlainTextContent") or self._texts.text(element.get("plainTextPath", "")) or ""
        about = _words(element, "Description").strip()
        return Note(
            guid=_guid(element),
            kind=_line(element.get("name", "")) or "analytic",
            text="\n\n".join(filter(None, (about, text))),
            user=_guid(element, "creatingUser") or None,
        )

    def _count_the_rest(self) -> None:
        sets = [one for one in self._root.iterfind("Sets/Set") if _codebook_set(one) is None]
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
        (code, _guid(one, "creatingUser") or user)
        for one in element.iterfind("Coding")
        for code in _targets(one, "CodeRef")
    )


def _int(text: str | None) -> int | None:
    """Return a whole number of at most 12 digits, else None."""
    return int(text) if text and re.fullmatch(r"\s*[+-]?\d{1,12}\s*", text) else None


def _links(root: Element) -> dict[str, tuple[str, ...]]:
    """Return the notes that links tie to anything, by GUID: some programs tie memos to quotations this way."""
    notes = {_guid(one) for one in root.iterfind("Notes/Note")}
    linked: dict[str, tuple[str, ...]] = {}
    for link in root.iterfind("Links/Link"):
        for note, target in ((a, b) for a, b in _both_ways(link) if a in notes):
            linked[target] = (*linked.get(target, ()), note)
    return linked


def _both_ways(link: Element) -> Iterable[tuple[str, str]]:
    ends = _guid(link, "originGUID"), _guid(link, "targetGUID")
    return ends, ends[::-1]


def _codebook_set(element: Element) -> tuple[str, str] | None:
    """Return ("level", "latent") for a set that carries what REFI-QDA has no word for, else None."""
    key, colon, value = element.get("name", "").partition(": ")
    return (key, value) if colon and key in CODEBOOK_SETS else None


def _codes(
    book: Element | None, sets: Element | None = None, as_cases: Collection[str] = ()
) -> tuple[CodeList, tuple[Variant, ...]]:
    """Return the codes, each after the one above it, the folders as themes, and the variants of codes.

    ``as_cases`` are the GUIDs of codes that stand for cases; they, and folders of nothing else, are no codes.

    A code's theme is the path of folders it lies in, else the top code it stands below; a top code with others
    below it is in the theme named after it.
    """
    if book is None:
        return CodeList(), ()
    codes: dict[str, CodeEntry] = {}
    themes: dict[str, ThemeEntry] = {}
    variants: list[Variant] = []
    told = _told_by_sets(book if sets is None else sets)
    stack = [(one, _Above()) for one in reversed(book.findall("Codes/Code"))]
    while stack:
        element, above = stack.pop()
        guid, name, below = _guid(element), _line(element.get("name", "")) or "unnamed", element.findall("Code")
        variant = parse_variant(name, above.name) if above.code else None
        if variant and not below:
            variants.append(Variant(guid, above.code, *variant))
            continue
        definition = _words(element, "Description").strip()
        if guid in as_cases or (below and all(_guid(one) in as_cases for one in below)):
            continue
        if element.get("isCodable", "true").strip().lower() in {"false", "0"}:
            here = above.folder(name)
            themes.setdefault(here.theme, ThemeEntry(here.theme, definition, guid))
        else:
            is_top = bool(below) and not above.theme and not _are_variants(below, name)
            theme = name if is_top else above.theme
            if is_top:
                themes.setdefault(name, ThemeEntry(name, guid=guid))
            here = _Above(theme, guid, name)
            entry = CodeEntry(
                name,
                theme,
                definition,
                colour=_colour(element),
                guid=guid,
                under=above.code or None,
                **told.get(guid, {}),
            )
            codes.setdefault(guid, entry)
        stack += [(one, here) for one in reversed(below)]
    return CodeList(_with_unique_names(codes), tuple(themes.values())), tuple(variants)


@dataclass(frozen=True, slots=True)
class _Above:
    """What stands above a code in the tree: its theme, and the nearest code by GUID and name."""

    theme: str = ""
    code: str = ""
    name: str = ""

    def folder(self, name: str) -> "_Above":
        """Return what stands above the codes of a folder here."""
        return replace(self, theme=f"{self.theme} / {name}" if self.theme else name)


def _are_variants(below: Iterable[Element], name: str) -> bool:
    return all(parse_variant(_line(one.get("name", "")), name) for one in below)


def _told_by_sets(holder: Element) -> dict[str, dict[str, str]]:
    """Return level and origin by GUID of the code."""
    told: dict[str, dict[str, str]] = {}
    for one in holder.iter("Set"):
        known = _codebook_set(one)
        for member in one.iterfind("MemberCode") if known else ():
            guid = _guid(member, "targetGUID") or _guid(member)
            told.setdefault(guid, {}).update([known] if known else [])
    return told


def _colour(element: Element) -> str | None:
    """Return a colour as #rrggbb; three digits are doubled, a transparency is dropped."""
    digits = element.get("color", "").strip().removeprefix("#").lower()
    if not re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8}", digits):
        return None
    return "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits[:6])


def _with_unique_names(codes: Mapping[str, CodeEntry]) -> tuple[CodeEntry, ...]:
    """Return the codes, those of one name told apart by the codes above them, else by a number."""
    n_of = Counter(code.name.casefold() for code in codes.values())
    taken = {name for name, n in n_of.items() if n == 1}
    numbers: Counter[str] = Counter()
    unique = []
    for code in codes.values():
        name = code.name
        if n_of[name.casefold()] > 1:
            name = next(name for name in _longer_names(code, codes, numbers) if name.casefold() not in taken)
            taken.add(name.casefold())
        unique.append(replace(code, name=name))
    return tuple(unique)


def _longer_names(code: CodeEntry, codes: Mapping[str, CodeEntry], numbers: Counter[str]) -> Iterator[str]:
    """Yield longer and longer names; ``numbers`` remembers how far each was counted up."""
    above, name = codes.get(code.under or ""), code.name
    if above is None:
        yield f"{code.theme}: {name}" if code.theme and code.theme != name else name
    while above is not None:
        name = f"{above.name}: {name}"
        yield name
        above = codes.get(above.under or "")
    while True:
        numbers[name] += 1
        yield f"{name} ({numbers[name] + 1})"


def _split_dots(codes: CodeList) -> CodeList:
    """Return Taguette's codes, "theme.code", with their themes."""
    entries = []
    for code in codes.codes:
        theme, name = split_tag(code.name)
        entries.append(CodeEntry(name, theme, code.definition, colour=code.colour, guid=code.guid))
    return CodeList(_with_unique_names({str(n): one for n, one in enumerate(entries)}))
