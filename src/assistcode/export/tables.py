"""Codings, decisions, excerpts and agreement as plain tables, with a page that describes every column."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import compare as comparing
from ..discretion import Discretion
from ..errors import AssistcodeError, UnknownName
from ..judgement import AGREED, Coding
from ..listing import Finished, Where, codings, finished
from ..material import Material, transcript_id
from ..readers.table import DEFUSED
from ..reading import Coverage
from ..store import given, judged, made
from ..units import MACHINE
from .outgoing import Exported, Options, printable, told_withheld, write_folder, write_whole

if TYPE_CHECKING:
    from ..corpus import Excerpt

ACTION = {"fits": "accept", "does not fit": "reject", "unsure": "unsure"}
CODING_COLUMNS = {
    "transcript": "name of the transcript",
    "start": "first character of the excerpt, counted from 0 in Unicode code points",
    "end": "the character after its last",
    "quote": "the words; empty where the transcript is marked as not to be quoted",
    "code": "the code",
    "pole": "present, or lacking (spoken of as missing); empty: not said",
    "coder": "who coded; agreed: the agreed set",
    "action": "accept, reject, unsure; reviewed: the coder has finished with this span",
    "effect": "facilitating, hindering or both; empty: not judged",
    "theme": "the theme the code belongs to",
    "excerpt_id": "the excerpt's name everywhere: ten hex digits of the text's sha256, then start and end",
    "dyad": "the dyad of the transcript",
    "session": "the session it is about",
    "perspective": "whose interview it is",
    "role": "who speaks at the start of the excerpt",
    "turn": "number of the turn, as everywhere",
    "moment": "number of the stop of the video; empty outside moments",
    "arm": "unaided: no suggestion was shown before; assisted: one may have been",
    "agreed": "1: of the agreed set",
    "at": "when it was decided (UTC)",
}
HEADER = tuple(CODING_COLUMNS)
EXCERPT_COLUMNS = ("excerpt_id", "transcript", "start", "end", "quote", "coder", "role", "turn", "moment")
PLACE_COLUMNS = ("dyad", "session", "perspective", "interviewer", "language")
EVIDENCE_COLUMNS = {
    "suggested_score": "the machine's score in force (0 to 1); empty: it suggested nothing there",
    "suggested_pole": "the pole it suggested",
    "suggested_because": "its evidence, as a JSON list; empty where the words may not be shown",
}
MATRIX_CELL = "1: coded; 0: not coded, and the coder reviewed the place for it; empty: not reviewed for it, or unsure"
MAX_EXCEL_CELL = 32_767


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a name, its columns with what they mean, and its rows."""

    name: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[object]]


def export_csv(db: sqlite3.Connection, material: Material, path: Path, options: Options) -> Exported:
    """Write one row a verdict, in reading order, then one a finished span; ``import-codings`` reads them back."""
    discretion = Discretion.read(db)
    where = Where(coder=options.coder)
    decided = codings(db, material, where, every_verdict=True)
    read = [one for one in finished(db, material) if options.coder in {None, one.coder}]
    rows = [*(_row(one, discretion) for one in decided), *map(_finished, read)]
    write_whole(path, table_text(HEADER, rows))
    return Exported(len(decided), "rows", told_withheld(discretion, decided))


def export_tables(db: sqlite3.Connection, material: Material, path: Path, options: Options) -> Exported:
    """Write the tables into a new folder as csv, xlsx or parquet, with ``columns.md`` beside them."""
    if options.table not in TABLE_WRITERS:
        known = ", ".join(TABLE_WRITERS)
        raise UnknownName(f"table format '{options.table}'", "there is none of this name", f"Known: {known}.")
    discretion = Discretion.read(db)
    decided = codings(db, material, Where(), every_verdict=True)
    tables = [_codings(decided, discretion), _decisions(db, decided, discretion)]
    tables.append(_excerpts(db, material, decided, discretion))
    agreement, remarks = _agreement(db, material, options)
    tables += [agreement] if agreement else []
    files: dict[str, str | bytes] = {
        f"{table.name}.{options.table}": TABLE_WRITERS[options.table](table) for table in tables
    }
    write_folder(path, {**files, "columns.md": _page(tables, options.table)})
    cut = _cut_cells(tables) if options.table == "xlsx" else ()
    return Exported(sum(len(one.rows) for one in tables), "rows", (*told_withheld(discretion, decided), *remarks, *cut))


# ---------------------------------------------------------------- the tables


