"""Read a table of codings made elsewhere or by another coder."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..evidence import POLES
from ..judgement import EFFECTS
from .table import read_rows

ACTIONS = {"accept": "fits", "": "fits", "reject": "does not fit", "unsure": "unsure", "reviewed": ""}
COLUMNS = ("transcript", "start", "end", "quote", "code", "pole", "coder", "action")


@dataclass(frozen=True, slots=True)
class CodingRow:
    """One row: a verdict on a quote and code, or (verdict empty) a span the coder has finished with.

    A finished span with a code is finished for that code alone.

    ``start`` and ``end`` are None where the quote must be looked up; ``quote`` is empty for a whole transcript.
    """

    where: str
    transcript: str
    start: int | None
    end: int | None
    quote: str
    code: str | None
    verdict: str
    pole: str | None
    effect: str | None
    memo: str
    coder: str
    agreed: bool


def read_codings(path: Path) -> list[CodingRow]:
    """Read a table with the columns transcript, start, end, quote, code, pole, coder, action.

    Also understood: effect, memo, agreed (1: of the agreed set). Raises InputError naming the line.
    """
    _, rows = read_rows(path, ("transcript", "quote", "code"))
    return [_row(row, where) for where, row in rows]


def _row(row: dict[str, str], where: str) -> CodingRow:
    action = row.get("action", "").strip().lower()
    if action not in ACTIONS:
        raise InputError(where, f"unknown action '{action}'", f"Known: {', '.join(filter(None, ACTIONS))}.")
    code = row["code"].strip()
    has_place = bool(row["quote"].strip() or (row.get("start", "").strip() and row.get("end", "").strip()))
    if action != "reviewed" and not (code and has_place):
        raise InputError(where, "a coding needs a quote and a code", "Fill both in, or set action to reviewed.")
    return CodingRow(
        where=where,
        transcript=row["transcript"].strip(),
        start=_place(row.get("start", ""), where),
        end=_place(row.get("end", ""), where),
        quote=row["quote"],
        code=code or None,
        verdict=ACTIONS[action],
        pole=_one_of(row.get("pole", ""), POLES, "pole", where),
        effect=_one_of(row.get("effect", ""), EFFECTS, "effect", where),
        memo=row.get("memo", "").strip(),
        coder=row.get("coder", "").strip(),
        agreed=row.get("agreed", "").strip() == "1",
    )


def _place(cell: str, where: str) -> int | None:
    cell = cell.strip()
    if cell and not (cell.isdecimal() and len(cell) <= 9):
        raise InputError(where, f"'{cell}' is no place in the text", "Give a whole number, or leave it empty.")
    return int(cell) if cell else None


def _one_of(cell: str, known: tuple[str, ...], name: str, where: str) -> str | None:
    cell = cell.strip().lower()
    if cell and cell not in known:
        raise InputError(where, f"unknown {name} '{cell}'", f"Known: {', '.join(known)}; or leave it empty.")
    return cell or None
