"""The next card: which passage a coder reads now, why, and what may be shown. One rule for every face."""

import sqlite3
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass

from .corpus import Excerpt, Passage, Transcript, Turn
from .evidence import Suggestion
from .judgement import Coder
from .listing import placed_suggestion
from .material import Material
from .ordering import read_order
from .reading import Coverage, unread_passages
from .store import judged, made
from .store.cache import VectorCache

UNAIDED_EVERY = 5
_WHY_UNAIDED = "unaided: a random passage, read without suggestions"
SURROUNDINGS = 2


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
    return material.is_unaided(passage) and passage.id not in seen_early(db, material, coder)


def seen_early(db: sqlite3.Connection, material: Material, coder: Coder) -> set[int]:
    """Return the ids of the passages whose suggestions the coder looked at before deciding."""
    looks = judged.early_looks(db, coder.id)
    return {
        passage.id
        for number, start, end in looks
        if number in material.by_id
        for passage in material.passages_over(material.by_id[number], start, end)
    }


class Sitting:
    """One coder's way through the passages in one order; it follows what is written meanwhile.

    One card in five is unaided and comes in the order of the study's random permutation, never by score. What
    was put off comes back when nothing else is left. Raises UnknownName for an unknown order.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        material: Material,
        coder: Coder,
        order: str = "reading",
        *,
        inside: Container[int] | None = None,
        cache: VectorCache | None = None,
    ) -> None:
        self._db, self._material, self.coder, self._inside, self._cache = db, material, coder, inside, cache
        self._order = read_order(order)
        self._lay_out()

    def cards(self, n: int = 1, held: Collection[int] = ()) -> list[Card]:
        """Return the next ``n`` cards beyond those whose passage ids the caller still holds."""
        self._catch_up()
        dealt: list[Card] = []
        taken = set(held) - self._done
        first = self.n_reviewed + len(taken)
        for nth in range(first, first + n):
            choice = next(self._waiting(taken, is_unaided_turn=nth % UNAIDED_EVERY == UNAIDED_EVERY - 1), None)
            if choice is None:
                break
            taken.add(choice[0].id)
            dealt.append(self._card(*choice))
        return dealt

    def card(self, passage: Passage, why: str = "you asked for it") -> Card:
        """Return the card of a passage of one's own choice, in the arm it has for this coder."""
        self._catch_up()
        is_unaided = is_unaided_for(self._db, self._material, self.coder, passage)
        return self._card(passage, why, "unaided" if is_unaided and passage.id not in self._done else "assisted")

    def _lay_out(self) -> None:
        """Read anew what is left and put it in order."""
        self._seen_action = judged.newest_action(self._db)
        coverage = Coverage(judged.reviews(self._db))
        unread = unread_passages(self._material, coverage, self.coder.name)
        ids = {passage.id for passage in unread}
        self._done = {passage.id for passage in self._material.passages if passage.id not in ids}
        self.n_reviewed = len(self._done)
        put_off = judged.put_off(self._db, self.coder.id)
        early = seen_early(self._db, self._material, self.coder)
        left = [p for p in unread if self._inside is None or p.transcript_id in self._inside]
        waiting = [p for p in left if (p.transcript_id, p.start) not in put_off]
        is_unaided = {p.id for p in waiting if self._material.is_unaided(p) and p.id not in early}
        self._unaided = sorted((p for p in waiting if p.id in is_unaided), key=lambda p: p.sample_key)
        self._aided = [p for p in waiting if p.id not in is_unaided]
        self._aided.sort(key=self._order.rank(self._db, self._material, self.coder, self._cache))
        later = [p for p in left if (p.transcript_id, p.start) in put_off]
        self._later = sorted(later, key=lambda p: put_off[p.transcript_id, p.start])
        self._unaided_ids = {p.id for p in left if self._material.is_unaided(p)} - early

    def _catch_up(self) -> None:
        """Take out what was reviewed since; what was taken back, put off or mended asks for a new lay-out."""
        newest = judged.newest_action(self._db)
        if newest == self._seen_action:
            return
        spans = judged.reviewed_since(self._db, self.coder.id, self._seen_action)
        if spans is None:
            self._lay_out()
            return
        for number, start, end in spans:
            over = self._material.passages_over(self._material.by_id[number], start, end)
            self._done |= {p.id for p in over if start <= p.start and p.end <= end}
        self.n_reviewed, self._seen_action = len(self._done), newest

    def _waiting(self, taken: Container[int], *, is_unaided_turn: bool) -> Iterator[tuple[Passage, str, str]]:
        """Yield what may come next with its reason and arm, best first."""
        unaided = ((p, _WHY_UNAIDED, "unaided") for p in self._unaided)
        aided = ((p, self._order.why, "assisted") for p in self._aided)
        later = ((p, "you put it off", "unaided" if p.id in self._unaided_ids else "assisted") for p in self._later)
        streams = (unaided, aided, later) if is_unaided_turn else (aided, unaided, later)
        for stream in streams:
            for choice in stream:
                number = choice[0].id
                if number not in self._done and number not in taken:
                    yield choice

    def _card(self, passage: Passage, why: str, arm: str) -> Card:
        transcript = self._material.by_id[passage.transcript_id]
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
            suggestions=(
                suggestions_on(self._db, self._material, passage, self.coder.name) if arm == "assisted" else None
            ),
            n_reviewed=self.n_reviewed,
            n_passages=len(self._material.passages),
        )


def _neighbours(transcript: Transcript, turns: tuple[Turn, ...]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(turn, transcript.text[turn.start : turn.end]) for turn in turns)


def suggestions_on(db: sqlite3.Connection, material: Material, passage: Passage, coder: str) -> tuple[Suggestion, ...]:
    """Return the suggestions whose utterance begins in a passage, with what this coder decided on each."""
    stored = made.suggestions(db, passage=passage)
    if not stored:
        return ()
    book = judged.codebook(db)
    name = material.by_id[passage.transcript_id].name
    decided = {name: [j for j in judged.judgements(db, passage.transcript_id) if j.reading == coder]}
    return tuple(placed_suggestion(one, material, book, decided) for one in stored if book.for_lexicon(one.theme))