def _row(coding: Coding, discretion: Discretion) -> tuple[object, ...]:
    excerpt = coding.excerpt
    return (
        excerpt.transcript, excerpt.start, excerpt.end, _quote(coding, discretion), coding.code, coding.pole,
        coding.coder, ACTION[coding.verdict], coding.effect, coding.theme, excerpt.id, coding.dyad, coding.session,
        coding.perspective, coding.role, coding.turn, coding.moment, coding.arm, coding.agreed, coding.at,
    )  # fmt: skip


def _quote(coding: Coding, discretion: Discretion) -> str:
    return "" if discretion.refusal(coding) else coding.excerpt.quote


def _finished(one: Finished) -> tuple[object, ...]:
    """Return a row with the action "reviewed"; the quote stays empty, the span says where."""
    excerpt = one.excerpt
    row = dict.fromkeys(HEADER)
    row |= {"transcript": excerpt.transcript, "start": excerpt.start, "end": excerpt.end, "excerpt_id": excerpt.id}
    row |= {"code": one.code, "coder": one.coder, "action": "reviewed", "agreed": int(one.coder == AGREED)}
    return tuple(row.values())


def _codings(decided: Sequence[Coding], discretion: Discretion) -> Table:
    """One row a coding that stands."""
    return Table("codings", CODING_COLUMNS, [_row(one, discretion) for one in decided if one.verdict == "fits"])


def _decisions(db: sqlite3.Connection, decided: Sequence[Coding], discretion: Discretion) -> Table:
    """One row a verdict, with what the machine suggested there."""
    book = judged.codebook(db)
    evidence = {
        (one.excerpt.id, code.name, one.reading): one.suggestion
        for one in judged.judgements(db)
        if (code := book.resolve(one.code_id)) is not None
    }
    rows = [
        (*_row(one, discretion), *_suggested(evidence.get((one.excerpt.id, one.code, one.coder)), one, discretion))
        for one in decided
    ]
    return Table("decisions", CODING_COLUMNS | EVIDENCE_COLUMNS, rows)


def _suggested(stored: str | None, coding: Coding, discretion: Discretion) -> tuple[object, ...]:
    if stored is None:
        return None, None, None
    one = json.loads(stored)
    because = None if discretion.refusal(coding) else json.dumps(one["evidence"], ensure_ascii=False)
    return one["score"], one["pole"], because


def _excerpts(db: sqlite3.Connection, material: Material, decided: Sequence[Coding], discretion: Discretion) -> Table:
    """One row an excerpt and coder, one column a code, and every attribute of its place."""
    book = judged.codebook(db)
    codes = sorted(book.codes.values(), key=lambda code: code.name.casefold())
    reviews = judged.reviews(db)
    read = {code.name: Coverage(reviews, code=code) for code in codes}
    said: dict[tuple[Excerpt, str], dict[str, str]] = {}
    placed: dict[tuple[Excerpt, str], Coding] = {}
    for one in decided:
        said.setdefault((one.excerpt, one.coder), {})[one.code] = one.verdict
        placed[one.excerpt, one.coder] = one
    attributes = _attributes(db)
    names = sorted({name for values in attributes.values() for name in values})
    rows = []
    for (excerpt, coder), verdicts in said.items():
        if "fits" not in verdicts.values():
            continue
        one, transcript = placed[excerpt, coder], material.by_name[excerpt.transcript]
        span = (transcript_id(transcript), excerpt.start, excerpt.end)
        own = attributes.get(("transcript", transcript.name), {})
        known = attributes.get(("dyad", transcript.placement.dyad or ""), {}) | own
        rows.append((
            excerpt.id, excerpt.transcript, excerpt.start, excerpt.end, _quote(one, discretion), coder, one.role,
            one.turn, one.moment, *(getattr(transcript.placement, name) for name in PLACE_COLUMNS),
            *(known.get(name) for name in names),
            *(_cell(verdicts.get(code.name), read[code.name].holds(*span, coder)) for code in codes),
        ))  # fmt: skip
    columns = {name: CODING_COLUMNS[name] for name in EXCERPT_COLUMNS}
    columns |= {name: CODING_COLUMNS.get(name, f"the {name} of the transcript") for name in PLACE_COLUMNS}
    columns |= dict.fromkeys(names, "an attribute of the dyad or the transcript")
    columns |= {f"code: {code.name}": MATRIX_CELL for code in codes}
    return Table("excerpts", columns, rows)


