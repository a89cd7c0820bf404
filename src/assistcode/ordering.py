"""The orders a coder may choose from: what comes first, and what the card says of it."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .corpus import Passage, overlaps_by_half
from .errors import StudyError, UnknownName
from .judgement import Coder, Judgement
from .material import Material
from .store import judged, made
from .store.cache import VectorCache

Rank = Callable[[Passage], float | tuple[object, ...]]
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Order:
    """A way through the passages. ``rank`` gives what sorts them, smallest first; equal ones stay as read."""

    title: str
    why: str
    rank: Callable[[sqlite3.Connection, Material, Coder, VectorCache | None], Rank]


def read_order(name: str) -> Order:
    """Return an order by name. Raises UnknownName."""
    if name not in ORDERS:
        raise UnknownName(f"order '{name}'", "there is none of this name", f"Known: {', '.join(ORDERS)}.")
    return ORDERS[name]


def _as_read(_db: sqlite3.Connection, _material: Material, _coder: Coder, _cache: VectorCache | None) -> Rank:
    return lambda _: 0.0


def _by_moment(_db: sqlite3.Connection, material: Material, _coder: Coder, _cache: VectorCache | None) -> Rank:
    """Rank both members of a dyad beside each other, moment by moment; talk before the first moment comes first."""
    first = {(t.placement.dyad, t.placement.session): n for n, t in reversed(list(enumerate(material.transcripts)))}

    def rank(passage: Passage) -> tuple[object, ...]:
        transcript = material.by_id[passage.transcript_id]
        place = transcript.placement
        moment = transcript.turn_at(passage.start).moment or 0
        return first[place.dyad, place.session], moment, material.rank[transcript.name]

    return rank


def _by_score(db: sqlite3.Connection, _material: Material, _coder: Coder, _cache: VectorCache | None) -> Rank:
    best = made.best_scores(db)
    return lambda passage: -best.get(passage.id, 0.0)


def _at_random(_db: sqlite3.Connection, _material: Material, _coder: Coder, _cache: VectorCache | None) -> Rank:
    return lambda passage: passage.sample_key


def _unlike(db: sqlite3.Connection, material: Material, coder: Coder, cache: VectorCache | None) -> Rank:
    """Rank by the cosine with the nearest utterance the coder has coded, over a passage's utterances: least first."""
    utterances = made.utterances(db)
    vectors = _vectors(db, material, cache, utterances)
    coded = _codings(db, coder)
    is_coded = np.array(
        [
            any(
                overlaps_by_half((u.start, u.end), span) for span in coded.get(material.by_id[u.transcript_id].name, ())
            )
            for u in utterances
        ],
        dtype=bool,
    )
    if not is_coded.any():
        return lambda _: 0.0
    nearest: dict[int, float] = {}
    for i in range(0, len(utterances), _ROWS_AT_ONCE):
        rows = (vectors[i : i + _ROWS_AT_ONCE] @ vectors[is_coded].T).max(axis=1)
        for utterance, cosine in zip(utterances[i : i + _ROWS_AT_ONCE], rows.tolist(), strict=True):
            nearest[utterance.passage_id] = min(cosine, nearest.get(utterance.passage_id, 1.0))
    return lambda passage: nearest.get(passage.id, 1.0)


def _vectors(
    db: sqlite3.Connection, material: Material, cache: VectorCache | None, utterances: list[made.StoredUtterance]
) -> NDArray[np.float32]:
    """Return the cached unit vector of every utterance. Raises StudyError when the cache no longer has them."""
    run = made.current_run(db)
    texts = [material.by_id[u.transcript_id].text[u.start : u.end] for u in utterances]
    if run is not None and cache is not None and texts:
        hashes = [cache.hash(text) for text in texts]
        known = cache.get(f"{run[1].model}:{run[1].model_sha256[:16]}", hashes)
        if all(one in known for one in hashes):
            return np.stack([np.frombuffer(known[one], "<f2") for one in hashes]).astype(np.float32)
    raise StudyError("order 'unlike'", "the vectors of the utterances are not there", "Run 'assistcode precode' first.")


def _codings(db: sqlite3.Connection, coder: Coder) -> dict[str, list[tuple[int, int]]]:
    """Return the spans the coder coded, by transcript."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for one in _fits(db, coder):
        spans.setdefault(one.excerpt.transcript, []).append((one.excerpt.start, one.excerpt.end))
    return spans


def _fits(db: sqlite3.Connection, coder: Coder) -> list[Judgement]:
    return [one for one in judged.judgements(db) if one.verdict == "fits" and one.reading == coder.name]


def _contrary(db: sqlite3.Connection, material: Material, coder: Coder, _cache: VectorCache | None) -> Rank:
    """Rank by how far suggestions go against what the coder has found in the dyad so far.

    A suggestion counts by its score times the share of the dyad's codings of the same code that have the other
    pole; where the dyad has none of the code, nothing is contrary.
    """
    book = judged.codebook(db)
    seen: Counter[tuple[str | None, int, str | None]] = Counter()
    for one in _fits(db, coder):
        code = book.resolve(one.code_id)
        if code is not None and one.pole is not None:
            seen[material.by_name[one.excerpt.transcript].placement.dyad, code.id, one.pole] += 1
    against: dict[int, float] = {}
    for stored in made.suggestions(db):
        code = book.for_lexicon(stored.theme)
        dyad = material.by_id[stored.utterance.transcript_id].placement.dyad
        if code is None or dyad is None:
            continue
        other = "lacking" if stored.pole == "present" else "present"
        n_other, n_same = seen[dyad, code.id, other], seen[dyad, code.id, stored.pole]
        share = n_other / (n_other + n_same) if n_other else 0.0
        number = stored.utterance.passage_id
        against[number] = max(stored.score * share, against.get(number, 0.0))
    return lambda passage: -against.get(passage.id, 0.0)


ORDERS = {
    "reading": Order("as read", "next in the order of the interviews", _as_read),
    "dyad": Order("dyad by dyad", "next moment of this dyad, both members side by side", _by_moment),
    "likely": Order("likely first", "most likely to carry a theme", _by_score),
    "unlike": Order("unlike what is coded", "least like anything you have coded so far", _unlike),
    "contrary": Order("contrary to the picture", "may speak against what you found in this dyad so far", _contrary),
    "random": Order("random", "next in random order", _at_random),
}
