"""What the page is told of cards, codes and interviews: plain values, nothing of a suggestion that may not be seen."""

from collections.abc import Iterable
from typing import Any

from ..codebook import Code
from ..corpus import Turn
from ..evidence import Suggestion
from ..interview import Interview
from ..judgement import Coding
from ..queue import Card, Neighbour

NARROWS_BY = ("dyad", "session", "perspective")
NEIGHBOUR_LENGTH = 700
N_HUES = 12


def card_values(card: Card, own: Iterable[Coding], dealt: int, *, with_score: bool) -> dict[str, Any]:
    """Return a card; ``suggestions`` is null on an unaided one, and the score is there only if switched on."""
    place = card.transcript.placement
    shown = card.suggestions
    return {
        "passage": card.passage.id,
        "excerpt_id": card.excerpt.id,
        "transcript": card.transcript.name,
        "start": card.excerpt.start,
        "end": card.excerpt.end,
        "text": card.excerpt.quote,
        "turn": _turn_values(card.turn),
        "dyad": place.dyad,
        "session": place.session,
        "why": card.why,
        "is_unaided": card.arm == "unaided",
        "before": [_neighbour_values(one, tail=True) for one in card.before],
        "after": [_neighbour_values(one, tail=False) for one in card.after],
        "suggestions": None if shown is None else [suggestion_values(one, with_score=with_score) for one in shown],
        "codings": [coding_values(one) for one in own],
        "dealt": dealt,
        "n_reviewed": card.n_reviewed,
        "n_passages": card.n_passages,
    }


def _turn_values(turn: Turn) -> dict[str, Any]:
    return {"n": turn.n, "role": turn.speaker.role, "kind": turn.speaker.kind, "moment": turn.moment}


def _neighbour_values(neighbour: Neighbour, *, tail: bool) -> dict[str, Any]:
    """Return a turn beside the passage, of a long one the part that is near."""
    text, start = neighbour.text, neighbour.turn.start
    n_left_out = max(0, len(text) - NEIGHBOUR_LENGTH)
    cut = n_left_out if tail else 0
    return _turn_values(neighbour.turn) | {
        "text": text[cut : cut + NEIGHBOUR_LENGTH],
        "start": start + cut,
        "is_cut_before": tail and n_left_out > 0,
        "is_cut_after": not tail and n_left_out > 0,
    }


def suggestion_values(one: Suggestion, *, with_score: bool) -> dict[str, Any]:
    """Return a suggestion with its matched words and its reasons in words."""
    reasons = [e for e in one.evidence if e.theme == one.theme]
    values: dict[str, Any] = {
        "excerpt_id": one.excerpt.id,
        "theme": one.theme,
        "code": one.code,
        "pole": one.pole,
        "start": one.excerpt.start,
        "end": one.excerpt.end,
        "quote": one.excerpt.quote,
        "marks": [[e.start, e.end] for e in reasons if e.start is not None and e.end is not None],
        "reasons": list(dict.fromkeys(e.reason(one.excerpt, with_similarity=with_score) for e in reasons)),
        "status": one.status,
        "turn": one.turn,
    }
    return values | ({"score": round(one.score, 2)} if with_score else {})


def coding_values(coding: Coding) -> dict[str, Any]:
    """Return a coding as it stands, with the action that an undo of it names."""
    return {
        "excerpt_id": coding.excerpt.id,
        "start": coding.excerpt.start,
        "end": coding.excerpt.end,
        "quote": coding.excerpt.quote,
        "code": coding.code,
        "pole": coding.pole,
        "effect": coding.effect,
        "action_id": coding.action_id,
    }


def code_values(code: Code) -> dict[str, Any]:
    """Return a code of the codebook; ``hue`` is one of twelve colours."""
    return {
        "name": code.name,
        "definition": code.definition,
        "theme": code.theme,
        "origin": code.origin,
        "level": code.level,
        "hue": code.id % N_HUES,
    }


def interview_values(interview: Interview, dealt: int, *, with_score: bool) -> dict[str, Any]:
    """Return what is drawn over an interview's text; ``suggestions`` is null while they are locked."""
    shown = interview.suggestions
    return {
        "transcript": interview.transcript.name,
        "is_read": interview.is_read,
        "finished": [[p.start, p.end] for p, is_done in interview.passages if is_done],
        "passages": [[p.start, p.end] for p, _ in interview.passages],
        "codings": [coding_values(one) for one in interview.codings],
        "memos": [
            {"start": one.excerpt.start, "end": one.excerpt.end, "text": one.text}
            for one in interview.memos
            if one.excerpt is not None
        ],
        "suggestions": None if shown is None else [suggestion_values(one, with_score=with_score) for one in shown],
        "n_withheld": interview.n_withheld,
        "dealt": dealt,
    }
