"""The evidence shown: words found, the nearest labelled text, the cluster's share."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..evidence import Evidence, Hit, Verdict
from .learned import Learned, Numbers, Vectors

_SHARED = 0.25  # a cluster of which this share is suggested is evidence


def from_hit(hit: Hit) -> Evidence:
    """Return a term found as evidence."""
    return Evidence(hit.theme, "lexicon", hit.term.text, hit.start, hit.end, hit.pole, hit.context)


def nearest(learned: Learned, blocks: Iterator[Vectors]) -> Iterator[list[Evidence | None]]:
    """Yield, an utterance at a time, the nearest labelled text that carries each theme; never the utterance itself.

    ``blocks`` are the cosines of the talk with the labelled texts, some rows at a time.
    """
    carriers = [learned.carriers(theme) for theme in learned.lexicons]
    itself = {place: learned.n_sentences + k for k, place in enumerate(learned.rows)}
    for i, similar in enumerate(row for block in blocks for row in block):
        if i in itself:
            similar[itself[i]] = -1
        yield [_like(learned, theme, rows, similar) for theme, rows in zip(learned.lexicons, carriers, strict=True)]


def _like(learned: Learned, theme: str, rows: Numbers, similar: Vectors) -> Evidence | None:
    if not len(rows):
        return None
    best = int(rows[similar[rows].argmax()])
    one = learned.labelled[best]
    context = ("decided",) if best >= learned.n_sentences else ()
    similarity = round(float(similar[best]), 4)
    return Evidence(theme, "example", pole=one.poles.get(theme), context=context, text=one.text, similarity=similarity)


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
