"""Read and write given rows: transcripts, speakers, turns, passages."""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..corpus import Passage, Placement, Speaker, Transcript, Turn, cut_passages
from .database import now

ORIGIN_GUID = "refi-qda guid"  # reserved: what a dyad, transcript or coder is called in the project it came from
_CURRENT = "replaced_by IS NULL AND removed_at IS NULL"


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """The study's own row."""

    title: str
    approach: str
    created_at: str
    lexicons: tuple[str, ...]
    seed: int
    n_unaided: int | None
    unaided_below: int | None
    cache_key: bytes


def study_facts(db: sqlite3.Connection) -> StudyFacts:
    """Return the study's own row."""
    row = db.execute(
        "SELECT title, approach, created_at, lexicons, seed, n_unaided, unaided_below, cache_key FROM study"
    ).fetchone()
    return StudyFacts(**{**dict(row), "lexicons": tuple(row["lexicons"].split("\n"))})


def set_lexicons(db: sqlite3.Connection, sources: Sequence[str]) -> None:
    """Write where the study's lexicons are: five, none, folders and files."""
    db.execute("UPDATE study SET lexicons = ?", ("\n".join(sources),))


def newest_change(db: sqlite3.Connection) -> int:
    """Return a number that grows whenever transcripts, their places or the unaided passages change."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM log WHERE what <> 'export'").fetchone()[0])


def add_transcript(
    db: sqlite3.Connection,
    transcript: Transcript,
    seed: int,
    *,
    replacing: int | None = None,
    keys: Mapping[tuple[int, int], int] | None = None,
) -> int:
    """Write one transcript with speakers, turns and passages; return its id.

    With ``replacing`` it takes the place of an older one, which keeps its row and its text; ``keys`` are the
    sample keys that passages (by span) bring along from there.
    """
    place = transcript.placement
    if replacing is not None:  # a name is free only when its bearer points elsewhere
        db.execute("UPDATE transcript SET replaced_by = id WHERE id = ?", (replacing,))
    transcript_id = _insert(
        db,
        "transcript",
        name=transcript.name,
        dyad_id=None if place.dyad is None else _dyad_id(db, place.dyad),
        session=place.session,
        perspective=place.perspective,
        interviewer=place.interviewer,
        language=place.language,
        text=transcript.text,
        text_sha256=transcript.text_sha256,
        source_name=transcript.source_name,
        source_sha256=transcript.source_sha256,
        imported_at=now(),
    )
    if replacing is not None:
        db.execute("UPDATE transcript SET replaced_by = ? WHERE id = ?", (transcript_id, replacing))
    speaker_ids = {
        speaker: _insert(
            db, "speaker", transcript_id=transcript_id, name=speaker.name, role=speaker.role, kind=speaker.kind
        )
        for speaker in dict.fromkeys(turn.speaker for turn in transcript.turns)
    }
    _add_turns(db, transcript_id, transcript, speaker_ids)
    _add_passages(db, transcript_id, transcript, seed, keys or {})
    return transcript_id


def _add_turns(
    db: sqlite3.Connection, transcript_id: int, transcript: Transcript, speaker_ids: Mapping[Speaker, int]
) -> None:
    db.executemany(
        "INSERT INTO turn (transcript_id, n, speaker_id, start, end, moment) VALUES (?, ?, ?, ?, ?, ?)",
        [(transcript_id, t.n, speaker_ids[t.speaker], t.start, t.end, t.moment) for t in transcript.turns],
    )


def _add_passages(
    db: sqlite3.Connection, transcript_id: int, transcript: Transcript, seed: int, keys: Mapping[tuple[int, int], int]
) -> None:
    db.executemany(
        "INSERT INTO passage (transcript_id, turn_n, start, end, sample_key) VALUES (?, ?, ?, ?, ?)",
        [
            (
                transcript_id,
                turn.n,
                start,
                end,
                keys.get((start, end), sample_key(seed, transcript.text_sha256, start, end)),
            )
            for turn in transcript.turns
            if turn.is_codable
            for start, end in cut_passages(transcript.text, turn.start, turn.end)
        ],
    )


def set_placement(db: sqlite3.Connection, transcript_id: int, placement: Placement) -> None:
    """Correct where a transcript belongs."""
    db.execute(
        "UPDATE transcript SET dyad_id = ?, session = ?, perspective = ?, interviewer = ?, language = ? WHERE id = ?",
        (
            None if placement.dyad is None else _dyad_id(db, placement.dyad),
            placement.session,
            placement.perspective,
            placement.interviewer,
            placement.language,
            transcript_id,
        ),
    )


def remove_transcript(db: sqlite3.Connection, transcript_id: int) -> None:
    """Mark a transcript as removed; no listing shows it any more."""
    db.execute("UPDATE transcript SET removed_at = ? WHERE id = ?", (now(), transcript_id))


def set_imported_attribute(db: sqlite3.Connection, subject_kind: str, subject: str, name: str, value: str) -> None:
    """Write an attribute that came with the material; a later import of the same name wins."""
    db.execute(
        "INSERT INTO imported_attribute (subject_kind, subject, name, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET value = excluded.value",
        (subject_kind, subject, name, value),
    )


def sample_key(seed: int, text_sha256: str, start: int, end: int) -> int:
    """Return a passage's place in the permutation: 63 bits that depend on nothing but seed and passage.

    Because the key is uniform and independent of everything judged, the passages below any threshold are a
    simple random sample, also of passages that are imported later.
    """
    digest = hashlib.blake2b(f"{seed}:{text_sha256}:{start}-{end}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def fix_unaided(db: sqlite3.Connection) -> None:
    """Draw the line below which passages are unaided, once: at the first precode."""
    facts = study_facts(db)
    if facts.unaided_below is not None:
        return
    keys = [row[0] for row in db.execute("SELECT sample_key FROM passage ORDER BY sample_key")]
    wanted = min(400, len(keys) // 5) if facts.n_unaided is None else facts.n_unaided
    below = 0 if wanted == 0 or not keys else keys[min(wanted, len(keys)) - 1] + 1
    db.execute("UPDATE study SET unaided_below = ?", (below,))


def n_above_unaided(db: sqlite3.Connection) -> int:
    """Return how many passages of today's transcripts are not in the unaided sample."""
    return int(db.execute(f"SELECT count(*) {_ABOVE}").fetchone()[0])


