"""Join hits and meaning into one score a theme, with the evidence kept apart.

The score is a noisy or of two chances: that one of the terms found is about the theme (their weights), and
that the utterance means what the lexicon's examples mean (a logistic function of cosine similarities, fitted
on the examples themselves, each left out in turn).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .evidence import Evidence, Hit, Lexicon, Verdict

_NEAREST = 3
_RIDGE = 0.1
_TELLING = 0.25  # below this chance the nearest example is no evidence and is left out

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far a text means what a theme's examples mean: the chance (0..1) and the nearest example."""

    chance: float
    text: str
    pole: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """The lexicons' examples as vectors, with the fitted logistic function of similarity and margin."""

    themes: tuple[str, ...]
    texts: tuple[str, ...]
    poles: tuple[str, ...]
    owner: NDArray[np.int64]
    is_example: NDArray[np.bool_]
    vectors: NDArray[np.float32]
    coefficients: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def chances(self, vectors: NDArray[np.float32]) -> tuple[Floats, NDArray[np.int64], Floats]:
        """Return, per text and theme: the chance, the nearest example's index and its cosine similarity."""
        similar = (vectors @ self.vectors.T).astype(np.float64)
        features, nearest = self._features(similar)
        intercept, on_similarity, on_margin = self.coefficients
        logits = intercept + on_similarity * features[..., 0] + on_margin * features[..., 1]
        chances = 1 / (1 + np.exp(-logits))
        best = np.take_along_axis(similar, nearest, axis=1)
        return np.where(best > 0, chances, 0), nearest, best

    def likeness(self, chance: float, nearest: int, similarity: float) -> "Likeness":
        """Return one text's likeness to one theme."""
        if not self.texts:
            return Likeness(0.0, "", "present", 0.0)
        return Likeness(float(chance), self.texts[nearest], self.poles[nearest], round(float(similarity), 4))

    def _features(self, similar: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Return the mean similarity to a theme's three nearest examples, and its lead over other texts."""
        features = np.zeros((len(similar), len(self.themes), 2))
        nearest = np.zeros((len(similar), len(self.themes)), np.int64)
        for j in range(len(self.themes)):
            mine = self.is_example & (self.owner == j)
            if mine.any():
                to_mine, to_others = _nearest_mean(similar[:, mine]), _nearest_mean(similar[:, ~mine])
                features[:, j] = np.stack([to_mine, to_mine - to_others], axis=1)
                nearest[:, j] = np.flatnonzero(mine)[similar[:, mine].argmax(axis=1)]
        return features, nearest


def _nearest_mean(similar: Floats) -> Floats:
    k = min(_NEAREST, similar.shape[1])
    if k == 0:
        return np.zeros(len(similar))
    return np.asarray(np.partition(similar, -k, axis=1)[:, -k:].mean(axis=1))


def example_texts(lexicons: Mapping[str, Lexicon]) -> list[str]:
    """Return the examples and counter-examples in the order ``meaning_of`` expects their vectors."""
    return [entry.text for lexicon in lexicons.values() for entry in (*lexicon.examples, *lexicon.counter_examples)]


def meaning_of(lexicons: Mapping[str, Lexicon], vectors: NDArray[np.float32]) -> Meaning:
    """Fit the meaning model on the lexicons' own examples; ``vectors`` as ordered by ``example_texts``.

    Deterministic. Lexicons without examples give chances of 0.
    """
    rows = [
        (entry, j, is_example)
        for j, lexicon in enumerate(lexicons.values())
        for entries, is_example in ((lexicon.examples, True), (lexicon.counter_examples, False))
        for entry in entries
    ]
    meaning = Meaning(
        themes=tuple(lexicons),
        texts=tuple(entry.text for entry, _, _ in rows),
        poles=tuple(entry.pole for entry, _, _ in rows),
        owner=np.array([j for _, j, _ in rows], np.int64),
        is_example=np.array([is_example for _, _, is_example in rows], bool),
        vectors=vectors,
    )
    if not meaning.is_example.any():
        return meaning
    similar = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(similar, -1)  # each example is judged by the others
    features, _ = meaning._features(similar)
    carries = meaning.is_example[:, None] & (meaning.owner[:, None] == np.arange(len(lexicons)))
    coefficients = _logistic(features.reshape(-1, 2), carries.reshape(-1).astype(float))
    return Meaning(
        meaning.themes, meaning.texts, meaning.poles, meaning.owner, meaning.is_example, vectors, coefficients
    )


def _logistic(features: Floats, target: Floats) -> tuple[float, float, float]:
    """Fit a ridge logistic regression by Newton's method; return intercept and two slopes."""
    design = np.column_stack([np.ones(len(features)), features])
    ridge = np.diag([0.0, _RIDGE, _RIDGE])
    beta = np.zeros(3)
    for _ in range(25):
        chance = 1 / (1 + np.exp(-design @ beta))
        slope = design.T @ (target - chance) - ridge @ beta
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + ridge + 1e-9 * np.eye(3)
        beta = beta + np.linalg.solve(curvature, slope)
    return float(beta[0]), float(beta[1]), float(beta[2])


def verdicts(
    lexicons: Mapping[str, Lexicon], meaning: Meaning, vectors: NDArray[np.float32], hits: Sequence[Sequence[Hit]]
) -> list[Verdict]:
    """Return one verdict a text, in order; ``vectors`` has a row and ``hits`` a list for each."""
    if not len(vectors):
        return []
    if meaning.is_example.any():
        chances, nearest, best = meaning.chances(vectors)
    else:
        chances = best = np.zeros((len(vectors), len(lexicons)))
        nearest = np.zeros(chances.shape, np.int64)
    return [
        _verdict(
            lexicons, hits[i], [meaning.likeness(*one) for one in zip(chances[i], nearest[i], best[i], strict=True)]
        )
        for i in range(len(vectors))
    ]


def nothing(lexicons: Mapping[str, Lexicon]) -> Verdict:
    """Return the verdict on what is never suggested on: interviewer, note, video, back-channel, no words."""
    return Verdict(dict.fromkeys(lexicons, 0.0), {}, ())


def _verdict(lexicons: Mapping[str, Lexicon], hits: Sequence[Hit], likenesses: Sequence[Likeness]) -> Verdict:
    scores, poles, evidence = {}, {}, [_from_hit(hit) for hit in hits]
    for (theme, lexicon), like in zip(lexicons.items(), likenesses, strict=True):
        found = [hit for hit in hits if hit.theme == theme]
        missed = (1 - like.chance) * float(np.prod([1 - hit.term.weight for hit in found]))
        scores[theme] = round(1 - missed, 4)
        if like.chance >= _TELLING:
            evidence.append(Evidence(theme, "example", pole=like.pole, text=like.text, similarity=like.similarity))
        if scores[theme] >= lexicon.threshold:
            poles[theme] = _pole(found, like.pole)
    return Verdict(scores, poles, tuple(evidence))


def _pole(hits: Sequence[Hit], of_example: str) -> str:
    """Return the pole with more weight among the hits; without hits the nearest example's."""
    if not hits:
        return of_example
    lacking = sum(hit.term.weight for hit in hits if hit.pole == "lacking")
    return "lacking" if lacking > sum(hit.term.weight for hit in hits) / 2 else "present"


def _from_hit(hit: Hit) -> Evidence:
    return Evidence(hit.theme, "lexicon", hit.term.text, hit.start, hit.end, hit.pole, hit.context)
