"""What one key press writes: a verdict, a finished passage, a visit, an undo. One action each, all or nothing."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from . import queue
from .codebook import Code
from .corpus import Excerpt, Passage, Transcript, overlaps_by_half
from .differing import settle
from .errors import InputError, UnknownName
from .evidence import POLES, Suggestion
from .judgement import EFFECTS, VERDICTS, Coder, Decision, Judgement, TakenBack
from .listing import as_dict
from .material import Material, did_you_mean, transcript_id
from .reading import Coverage
from .store import database, judged, made


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes, in which study, through which face."""

    db: sqlite3.Connection
    material: Material
    coder: Coder
    face: str

    @contextmanager
    def action(self) -> Iterator[int]:
        """One key press or command: a transaction with its action row; yields the action's id."""
        with database.transaction(self.db) as db:
            yield judged.begin_action(db, self.coder.id, self.face)


def decide(
    hand: Hand,
    excerpt: Excerpt,
    code: str,
    verdict: str,
    *,
    pole: str | None = None,
    effect: str | None = None,
    shown: Sequence[Suggestion] = (),
    memo: str | None = None,
    instead_of: str | None = None,
    origin: str | None = None,
) -> Decision:
    """Write a verdict on an excerpt and a code; with ``instead_of`` also that another code does not fit there.

    With an ``origin`` a code the codebook has not is made on the way. Raises UnknownName.
    """
    _known_words(verdict, pole, effect)
    with hand.action() as action_id:
        decisions = []
        if instead_of is not None:
            other = known_code(hand.db, instead_of)
            decisions.append(_decision(hand, excerpt, other, "does not fit", shown=shown))
        about = known_code(hand.db, code) if origin is None else new_code(hand, action_id, code, origin=origin)
        decisions.append(_decision(hand, excerpt, about, verdict, pole=pole, effect=effect, shown=shown))
        for one in decisions:
            judged.add_decision(hand.db, action_id, one)
        if memo:
            span = hand.material.span(excerpt)
            about_it = {"kind": "analytic", "subject_kind": "excerpt", "subject": excerpt.id}
            judged.add_memo(hand.db, action_id, **about_it, text=memo, span=span)
    return decisions[-1]


def agree(
    hand: Hand,
    excerpt: Excerpt,
    code: str,
    verdict: str,
    *,
    pole: str | None = None,
    effect: str | None = None,
    shown: Sequence[Suggestion] = (),
    memo: str | None = None,
) -> Decision:
    """Write what a group agreed on into the agreed set; "unsure" keeps both readings."""
    _known_words(verdict, pole, effect)
    decision = _decision(hand, excerpt, known_code(hand.db, code), verdict, shown=shown)
    decision = replace(decision, pole=pole, effect=effect, agreed=True)
    with hand.action() as action_id:
        settle(hand.db, action_id, decision, excerpt.id, memo)
    return decision


def known_code(db: sqlite3.Connection, name: str) -> Code:
    """Return a code by name, case ignored. Raises UnknownName with near names, or with the codes of a theme."""
    book = judged.codebook(db)
    code = book.by_name(name)
    if code is not None:
        return code
    if not name.strip():
        raise InputError("code", "no code is named", "Choose one.")
    inside = [one.name for one in book.codes.values() if one.theme and one.theme.casefold() == name.casefold()]
    if inside:
        raise UnknownName(f"code '{name}'", "this is a theme", f"Name one of its codes: {', '.join(inside)}.")
    remedy = did_you_mean(name, [one.name for one in book.codes.values()])
    raise UnknownName(f"code '{name}'", "the codebook has none", remedy)


def nameless() -> InputError:
    """Return what is wrong with a code without a name."""
    return InputError("code", "a code needs a name", "Type at least one letter.")


def new_code(hand: Hand, action_id: int, name: str, *, origin: str = "own", definition: str = "") -> Code:
    """Make a code within an action; one of this name that exists already is returned as it is."""
    name = name.strip()
    if not name:
        raise nameless()
    known = judged.codebook(hand.db).by_name(name)
    if known is None:
        event = partial(judged.add_code_event, hand.db, action_id, "code", "create")
        event(name=name, origin=origin, definition=definition)
    return known or known_code(hand.db, name)


def _decision(
    hand: Hand, excerpt: Excerpt, code: Code, verdict: str, *, shown: Sequence[Suggestion],
    pole: str | None = None, effect: str | None = None,
) -> Decision:  # fmt: skip
    in_force = _in_force(hand, excerpt, code)
    takes_pole = verdict == "fits" and pole is None and in_force is not None and bool(shown)
    run = made.current_run(hand.db)
    return Decision(
        span=hand.material.span(excerpt),
        code_id=code.id,
        verdict=verdict,
        arm="unaided" if not shown and _is_unaided(hand, excerpt) else "assisted",
        pole=in_force.pole if takes_pole and in_force else pole,
        effect=effect,
        shown=json.dumps([as_dict(one) for one in shown]) if shown else None,
        suggestion=None if in_force is None else json.dumps(as_dict(in_force)),
        run_key=run[1].key if run else None,
    )


def _is_unaided(hand: Hand, excerpt: Excerpt) -> bool:
    return any(queue.is_unaided_for(hand.db, hand.material, hand.coder, one) for one in _passages(hand, excerpt))


def _passages(hand: Hand, excerpt: Excerpt) -> list[Passage]:
    transcript = hand.material.by_name[excerpt.transcript]
    return hand.material.passages_over(transcript, excerpt.start, excerpt.end)