def extend_unaided(db: sqlite3.Connection, n: int) -> None:
    """Move the line up so that the next ``n`` passages of the permutation are unaided too."""
    keys = db.execute(f"SELECT p.sample_key {_ABOVE} ORDER BY p.sample_key LIMIT ?", (n,)).fetchall()
    db.execute("UPDATE study SET unaided_below = ?", (keys[-1][0] + 1,))


_ABOVE = (
    "FROM passage p JOIN transcript t ON t.id = p.transcript_id AND t.replaced_by IS NULL AND t.removed_at IS NULL"
    " WHERE p.sample_key >= (SELECT unaided_below FROM study)"
)


def transcripts(db: sqlite3.Connection) -> list[Transcript]:
    """Return every transcript of today with its turns, by dyad, session, perspective and name."""
    return sorted(_read(db, _CURRENT), key=reading_order)


def transcript(db: sqlite3.Connection, transcript_id: int) -> Transcript:
    """Return one transcript, also an older version that was replaced."""
    return _read(db, f"t.id = {int(transcript_id)}")[0]


def removed(db: sqlite3.Connection) -> dict[str, int]:
    """Return the ids of removed transcripts by the sha256 of their text."""
    rows = db.execute("SELECT text_sha256, id FROM transcript WHERE removed_at IS NOT NULL AND replaced_by IS NULL")
    return {row[0]: row[1] for row in rows}


def restore(db: sqlite3.Connection, transcript_id: int, placement: Placement) -> None:
    """Take a removed transcript back in, with all that people decided on it."""
    db.execute("UPDATE transcript SET removed_at = NULL WHERE id = ?", (transcript_id,))
    set_placement(db, transcript_id, placement)


def _read(db: sqlite3.Connection, which: str) -> list[Transcript]:
    turns: dict[int, list[Turn]] = {}
    speakers: dict[int, Speaker] = {}
    for row in db.execute("SELECT id, name, role, kind FROM speaker"):
        speakers[row["id"]] = Speaker(row["name"], row["role"], row["kind"])
    for row in db.execute("SELECT transcript_id, n, speaker_id, start, end, moment FROM turn ORDER BY n"):
        turn = Turn(row["n"], speakers[row["speaker_id"]], row["start"], row["end"], row["moment"])
        turns.setdefault(row["transcript_id"], []).append(turn)
    rows = db.execute(
        f"SELECT t.*, dyad.name AS dyad FROM transcript t LEFT JOIN dyad ON dyad.id = t.dyad_id WHERE {which}"
    ).fetchall()
    return [_transcript(row, tuple(turns.get(row["id"], ()))) for row in rows]


def reading_order(transcript: Transcript) -> tuple[object, ...]:
    """Sort key: dyad, session, perspective, name; numbers as numbers."""
    place = transcript.placement
    return (*_natural(place.dyad), *_natural(place.session), place.perspective or "", transcript.name)


def _natural(label: str | None) -> tuple[bool, int, str]:
    digits = "".join(char for char in label or "" if char.isascii() and char.isdigit())
    return label is None, int(digits) if digits else 0, label or ""


def _transcript(row: sqlite3.Row, turns: tuple[Turn, ...]) -> Transcript:
    placement = Placement(row["dyad"], row["session"], row["perspective"], row["interviewer"], row["language"])
    return Transcript(
        row["name"],
        row["text"],
        turns,
        placement,
        row["source_name"],
        row["source_sha256"],
        row["text_sha256"],
        row["id"],
    )


def passages(db: sqlite3.Connection) -> list[Passage]:
    """Return every passage of today's transcripts, in the order of the text."""
    rows = db.execute(
        "SELECT p.id, p.transcript_id, p.turn_n, p.start, p.end, p.sample_key FROM passage p"
        f" JOIN transcript t ON t.id = p.transcript_id WHERE {_CURRENT} ORDER BY p.transcript_id, p.start"
    )
    return [Passage(*row) for row in rows]


def imported_attributes(db: sqlite3.Connection) -> list[tuple[str, str, str, str]]:
    """Return (kind, subject, name, value) of every imported attribute."""
    rows = db.execute(
        "SELECT subject_kind, subject, name, value FROM imported_attribute WHERE name <> ? ORDER BY 1, 2, 3",
        (ORIGIN_GUID,),
    )
    return [tuple(row) for row in rows]


def origin_guids(db: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Return the GUID of every dyad, transcript and coder that came with a project, by kind and name."""
    rows = db.execute("SELECT subject_kind, subject, value FROM imported_attribute WHERE name = ?", (ORIGIN_GUID,))
    return {(row[0], row[1]): row[2] for row in rows}


def _dyad_id(db: sqlite3.Connection, name: str) -> int:
    row = db.execute("SELECT id FROM dyad WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else _insert(db, "dyad", name=name)


def _insert(db: sqlite3.Connection, table: str, **values: object) -> int:
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
    return int(cursor.lastrowid or 0)
