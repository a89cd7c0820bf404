"""Read and write judged rows: actions, codebook events, decisions, reviews, memos. Append-only."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..codebook import Codebook, CodeEvent, Seed
from ..corpus import Excerpt
from ..judgement import AGREED, Coder, Decision, Judgement, Memo, Review, Span
from .database import now


def begin_action(db: sqlite3.Connection, coder_id: int | None, face: str, took_ms: int | None = None) -> int:
    """Write one action (a key press, a command) and return its id; every judged row names one."""
    cursor = db.execute(
        "INSERT INTO action (at, coder_id, face, took_ms) VALUES (?, ?, ?, ?)", (now(), coder_id, face, took_ms)
    )
    return int(cursor.lastrowid or 0)


def add_coder(db: sqlite3.Connection, name: str) -> Coder:
    """Put a person on the roster."""
    cursor = db.execute("INSERT INTO coder (name, added_at) VALUES (?, ?)", (name, now()))
    row = db.execute("SELECT id, name, added_at FROM coder WHERE id = ?", (cursor.lastrowid,)).fetchone()
    return Coder(*row)


def coders(db: sqlite3.Connection) -> list[Coder]:
    """Return the roster in order of joining."""
    return [Coder(*row) for row in db.execute("SELECT id, name, added_at FROM coder ORDER BY id")]


def add_code_event(
    db: sqlite3.Connection, action_id: int, entity: str, kind: str, entity_id: int | None = None, **payload: object
) -> int:
    """Write one change of the codebook; return the entity's id (of a new one: its own event's id)."""
    version = int(db.execute("SELECT coalesce(max(id), 0) + 1 FROM code_event").fetchone()[0])
    db.execute(
        "INSERT INTO code_event (id, action_id, entity, entity_id, kind, payload) VALUES (?, ?, ?, ?, ?, ?)",
        (
            version,
            action_id,
            entity,
            version if entity_id is None else entity_id,
            kind,
            json.dumps(payload, ensure_ascii=False),
        ),
    )
    return version if entity_id is None else entity_id


def code_events(db: sqlite3.Connection) -> list[CodeEvent]:
    """Return the codebook's standing history, oldest first.

    A code whose making was taken back stays for as long as somebody's standing decision uses it; a theme for as long
    as somebody's codes stand under it.
    """
    rows = db.execute(
        "SELECT e.id, a.at, c.name, e.entity, e.entity_id, e.kind, e.payload, e.action_id FROM code_event e"
        " JOIN action a ON a.id = e.action_id LEFT JOIN coder c ON c.id = a.coder_id"
        " WHERE e.action_id NOT IN (SELECT undone_action_id FROM undo)"
        " OR (e.kind = 'create' AND e.entity_id IN (SELECT code_id FROM placed_decision"
        "   UNION SELECT json_extract(payload, '$.theme_id') FROM code_event WHERE kind = 'group'"
        "   AND action_id NOT IN (SELECT undone_action_id FROM undo))) ORDER BY e.id"
    )
    return [CodeEvent(*(*row[:6], json.loads(row[6]), row[7])) for row in rows]


def codebook(db: sqlite3.Connection) -> Codebook:
    """Return the codebook as it stands."""
    return Codebook.from_events(code_events(db))


def add_decision(db: sqlite3.Connection, action_id: int, decision: Decision) -> int:
    """Write one verdict; return its id."""
    span = decision.span
    cursor = db.execute(
        "INSERT INTO decision (action_id, transcript_id, start, end, quote, code_id, verdict, pole, effect, arm,"
        " agreed, shown, suggestion, run_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            action_id,
            span.transcript_id,
            span.start,
            span.end,
            span.quote,
            decision.code_id,
            decision.verdict,
            decision.pole,
            decision.effect,
            decision.arm,
            decision.agreed,
            decision.shown,
            decision.suggestion,
            decision.run_key,
        ),
    )
    return int(cursor.lastrowid or 0)


def add_review(
    db: sqlite3.Connection,
    action_id: int,
    span: Span,
    arm: str,
    *,
    scope: Iterable[int] | None = None,
    agreed: bool = False,
) -> None:
    """Write that the action's coder has finished with a span, at the codebook version of this moment."""
    version = int(db.execute("SELECT coalesce(max(id), 0) FROM code_event").fetchone()[0])
    db.execute(
        "INSERT INTO review (action_id, transcript_id, start, end, quote_sha256, scope, codebook_version, arm, agreed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            action_id,
            span.transcript_id,
            span.start,
            span.end,
            hashlib.sha256(span.quote.encode()).hexdigest(),
            None if scope is None else json.dumps(sorted(scope)),
            version,
            arm,
            agreed,
        ),
    )


