"""Read and write made rows: runs with their utterances, clusters and suggestions."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..corpus import Passage, Utterance
from ..evidence import Evidence, Verdict
from .database import now


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was run: enough to make the same rows again on the same machine."""

    options: dict[str, object]
    versions: dict[str, str]
    model: str
    model_sha256: str
    dtype: str
    lexicons: dict[str, str]
    texts_sha256: str
    last_decision_id: int

    @property
    def learned_from(self) -> str | None:
        """The reading whose codes the suggester learned from; None when it learned from nobody."""
        learned = self.options.get("learned")
        return learned["reading"] if isinstance(learned, dict) and learned["n_utterances"] else None

    @property
    def key(self) -> str:
        """Model and lexicon hashes as one short line, kept with every decision."""
        parts = [f"{self.model}={self.model_sha256[:12]}"]
        return " ".join(parts + [f"{name}={sha[:12]}" for name, sha in sorted(self.lexicons.items())])

    @property
    def steadiness(self) -> list[float]:
        """How steady each cluster is, 0..1, by number; empty where the run did not measure it."""
        return _rows(self.options.get("steadiness"))

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What the run changed against the one before it; empty for a first run."""
        return _rows(self.options.get("changes"))


@dataclass(frozen=True, slots=True)
class StoredUtterance:
    """A made utterance as listed: where it is and whether it may carry suggestions."""

    id: int
    transcript_id: int
    turn_n: int
    passage_id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StoredSuggestion:
    """A made suggestion on one utterance."""

    utterance: StoredUtterance
    theme: str
    score: float
    pole: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class StoredCluster:
    """A made cluster with its members, strongest first."""

    number: int
    keywords: tuple[str, ...]
    members: tuple[tuple[StoredUtterance, float], ...]


def _rows(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def begin_run(db: sqlite3.Connection, facts: RunFacts) -> int:
    """Write an unfinished run, invisible to every reader; return its id."""
    cursor = db.execute(
        "INSERT INTO run (started_at, options, versions, model, model_sha256, dtype, lexicons, texts_sha256,"
        " last_decision_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            now(),
            json.dumps(facts.options, sort_keys=True),
            json.dumps(facts.versions, sort_keys=True),
            facts.model,
            facts.model_sha256,
            facts.dtype,
            json.dumps(facts.lexicons, sort_keys=True),
            facts.texts_sha256,
            facts.last_decision_id,
        ),
    )
    return int(cursor.lastrowid or 0)


def finish_run(db: sqlite3.Connection, run_id: int) -> None:
    """Make the run current and delete every other one, in the caller's transaction.

    What it made of transcripts that were replaced or removed while it ran is deleted too.
    """
    db.execute("DELETE FROM run WHERE id <> ?", (run_id,))
    gone = "SELECT id FROM transcript WHERE replaced_by IS NOT NULL OR removed_at IS NOT NULL"
    db.execute(f"DELETE FROM utterance WHERE transcript_id IN ({gone})")
    _delete_empty_clusters(db)
    db.execute("UPDATE run SET is_current = 1, finished_at = ? WHERE id = ?", (now(), run_id))


def current_run(db: sqlite3.Connection) -> tuple[int, RunFacts, str] | None:
    """Return id, facts and finishing time of the current run, or None before the first precode."""
    row = db.execute("SELECT * FROM run WHERE is_current = 1").fetchone()
    if row is None:
        return None
    facts = RunFacts(
        json.loads(row["options"]),
        json.loads(row["versions"]),
        row["model"],
        row["model_sha256"],
        row["dtype"],
        json.loads(row["lexicons"]),
        row["texts_sha256"],
        row["last_decision_id"],
    )
    return row["id"], facts, row["finished_at"]


def keep_changes(db: sqlite3.Connection, run_id: int, changes: Sequence[dict[str, Any]]) -> None:
    """Write beside a run's options what it changed; the rows it was compared with are deleted with their run."""
    db.execute(
        "UPDATE run SET options = json_set(options, '$.changes', json(?)) WHERE id = ?", (json.dumps(changes), run_id)
    )


def delete_of_transcript(db: sqlite3.Connection, transcript_id: int) -> None:
    """Delete the made rows of one transcript and what is empty without them; the rest of the run stays."""
    db.execute("DELETE FROM utterance WHERE transcript_id = ?", (transcript_id,))
    _delete_empty_clusters(db)


