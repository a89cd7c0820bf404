"""Read the complete log: every action of a person, and what was done to the study. Never a transcript's words."""

import json
import sqlite3
from dataclasses import dataclass

# Each of them gives: action id, what was done, on what (an EXCERPT_ID where there is a place), id of the code.
_PLACE = "substr(t.text_sha256, 1, 10) || ':' || j.start || '-' || j.end"
_ON_TEXT = "j JOIN transcript t ON t.id = j.transcript_id"
_ACTS = (
    f"SELECT j.action_id, 'decision: ' || j.verdict || coalesce(', ' || j.pole, '') || coalesce(', ' || j.effect, '')"
    f" || ', ' || j.arm || CASE WHEN j.agreed THEN ', agreed set' ELSE '' END, {_PLACE}, j.code_id"
    f" FROM decision {_ON_TEXT}",
    f"SELECT j.action_id, 'reviewed' || CASE WHEN j.scope IS NULL THEN '' ELSE ' for some codes' END"
    f" || CASE WHEN j.agreed THEN ', agreed set' ELSE '' END, {_PLACE}, NULL FROM review {_ON_TEXT}",
    f"SELECT j.action_id, CASE j.kind WHEN 'later' THEN 'put off' ELSE j.kind END, {_PLACE}, NULL"
    f" FROM visit {_ON_TEXT}",
    f"SELECT j.action_id, CASE WHEN j.is_in THEN 'seed of a code' ELSE 'no seed of a code' END, {_PLACE}, j.code_id"
    f" FROM code_seed {_ON_TEXT}",
    "SELECT action_id, 'memo: ' || kind, trim(subject_kind || ' ' || subject), NULL FROM memo",
    "SELECT action_id, 'codebook: ' || kind || ' ' || entity, NULL, entity_id FROM code_event",
    "SELECT action_id, 'attribute: ' || name || coalesce(' ' || value, ' taken back'), subject_kind || ' ' || subject,"
    " NULL FROM assigned_attribute",
    "SELECT action_id, 'undo of action ' || undone_action_id, NULL, NULL FROM undo",
    f"SELECT j.action_id, CASE WHEN j.start IS NULL THEN 'lost its place: ' ELSE 'placed anew: ' END || j.judged_table,"
    f" CASE WHEN j.start IS NULL THEN t.name ELSE {_PLACE} END, NULL FROM reanchor {_ON_TEXT}",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. ``action`` is None for what was done to the study itself; ``code_id`` may be a theme's."""

    action: int | None
    at: str
    who: str
    face: str
    what: str
    subject: str
    code_id: int | None
    is_undone: bool


def entries(db: sqlite3.Connection) -> list[Entry]:
    """Return the whole log, oldest first; what was taken back stays in it and says so."""
    rows = db.execute(
        f"WITH act (action_id, what, subject, code_id) AS ({' UNION ALL '.join(_ACTS)})"
        " SELECT a.id, a.at, coalesce(c.name, ''), a.face, act.what, coalesce(act.subject, ''), act.code_id,"
        " u.undone_action_id IS NOT NULL FROM act JOIN action a ON a.id = act.action_id"
        " LEFT JOIN coder c ON c.id = a.coder_id LEFT JOIN undo u ON u.undone_action_id = a.id ORDER BY a.id"
    )
    done = [Entry(*(*row[:7], bool(row[7]))) for row in rows]
    logged = [
        Entry(None, row[0], "", "", row[1], _details(row[2]), None, is_undone=False)
        for row in db.execute("SELECT at, what, detail FROM log ORDER BY id")
    ]
    return sorted(done + logged, key=lambda entry: entry.at)


def _details(text: str) -> str:
    return ", ".join(f"{name} {value}" for name, value in json.loads(text).items())