def add_visit(db: sqlite3.Connection, action_id: int, kind: str, span: Span) -> None:
    """Write that the action's coder came by without judging: read, later, early look."""
    db.execute(
        "INSERT INTO visit (action_id, kind, transcript_id, start, end) VALUES (?, ?, ?, ?, ?)",
        (action_id, kind, span.transcript_id, span.start, span.end),
    )


def add_memo(
    db: sqlite3.Connection,
    action_id: int,
    *,
    kind: str,
    subject_kind: str,
    subject: str,
    text: str,
    span: Span | None = None,
) -> None:
    """Write a person's note; ``span`` for a memo on an excerpt."""
    place = (None,) * 4 if span is None else (span.transcript_id, span.start, span.end, span.quote)
    db.execute(
        "INSERT INTO memo (action_id, kind, subject_kind, subject, transcript_id, start, end, quote, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (action_id, kind, subject_kind, subject, *place, text),
    )


def newest_action(db: sqlite3.Connection) -> int:
    """Return the id of the newest action of anybody, 0 when there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM action").fetchone()[0])


def last_action(db: sqlite3.Connection, coder_id: int, *, imports: bool = True) -> int | None:
    """Return the coder's latest standing action, or None when nothing is left to take back.

    An early look at suggestions cannot be taken back: what was seen was seen. Without ``imports`` those stay too.
    """
    row = db.execute(
        "SELECT a.id FROM action a WHERE a.coder_id = ?1 AND (?2 OR a.face <> 'import')"
        " AND NOT EXISTS (SELECT 1 FROM undo WHERE undone_action_id = a.id OR action_id = a.id)"
        " AND a.id NOT IN (SELECT action_id FROM visit WHERE kind = 'early look') ORDER BY a.id DESC LIMIT 1",
        (coder_id, imports),
    ).fetchone()
    return None if row is None else int(row[0])


def stands(db: sqlite3.Connection, action_id: int, coder_id: int) -> bool:
    """Whether an action is the coder's, can be taken back and has not been."""
    row = db.execute(
        "SELECT 1 FROM standing_action WHERE id = ?1 AND coder_id = ?2 AND id NOT IN (SELECT action_id FROM undo)"
        " AND id NOT IN (SELECT action_id FROM visit WHERE kind = 'early look')",
        (action_id, coder_id),
    ).fetchone()
    return row is not None


def is_taken_back(db: sqlite3.Connection, action_id: int, coder_id: int) -> bool:
    """Whether the coder has taken an action back already."""
    row = db.execute(
        "SELECT 1 FROM undo u JOIN action a ON a.id = u.action_id WHERE u.undone_action_id = ? AND a.coder_id = ?",
        (action_id, coder_id),
    ).fetchone()
    return row is not None


def is_import(db: sqlite3.Connection, action_id: int) -> bool:
    """Whether an action is an import, which writes many decisions at once."""
    return bool(db.execute("SELECT face = 'import' FROM action WHERE id = ?", (action_id,)).fetchone()[0])


def undo(db: sqlite3.Connection, coder_id: int, face: str, action_id: int) -> None:
    """Write that the coder takes an action back."""
    by = begin_action(db, coder_id, face)
    db.execute("INSERT INTO undo (action_id, undone_action_id) VALUES (?, ?)", (by, action_id))


def place_of_action(db: sqlite3.Connection, action_id: int) -> tuple[int, int, int] | None:
    """Return (transcript id, start, end) of the first place an action wrote about, or None."""
    row = db.execute(
        "SELECT transcript_id, start, end FROM (SELECT transcript_id, start, end, 1 AS nth FROM decision"
        " WHERE action_id = ?1 UNION ALL SELECT transcript_id, start, end, 2 FROM review WHERE action_id = ?1"
        " UNION ALL SELECT transcript_id, start, end, 3 FROM visit WHERE action_id = ?1"
        " UNION ALL SELECT transcript_id, start, end, 4 FROM memo WHERE action_id = ?1 AND start IS NOT NULL)"
        " ORDER BY nth, start LIMIT 1",
        (action_id,),
    ).fetchone()
    return None if row is None else (row[0], row[1], row[2])


