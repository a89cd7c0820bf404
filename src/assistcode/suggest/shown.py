"""The evidence shown: words found, the nearest labelled text, the cluster's share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..evidence import Evidence, Hit, Verdict
from .learned import Floats, Learned, Numbers, Vectors

_SHARED = 0.25  # a cluster of which this share is suggested is evidence


def from_hit(hit: Hit) -> Evidence:
    """Return a term found as evidence."""
    return Evidence(hit.theme, "lexicon", hit.term.text, hit.start, hit.end, hit.pole, hit.context)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The labelled text nearest to each utterance that carries each theme; never the utterance itself.

    ``rows`` (n, themes) are places among the labelled texts, -1 where none carries the theme; ``cosines`` the same
    shape.
    """

    rows: Numbers
    cosines: Floats

    @classmethod
    def to_nothing(cls, learned: Learned, n: int) -> "Nearest":
        """Return room for n utterances."""
        shape = n, len(learned.lexicons)
        return cls(np.full(shape, -1), np.zeros(shape))

    def find(self, learned: Learned, block: slice, similar: Vectors) -> None:
        """Find the nearest for a block of utterances; ``similar`` are their cosines with the labelled texts."""
        for n, place in enumerate(learned.rows, start=learned.n_sentences):
            if block.start <= place < block.stop:
                similar[place - block.start, n] = -1
        for j, theme in enumerate(learned.lexicons):
            carriers = learned.carriers(theme)
            if len(carriers):
                own = similar[:, carriers]
                self.rows[block, j] = carriers[own.argmax(axis=1)]
                self.cosines[block, j] = own.max(axis=1)

    def example(self, learned: Learned, i: int, j: int) -> Evidence:
        """Return what is nearest to utterance i and carries theme j as evidence."""
        theme, row = list(learned.lexicons)[j], int(self.rows[i, j])
        one = learned.labelled[row]
        context = ("decided",) if row >= learned.n_sentences else ()
        similarity = round(float(self.cosines[i, j]), 4)
        return Evidence(
            theme, "example", pole=one.poles.get(theme), context=context, text=one.text, similarity=similarity
        )


def with_clusters(found: Sequence[Verdict], numbers: Numbers, keywords: Sequence[Sequence[str]]) -> list[Verdict]:
    """Add the cluster as evidence where a good share of its members is suggested the theme.

    ``numbers`` (n,) are the cluster of each utterance from 1, below that none. The score stays as it is: on coded
    interviews the share of the cluster did not make it better.
    """
    shares = _shares(found, numbers)
    return [
        replace(one, evidence=(*one.evidence, *_from_cluster(one, shares[number], keywords[number - 1])))
        if number in shares
        else one
        for one, number in zip(found, numbers.tolist(), strict=True)
    ]


def _shares(found: Sequence[Verdict], numbers: Numbers) -> dict[int, dict[str, float]]:
    """Return by cluster the share of its members, 0..1, that is suggested each theme."""
    shares: dict[int, dict[str, float]] = {}
    sizes = np.bincount(np.maximum(numbers, 0))
    for one, number in zip(found, numbers.tolist(), strict=True):
        for theme in one.poles if number > 0 else ():
            own = shares.setdefault(number, {})
            own[theme] = own.get(theme, 0.0) + 1 / int(sizes[number])
    return shares


def _from_cluster(one: Verdict, shares: dict[str, float], keywords: Sequence[str]) -> Iterator[Evidence]:
    for theme in one.poles:
        if shares.get(theme, 0.0) >= _SHARED:
            yield Evidence(theme, "cluster", text=", ".join(keywords), similarity=round(shares[theme], 4))
