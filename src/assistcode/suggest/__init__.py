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
from .shown import Nearest, from_hit, with_clusters

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
    lean, near = _compared(learned, talk)
    features = np.stack([lean, words_said(themes, talk.hits)], axis=2)
    coefficients = refitted(fusion.of(themes), features, themes, talk.decided)
    logits = coefficients[:, 0] + (features * coefficients[:, 1:]).sum(axis=2)
    silent = abstaining(themes, logits, talk.decided)
    lines = np.array([np.inf if theme in silent else learned.lexicons[theme].threshold for theme in themes])
    scores = chance(logits).round(4)
    is_suggested, is_present = scores >= lines, _leaning_to_present(learned, talk) >= 0
    is_telling = chance(coefficients[:, 0] + lean * coefficients[:, 1]) >= _TELLING
    found = []
    for i, hits in enumerate(talk.hits):
        poles = {themes[j]: "present" if is_present[i, j] else "lacking" for j in np.flatnonzero(is_suggested[i])}
        without_a_term = poles.keys() - {hit.theme for hit in hits}
        shown = [j for j, theme in enumerate(themes) if is_telling[i, j] or theme in without_a_term]
        examples = [near.example(learned, i, j) for j in shown if near.rows[i, j] >= 0]
        evidence = (*map(from_hit, hits), *examples)
        found.append(Verdict(dict(zip(themes, scores[i].tolist(), strict=True)), poles, evidence))
    return found, silent


def _compared(learned: Learned, talk: Talk) -> tuple[Floats, Nearest]:
    """Compare the talk with the labelled texts: how far it leans to each theme, (n, themes), and what is nearest."""
    near = Nearest.to_nothing(learned, len(talk.vectors))
    lean = np.zeros((len(talk.vectors), len(learned.lexicons)))
    for block, similar in _cosines(learned, talk.vectors):
        lean[block] = learned.meaning.lean(similar)
        near.find(learned, block, similar)
    if learned.rows:
        lean[list(learned.rows)] = learned.meaning.held_out[learned.n_sentences :]
    if talk.parts is not None:
        vectors, whole = talk.parts
        for block, similar in _cosines(learned, vectors):
            np.maximum.at(lean, whole[block], learned.meaning.lean(similar))
    return lean, near


def _cosines(learned: Learned, vectors: Vectors) -> Iterator[tuple[slice, Vectors]]:
    """Yield the cosines of texts with the labelled texts, a block of rows at a time."""
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        yield block, vectors[block] @ learned.meaning.vectors.T


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


def _leaning_to_present(learned: Learned, talk: Talk) -> Floats:
    """Return how far meaning and terms together lean to the pole present, (n, themes); below 0 it is lacking."""
    lean = talk.vectors @ learned.poles[:, :-1].T + learned.poles[:, -1]
    column = {theme: j for j, theme in enumerate(learned.lexicons)}
    for i, hits in enumerate(talk.hits):
        for hit in hits:
            lean[i, column[hit.theme]] += _POLE_OF_WORDS * (_nats(hit) if hit.pole == "present" else -_nats(hit))
    return lean