def reviewed_since(db: sqlite3.Connection, coder_id: int, action_id: int) -> list[tuple[int, int, int]] | None:
    """Return (transcript id, start, end) the coder finished with after an action.

    None when spans alone do not tell what changed: something was taken back, put off or re-anchored.
    """
    row = db.execute(
        "SELECT EXISTS (SELECT 1 FROM undo WHERE action_id > ?1) OR EXISTS (SELECT 1 FROM visit WHERE action_id > ?1)"
        " OR EXISTS (SELECT 1 FROM reanchor WHERE action_id > ?1)",
        (action_id,),
    ).fetchone()
    if row[0]:
        return None
    rows = db.execute(
        "SELECT v.transcript_id, v.start, v.end FROM review v JOIN action a ON a.id = v.action_id"
        " WHERE v.action_id > ? AND a.coder_id = ? AND NOT v.agreed",
        (action_id, coder_id),
    )
    return [(row[0], row[1], row[2]) for row in rows]


_PAST = {
    "create": "made", "rename": "renamed", "define": "defined", "merge": "merged", "split": "split",
    "group": "grouped", "retire": "retired",
}  # fmt: skip
_MOST_NAMED = 3


def action_summary(db: sqlite3.Connection, action_id: int) -> str:
    """Say in a few words what an action wrote."""
    counts = {
        table: db.execute(f"SELECT count(*) FROM {table} WHERE action_id = ?", (action_id,)).fetchone()[0]
        for table in ("decision", "review", "memo", "visit", "assigned_attribute")
    }
    one_place = (
        "SELECT DISTINCT transcript_id, start, end FROM code_seed WHERE action_id = ?"  # out of one, into another
    )
    counts["code_seed"] = db.execute(f"SELECT count(*) FROM ({one_place})", (action_id,)).fetchone()[0]
    words = {"decision": "decision", "review": "finished passage", "memo": "memo", "visit": "reading mark"}
    words |= {"assigned_attribute": "assigned attribute", "code_seed": "placed member"}
    told = [f"{n:,} {words[table]}{'s' if n > 1 else ''}" for table, n in counts.items() if n]
    return ", ".join(_codebook_changes(db, action_id) + told) or "nothing"


def _codebook_changes(db: sqlite3.Connection, action_id: int) -> list[str]:
    """Say what an action did to which code or theme, by the name it had then; of many only how many."""
    rows = db.execute(
        "SELECT e.entity, e.kind, (SELECT json_extract(n.payload, '$.name') AS name FROM code_event n"
        " WHERE n.entity_id = e.entity_id AND n.id <= e.id AND name IS NOT NULL AND (n.action_id = e.action_id"
        " OR n.action_id NOT IN (SELECT undone_action_id FROM undo)) ORDER BY n.id DESC LIMIT 1)"
        " FROM code_event e WHERE e.action_id = ? ORDER BY e.id",
        (action_id,),
    ).fetchall()
    if len(rows) > _MOST_NAMED:
        return [f"{len(rows):,} codebook changes"]
    return [f"{entity} '{name}' {_PAST[kind]}" for entity, kind, name in rows]


_JUDGEMENT = (
    "t.name, t.text_sha256, j.start, j.end, j.quote, j.code_id, j.coder, j.verdict, j.pole, j.effect,"
    " j.arm, j.at, j.agreed, j.action_id, j.suggestion"
)
_WEIGHT = {"fits": 2, "unsure": 1, "does not fit": 0}
_OF_TODAY = "JOIN transcript t ON t.id = j.transcript_id AND t.replaced_by IS NULL AND t.removed_at IS NULL"


def judgements(db: sqlite3.Connection, transcript_id: int | None = None) -> list[Judgement]:
    """Return every judgement that stands (on one transcript), in the order of the text."""
    if transcript_id is None:
        return _latest(db, "1")
    # by way of the index; the view "judgement" would read every decision of the study
    here = (
        "j.id IN (SELECT id FROM decision WHERE transcript_id = ?1 UNION SELECT judged_id FROM reanchor"
        " WHERE judged_table = 'decision' AND transcript_id = ?1) AND j.transcript_id = ?1"
    )
    return _latest(db, here, transcript_id)


def unaided_judgements(db: sqlite3.Connection) -> list[Judgement]:
    """Return the latest judgements made with nothing of the machine shown, also those revised once it was."""
    return _latest(db, "j.arm = 'unaided'")


