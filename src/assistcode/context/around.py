"""What the words around a hit say. In each dimension the nearest phrase that reaches the hit wins."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..corpus import Token
from ..evidence import FLAGS, Hit
from .phrases import Filler, Found, Talk
from .rules import DIMENSION, FROM_PERSON, MAX_REACH, PEOPLE, Rule, Rules

_REMEMBERED = 8  # people named before that a pronoun may mean
_OTHER = {"present": "lacking", "lacking": "present"}

Rank = tuple[int, ...]
Place = tuple[int, int]  # the first token of a hit, and the one after its last


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an utterance was said: the turn's role (None: not known) and kind, and what stood just before.

    ``prompted`` names the themes that the interviewer used words of in the turn before; ``earlier`` holds the
    tokens of the utterance before in the same turn, for "she" to be read from; when it asks, it is read as one with
    its answer ("At school? Yes, I was afraid.").
    """

    role: str | None = None
    kind: str = "interview"
    prompted: frozenset[str] = frozenset()
    earlier: Sequence[Token] = ()


def with_context(
    tokens: Sequence[Token], hits: Sequence[Hit], rules: Rules | None, setting: Setting | None = None
) -> list[Hit]:
    """Return the hits of one utterance with their flags and shares; a negated one keeps its theme, its pole turns.

    Without rules the hits stay as they are. Time is linear in the number of tokens.
    """
    if rules is None or not hits:
        return list(hits)
    setting = setting or Setting()
    if setting.earlier and setting.earlier[-1].text == "?":
        tokens, setting = [*setting.earlier, *tokens], replace(setting, earlier=())
    tokens = _without_fillers(tokens, hits, rules)
    first, after = {t.start: i for i, t in enumerate(tokens)}, {t.end: i + 1 for i, t in enumerate(tokens)}
    places = [(first[hit.start], after[hit.end]) for hit in hits]
    around = _Around.read(tokens, places, rules, setting)
    return [_flagged(hit, around.flags(place), rules, setting) for hit, place in zip(hits, places, strict=True)]


def _without_fillers(tokens: Sequence[Token], hits: Sequence[Hit], rules: Rules) -> Sequence[Token]:
    """Return the tokens without "um" and ", you know,", where no hit is in them."""
    found = rules.fillers.find(Talk(tokens))
    kept = {one.start for one in found if not one.meaning}
    gone = {i for one in found if one.start not in kept for i in range(one.start, one.end)}
    gone -= {i for i in gone for hit in hits if hit.start < tokens[i].end and tokens[i].start < hit.end}
    return [token for i, token in enumerate(tokens) if i not in gone] if gone else tokens


def _flagged(hit: Hit, said: set[str], rules: Rules, setting: Setting) -> Hit:
    if hit.theme in setting.prompted:
        said.add("prompted")
    context = tuple(flag for flags in FLAGS.values() for flag in flags if flag in said)
    pole = _OTHER[hit.pole] if "negated" in said else hit.pole
    return Hit(hit.theme, hit.term, hit.start, hit.end, pole, context, rules.share(context))


@dataclass(frozen=True, slots=True)
class _Around:
    """What the rules found in one utterance, in the order of the text: words by dimension, ends by name."""

    words: dict[str, list[Found[Rule]]]
    ends: dict[str, list[int]]
    frames: dict[str, tuple[str, ...]]

    @classmethod
    def read(cls, tokens: Sequence[Token], places: list[Place], rules: Rules, setting: Setting) -> "_Around":
        talk = Talk(tokens, _people(tokens, rules, setting))
        for start, end in places:
            talk.fillers.setdefault(start, []).append(Filler("HIT", end, ""))
        words: dict[str, list[Found[Rule]]] = {}
        for one in _meant(rules.words.find(talk)):
            rule = one.meaning
            if rule.person in {"", one.who} and rule.scope.holds(setting.role, setting.kind):
                for dimension in dict.fromkeys(DIMENSION[flag] for flag in rule.flags):
                    words.setdefault(dimension, []).append(one)
        ends: dict[str, list[int]] = {}
        for stop in rules.ends.find(talk):
            ends.setdefault(stop.meaning, []).append(stop.start)
        return cls(words, ends, rules.frames)

    def flags(self, place: Place) -> set[str]:
        """Return the flags of the hit at a place; of negators two cancel out."""
        said: set[str] = set()
        for dimension in FLAGS:
            near = list(self._near(dimension, place, said))
            if near and (dimension != "negation" or len(near) % 2):
                said.add(min(near, key=lambda one: one[0])[1])
        if "partner" not in said:
            said.discard("reflection")  # nothing is given back but the other's feeling
        return said - {""}

    def _near(self, dimension: str, place: Place, said: set[str]) -> Iterator[tuple[Rank, str]]:
        """Yield (rank, flag) of what reaches a hit in a dimension."""
        words = self.words.get(dimension, [])
        begin = bisect_left(words, place[0] - 2 * MAX_REACH, key=_start)
        for one in words[begin : bisect_right(words, place[1] + MAX_REACH, key=_start)]:
            distance = self._distance(one, *place)
            if distance is not None:
                rank = one.meaning.weak, *self._frame(one, dimension, place, distance)
                yield from ((rank, flag) for flag in _says(one, dimension, said))

    def _frame(self, one: Found[Rule], dimension: str, place: Place, distance: int) -> Rank:
        """Return how far off words stand: in the hit's clause, before it as the first frame of several, or further."""
        inner, outer = self.frames.get(dimension, ("", ""))
        gap = (one.end, place[0]) if one.start < place[0] else (place[1], one.start)
        if not self._ends(inner, *gap):
            return 0, distance
        return (2, distance) if self._ends(outer, *gap) else (1, one.start)

    def _distance(self, one: Found[Rule], start: int, end: int) -> int | None:
        """Return how many tokens lie between a rule's words and a hit, or None when they do not reach it."""
        rule = one.meaning
        if one.start < end and start < one.end:
            inside = (one.start <= start and end <= one.end) or (start <= one.start and one.end <= end)
            if inside or "across" in rule.stands:
                return -1 if "over" in rule.stands else None
        side, left, right = ("before", one.end, start) if one.start < start else ("after", end, one.start)
        distance = max(0, right - left)
        if side not in rule.stands or distance >= rule.reach:
            return None
        return None if self._ends(rule.ends, left, right) else distance

    def _ends(self, name: str, left: int, right: int) -> bool:
        ends = self.ends.get(name, [])
        i = bisect_left(ends, left)
        return i < len(ends) and ends[i] < right


