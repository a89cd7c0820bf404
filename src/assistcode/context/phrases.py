"""Phrases of a rule file, laid out as a tree for finding them in tokens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from ..corpus import Token

GAP = "*"
SLOTS = ("WHO", "WHOM", "WHOSE", "HIT")
_NO_GAP = {",", ".", ";", ":", "!", "?"}  # that * may not stand for
_MAX_GAP = 3  # tokens that * may stand for, as in a lexicon's phrase

Element = (
    frozenset[str] | str
)  # the forms that fit ("~ask": any form of ask; "-ed": any word that ends so), or * or a slot
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
        self.forms = [(token.lower, f"~{token.lemma}", f"-{token.lower[-2:]}") for token in tokens]
        self.fillers = {} if fillers is None else fillers

    def gap(self, i: int) -> Iterator[int]:
        """Yield where * may end that begins at token ``i``: not past a clause, nor past somebody who does something."""
        for j in range(i, min(i + _MAX_GAP, len(self.forms)) + 1):
            yield j
            if (
                j == len(self.forms)
                or self.forms[j][0] in _NO_GAP
                or any(f.slot == "WHO" for f in self.fillers.get(j, ()))
            ):
                return


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

    def after(self, form: str) -> "Tree[T]":
        """Return how the phrases go on after a form, all branches in one; laid out when it is first asked for."""
        branches = self.by_form[form]
        if len(branches) > 1:
            tree: Tree[T] = Tree()
            for branch in branches:
                tree.meanings.extend(branch.meanings)
                for following, trees in branch.by_form.items():
                    tree.by_form.setdefault(following, []).extend(trees)
            self.by_form[form] = branches = [tree]
        return branches[0]

    def find(self, talk: Talk) -> list[Found[T]]:
        """Return the phrases that are in an utterance, in the order of their starts."""
        found: list[Found[T]] = []
        for i in range(len(talk.forms)):
            self._walk(talk, (i, i, ""), found)
        return found

    def _walk(self, talk: Talk, so_far: tuple[int, int, str], found: list[Found[T]]) -> None:
        """Add what goes on as this tree does, of what began and has come so far, with the first person in it."""
        start, i, who = so_far
        for meaning in self.meanings:
            found.append(Found(start, i, meaning, who))
        if not self.by_form:
            return
        if GAP in self.by_form:
            for j in talk.gap(i):
                self.after(GAP)._walk(talk, (start, j, who), found)
        if i < len(talk.forms):
            for form in talk.forms[i]:
                if form in self.by_form:
                    self.after(form)._walk(talk, (start, i + 1, who), found)
        for slot, end, person in talk.fillers.get(i, ()):
            if slot in self.by_form:
                self.after(slot)._walk(talk, (start, end, who or person), found)
