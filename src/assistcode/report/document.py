"""What the parts of a report are made of before any format is chosen: prose, tables, quotations."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

_PLURALS = {"person": "people", "entry": "entries"}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Behind:
    """Which excerpts stand behind a number: those of one theme or code, in one group."""

    kind: str
    line: str
    by: str
    group: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of a table. A machine's is marked wherever it is shown."""

    text: str
    behind: Behind | None = None
    is_machine: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; ``notes`` explain its signs. Every row is as long as ``header``.

    The last ``n_base`` rows say what the counts above them rest on.
    """

    title: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    n_base: int = 0

    def blocks(self, width: int) -> Iterator["Table"]:
        """Yield the table in blocks of at most ``width`` columns beside the first, which is repeated."""
        for left in range(1, max(2, len(self.header)), width):
            columns = (0, *range(left, min(left + width, len(self.header))))
            yield replace(
                self,
                header=tuple(self.header[i] for i in columns),
                rows=tuple(tuple(row[i] for i in columns) for row in self.rows),
            )


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs under a heading."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """One quotation as printed. ``groups`` places it: the value of every grouping by name."""

    words: str
    attribution: str
    excerpt_id: str
    translation: str = ""
    groups: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quotes:
    """Quotations under a heading. ``key`` is (kind, line) where they are the excerpts behind numbers."""

    heading: str
    caption: str
    quotes: tuple[Quote, ...]
    key: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report: what people read (``blocks``), what is missing, and the same as plain rows.

    Every row of ``records`` has the keys ``columns``.
    """

    name: str
    title: str
    blocks: tuple[Table | Prose | Quotes, ...]
    columns: tuple[str, ...]
    records: Sequence[dict[str, Any]]
    missing: tuple[str, ...] = ()
    caption: str = ""


def cells(*texts: object) -> tuple[Cell, ...]:
    """Return plain cells; whole numbers get their commas."""
    return tuple(Cell(f"{one:,}" if isinstance(one, int) else str(one)) for one in texts)


def printable(text: str) -> str:
    """Return the text without the control characters that Word, Excel and XML refuse."""
    return _UNPRINTABLE.sub("", text)


def plural(n: int, thing: str) -> str:
    """Say a number of things: "1 dyad", "1,200 dyads", "3 people"."""
    return f"{n:,} {thing if n == 1 else _PLURALS.get(thing, f'{thing}s')}"


def listed(names: Sequence[str], *, most: int = 12) -> str:
    """Return names as people list them: "a, b and c"; of more than ``most`` the rest is counted."""
    names = [*names[:most], f"{len(names) - most:,} more"] if len(names) > most + 1 else list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nobody"
