"""A TOML file that people write: lexicons and rules of context. Knows its lines, so that an error can name one."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

from .errors import LexiconError

_FORMAT = "lexicons/README.md has the format."


class TomlFile:
    """The table of one file, its lines and the sha256 of its bytes. Raises LexiconError naming file and line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            source = path.read_bytes()
            text = source.decode("utf-8")
            self.table: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            where = f"{path}:{line[1]}" if line else str(path)
            raise LexiconError(where, f"this is not TOML ({error})", f"Mend the line; {_FORMAT}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise LexiconError(str(path), f"cannot be read ({error})", "Save it as UTF-8 text.") from None
        self.lines = text.splitlines()
        self.sha256 = hashlib.sha256(source).hexdigest()

    def error(self, needle: str, what: str, remedy: str, *, kind: str = "") -> LexiconError:
        """Return an error at the line that has ``kind = "needle"``, else at the first that has ``needle``."""
        return LexiconError(f"{self.path}:{self.line_of(needle, kind=kind)}", what, remedy)

    def line_of(self, needle: str, *, kind: str = "") -> int:
        """Return the line (from 1) that has ``kind = "needle"``, else the first that has ``needle``, else 1."""
        value = re.escape(needle)
        field = re.compile(rf"""\b{kind}\s*=\s*(?:(["']){value}\1|{value or " "}(?<=\w)(?!\w))""")
        places = [n for n, line in enumerate(self.lines, start=1) if kind and field.search(line)]
        places += [n for n, line in enumerate(self.lines, start=1) if needle in line]
        return (places or [1])[0]

    def refuse_unknown(self, fields: dict[str, Any], known: frozenset[str] | set[str]) -> None:
        """Raise LexiconError when a field of a table is not one of the known ones."""
        unknown = sorted(set(fields) - known)
        if unknown:
            raise self.error(unknown[0], f"unknown field '{unknown[0]}'", f"Fields: {', '.join(sorted(known))}.")

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"'{key}' is missing", f'Write {key} = "...".')
        return value.strip()

    def entries(self, key: str) -> list[dict[str, Any]]:
        """Return a list of tables; empty when there is none."""
        entries = self.table.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.error(key, f"'{key}' is not a list of {{ ... }}", _FORMAT)
        return entries
