"""What is learned from labelled sentences: meaning and poles, of the lexicons' examples and of what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..evidence import Labelled, Lexicon
from .meaning import Meaning, learn

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]

_MOST_DECIDED = 1500  # utterances learned at most; those that carry a theme come first


@dataclass(frozen=True, slots=True)
class Learned:
    """The labelled texts and what was learned from them.

    ``poles`` (themes, dimensions + 1) are a direction and an intercept each: above 0 present, below lacking.
    ``rows`` are the places in the talk of the last labelled texts, those that were decided in it.
    """

    lexicons: Mapping[str, Lexicon]
    labelled: tuple[Labelled, ...]
    meaning: Meaning
    poles: Floats
    rows: tuple[int, ...] = ()

    @property
    def n_sentences(self) -> int:
        """The number of labelled texts that come from lexicons."""
        return len(self.labelled) - len(self.rows)

    def carriers(self, theme: str) -> Numbers:
        """Return which labelled texts carry a theme."""
        return np.array([i for i, one in enumerate(self.labelled) if one.carries.get(theme)], np.int64)


def labelled_sentences(lexicons: Mapping[str, Lexicon], neutral: Sequence[str] = ()) -> tuple[Labelled, ...]:
    """Return the lexicons' examples and counter-examples and the neutral sentences, with what they carry."""
    nothing = dict.fromkeys(lexicons, False)
    found = [
        Labelled(entry.text, nothing | {theme: is_example}, {theme: entry.pole} if is_example else {})
        for theme, lexicon in lexicons.items()
        for entries, is_example in ((lexicon.examples, True), (lexicon.counter_examples, False))
        for entry in entries
    ]
    return (*found, *(Labelled(text, nothing) for text in neutral))


def learn_from(
    lexicons: Mapping[str, Lexicon], labelled: Sequence[Labelled], vectors: Vectors, weights: Floats | None = None
) -> Learned:
    """Learn from labelled texts with a vector each. ``weights`` are those of the meaning, where they are known."""
    if weights is None:
        meaning = learn(vectors, targets(lexicons, labelled))
    else:
        meaning = Meaning(vectors, weights, np.full_like(weights, np.nan))
    return Learned(lexicons, tuple(labelled), meaning, _pole_directions(lexicons, labelled, vectors))


def learn_decided(known: Learned, vectors: Vectors, decided: Sequence[Labelled | None]) -> Learned:
    """Learn what was decided of a talk too, ``vectors`` (n, dimensions); with nothing decided, what was known stays.

    Of very many, those that carry a theme are learned first, and of the others evenly spaced ones.
    """
    said = {i: one for i, one in enumerate(decided) if one is not None}
    carrying = _spaced([i for i, one in said.items() if any(one.carries.values())], _MOST_DECIDED)
    others = _spaced([i for i, one in said.items() if not any(one.carries.values())], _MOST_DECIDED - len(carrying))
    rows = sorted(carrying + others)
    if not rows:
        return known
    labelled = (*known.labelled, *(said[i] for i in rows))
    learned = learn_from(known.lexicons, labelled, np.concatenate([known.meaning.vectors, vectors[rows]]))
    return replace(learned, rows=tuple(rows))


def _spaced(rows: list[int], n: int) -> list[int]:
    if len(rows) <= n:
        return rows
    return [rows[i] for i in np.linspace(0, len(rows) - 1, n).astype(int)] if n else []


def targets(lexicons: Mapping[str, Lexicon], labelled: Sequence[Labelled]) -> Floats:
    """Return what the meaning is to learn, (n, themes): yes is 1, no is 0, less the share of yes; unknown is 0."""
    said = np.array([[one.carries.get(theme, np.nan) for theme in lexicons] for one in labelled], np.float64)
    said = said.reshape(len(labelled), len(lexicons))
    known = ~np.isnan(said)
    share = np.nansum(said, axis=0) / np.maximum(1, known.sum(axis=0))
    return np.where(known, said - share, 0.0)


def _pole_directions(lexicons: Mapping[str, Lexicon], labelled: Sequence[Labelled], vectors: Vectors) -> Floats:
    directions = np.zeros((len(lexicons), vectors.shape[1] + 1))
    for j, theme in enumerate(lexicons):
        rows = [i for i, one in enumerate(labelled) if theme in one.poles]
        is_present = np.array([labelled[i].poles[theme] == "present" for i in rows], bool)
        if is_present.any() and not is_present.all():
            directions[j] = _direction(vectors[rows], is_present)
        elif rows:
            directions[j, -1] = 1 if is_present.any() else -1
    return directions


def _direction(vectors: Vectors, is_present: NDArray[np.bool_]) -> Floats:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=3.0, class_weight="balanced", max_iter=500).fit(vectors, is_present)
    return np.append(fitted.coef_[0], fitted.intercept_)
