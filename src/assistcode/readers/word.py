"""Word documents (.docx): paragraphs, tables and content controls in the order they are read."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from ..errors import InputError
from .marks import Reading, ReadOptions, mark_lines

_MAX_UNPACKED = 200_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}


def read_docx(source: bytes, where: str, options: ReadOptions) -> Reading:
    """Read the words as they stand with tracked changes accepted; comments and footnotes are left out.

    A table row is read as "first cell: other cells", so a table of speakers and words gives turns.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    refusal = InputError(where, "this is not a Word document", "Save it again as .docx or as plain text.")
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MAX_UNPACKED:
                raise InputError(where, "the document unpacks to over 200 MB", "Save it without pictures.")
        body = docx.Document(io.BytesIO(source)).element.body
    except (zipfile.BadZipFile, zlib.error, PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise refusal from error
    lines: list[str] = []
    headings: set[int] = set()
    for words, is_heading in _paragraphs(body):
        if is_heading:
            headings.add(len(lines))
        lines += [*words.split("\n"), ""]
    return mark_lines("\n".join(lines), headings=headings, known=options.labels)


def _paragraphs(element: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  lxml elements carry no types
    for child in element:
        if child.tag == f"{_W}p":
            words = _words(child).strip()
            style = child.find(f"{_W}pPr/{_W}pStyle")
            name = "" if style is None else str(style.get(f"{_W}val"))
            if words:
                yield words, name.lower().startswith(("heading", "title"))
            yield from _text_boxes(child)
        elif child.tag == f"{_W}tr":
            yield from _row(child)
        elif child.tag not in _SKIPPED:
            yield from _paragraphs(child)


def _text_boxes(paragraph: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  lxml elements carry no types
    for box in paragraph.iter(f"{_W}txbxContent"):
        if not any(parent.tag in _SKIPPED for parent in box.iterancestors()):
            yield from _paragraphs(box)


def _row(row: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  lxml elements carry no types
    cells = ["\n".join(words for words, _ in _paragraphs(cell)) for cell in _cells(row)]
    first, rest = cells[0] if cells else "", "\n".join(cell for cell in cells[1:] if cell)
    if first and rest and len(first) <= 40 and "\n" not in first:
        yield f"{first.rstrip(':')}: {rest}", False
    elif first or rest:
        yield "\n".join(filter(None, (first, rest))), False


def _cells(row: Any) -> Iterator[Any]:  # noqa: ANN401  lxml elements carry no types
    """Yield a row's own cells, also those in content controls; a table inside a cell belongs to the cell."""
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent"}:
            yield from _cells(child)


def _words(paragraph: Any) -> str:  # noqa: ANN401  lxml elements carry no types
    parts = []
    stack = list(paragraph)[::-1]
    while stack:
        node = stack.pop()
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in {f"{_W}tab", f"{_W}br", f"{_W}cr"}:
            parts.append("\t" if node.tag == f"{_W}tab" else "\n")
        elif node.tag not in _SKIPPED and node.tag not in {f"{_W}pPr", f"{_W}txbxContent"}:
            stack.extend(list(node)[::-1])
    return "".join(parts)
