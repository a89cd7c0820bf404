"""Join words and meaning into one score a theme, with the evidence kept apart.

Two sources speak: the terms found (their weights add up as independent chances) and the meaning (how far an
utterance leans to the theme's labelled sentences). A logistic function joins them. What people finally decided in a
study is learned like the examples, each decided utterance being judged by all the others, and moves that function.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..evidence import Hit, Labelled, Lexicon, Verdict
from .fusion import Fusion, abstaining, chance, refitted, shipped_fusion
from .learned import Floats, Learned, Numbers, Vectors, labelled_sentences, learn_decided, learn_from
from .shipped import Sentences, shipped_sentences, write_sentences
from .shown import from_hit, nearest, with_clusters

__all__ = [
    "Fusion", "Learned", "Sentences", "Talk", "labelled_sentences", "learn_decided", "learn_from", "nothing",
    "shipped_fusion", "shipped_sentences", "verdicts", "with_clusters", "words_said", "write_sentences",
]  # fmt: skip

_MOST_SAID = 4.0  # nats: terms beyond a chance of .98 add nothing
_TELLING = 0.25  # below this chance the nearest example is no evidence, unless there is no other
_POLE_OF_WORDS = 2  # on the shipped sentences, each judged by the others, words tell the pole twice as well as meaning
_BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Talk:
    """The utterances to suggest on: ``vectors`` (n, dimensions), the others of length n.

    ``decided`` is what the final human codes say of those that people have finished with, None for the others.
    ``parts`` are the sentences of longer texts: their vectors and the text each belongs to, (m, dimensions) and
    (m,); a text means what it or one of its sentences means most.
    """

    vectors: Vectors
    hits: Sequence[Sequence[Hit]]
    decided: Sequence[Labelled | None] = ()
    parts: tuple[Vectors, Numbers] | None = None


def nothing(lexicons: Mapping[str, Lexicon]) -> Verdict:
    """Return the verdict on what is never suggested on: interviewer, note, video, back-channel, no words."""
    return Verdict(dict.fromkeys(lexicons, 0.0), {}, ())


def verdicts(learned: Learned, fusion: Fusion, talk: Talk) -> tuple[list[Verdict], dict[str, str]]:
    """Return one verdict an utterance, in order; and why themes abstain, by theme: those suggest nothing."""
    themes = list(learned.lexicons)
    learned = learn_decided(learned, talk.vectors, talk.decided)
    features = _features(learned, talk)
    coefficients = refitted(fusion.of(themes), features, themes, talk.decided)
    logits = coefficients[:, 0] + (features * coefficients[:, 1:]).sum(axis=2)
    silent = abstaining(themes, logits, talk.decided)
    scores, by_meaning = chance(logits), chance(coefficients[:, 0] + features[..., 0] * coefficients[:, 1])
    found = []
    for i, near in enumerate(nearest(learned, _cosines(learned, talk.vectors))):
        rounded = {theme: round(float(score), 4) for theme, score in zip(themes, scores[i], strict=True)}
        poles = _poles(learned, talk, i)
        suggested = {t: poles[t] for t in themes if rounded[t] >= learned.lexicons[t].threshold and t not in silent}
        named = {hit.theme for hit in talk.hits[i]}
        examples = [
            one
            for one, telling in zip(near, by_meaning[i], strict=True)
            if one and (telling >= _TELLING or one.theme in suggested.keys() - named)
        ]
        found.append(Verdict(rounded, suggested, (*map(from_hit, talk.hits[i]), *examples)))
    return found, silent


def _cosines(learned: Learned, vectors: Vectors) -> Iterator[Vectors]:
    """Yield the cosines of texts with the labelled texts, a block of rows at a time."""
    for start in range(0, len(vectors), _BLOCK):
        yield vectors[start : start + _BLOCK] @ learned.meaning.vectors.T


def _lean(learned: Learned, vectors: Vectors) -> Floats:
    blocks = [learned.meaning.lean(cosines) for cosines in _cosines(learned, vectors)]
    return np.concatenate(blocks) if blocks else np.zeros((0, len(learned.lexicons)))


def _features(learned: Learned, talk: Talk) -> Floats:
    """Return meaning and words, (n, themes, 2)."""
    lean = _lean(learned, talk.vectors)
    if learned.rows:
        lean[list(learned.rows)] = learned.meaning.held_out[learned.n_sentences :]
    if talk.parts is not None:
        np.maximum.at(lean, talk.parts[1], _lean(learned, talk.parts[0]))
    return np.stack([lean, words_said(list(learned.lexicons), talk.hits)], axis=2)


def words_said(themes: Sequence[str], hits: Sequence[Sequence[Hit]]) -> Floats:
    """Return what the terms found say, (n, themes), in nats: -log of the chance that none is about the theme."""
    column = {theme: j for j, theme in enumerate(themes)}
    said = np.zeros((len(hits), len(themes)))
    for i, own in enumerate(hits):
        for hit in own:
            said[i, column[hit.theme]] += _nats(hit)
    return np.minimum(said, _MOST_SAID)


def _nats(hit: Hit) -> float:
    return float(-np.log1p(-min(0.999, hit.term.weight * hit.share)))


def _poles(learned: Learned, talk: Talk, i: int) -> dict[str, str]:
    """Return the pole that meaning and terms together speak for, by theme; at a tie it is present."""
    lean = dict(zip(learned.lexicons, learned.poles[:, :-1] @ talk.vectors[i] + learned.poles[:, -1], strict=True))
    for hit in talk.hits[i]:
        lean[hit.theme] += _POLE_OF_WORDS * (_nats(hit) if hit.pole == "present" else -_nats(hit))
    return {theme: "present" if value >= 0 else "lacking" for theme, value in lean.items()}