def _cell(verdict: str | None, is_read: bool) -> int | None:  # noqa: FBT001  the two facts a cell rests on
    if verdict is None:
        return 0 if is_read else None
    return {"fits": 1, "does not fit": 0}.get(verdict)


def _attributes(db: sqlite3.Connection) -> dict[tuple[str, str], dict[str, str]]:
    """Return every attribute by kind and subject, named "dyad clinic" or "dyad group (kari)"."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind, subject, name, value in given.imported_attributes(db):
        found.setdefault((kind, subject), {})[f"{kind} {name}"] = value
    for kind, subject, name, value, coder, _ in judged.assigned_attributes(db):
        found.setdefault((kind, subject), {})[f"{kind} {name} ({coder})"] = value
    return found


def _agreement(db: sqlite3.Connection, material: Material, options: Options) -> tuple[Table | None, tuple[str, ...]]:
    """One row a code and pair of readings; in a reflexive study only if asked for."""
    if given.study_facts(db).approach == "reflexive" and not options.agreement:
        return None, ("Left out: agreement, because the study is reflexive; --agreement takes it along.",)
    readings = ([MACHINE] if made.current_run(db) else []) + comparing.readings(db)
    try:
        found = [comparing.compare(db, material, pair) for pair in combinations(readings, 2)]
    except AssistcodeError as error:
        return None, (f"Left out: agreement. {error}",)
    records = [_compared(one, row) for one in found for row in one.codes]
    if not records:
        return None, ("Left out: agreement, because there are no two readings with codes.",)
    names = dict.fromkeys(name for record in records for name in record)  # with the machine there are some more
    columns = {name: AGREEMENT_COLUMNS.get(name, "a figure; empty: see undefined") for name in names}
    return Table("agreement", columns, [tuple(record.get(name) for name in names) for record in records]), ()


AGREEMENT_COLUMNS = {
    "a": "one reading: a coder, agreed, or the machine's suggestions",
    "b": "the other; precision and recall measure a by b",
    "unit": "what is counted",
    "code": "the code",
    "n": "units reviewed by both for this code",
    "both": "units that both coded",
    "only_a": "units that only a coded",
    "only_b": "units that only b coded",
    "neither": "units that neither coded",
    "undefined": "why a figure is empty",
}


def _compared(one: comparing.Comparison, row: comparing.CodeAgreement) -> dict[str, Any]:
    reasons = [f"{name}: {figure.reason}" for name, figure in row.figures.items() if figure.value is None]
    return (
        {"a": one.a, "b": one.b, "unit": one.unit, "code": row.code, "n": row.table.n}
        | asdict(row.table)
        | {name: figure.value for name, figure in row.figures.items()}
        | {"undefined": "; ".join(reasons)}
    )


# ---------------------------------------------------------------- the files


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


def _csv(table: Table) -> str:
    return table_text(tuple(table.columns), table.rows)


def _xlsx(table: Table) -> bytes:
    """Return a workbook with one sheet; cells longer than Excel holds are cut off with "…"."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.name)
    for row in (tuple(table.columns), *table.rows):
        sheet.append([_excel_cell(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _excel_cell(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    safe = str(defuse(printable(cell)))
    return safe if len(safe) <= MAX_EXCEL_CELL else f"{safe[: MAX_EXCEL_CELL - 1]}…"


def _cut_cells(tables: Iterable[Table]) -> tuple[str, ...]:
    cells = [cell for table in tables for row in table.rows for cell in row if isinstance(cell, str)]
    n = sum(len(cell) >= MAX_EXCEL_CELL for cell in cells)
    return (f"{n:,} cells are longer than Excel holds and end with '…'; csv and parquet hold them whole.",) if n else ()


def _parquet(table: Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    arrays = [pa.array(list(column)) for column in columns]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(table.columns)), out)
    return out.getvalue()


TABLE_WRITERS: dict[str, Callable[[Table], str | bytes]] = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}


def _page(tables: Iterable[Table], form: str) -> str:
    """Return the page that says what every column of every table holds."""
    lines = ["# Columns", "", "An empty cell means: not known, not said, or not defined; never 0."]
    for table in tables:
        lines += ["", f"## {table.name}.{form}", "", f"{len(table.rows):,} rows.", "", "| column | what it holds |"]
        lines.append("|---|---|")
        for name, about in table.columns.items():
            shown = name.replace("|", "\\|")
            lines.append(f"| `{shown}` | {about} |")
    return "\n".join(lines) + "\n"
