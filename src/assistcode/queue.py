"""The next card: which passage a coder reads now, why, and what may be shown. One rule for every face."""

import sqlite3
from collections.abc import Container
from dataclasses import dataclass

from .corpus import Excerpt, Passage, Transcript, Turn
from .errors import UnknownName
from .evidence import Suggestion
from .judgement import Coder
from .listing import placed_suggestion
from .material import Material
from .reading import Coverage, unread_passages
from .store import judged, made

UNAIDED_EVERY = 5
SURROUNDINGS = 2
ORDERS = ("reading", "likely", "random")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A turn before or after the passage, for reading only."""

    turn: Turn
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A passage in its surroundings. ``suggestions`` is None on an unaided card: none before the decision."""

    passage: Passage
    transcript: Transcript
    excerpt: Excerpt
    turn: Turn
    why: str
    arm: str
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]
    suggestions: tuple[Suggestion, ...] | None
    n_reviewed: int
    n_passages: int


def is_unaided_for(db: sqlite3.Connection, material: Material, coder: Coder, passage: Passage) -> bool:
    """Whether the coder decides on the passage without having seen its suggestions."""
    return material.is_unaided(passage) and passage.id not in _seen_early(db, material, coder)


def _seen_early(db: sqlite3.Connection, material: Material, coder: Coder) -> set[int]:
    """Return the ids of the passages whose suggestions the coder looked at before deciding."""
    looks = judged.early_looks(db, coder.id)
    return {
        passage.id
        for number, start, end in looks
        if number in material.by_id
        for passage in material.passages_over(material.by_id[number], start, end)
    }


def next_card(
    db: sqlite3.Connection,
    material: Material,
    coder: Coder,
    order: str = "reading",
    inside: Container[int] | None = None,
) -> Card | None:
    """Return the coder's next passage, or None when every passage (of the transcripts ``inside``) is reviewed.

    One card in five is unaided and comes in the order of the study's random permutation, never by score. What
    was put off comes back when nothing else is left. Raises UnknownName for an unknown order.
    """
    if order not in ORDERS:
        raise UnknownName(f"order '{order}'", "there is none of this name", f"Known: {', '.join(ORDERS)}.")
    coverage = Coverage(judged.reviews(db))
    unread = unread_passages(material, coverage, coder.name)
    n_reviewed = len(material.passages) - len(unread)
    put_off = judged.put_off(db, coder.id)
    left = [p for p in unread if inside is None or p.transcript_id in inside]
    waiting = [p for p in left if (p.transcript_id, p.start) not in put_off]
    if not waiting:
        waiting = sorted(left, key=lambda p: put_off[p.transcript_id, p.start])[:1]
    if not waiting:
        return None
    seen = _seen_early(db, material, coder)
    blind = {p.id for p in waiting if material.is_unaided(p)} - seen
    unaided = sorted((p for p in waiting if p.id in blind), key=lambda p: p.sample_key)
    aided = [p for p in waiting if p.id not in blind]
    if unaided and (not aided or n_reviewed % UNAIDED_EVERY == UNAIDED_EVERY - 1):
        why = "unaided: a random passage, read without suggestions"
        return _card(db, material, coder, (unaided[0], why, "unaided"), n_reviewed)
    return _card(db, material, coder, (*_choose(db, aided, order), "assisted"), n_reviewed)


def _choose(db: sqlite3.Connection, passages: list[Passage], order: str) -> tuple[Passage, str]:
    if order == "random":
        return min(passages, key=lambda p: p.sample_key), "next in random order"
    if order == "likely":
        best: dict[int, float] = {}
        for stored in made.suggestions(db):
            best[stored.utterance.passage_id] = max(stored.score, best.get(stored.utterance.passage_id, 0))
        return max(passages, key=lambda p: best.get(p.id, 0.0)), "most likely to carry a theme"
    return passages[0], "next in the order of the interviews"


def _card(
    db: sqlite3.Connection, material: Material, coder: Coder, dealt: tuple[Passage, str, str], n_reviewed: int
) -> Card:
    passage, why, arm = dealt
    transcript = material.by_id[passage.transcript_id]
    turn = transcript.turn_at(passage.start)
    at = turn.n - 1
    return Card(
        passage=passage,
        transcript=transcript,
        excerpt=transcript.excerpt(passage.start, passage.end),
        turn=turn,
        why=why,
        arm=arm,
        before=_neighbours(transcript, transcript.turns[max(0, at - SURROUNDINGS) : at]),
        after=_neighbours(transcript, transcript.turns[at + 1 : at + 1 + SURROUNDINGS]),
        suggestions=suggestions_on(db, material, passage, coder.name) if arm == "assisted" else None,
        n_reviewed=n_reviewed,
        n_passages=len(material.passages),
    )


def _neighbours(transcript: Transcript, turns: tuple[Turn, ...]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(turn, transcript.text[turn.start : turn.end]) for turn in turns)


def suggestions_on(db: sqlite3.Connection, material: Material, passage: Passage, coder: str) -> tuple[Suggestion, ...]:
    """Return the suggestions whose utterance begins in a passage, with what this coder decided on each."""
    book = judged.codebook(db)
    name = material.by_id[passage.transcript_id].name
    decided = {name: [j for j in judged.judgements(db, passage.transcript_id) if j.reading == coder]}
    return tuple(
        placed_suggestion(stored, material, book, decided)
        for stored in made.suggestions(db, passage_id=passage.id)
        if book.for_lexicon(stored.theme)
    )