def _meant(found: list[Found[tuple[Rule, bool]]]) -> Iterator[Found[Rule]]:
    """Yield the words that rules are meant by: not inside words they are not meant by, nor inside longer ones."""
    words: list[Found[Rule]] = []
    otherwise: dict[Rule, list[Place]] = {}
    for start, end, (rule, is_meant), who in found:
        if is_meant:
            words.append(Found(start, end, rule, who))
        else:
            otherwise.setdefault(rule, []).append((start, end))
    read: dict[Rule, int] = {}
    for one in sorted(words, key=lambda one: (one.start, -one.end)):
        if one.end > read.get(one.meaning, 0) and not _is_inside(one, otherwise.get(one.meaning, [])):
            read[one.meaning] = one.end
            yield one


def _is_inside(one: Found[Rule], places: list[Place]) -> bool:
    near = places[
        bisect_left(places, (one.start - MAX_REACH, 0)) : bisect_right(places, one.start, key=lambda place: place[0])
    ]
    return any(one.end <= end for _, end in near)


def _start(one: Found[Rule]) -> int:
    return one.start


def _says(one: Found[Rule], dimension: str, said: set[str]) -> Iterator[str]:
    for flag in one.meaning.flags:
        if flag not in FROM_PERSON and DIMENSION[flag] == dimension:
            yield flag
        elif flag == dimension == "toward" and one.who == "self" and "partner" in said:
            yield "toward partner"  # the partner's feeling toward the speaker
        elif flag == dimension and flag in PEOPLE[one.who or "self"]:
            yield PEOPLE[one.who or "self"][flag]


def _people(tokens: Sequence[Token], rules: Rules, setting: Setting) -> dict[int, list[Filler]]:
    """Return who is spoken of at which token.

    A pronoun means whoever was last named that it can stand for; as an object not the subject of its clause.
    """
    talk, n_earlier = Talk([*setting.earlier, *tokens]), len(setting.earlier)
    stops = [stop.start for stop in rules.ends.find(talk)]
    fillers: dict[int, list[Filler]] = {}
    named: list[tuple[int, str, str]] = []  # where somebody was named last, by which pronoun they go, who it is
    last, subject = (0, 0), (-1, 0)  # in which clause the last subject stands, and where it was named
    found = (one for one in rules.people.find(talk) if one.meaning.scope.holds(setting.role, setting.kind))
    for start, end, person, _ in sorted(found, key=lambda one: (one.start, -one.end)):
        if start < last[1] and (start, end) != last:
            continue  # inside a longer name
        last, at, who, clause = (start, end), start, person.who, bisect_right(stops, start)
        if person.refers:
            other = subject[1] if person.slots == ("WHOM",) and subject[0] == clause else None
            can_be = (one for one in reversed(named) if one[1] in {"", person.refers} and one[0] != other)
            at, _, who = next(can_be, (start, "", who))
        elif person.is_name:
            named = [*named[-_REMEMBERED:], (start, person.pronoun, who)]
        if person.slots == ("WHO",) or ("WHO" in person.slots and subject[0] != clause):
            subject = clause, at
        fillers.setdefault(start - n_earlier, []).extend(Filler(slot, end - n_earlier, who) for slot in person.slots)
    return fillers
