"""The codebook as a file: a table, YAML, .qdc, and a table of tags as Taguette reads it."""

import sqlite3
from collections.abc import Callable

from ..codebook import CodeList
from .refi import codebook_bytes
from .study_project import code_list
from .tables import table_text

COLUMNS = ("code", "theme", "definition", "level", "origin", "colour")


def codes_file(db: sqlite3.Connection, form: str) -> tuple[str | bytes, int]:
    """Return the codebook in one of the forms of ``CODEBOOK_WRITERS``, and how many codes it holds."""
    codes = code_list(db)
    return CODEBOOK_WRITERS[form](codes), len(codes.codes)


def _csv(codes: CodeList) -> str:
    rows = [(one.name, one.theme, one.definition, one.level, one.origin, one.colour) for one in codes.codes]
    return table_text(COLUMNS, rows)


def _yaml(codes: CodeList) -> str:
    import yaml

    themes = [_told(name=one.name, definition=one.definition) for one in codes.themes]
    entries = [
        _told(
            name=one.name, theme=one.theme, definition=one.definition, level=one.level, origin=one.origin,
            colour=one.colour,
        )
        for one in codes.codes
    ]  # fmt: skip
    text: str = yaml.safe_dump({"themes": themes, "codes": entries}, allow_unicode=True, sort_keys=False, width=100)
    return text


def _told(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _taguette(codes: CodeList) -> str:
    """Return a flat table of tags; a theme is the part before the dot, other dots become "·"."""
    rows = [
        (".".join(part.replace(".", "·") for part in (one.theme, one.name) if part), one.definition)
        for one in codes.codes
    ]
    return table_text(("tag", "description"), rows)


CODEBOOK_WRITERS: dict[str, Callable[[CodeList], str | bytes]] = {
    "csv": _csv,
    "yaml": _yaml,
    "qdc": codebook_bytes,
    "taguette": _taguette,
}
