"""A section as a table: csv holds its plain rows, a workbook the tables as people read them and the rows."""

import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...export.tables import defuse, table_text
from ..document import Prose, Quotes, Section, Table, printable

MOST_ROWS = 50_000  # in a workbook; the csv has all
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")


def csv_text(section: Section) -> str:
    """Return the section's plain rows as CSV."""
    return table_text(section.columns, ([row.get(name) for name in section.columns] for row in section.records))


def workbook(section: Section) -> bytes:
    """Return an Excel workbook: a sheet for each table, then one with the plain rows."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    names: set[str] = set()
    for title, rows in _sheets(section):
        sheet = book.create_sheet(_sheet_name(title, names))
        sheet.freeze_panes = "B2"
        for row in rows:
            sheet.append([_value(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheets(section: Section) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    for block in section.blocks:
        if isinstance(block, Table):
            notes = [[note] for note in (block.caption, *block.notes)]
            rows = [[_number(cell.text) for cell in row] for row in block.rows]
            yield block.title, [list(block.header), *rows, [], *notes]
    prose = [[block.heading, text] for block in section.blocks if isinstance(block, Prose) for text in block.paragraphs]
    if prose:
        yield section.title, prose
    elif any(isinstance(block, Quotes | Table) for block in section.blocks) or section.records:
        yield "rows", _plain(section)
    if section.missing or not section.blocks:
        yield "missing", [[one] for one in (section.missing or ("Nothing to show.",))]


def _plain(section: Section) -> Iterator[Sequence[Any]]:
    yield section.columns
    for row in itertools.islice(section.records, MOST_ROWS):
        yield [row.get(name) for name in section.columns]
    if len(section.records) > MOST_ROWS:
        yield [f"{len(section.records) - MOST_ROWS:,} more rows stand in {section.name}.csv."]


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a name Excel takes: at most 31 characters, none of []:*?/\\, used once."""
    short = _NOT_IN_A_NAME.sub(" ", title)[:28].strip()
    name = next(one for n in itertools.count(1) if (one := short if n == 1 else f"{short} {n}").casefold() not in taken)
    taken.add(name.casefold())
    return name


def _number(text: str) -> object:
    """Return a count as a number, everything else as it is."""
    digits = text.replace(",", "")
    return int(digits) if digits.isascii() and digits.isdecimal() else text


def _value(cell: object) -> object:
    return printable(str(defuse(cell))) if isinstance(cell, str) else cell
