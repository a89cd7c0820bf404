"""Codings as plain tables."""

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import InputError
from ..judgement import AGREED, Coding
from ..listing import Finished, Listing
from ..readers.table import DEFUSED

ACTION = {"fits": "accept", "does not fit": "reject", "unsure": "unsure"}
HEADER = (
    "transcript", "start", "end", "quote", "code", "pole", "coder", "action", "effect", "theme", "excerpt_id", "dyad",
    "session", "perspective", "role", "turn", "moment", "arm", "agreed", "at",
)  # fmt: skip


def write_csv(codings: Listing[Coding], finished: Sequence[Finished], path: Path) -> None:
    """Write one row a verdict, in reading order, then one a finished span; our importers read them back."""
    rows = [*map(_row, codings), *map(_finished, finished)]
    write_whole(path, table_text(HEADER, rows))


def _finished(one: Finished) -> tuple[object, ...]:
    """Return a row with the action "reviewed"; the quote stays empty, the span says where."""
    excerpt = one.excerpt
    row = dict.fromkeys(HEADER)
    row |= {"transcript": excerpt.transcript, "start": excerpt.start, "end": excerpt.end, "excerpt_id": excerpt.id}
    row |= {"code": one.code, "coder": one.coder, "action": "reviewed", "agreed": int(one.coder == AGREED)}
    return tuple(row.values())


def _row(coding: Coding) -> tuple[object, ...]:
    excerpt = coding.excerpt
    return (
        excerpt.transcript, excerpt.start, excerpt.end, excerpt.quote, coding.code, coding.pole, coding.coder,
        ACTION[coding.verdict], coding.effect, coding.theme, excerpt.id, coding.dyad, coding.session,
        coding.perspective, coding.role, coding.turn, coding.moment, coding.arm, coding.agreed, coding.at,
    )  # fmt: skip


def table_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""Return CSV text: comma, ``\n`` line ends, text cells that a spreadsheet would calculate defused."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([defuse(cell) for cell in row] for row in rows)
    return out.getvalue()


def defuse(cell: object) -> object:
    """Put an apostrophe before a text that begins with = + - @, so that no spreadsheet calculates it."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip("'").startswith(DEFUSED) else cell


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file for its owner alone, whole or not at all. Raises InputError; never overwrites."""
    if path.exists():
        raise InputError(str(path), "there is a file of this name already", "Choose another name, or delete it.")
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError(str(path), f"cannot be written ({error.strerror})", "Choose another folder.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError as error:
        Path(draft).unlink(missing_ok=True)
        raise InputError(str(path), f"cannot be written ({error.strerror})", "Choose another place.") from error
