"""Bring in codings, attributes and memos made elsewhere: find every quote, then write all or nothing."""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .corpus import Transcript
from .errors import InputError
from .judgement import AGREED, Coder, Decision, Span
from .material import Material, did_you_mean, label, transcript_id
from .readers.codings import CodingRow, read_codings
from .readers.table import read_rows
from .store import given, judged
from .store.database import transaction

CASES = ("dyad", "transcript", "speaker")
MEMO_SUBJECTS = ("study", "dyad", "transcript", "excerpt", "code", "theme")


@dataclass(slots=True)
class Incoming:
    """What an import of codings brought in."""

    n_decisions: int = 0
    n_reviewed: int = 0
    n_moved: int = 0
    n_memos: int = 0
    of_others: dict[str, int] = field(default_factory=dict)
    new_codes: list[str] = field(default_factory=list)


def import_codings(
    db: sqlite3.Connection,
    material: Material,
    path: Path,
    coder: Coder,
    *,
    all_reviewed: bool = False,
    agreed: bool = False,
) -> Incoming:
    """Write codings from a table in one action: the coder's own, or (``agreed``) the agreed set.

    Rows that name another coder are left out and counted. A quote that does not stand at its place is found
    again where it stands once, and counted as moved. ``all_reviewed`` says that the coder read the whole of
    every transcript named. Raises InputError naming the line; then nothing is written.
    """
    result = Incoming()
    placed = [
        (row, _find(row, material, result)) for row in read_codings(path) if _is_of(row, coder, result, agreed=agreed)
    ]
    with transaction(db):
        action_id = judged.begin_action(db, coder.id, "import")
        codes = _code_ids(db, action_id, placed, result)
        for row, span in placed:
            code_id = codes[row.code.casefold()] if row.code else 0
            if not row.verdict:
                scope = [code_id] if row.code else None
                judged.add_review(db, action_id, span, "unaided", scope=scope, agreed=agreed or row.agreed)
                result.n_reviewed += 1
                continue
            decision = Decision(
                span, code_id, row.verdict, "unaided", row.pole, row.effect, agreed=agreed or row.agreed
            )
            judged.add_decision(db, action_id, decision)
            result.n_decisions += 1
            if row.memo:
                excerpt = material.by_id[span.transcript_id].excerpt(span.start, span.end)
                judged.add_memo(
                    db,
                    action_id,
                    kind="analytic",
                    subject_kind="excerpt",
                    subject=excerpt.id,
                    text=row.memo,
                    span=span,
                )
                result.n_memos += 1
        if all_reviewed:
            for transcript in {span.transcript_id: material.by_id[span.transcript_id] for _, span in placed}.values():
                judged.add_review(db, action_id, _whole(transcript), "unaided", agreed=agreed)
                result.n_reviewed += 1
        judged.log(db, "import-codings", file=path.name, coder=coder.name, decisions=result.n_decisions)
    return result


def _is_of(row: CodingRow, coder: Coder, result: Incoming, *, agreed: bool) -> bool:
    mine = {"", coder.name.casefold(), *((AGREED,) if agreed else ())}
    if row.coder.casefold() in mine:
        return True
    result.of_others[row.coder] = result.of_others.get(row.coder, 0) + 1
    return False


def _whole(transcript: Transcript) -> Span:
    return Span(transcript_id(transcript), 0, len(transcript.text), transcript.text)


def _find(row: CodingRow, material: Material, result: Incoming) -> Span:
    """Return the place of a row's quote. Raises InputError when it stands nowhere, or more than once."""
    transcript = material.by_name.get(row.transcript) or material.by_source_name.get(row.transcript)
    if transcript is None:
        what = f"there is no transcript '{row.transcript}'"
        raise InputError(row.where, what, did_you_mean(row.transcript, material.by_name))
    number = transcript_id(transcript)
    if not row.quote and row.start is None:
        return _whole(transcript)
    text = transcript.text
    given = (row.start, row.end)
    if not row.quote:
        if row.start is None or row.end is None or not row.start < row.end <= len(text):
            raise InputError(row.where, f"{row.transcript} has no such place", "Give start and end, or the quote.")
        return Span(number, row.start, row.end, text[row.start : row.end])
    places = find_quote(text, row.quote)
    at_its_place = [place for place in places if all(b in {None, a} for a, b in zip(place, given, strict=True))]
    if row.start is not None and len(at_its_place) == 1:
        places = at_its_place
    if len(places) != 1:
        what = "the quote stands nowhere in the transcript" if not places else f"the quote stands {len(places)} times"
        remedy = "Copy the words exactly." if not places else "Give start and end."
        raise InputError(row.where, f"{what} ({row.transcript})", remedy)
    start, end = places[0]
    result.n_moved += row.start not in {None, start}
    return Span(number, start, end, text[start:end])


