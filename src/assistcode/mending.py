"""Change what is known of a transcript: correct its place, replace its text, remove it. Logged; judged rows survive."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from .anchor import Alignment
from .corpus import Excerpt, Passage, Placement, Transcript
from .errors import InputError
from .material import label, transcript_id
from .reading import Coverage
from .store import given, judged, made
from .store.database import transaction


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of the judged rows of a replaced transcript; passages to read are those nobody has reviewed."""

    n_kept: int
    n_moved: int
    n_passages_to_read: int
    unplaced: tuple[tuple[Excerpt, str, str], ...]  # excerpt of the old text, code, coder


def set_placement(db: sqlite3.Connection, transcript: Transcript, **values: str | None) -> Placement:
    """Correct dyad, session, perspective, interviewer or language; return the new place."""
    changed = {name: label(value) for name, value in values.items() if value is not None}
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

    Every row is placed anew from the text it was made on, so a wrong file can be mended by the right one. What
    cannot be placed to the letter stays in the study with its old text and is returned. A passage whose turn was
    mended counts as unreviewed again; passages of unchanged turns keep their place in the random permutation.
    """
    if (new.text, new.turns) == (old.text, old.turns):
        raise InputError(new.source_name, "the words are the same as before", "There is nothing to replace.")
    alignment = Alignment.of(old, new)
    with transaction(db):
        keys = _kept_keys(_passages(db, old.id), alignment)
        new_id = given.add_transcript(
            db,
            replace(new, name=old.name, placement=old.placement),
            given.study_facts(db).seed,
            replacing=old.id,
            keys=keys,
        )
        result = _reanchor(db, old, replace(new, id=new_id))
        made.delete_of_transcript(db, transcript_id(old))
        judged.log(db, "transcripts replace", transcript=old.name, file=new.source_name, unplaced=len(result.unplaced))
    coverage = Coverage(judged.reviews(db))
    n_unread = sum(not coverage.passage(passage) for passage in _passages(db, new_id))
    return replace(result, n_passages_to_read=n_unread)


def _passages(db: sqlite3.Connection, number: int | None) -> list[Passage]:
    return [passage for passage in given.passages(db) if passage.transcript_id == number]


def _kept_keys(passages: Sequence[Passage], alignment: Alignment) -> dict[tuple[int, int], int]:
    """Return the sample keys of the passages in unchanged turns, by their spans in the new text."""
    shift = {before.n: after.start - before.start for before, after in alignment.same}
    return {(p.start + shift[p.turn_n], p.end + shift[p.turn_n]): p.sample_key for p in passages if p.turn_n in shift}


def _reanchor(db: sqlite3.Connection, old: Transcript, new: Transcript) -> Replaced:
    """Write where every judged row of ``old`` stands in ``new``; each is placed from its own version of the text."""
    book = judged.codebook(db)
    action_id = judged.begin_action(db, None, "import")
    origins: dict[int, Alignment] = {}
    lost: list[tuple[Excerpt, str, str]] = []
    n_kept = n_moved = 0
    for row in judged.anchored(db, transcript_id(old)):
        if row.transcript_id not in origins:
            origins[row.transcript_id] = Alignment.of(given.transcript(db, row.transcript_id), new)
        alignment = origins[row.transcript_id]
        spans = (
            alignment.unchanged(row.start, row.end) if row.table == "review" else [alignment.place(row.start, row.end)]
        )
        for span in spans or [None]:
            judged.add_reanchor(db, action_id, row, transcript_id(new), span)
        if row.table == "decision" and spans[0] is None:
            code = book.resolve(row.code_id)
            origin = alignment.old.excerpt(row.start, row.end)
            lost.append((origin, code.name if code else "a retired code", row.coder))
        elif row.table == "decision":
            n_kept += 1
            n_moved += spans[0] != (row.start, row.end)
    return Replaced(n_kept, n_moved, 0, tuple(lost))


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