def _latest(db: sqlite3.Connection, condition: str, *values: object) -> list[Judgement]:
    """Return the latest decision per excerpt, code and reading among those that meet a condition.

    The agreed set is one reading, whoever wrote it down. Here alone codes that were merged become the one that stands.
    """
    rows = db.execute(
        f"SELECT {_JUDGEMENT}, j.transcript_id, j.coder_id FROM placed_decision j {_OF_TODAY}"
        f" WHERE j.start IS NOT NULL AND {condition} ORDER BY j.id",
        values,
    )
    book = codebook(db)
    alike: dict[tuple[int, ...], dict[int, sqlite3.Row]] = {}
    for row in rows:
        reader = 0 if row["agreed"] else row["coder_id"]
        place = row["transcript_id"], row["start"], row["end"]
        alike.setdefault((*place, book.standing_id(row["code_id"]), reader), {})[row["code_id"]] = row
    chosen = [(key[3], _of_merged(list(found.values()), book)) for key, found in sorted(alike.items())]
    return [Judgement(Excerpt(*row[:5]), code_id, *(*row[6:15], row["code_id"])) for code_id, row in chosen]


def _of_merged(rows: list[sqlite3.Row], book: Codebook) -> sqlite3.Row:
    """Return what stands of one reading's decisions on one excerpt, made on codes that are one code today.

    One made since two codes are one overrules what was decided on the other; else what fitted one of them fits what
    they became.
    """
    left = [row for row in rows if not any(_overrules(other, row, book) for other in rows)]
    return max(left, key=lambda row: (_WEIGHT[row["verdict"]], row["action_id"]))


def _overrules(later: sqlite3.Row, row: sqlite3.Row, book: Codebook) -> bool:
    since = book.one_since(later["code_id"], row["code_id"])
    return bool(later["action_id"] > max(row["action_id"], since))


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """A verdict as it was given, also one that was changed later; ``was_shown``: a suggestion was seen before."""

    transcript_id: int
    start: int
    end: int
    code_id: int
    verdict: str
    was_shown: bool


def verdict_history(db: sqlite3.Connection, reading: str) -> list[PastVerdict]:
    """Return every verdict of a reading that was not taken back, in the order in which they were given."""
    rows = db.execute(
        "SELECT p.transcript_id, p.start, p.end, p.code_id, p.verdict, d.shown IS NOT NULL"
        " FROM placed_decision p JOIN decision d ON d.id = p.id"
        " WHERE p.start IS NOT NULL AND CASE WHEN p.agreed THEN ?1 ELSE p.coder END = ?2 ORDER BY p.id",
        (AGREED, reading),
    )
    return [PastVerdict(*(*row[:5], bool(row[5]))) for row in rows]


def decided_alike(db: sqlite3.Connection, code_id: int, coder_id: int) -> tuple[int, int]:
    """Return how many places with a shown suggestion of a code the coder decided on, and how many of them fitted."""
    shown = "j.coder_id = ? AND NOT j.agreed AND j.id IN (SELECT id FROM decision WHERE shown IS NOT NULL)"
    verdicts = [one.verdict for one in _latest(db, shown, coder_id) if one.code_id == code_id]
    return len(verdicts), verdicts.count("fits")


def reviews(db: sqlite3.Connection, transcript_id: int | None = None) -> list[Review]:
    """Return every standing review (of one transcript)."""
    narrowed = (
        " AND id IN (SELECT id FROM review WHERE transcript_id = ?2 UNION SELECT judged_id FROM reanchor"
        " WHERE judged_table = 'review' AND transcript_id = ?2) AND transcript_id = ?2"
    )
    rows = db.execute(
        "SELECT transcript_id, start, end, CASE WHEN agreed THEN ?1 ELSE coder END AS reading, scope,"
        " codebook_version, arm FROM standing_review WHERE start IS NOT NULL"
        f"{'' if transcript_id is None else narrowed} ORDER BY id",
        (AGREED,) if transcript_id is None else (AGREED, transcript_id),
    )
    return [Review(*(*row[:4], _scope(row["scope"]), row["codebook_version"], row["arm"])) for row in rows]


def _scope(text: str | None) -> tuple[int, ...] | None:
    return None if text is None else tuple(json.loads(text))


def put_off(db: sqlite3.Connection, coder_id: int) -> dict[tuple[int, int], int]:
    """Return (transcript id, start) of every passage the coder put off, with the latest action's id."""
    rows = db.execute(
        "SELECT p.transcript_id, p.start, max(p.action_id) FROM placed p JOIN visit v ON v.id = p.judged_id"
        " JOIN action a ON a.id = v.action_id"
        " WHERE p.judged_table = 'visit' AND v.kind = 'later' AND a.coder_id = ? GROUP BY 1, 2",
        (coder_id,),
    )
    return {(row[0], row[1]): row[2] for row in rows}