def find_quote(text: str, quote: str) -> list[tuple[int, int]]:
    """Return every place of a quote: to the letter, else with white space, quotation marks and … allowed to differ."""
    exact = [(found.start(), found.end()) for found in re.finditer(re.escape(quote), text)]
    if exact or not quote.strip():
        return exact
    loose = r"\s+".join(re.escape(word) for word in quote.split())
    for marks in ("'’‘", '"“”'):
        loose = re.sub(f"[{marks}]", lambda _, m=marks: f"[{m}]", loose)  # type: ignore[misc]
    loose = loose.replace("…", r"(?:…|\.\.\.)").replace(r"\.\.\.", r"(?:…|\.\.\.)")
    return [(found.start(), found.end()) for found in re.finditer(loose, text)]


def _code_ids(
    db: sqlite3.Connection, action_id: int, placed: Sequence[tuple[CodingRow, Span]], result: Incoming
) -> dict[str, int]:
    book = judged.codebook(db)
    ids: dict[str, int] = {}
    for row, _ in placed:
        if row.code is None or row.code.casefold() in ids:
            continue
        known = book.by_name(row.code)
        if known is None:
            result.new_codes.append(row.code)
        new_id = known.id if known else judged.add_code_event(db, action_id, "code", "create", name=row.code)
        ids[row.code.casefold()] = new_id
    return ids


def import_attributes(db: sqlite3.Connection, material: Material, path: Path, coder: Coder | None) -> int:
    """Write the attributes of a table whose first column (dyad, transcript or speaker) names the case, all or nothing.

    Without a coder they are imported facts; with one, judgements, whose reason stands in the column "why".
    """
    header, rows = read_rows(path, ())
    kind = header[0] if header else ""
    known = {"dyad": material.dyads, "transcript": material.by_name, "speaker": material.members}
    if kind not in CASES:
        raise InputError(str(path), f"the first column is '{kind}'", f"It names the case: {' or '.join(CASES)}.")
    for where, row in rows:
        row[kind] = label(row[kind])
        if row[kind] not in known[kind]:
            raise InputError(where, f"there is no {kind} '{row[kind]}'", did_you_mean(row[kind], known[kind]))
    values = [
        (row[kind], name, row[name], row.get("why", ""))
        for _, row in rows
        for name in header[1:]
        if name != "why" and row[name]
    ]
    with transaction(db):
        action_id = judged.begin_action(db, coder.id, "import") if coder else 0
        for subject, name, value, why in values:
            if coder:
                judged.assign_attribute(db, action_id, (kind, subject), name, value=value, why=why)
            else:
                given.set_imported_attribute(db, kind, subject, name, value)
        judged.log(db, "attributes import", file=path.name, values=len(values))
    return len(values)


def import_memos(db: sqlite3.Connection, material: Material, path: Path, coder: Coder) -> int:
    """Write the memos of a table that are this coder's (or nobody else's), all or nothing; return how many.

    Columns: about, subject, kind, text; also coder. Raises InputError naming the line.
    """
    _, rows = read_rows(path, ("about", "subject", "kind", "text"))
    mine = [(where, row) for where, row in rows if row.get("coder", "").casefold() in {"", coder.name.casefold()}]
    with transaction(db):
        action_id = judged.begin_action(db, coder.id, "import")
        for where, row in mine:
            if row["about"] not in MEMO_SUBJECTS:
                raise InputError(where, f"a memo about '{row['about']}'", f"Known: {', '.join(MEMO_SUBJECTS)}.")
            if row["about"] == "transcript":
                material.transcript(row["subject"])
            excerpt = material.excerpt(row["subject"]) if row["about"] == "excerpt" else None
            judged.add_memo(
                db,
                action_id,
                kind=row["kind"] or "analytic",
                subject_kind=row["about"],
                subject=row["subject"],
                text=row["text"],
                span=material.span(excerpt) if excerpt else None,
            )
        judged.log(db, "memo import", file=path.name, memos=len(mine))
    return len(mine)
