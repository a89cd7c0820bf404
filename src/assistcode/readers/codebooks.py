"""Codebooks made elsewhere: tables, YAML, .qdc, and Taguette's table of tags."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..codebook import LEVELS, ORIGINS, CodeEntry, CodeList, ThemeEntry
from ..errors import InputError, UnknownName
from .refi_codes import read_codes
from .table import read_rows
from .tags import TAG_COLUMNS, split_tag
from .text import decode


def read_codebook(path: Path) -> CodeList:
    """Read the codes and themes of a file by its suffix. Raises InputError naming the line, or UnknownName."""
    reader = CODEBOOK_READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(CODEBOOK_READERS)
        raise UnknownName(str(path), f"no reader for codebooks in '{path.suffix or 'no format'}'", f"Known: {known}.")
    return reader(path)


def _read_table(path: Path) -> CodeList:
    """Read code, theme, definition, level, origin, colour; or a table of tags as Taguette writes it."""
    header, _ = read_rows(path, ())
    tags = next((name for name in TAG_COLUMNS if name in header), None)
    if tags and "code" not in header and "theme" not in header:
        _, rows = read_rows(path, (tags,))
        return CodeList(tuple(_tag(row[tags], row.get("description", ""), where) for where, row in rows))
    _, rows = read_rows(path, ("code",))
    return CodeList(tuple(_entry(row["code"], row, where) for where, row in rows))


def _tag(tag: str, description: str, where: str) -> CodeEntry:
    theme, name = split_tag(tag)
    return _entry(name, {"theme": theme, "definition": description}, where)


def _entry(name: str, told: Mapping[str, str], where: str) -> CodeEntry:
    if not name.strip():
        raise InputError(where, "a row without a code", "Name the code, or delete the row.")
    for key, known in (("level", LEVELS), ("origin", ORIGINS)):
        if told.get(key, "") not in {"", *known}:
            raise InputError(where, f"unknown {key} '{told[key]}'", f"{key.capitalize()}s: {', '.join(known)}.")
    about = {key: told.get(key, "") for key in ("theme", "definition", "level", "origin")}
    return CodeEntry(name.strip(), colour=told.get("colour") or None, **about)


def _read_yaml(path: Path) -> CodeList:
    """Read a mapping with ``codes`` and, if wanted, ``themes``: lists of mappings with a ``name``."""
    import yaml

    where = str(path)
    try:
        held = yaml.safe_load(decode(path.read_bytes(), where))
    except OSError as error:
        raise InputError(where, f"cannot be read ({error.strerror})", "Check the name and your access.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        at = where if line is None else f"{where}:{line + 1}"
        raise InputError(at, f"the YAML is broken ({getattr(error, 'problem', error)})", "Mend that line.") from error
    if not isinstance(held, dict) or not isinstance(held.get("codes"), list):
        raise InputError(where, "there is no list 'codes' in it", "Write 'codes:' and below it '- name: ...'.")
    codes = [_entry(row.get("name", ""), row, where) for row in _mappings(held["codes"], where)]
    themes = [
        ThemeEntry(row["name"], row.get("definition", ""))
        for row in _mappings(held.get("themes") or [], where)
        if row.get("name")
    ]
    return CodeList(tuple(codes), tuple(themes))


def _mappings(rows: Iterable[Any], where: str) -> Iterable[dict[str, str]]:
    for n, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or any(isinstance(value, dict | list) for value in row.values()):
            raise InputError(where, f"entry {n} is not a list of words with values", "Write '- name: ...'.")
        yield {str(key): str(value) for key, value in row.items() if value is not None}


CODEBOOK_READERS: dict[str, Callable[[Path], CodeList]] = {
    ".csv": _read_table,
    ".tsv": _read_table,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
    ".qdc": read_codes,
}