def read_by(db: sqlite3.Connection, coder_id: int) -> set[int]:
    """Return the ids of the transcripts the coder marked as read."""
    return {row[0] for row in _visits(db, coder_id, "read")}


def early_looks(db: sqlite3.Connection, coder_id: int) -> list[tuple[int, int, int]]:
    """Return (transcript id, start, end) of the places whose suggestions the coder saw before deciding."""
    return _visits(db, coder_id, "early look")


def _visits(db: sqlite3.Connection, coder_id: int, kind: str) -> list[tuple[int, int, int]]:
    rows = db.execute(
        "SELECT p.transcript_id, p.start, p.end FROM placed p JOIN visit v ON v.id = p.judged_id"
        " JOIN action a ON a.id = v.action_id"
        " WHERE p.judged_table = 'visit' AND v.kind = ? AND a.coder_id = ? AND p.start IS NOT NULL",
        (kind, coder_id),
    )
    return [tuple(row) for row in rows]


def memos(db: sqlite3.Connection) -> list[Memo]:
    """Return every standing memo, oldest first; one on an excerpt where it stands in the text of today, if it does."""
    rows = db.execute(
        "SELECT m.id, a.at, a.coder, m.kind, m.subject_kind, m.subject, m.text, t.name, t.text_sha256,"
        " coalesce(p.start, m.start), coalesce(p.end, m.end), m.quote"
        " FROM memo m JOIN standing_action a ON a.id = m.action_id"
        " LEFT JOIN placed p ON p.judged_table = 'memo' AND p.judged_id = m.id AND p.start IS NOT NULL"
        " LEFT JOIN transcript t ON t.id = coalesce(p.transcript_id, m.transcript_id) ORDER BY m.id"
    )
    return [Memo(*(*row[:4], f"{row[4]} {row[5]}".strip(), row[6], _excerpt(row[7:12]))) for row in rows]


def placed_memos(db: sqlite3.Connection, kind: str) -> list[Memo]:
    """Return the standing memos of one kind on excerpts, oldest first, each where its words stand today.

    Those on a transcript that was removed, or whose words a mended transcript lost, are left out.
    """
    rows = db.execute(
        "SELECT m.id, a.at, a.coder, m.kind, m.subject_kind, m.text, t.name, t.text_sha256, p.start, p.end,"
        " substr(t.text, p.start + 1, p.end - p.start) FROM memo m JOIN standing_action a ON a.id = m.action_id"
        " JOIN placed p ON p.judged_table = 'memo' AND p.judged_id = m.id AND p.start IS NOT NULL"
        " JOIN transcript t ON t.id = p.transcript_id AND t.replaced_by IS NULL AND t.removed_at IS NULL"
        " WHERE m.kind = ? ORDER BY m.id",
        (kind,),
    )
    return [Memo(*(*row[:4], f"{row[4]} {(at := Excerpt(*row[6:11])).id}", row[5], at)) for row in rows]