def _delete_empty_clusters(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM cluster WHERE number NOT IN (SELECT number FROM membership WHERE run_id = cluster.run_id)")


def delete_made(db: sqlite3.Connection) -> None:
    """Delete every made row."""
    db.execute("DELETE FROM run")


def add_utterances(db: sqlite3.Connection, run_id: int, rows: Iterable[tuple[int, int, int, Utterance]]) -> list[int]:
    """Write (transcript id, turn number, passage id, utterance); return the new ids in order."""
    first = int(db.execute("SELECT coalesce(max(id), 0) + 1 FROM utterance").fetchone()[0])
    values = [
        (first + i, run_id, transcript_id, turn_n, passage_id, u.start, u.end, u.codable)
        for i, (transcript_id, turn_n, passage_id, u) in enumerate(rows)
    ]
    db.executemany(
        "INSERT INTO utterance (id, run_id, transcript_id, turn_n, passage_id, start, end, codable)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    return [value[0] for value in values]


def add_cluster(
    db: sqlite3.Connection, run_id: int, number: int, keywords: Sequence[str], members: Sequence[tuple[int, float]]
) -> None:
    """Write one cluster with (utterance id, strength) members."""
    db.execute(
        "INSERT INTO cluster (run_id, number, keywords) VALUES (?, ?, ?)", (run_id, number, json.dumps(keywords))
    )
    db.executemany(
        "INSERT INTO membership (run_id, number, utterance_id, strength) VALUES (?, ?, ?, ?)",
        [(run_id, number, utterance_id, strength) for utterance_id, strength in members],
    )


def add_verdicts(db: sqlite3.Connection, run_id: int, verdicts: Iterable[tuple[int, Verdict]]) -> int:
    """Write what is suggested on each (utterance id, verdict); return the number of suggestions."""
    rows = [
        (
            run_id,
            utterance_id,
            theme,
            verdict.scores[theme],
            verdict.poles[theme],
            json.dumps([asdict(e) for e in verdict.evidence if e.theme == theme], ensure_ascii=False),
        )
        for utterance_id, verdict in verdicts
        for theme in verdict.suggested
    ]
    db.executemany(
        "INSERT INTO suggestion (run_id, utterance_id, theme, score, pole, evidence) VALUES (?, ?, ?, ?, ?, ?)", rows
    )
    return len(rows)


_UTTERANCE = "u.id, u.transcript_id, u.turn_n, u.passage_id, u.start, u.end"


def utterances(db: sqlite3.Connection) -> list[StoredUtterance]:
    """Return the codable utterances of the current run, in the order in which it read them."""
    rows = db.execute(
        f"SELECT {_UTTERANCE} FROM utterance u JOIN run ON run.id = u.run_id AND run.is_current = 1"
        " WHERE u.codable = 1 ORDER BY u.id"
    )
    return [StoredUtterance(*row) for row in rows]


def suggestions(
    db: sqlite3.Connection,
    *,
    theme: str | None = None,
    transcript_id: int | None = None,
    passage: Passage | None = None,
) -> list[StoredSuggestion]:
    """Return the current run's suggestions in the order of the text, best first within an utterance."""
    place = transcript_id if passage is None else passage.transcript_id
    asked: dict[str, object] = {"s.theme = ?": theme, "u.transcript_id = ?": place}
    if passage is not None:
        asked |= {"u.start >= ?": passage.start, "u.start < ?": passage.end}
    wanted = {condition: value for condition, value in asked.items() if value is not None}
    rows = db.execute(
        f"SELECT {_UTTERANCE}, s.theme, s.score, s.pole, s.evidence FROM run"
        # in this order, so that a passage or a transcript is found by its index
        " CROSS JOIN utterance u ON u.run_id = run.id CROSS JOIN suggestion s ON s.utterance_id = u.id"
        f" WHERE run.is_current = 1 AND {' AND '.join(wanted) or '1'}"
        " ORDER BY u.transcript_id, u.start, s.score DESC, s.theme",
        tuple(wanted.values()),
    )
    return [StoredSuggestion(*(StoredUtterance(*row[:6]), *row[6:9], evidence_from_json(row[9]))) for row in rows]


def best_scores(db: sqlite3.Connection) -> dict[int, float]:
    """Return the best score of the current run's suggestions by passage id."""
    rows = db.execute(
        "SELECT u.passage_id, max(s.score) FROM suggestion s JOIN run ON run.id = s.run_id AND run.is_current = 1"
        " JOIN utterance u ON u.id = s.utterance_id GROUP BY u.passage_id"
    )
    return {row[0]: row[1] for row in rows}


def clusters(db: sqlite3.Connection) -> list[StoredCluster]:
    """Return the current run's clusters, largest first, members strongest first."""
    members: dict[int, list[tuple[StoredUtterance, float]]] = {}
    for row in db.execute(
        f"SELECT {_UTTERANCE}, m.number, m.strength FROM membership m"
        " JOIN run ON run.id = m.run_id AND run.is_current = 1 JOIN utterance u ON u.id = m.utterance_id"
        " ORDER BY m.number, m.strength DESC, u.id"
    ):
        members.setdefault(row["number"], []).append((StoredUtterance(*row[:6]), row["strength"]))
    rows = db.execute(
        "SELECT number, keywords FROM cluster JOIN run ON run.id = run_id AND run.is_current = 1 ORDER BY number"
    )
    return [
        StoredCluster(row["number"], tuple(json.loads(row["keywords"])), tuple(members.get(row["number"], ())))
        for row in rows
    ]


def evidence_from_json(text: str) -> tuple[Evidence, ...]:
    """Return stored evidence as values."""
    return tuple(Evidence(**{**entry, "context": tuple(entry["context"])}) for entry in json.loads(text))
