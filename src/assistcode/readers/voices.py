"""Say in a few words who speaks in a transcript, so that its turns can be found in the same text again."""

from collections.abc import Mapping

from ..corpus import Transcript, Turn
from ..errors import AssistcodeError
from ..project import HEADINGS, SPEAKERS
from .marks import Reading, mark_lines
from .turns import KNOWN_LABELS, RoleRule, assemble, parse_role_rule

EVERYBODY = RoleRule("*", "participant")


def describe(transcript: Transcript) -> dict[str, str]:
    """Return the variables ``speakers`` ("I=interviewer; V-C=client/video") and, where needed, ``headings``.

    ``headings`` are line numbers from 1. Whether ``find_turns`` then finds all turns is for the caller to check.
    """
    voices = dict.fromkeys(turn.speaker for turn in transcript.turns if turn.speaker.role != "note")
    rules = [f"{one.name}={one.role}{'/video' if one.kind == 'video' else ''}" for one in voices]
    told = {SPEAKERS: "; ".join(rules)} if rules else {}
    if find_turns(transcript.text, told) != transcript.turns:
        lines = [transcript.text.count("\n", 0, t.start) + 1 for t in transcript.turns if t.speaker.role == "note"]
        told |= {HEADINGS: " ".join(map(str, lines))} if lines else {}
    return told


def find_turns(text: str, told: Mapping[str, str], roles: tuple[RoleRule, ...] = ()) -> tuple[Turn, ...]:
    """Return the turns of a text by what ``describe`` said of it; what cannot be read there is passed over.

    Without any speaker mark every paragraph is a turn of a participant. Raises InputError for a text without words.
    """
    rules = (*roles, *_rules(told.get(SPEAKERS, "")))
    lines = {int(word) - 1 for word in told.get(HEADINGS, "").split() if word.isdecimal() and len(word) < 10}
    reading = mark_lines(text, headings=lines, known=KNOWN_LABELS | {rule.label.casefold() for rule in rules})
    return assemble(reading, rules if _is_marked(reading) else (*rules, EVERYBODY), "")


def is_marked(text: str) -> bool:
    """Whether any speaker is marked in a text."""
    return _is_marked(mark_lines(text, known=KNOWN_LABELS))


def _is_marked(reading: Reading) -> bool:
    return any(piece.label for piece in reading.pieces)


def _rules(text: str) -> tuple[RoleRule, ...]:
    found = []
    for part in text.split("; "):
        try:
            found.append(parse_role_rule(part))
        except AssistcodeError:
            continue
    return tuple(found)