def _excerpt(columns: tuple[Any, ...]) -> Excerpt | None:
    return None if columns[0] is None else Excerpt(*columns)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A standing judged row with the place it was given in the text it was made on."""

    table: str
    id: int
    transcript_id: int
    start: int
    end: int
    code_id: int
    coder: str


def anchored(db: sqlite3.Connection, transcript_id: int) -> list[Anchored]:
    """Return every judged row that belongs to a transcript now, also one that lost its place there before."""
    rows = db.execute(
        "SELECT 'decision', d.id, d.transcript_id, d.start, d.end, d.code_id, p.coder FROM placed_decision p"
        "   JOIN decision d ON d.id = p.id WHERE p.transcript_id = ?1"
        " UNION SELECT 'review', v.id, v.transcript_id, v.start, v.end, 0, p.coder FROM standing_review p"
        "   JOIN review v ON v.id = p.id WHERE p.transcript_id = ?1"
        " UNION SELECT 'code_seed', s.id, s.transcript_id, s.start, s.end, s.code_id, '' FROM placed p"
        "   JOIN code_seed s ON s.id = p.judged_id WHERE p.judged_table = 'code_seed' AND p.transcript_id = ?1"
        " UNION SELECT 'visit', v.id, v.transcript_id, v.start, v.end, 0, '' FROM placed p"
        "   JOIN visit v ON v.id = p.judged_id WHERE p.judged_table = 'visit' AND p.transcript_id = ?1"
        " UNION SELECT 'memo', m.id, m.transcript_id, m.start, m.end, 0, '' FROM placed p"
        "   JOIN memo m ON m.id = p.judged_id WHERE p.judged_table = 'memo' AND p.transcript_id = ?1"
        " ORDER BY 1, 2",
        (transcript_id,),
    )
    return [Anchored(*row) for row in rows]


def unplaced(db: sqlite3.Connection) -> list[tuple[Excerpt, int, str, str]]:
    """Return (old excerpt, code id, verdict, coder) of decisions that a mended transcript left without a place."""
    rows = db.execute(
        "SELECT t.name, t.text_sha256, d.start, d.end, d.quote, d.code_id, d.verdict, p.coder"
        " FROM placed_decision p JOIN decision d ON d.id = p.id JOIN transcript t ON t.id = d.transcript_id"
        " WHERE p.start IS NULL ORDER BY d.id"
    )
    return [(Excerpt(*row[:5]), row[5], row[6], row[7]) for row in rows]


def add_reanchor(
    db: sqlite3.Connection, action_id: int, row: Anchored, transcript_id: int, span: tuple[int, int] | None
) -> None:
    """Write where a judged row stands in a replaced transcript; None says that it could not be placed."""
    start, end = span or (None, None)
    db.execute(
        "INSERT INTO reanchor (action_id, judged_table, judged_id, transcript_id, start, end)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (action_id, row.table, row.id, transcript_id, start, end),
    )


def assign_attribute(
    db: sqlite3.Connection, action_id: int, subject: tuple[str, str], name: str, *, value: str | None, why: str
) -> None:
    """Write a person's judgement about a case; ``subject`` is (kind, name)."""
    db.execute(
        "INSERT INTO assigned_attribute (action_id, subject_kind, subject, name, value, why) VALUES (?, ?, ?, ?, ?, ?)",
        (action_id, *subject, name, value, why),
    )


def assigned_attributes(db: sqlite3.Connection) -> list[tuple[str, str, str, str, str, str]]:
    """Return (kind, subject, name, value, coder, why) of the assignments that stand."""
    rows = db.execute(
        "SELECT subject_kind, subject, name, value, coder, why, row_number() OVER"
        " (PARTITION BY subject_kind, subject, name ORDER BY s.id DESC) AS nth"
        " FROM assigned_attribute s JOIN standing_action a ON a.id = s.action_id ORDER BY s.id"
    ).fetchall()
    return [tuple(row[:6]) for row in rows if row["nth"] == 1 and row["value"] is not None]


def last_decision_id(db: sqlite3.Connection) -> int:
    """Return the id of the newest decision, 0 when there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM decision").fetchone()[0])


def log(db: sqlite3.Connection, what: str, **detail: object) -> None:
    """Write what was done to the study; never a transcript's words."""
    db.execute("INSERT INTO log (at, what, detail) VALUES (?, ?, ?)", (now(), what, json.dumps(detail)))


def add_code_seeds(
    db: sqlite3.Connection, action_id: int, code_id: int, spans: Iterable[Span], *, is_in: bool = True
) -> None:
    """Write that these places belong to a code (or do not), whatever a later clustering finds."""
    db.executemany(
        "INSERT INTO code_seed (action_id, code_id, transcript_id, start, end, quote, is_in)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(action_id, code_id, span.transcript_id, span.start, span.end, span.quote, is_in) for span in spans],
    )


def code_seeds(db: sqlite3.Connection) -> list[Seed]:
    """Return the seeds that stand, oldest first, where they stand in the text of today.

    Those on a transcript that was removed, or whose words a mended transcript lost, are left out.
    """
    rows = db.execute(
        "SELECT s.code_id, p.transcript_id, p.start, p.end, s.is_in, (SELECT e.entity_id FROM code_event e"
        "   WHERE e.action_id = s.action_id AND e.kind = 'create' AND e.entity_id = s.code_id AND e.action_id NOT IN"
        "     (SELECT action_id FROM code_event WHERE kind = 'split'))"
        " FROM placed p JOIN code_seed s ON s.id = p.judged_id"
        " JOIN transcript t ON t.id = p.transcript_id AND t.replaced_by IS NULL AND t.removed_at IS NULL"
        " WHERE p.judged_table = 'code_seed' AND p.start IS NOT NULL ORDER BY s.id"
    )
    return [Seed(row[0], (row[1], row[2], row[3]), bool(row[4]), row[5]) for row in rows]
