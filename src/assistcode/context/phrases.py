"""Phrases of a rule file, laid out as a tree for finding them in tokens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from ..corpus import Token

GAP = "*"
SLOTS = ("WHO", "WHOM", "WHOSE", "HIT")
_MAX_GAP = 3  # tokens that * may stand for, as in a lexicon's phrase

Element = frozenset[str] | str  # the forms that fit ("~ask": any form of ask), or * or a slot
Phrase = tuple[Element, ...]
T = TypeVar("T")


class Filler(NamedTuple):
    """What fills a slot at some token: it ends before token ``end``, and names ``who`` ("" for a hit)."""

    slot: str
    end: int
    who: str


class Found(NamedTuple, Generic[T]):
    """A phrase found in tokens ``start`` to ``end``, what it stands for, and the first person in it."""

    start: int
    end: int
    meaning: T
    who: str


class Talk:
    """The words of one utterance as a tree asks for them, with what may fill a slot at each."""

    def __init__(self, tokens: Sequence[Token], fillers: dict[int, list[Filler]] | None = None) -> None:
        self.forms = [(token.lower, f"~{token.lemma}") for token in tokens]
        self.fillers = {} if fillers is None else fillers


@dataclass(frozen=True, slots=True)
class Tree(Generic[T]):
    """Phrases that begin alike share their beginning: what they stand for where they end, and how they go on."""

    meanings: list[T] = field(default_factory=list)
    branches: dict[Element, "Tree[T]"] = field(default_factory=dict)
    by_form: dict[str, list["Tree[T]"]] = field(default_factory=dict)

    def add(self, phrase: Phrase, meaning: T) -> None:
        """Add a phrase; it must not begin with a gap."""
        if not phrase:
            self.meanings.append(meaning)
            return
        element = phrase[0]
        if element not in self.branches:
            self.branches[element] = Tree()
            for form in [element] if isinstance(element, str) else sorted(element):
                self.by_form.setdefault(form, []).append(self.branches[element])
        self.branches[element].add(phrase[1:], meaning)

    def find(self, talk: Talk) -> list[Found[T]]:
        """Return the phrases that are in an utterance, in the order of their starts."""
        found: list[Found[T]] = []
        for i, (lower, lemma) in enumerate(talk.forms):
            if lower in self.by_form or lemma in self.by_form or i in talk.fillers:
                found += (Found(i, end, meaning, who) for end, meaning, who in self._from(talk, i, ""))
        return found

    def _from(self, talk: Talk, i: int, who: str) -> Iterator[tuple[int, T, str]]:
        """Yield end, meaning and person of what may stand at token ``i`` and goes on as this tree does."""
        for meaning in self.meanings:
            yield i, meaning, who
        if not self.by_form:
            return
        for branch in self.by_form.get(GAP, ()):
            for j in range(i, min(i + _MAX_GAP, len(talk.forms)) + 1):
                yield from branch._from(talk, j, who)
        if i < len(talk.forms):
            for form in talk.forms[i]:
                for branch in self.by_form.get(form, ()):
                    yield from branch._from(talk, i + 1, who)
        for slot, end, person in talk.fillers.get(i, ()):
            for branch in self.by_form.get(slot, ()):
                yield from branch._from(talk, end, who or person)