def _in_force(hand: Hand, excerpt: Excerpt, code: Code) -> Suggestion | None:
    """Return the best suggestion of this code that shares half of its place with the excerpt."""
    offered = [
        one
        for passage in _passages(hand, excerpt)
        for one in queue.suggestions_on(hand.db, hand.material, passage, hand.coder.name)
        if one.code == code.name
        and overlaps_by_half((one.excerpt.start, one.excerpt.end), (excerpt.start, excerpt.end))
    ]
    return max(offered, key=lambda one: one.score, default=None)


def finish(hand: Hand, passages: Iterable[Passage]) -> None:
    """Write that the coder has finished with passages, for the whole codebook of this moment."""
    with hand.action() as action_id:
        for passage in passages:
            span = hand.material.span(excerpt_of(hand.material, passage))
            is_unaided = queue.is_unaided_for(hand.db, hand.material, hand.coder, passage)
            judged.add_review(hand.db, action_id, span, "unaided" if is_unaided else "assisted")


def finish_new(hand: Hand, excerpt: Excerpt) -> int:
    """Finish the passages of an excerpt that are not finished; return how many."""
    coverage = Coverage(judged.reviews(hand.db, _transcript_id(hand, excerpt)))
    new = [one for one in _passages(hand, excerpt) if not coverage.passage(one, hand.coder.name)]
    if new:
        finish(hand, new)
    return len(new)


def _transcript_id(hand: Hand, excerpt: Excerpt) -> int:
    return transcript_id(hand.material.by_name[excerpt.transcript])


def visit(hand: Hand, kind: str, excerpts: Iterable[Excerpt]) -> None:
    """Write that the coder came by without judging: read, later, early look."""
    with hand.action() as action_id:
        for excerpt in excerpts:
            judged.add_visit(hand.db, action_id, kind, hand.material.span(excerpt))


def put_off(hand: Hand, excerpt: Excerpt) -> None:
    """Write that the coder will come back to a passage later; not again if it is the latest put off."""
    waiting = judged.put_off(hand.db, hand.coder.id)
    if max(waiting, key=waiting.__getitem__, default=None) != (_transcript_id(hand, excerpt), excerpt.start):
        visit(hand, "later", [excerpt])


def whole(transcript: Transcript) -> Excerpt:
    """Return a transcript from beginning to end as one excerpt."""
    return transcript.excerpt(0, len(transcript.text))


def excerpt_of(material: Material, passage: Passage) -> Excerpt:
    """Return a passage as an excerpt."""
    return material.by_id[passage.transcript_id].excerpt(passage.start, passage.end)


def last_action(hand: Hand) -> int | None:
    """Return the action an undo would take back; on the page no key takes a whole import back."""
    return judged.last_action(hand.db, hand.coder.id, imports=hand.face != "page")


def next_undo(hand: Hand) -> TakenBack | None:
    """Say what an undo would take back, None when there is nothing."""
    chosen = last_action(hand)
    return None if chosen is None else _told(hand, chosen)


def undo(hand: Hand, action_id: int | None = None) -> TakenBack | None:
    """Take back an action of the coder, the latest by default; None when there is none.

    One that is taken back already is told again, so that asking twice does no harm.
    """
    with database.transaction(hand.db):
        chosen = last_action(hand) if action_id is None else action_id
        if chosen is not None and judged.stands(hand.db, chosen, hand.coder.id):
            judged.undo(hand.db, hand.coder.id, hand.face, chosen)
    is_done = chosen is not None and judged.is_taken_back(hand.db, chosen, hand.coder.id)
    return _told(hand, chosen) if chosen is not None and is_done else None


def take_off(hand: Hand, excerpt: Excerpt, code: Code) -> int:
    """Take back every verdict of the coder on an excerpt and a code, revised ones too; return how many.

    One that came in with others, by an import, is not taken back with them: it does not fit from now on.
    """
    n = 0
    with database.transaction(hand.db):
        while standing := [one for one in judged_since(hand, excerpt, 0) if _is_on(one, excerpt, code)]:
            n += 1
            if judged.is_import(hand.db, standing[0].action_id):
                decide(hand, excerpt, code.name, "does not fit")
                break
            judged.undo(hand.db, hand.coder.id, hand.face, standing[0].action_id)
    return n


def _is_on(one: Judgement, excerpt: Excerpt, code: Code) -> bool:
    return one.excerpt == excerpt and one.code_id == code.id


def _told(hand: Hand, action_id: int) -> TakenBack:
    place = judged.place_of_action(hand.db, action_id)
    is_here = place is not None and place[0] in hand.material.by_id
    excerpt = hand.material.by_id[place[0]].excerpt(place[1], place[2]) if place and is_here else None
    return TakenBack(action_id, judged.action_summary(hand.db, action_id), excerpt)


def judged_since(hand: Hand, excerpt: Excerpt, action_id: int) -> list[Judgement]:
    """Return the coder's judgements on places that share words with the excerpt, newer than an action."""
    here = judged.judgements(hand.db, _transcript_id(hand, excerpt))
    mine = [one for one in here if one.reading == hand.coder.name and one.action_id > action_id]
    return [one for one in mine if one.excerpt.touches(excerpt)]


def _known_words(verdict: str, pole: str | None, effect: str | None) -> None:
    for word, name, known in ((verdict, "verdict", VERDICTS), (pole, "pole", POLES), (effect, "effect", EFFECTS)):
        if word is not None and word not in known:
            raise UnknownName(f"{name} '{word}'", "there is none of this name", f"Known: {', '.join(known)}.")
