"""Join pieces into turns and give each voice its role and kind."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..corpus import KINDS, ROLES, Speaker, Turn
from ..errors import InputError, UnknownName
from .marks import Piece, Reading, role_word

_VIDEO = "video "
_NOTE = Speaker("note", "note")
ROLE_WORDS = {
    "i": "interviewer", "int": "interviewer", "iv": "interviewer", "interviewer": "interviewer",
    "moderator": "interviewer", "researcher": "interviewer", "facilitator": "interviewer", "q": "interviewer",
    "c": "client", "cl": "client", "client": "client", "patient": "client",
    "t": "therapist", "th": "therapist", "therapist": "therapist", "psychologist": "therapist",
    "counsellor": "therapist", "counselor": "therapist",
    "p": "participant", "r": "participant", "a": "participant", "participant": "participant",
    "interviewee": "participant", "respondent": "participant", "informant": "participant", "subject": "participant",
}  # fmt: skip
KNOWN_LABELS = frozenset(ROLE_WORDS) | {f"{_VIDEO}{word}" for word in ROLE_WORDS}


@dataclass(frozen=True, slots=True)
class RoleRule:
    """A speaker label (``*`` and ``?`` allowed) with the role and kind it stands for."""

    label: str
    role: str
    kind: str = "interview"


def parse_role_rule(text: str) -> RoleRule:
    """Read ``I=interviewer`` or ``V=client/video``. Raises UnknownName for another role or kind."""
    label, equals, rest = text.partition("=")
    role, _, kind = rest.partition("/")
    label, role, kind = label.strip(), role.strip().lower(), kind.strip().lower() or "interview"
    if not equals or not label or role not in ROLES or kind not in KINDS:
        remedy = f"Write LABEL=ROLE or LABEL=ROLE/video; roles: {', '.join(ROLES)}."
        raise UnknownName(f"--role '{text}'", "not a label with a role", remedy)
    return RoleRule(label, role, kind)


def assemble(reading: Reading, rules: tuple[RoleRule, ...], where: str) -> tuple[Turn, ...]:
    """Return the turns of a reading, numbered from 1.

    Unmarked text under a heading or before the first speaker is a note. In a file without any speaker mark
    the rule ``*`` makes each paragraph a turn. Raises InputError when there is no mark and no such rule.
    """
    everyone = next((rule for rule in rules if rule.label == "*"), None)
    is_marked = any(piece.label for piece in reading.pieces)
    if not is_marked and everyone is None:
        what = "no speaker is marked"
        remedy = "Add \"Name:\" before each turn, or pass --role '*=participant' to make each paragraph a turn."
        raise InputError(where, what, remedy)
    spoken: list[_Draft] = []
    for draft in _drafts(reading, rules, None if is_marked else everyone):
        if spoken and draft.continues and _same_turn(spoken[-1], draft):
            spoken[-1].take(draft)
        else:
            spoken.append(draft)
    kept = [draft for draft in spoken if draft.start < draft.end]
    if not any(draft.speaker.role != "note" for draft in kept):
        raise InputError(where, "nobody says anything", "Check that the words stand after the speaker marks.")
    moments = _moments(kept)
    return tuple(Turn(n, d.speaker, d.start, d.end, moments[n - 1]) for n, d in enumerate(kept, start=1))


@dataclass(slots=True)
class _Draft:
    speaker: Speaker
    start: int
    end: int
    moment: int | None
    continues: bool

    def take(self, more: "_Draft") -> None:
        """Go on with the words of the next piece; a mark alone on its line has none yet."""
        self.start = more.start if self.start == self.end else self.start
        self.end = more.end


def _same_turn(a: _Draft, b: _Draft) -> bool:
    return (a.speaker, a.moment) == (b.speaker, b.moment)


def _drafts(reading: Reading, rules: tuple[RoleRule, ...], everyone: RoleRule | None) -> list[_Draft]:
    speaker, moment = None, None
    drafts = []
    for piece in reading.pieces:
        if piece.sort == "moment":
            speaker, moment = None, piece.moment
            continue
        if piece.sort == "heading":
            speaker, moment = None, None
            drafts.append(_Draft(_NOTE, piece.start, piece.end, None, continues=False))
            continue
        if piece.label is not None:
            speaker = speaker_for(piece.label, rules)
        drafts.append(_draft(piece, speaker, moment, everyone))
    return drafts


def _draft(piece: Piece, speaker: Speaker | None, moment: int | None, everyone: RoleRule | None) -> _Draft:
    if everyone is not None:
        voice = Speaker(everyone.role, everyone.role, everyone.kind)
        return _Draft(voice, piece.start, piece.end, moment, continues=not piece.opens)
    continues = piece.label is None
    return _Draft(speaker or _NOTE, piece.start, piece.end, moment, continues=continues)


def speaker_for(label: str, rules: tuple[RoleRule, ...]) -> Speaker:
    """Give a voice its role: by an exact rule, a pattern, the words people use, the rule ``*``; else participant."""
    folded = label.casefold()
    if folded == _NOTE.name:
        return _NOTE
    named = [rule for rule in rules if rule.label != "*"]
    exact = [rule for rule in named if rule.label.casefold() == folded]
    pattern = [rule for rule in named if fnmatchcase(folded, rule.label.casefold())]
    for rule in exact + pattern:
        return Speaker(label, rule.role, rule.kind)
    word = role_word(label)
    kind = "video" if word.startswith(_VIDEO) else "interview"
    role = ROLE_WORDS.get(word.removeprefix(_VIDEO))
    if role is not None:
        return Speaker(label, role, kind)
    everyone = next((rule for rule in rules if rule.label == "*"), RoleRule("*", "participant"))
    return Speaker(label, everyone.role, everyone.kind)


def is_guess(label: str, rules: tuple[RoleRule, ...]) -> bool:
    """Whether a voice is a participant only because nothing else is known of it."""
    ruled = any(fnmatchcase(label.casefold(), rule.label.casefold()) for rule in rules)
    return not ruled and label not in ROLES and role_word(label).removeprefix(_VIDEO) not in ROLE_WORDS


def _moments(drafts: list[_Draft]) -> list[int | None]:
    """Return each draft's moment: as marked in the file, else a new one wherever session video begins."""
    if any(draft.moment is not None for draft in drafts):
        return [draft.moment for draft in drafts]
    numbers: list[int | None] = []
    number = 0
    was_video = False
    for draft in drafts:
        is_video = draft.speaker.kind == "video"
        number += is_video and not was_video
        was_video = is_video
        numbers.append(number or None)
    return numbers
