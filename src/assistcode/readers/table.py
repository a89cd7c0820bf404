"""Transcripts as tables: one row a turn, with a text column and, as a rule, a speaker column."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import InputError
from .marks import Reading, ReadOptions, lay_out
from .text import decode

_USUAL = {
    "text": ("text", "utterance", "speech", "content", "words", "transcript", "sentence"),
    "speaker": ("speaker", "name", "who", "participant", "voice"),
    "moment": ("moment", "clip", "stop"),
}
DEFUSED = ("=", "+", "-", "@")
MAX_CELL = 10_000_000


def read_rows(path: Path, needed: Sequence[str]) -> tuple[list[str], list[tuple[str, dict[str, str]]]]:
    """Return a table's header and its rows with where each stands, e.g. ``codes.csv:3``; cells are undefused.

    Columns may be separated by commas, semicolons or tabs and named in any case. Raises InputError for a file
    that cannot be read or lacks a needed column.
    """
    try:
        text = decode(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", "Check the name and your access.") from error
    first = text.split("\n", 1)[0]
    csv.field_size_limit(MAX_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), restval="")
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or []]
    header = list(reader.fieldnames)
    missing = [name for name in needed if name not in header]
    if missing:
        found = ", ".join(filter(None, header)) or "nothing"
        raise InputError(
            str(path), f"there is no column '{missing[0]}'", f"Found: {found}; needed: {', '.join(needed)}."
        )
    try:
        rows = [(f"{path}:{reader.line_num}", row) for row in reader]
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}", f"the table is broken ({error})", "Export it again.") from error
    for where, row in rows:
        if None in row:
            raise InputError(where, "more cells than columns", "Put quotation marks around a cell that holds a comma.")
    return header, [(where, {k: undefuse(v or "") for k, v in row.items() if k}) for where, row in rows]


def read_csv(source: bytes, where: str, options: ReadOptions) -> Reading:
    """Read a table separated by commas, semicolons or tabs, whichever its first line uses most."""
    text = decode(source, where)
    first = text.split("\n", 1)[0]
    return _read(text, max(",;\t", key=first.count), where, options.columns)


def read_tsv(source: bytes, where: str, options: ReadOptions) -> Reading:
    """Read a table separated by tabs."""
    return _read(decode(source, where), "\t", where, options.columns)


def _read(text: str, delimiter: str, where: str, columns: Mapping[str, str]) -> Reading:
    csv.field_size_limit(MAX_CELL)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, restval="")
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(f"{where}:{reader.line_num}", f"the table is broken ({error})", "Export it again.") from error
    header = [name for name in reader.fieldnames or [] if name]
    column = {use: _column(use, header, columns, where) for use in _USUAL}
    if column["text"] is None:
        remedy = f"Name it with --column text=NAME; there is: {', '.join(header) or 'nothing'}."
        raise InputError(where, "no column holds the text", remedy)
    return lay_out([_row(row, column, f"{where}:{line}") for line, row in rows])


def _column(use: str, header: list[str], columns: Mapping[str, str], where: str) -> str | None:
    by_fold = {name.strip().casefold(): name for name in header}
    if use in columns:
        found = by_fold.get(columns[use].strip().casefold())
        if found is None:
            raise InputError(where, f"there is no column '{columns[use]}'", f"There is: {', '.join(header)}.")
        return found
    return next((by_fold[name] for name in _USUAL[use] if name in by_fold), None)


def _row(row: dict[str | None, str], column: dict[str, str | None], where: str) -> tuple[str, int | None, str]:
    if None in row:
        raise InputError(where, "more cells than columns", "Put quotation marks around a cell that holds a comma.")
    speaker, moment, text = (undefuse(row.get(column[use]) or "").strip() for use in ("speaker", "moment", "text"))
    if moment and not (moment.isdecimal() and len(moment) <= 6):
        raise InputError(where, f"the moment '{moment}' is not a number", "Number the moments from 1.")
    return speaker, int(moment) if moment else None, text


def undefuse(cell: str) -> str:
    """Take back the apostrophe that protects a spreadsheet from a cell beginning with = + - @."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(DEFUSED) else cell
