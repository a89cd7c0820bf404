"""Change what is known of a transcript: correct its place, replace its text, remove it. Logged; judged rows survive."""

import sqlite3
from dataclasses import dataclass, fields, replace

from .anchor import Alignment
from .corpus import Excerpt, Placement, Transcript
from .errors import InputError
from .material import Material, transcript_id
from .store import given, judged, made
from .store.database import transaction


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of the judged rows of a replaced transcript."""

    n_kept: int
    n_moved: int
    n_passages_to_read: int
    unplaced: tuple[tuple[Excerpt, str, str], ...]  # excerpt of the old text, code, coder


def set_placement(db: sqlite3.Connection, transcript: Transcript, **values: str | None) -> Placement:
    """Correct dyad, session, perspective, interviewer or language; return the new place."""
    changed = {name: value for name, value in values.items() if value is not None}
    known = {entry.name for entry in fields(Placement)}
    if not changed or not set(changed) <= known:
        raise InputError("transcripts set", "nothing to set", f"Give one of: {', '.join(sorted(known))}.")
    placement = replace(transcript.placement, **changed)
    with transaction(db):
        given.set_placement(db, transcript_id(transcript), placement)
        judged.log(db, "transcripts set", transcript=transcript.name, **changed)
    return placement


def replace_text(db: sqlite3.Connection, old: Transcript, new: Transcript) -> Replaced:
    """Bring in a mended text under the old name and place; re-anchor every judged row by its quote.

    What cannot be placed to the letter stays in the study with its old text and is returned. A passage whose
    turn was mended counts as unreviewed again.
    """
    if new.source_sha256 == old.source_sha256 or new.text == old.text:
        raise InputError(new.source_name, "the words are the same as before", "There is nothing to replace.")
    alignment = Alignment.of(old, new)
    book = judged.codebook(db)
    lost: list[tuple[Excerpt, str, str]] = []
    n_kept = n_moved = 0
    with transaction(db):
        new_id = given.add_transcript(
            db, replace(new, name=old.name, placement=old.placement), given.study_facts(db).seed, replacing=old.id
        )
        action_id = judged.begin_action(db, None, "import")
        for row in judged.anchored(db, transcript_id(old)):
            spans = (
                [alignment.place(row.start, row.end)]
                if row.table != "review"
                else alignment.unchanged(row.start, row.end)
            )
            for span in spans or [None]:
                judged.add_reanchor(db, action_id, row, new_id, span)
            if row.table == "decision":
                place = spans[0] if spans else None
                n_kept += place is not None
                n_moved += place is not None and place[0] != row.start
                if place is None:
                    code = book.resolve(row.code_id)
                    lost.append((old.excerpt(row.start, row.end), code.name if code else "a retired code", row.coder))
        made.delete_of_transcript(db, transcript_id(old))
        judged.log(db, "transcripts replace", transcript=old.name, file=new.source_name, unplaced=len(lost))
    kept_turns = {after.n for _, after in alignment.same}
    n_changed = sum(p.turn_n not in kept_turns for p in Material.read(db).passages if p.transcript_id == new_id)
    return Replaced(n_kept, n_moved, n_changed, tuple(lost))


def remove(db: sqlite3.Connection, transcript: Transcript) -> int:
    """Take a transcript out of the study; return how many judgements on it are no longer seen.

    Its rows stay in the file, so that nothing a person decided is lost by a slip; `withdraw` is for deleting.
    """
    n_judged = len(judged.judgements(db, transcript_id(transcript)))
    with transaction(db):
        given.remove_transcript(db, transcript_id(transcript))
        made.delete_of_transcript(db, transcript_id(transcript))
        judged.log(db, "transcripts remove", transcript=transcript.name)
    return n_judged
