"""Fit what joins words and meaning, and write it to models/suggester.toml.

    python benchmarks/fit_suggester.py ../shared/data --vectors /tmp/vectors.study-cache

Slopes: a logistic regression on the shipped sentences alone, each judged by all the others. Lines: the themes share
BUDGET suggestions per 100 neutral one-liners of GoEmotions train so that as many held-out examples as possible are
suggested, each theme counting the same. Nothing else is used.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from sets import Sets
from sklearn.linear_model import LogisticRegression

from assistcode import embed, lexicon, pipeline, suggest, teaching
from assistcode.finding import Finder, find_line_hits
from assistcode.resources import shipped
from assistcode.segment import segment
from assistcode.store.cache import VectorCache

BUDGET = 4.2
WORDS_IN_TALK = 1.3  # our examples were written to do without the terms; talk uses them more
STEPS = np.arange(2, 21) / 1000
N_NEUTRAL = 4000


def main() -> None:
    """Fit both models; print and write the parameters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vectors", type=Path, default=Path("vectors.study-cache"))
    parsed = parser.parse_args()
    neutral = Sets(parsed.folder).neutral("train")
    random.Random(7).shuffle(neutral)
    written = [
        "# How the suggester joins words and meaning: log odds = slopes · (meaning, words) - line of the theme.",
        "# Made by benchmarks/fit_suggester.py. Slopes: from the shipped sentences, each judged by the others;",
        f"# words x {WORDS_IN_TALK}, because the sentences were written to do without the terms. Lines: from",
        f"# {N_NEUTRAL:,} neutral one-liners of GoEmotions train, at most {BUDGET} suggestions per 100 of them.",
    ]
    cache = VectorCache(parsed.vectors, b"benchmarks")
    for name in embed.known_models():
        written += ["", f"[{name}]", *fitted(embed.load(name), cache, neutral[:N_NEUTRAL])]
    (shipped("models") / "suggester.toml").write_text("\n".join(written) + "\n", encoding="utf-8")


def fitted(model: embed.Embedder, cache: VectorCache, neutral: list[str]) -> list[str]:
    """Return the lines of the file for one model."""
    lexicons = lexicon.read_lexicons(shipped("lexicons"))
    known = teaching.learn_sentences(lexicons, model, model.embed)
    learned = suggest.learn_from(lexicons, known.labelled, known.meaning.vectors)
    finder, themes = Finder.of(lexicons), list(lexicons)
    held_out, carries = learned.meaning.held_out, np.array([[s.carries[t] for t in themes] for s in learned.labelled])
    said = words(finder, themes, [s.text for s in learned.labelled])
    regression = LogisticRegression(C=1e3, class_weight="balanced")
    regression.fit(np.stack([held_out.ravel(), said.ravel()], axis=1), carries.ravel())
    slopes = regression.coef_[0] * [1, WORDS_IN_TALK]

    vectors, _ = pipeline.embed_utterances(cache, model, neutral)
    parts = pipeline.sentence_vectors(
        list(segment(neutral)), lambda own: pipeline.embed_utterances(cache, model, own)[0]
    )
    lean = learned.meaning.lean(vectors @ learned.meaning.vectors.T)
    np.maximum.at(lean, parts[1], learned.meaning.lean(parts[0] @ learned.meaning.vectors.T))
    on_neutral = slopes[0] * lean
    on_neutral += slopes[1] * words(finder, themes, neutral)
    own = slopes[0] * held_out + slopes[1] * said
    lines = np.array([np.quantile(column, 1 - STEPS) for column in on_neutral.T])
    recall = np.array(
        [[(o[c] >= line).mean() for line in ls] for o, c, ls in zip(own.T, carries.T, lines, strict=True)]
    )
    chosen = [float(ls[k]) for ls, k in zip(lines, shared(recall), strict=True)]
    print(model.name, len(learned.labelled), "sentences", "slopes", slopes.round(2), "lines", np.round(chosen, 2))
    return [
        f"slopes = [{slopes[0]:.3f}, {slopes[1]:.3f}]",
        "lines = { " + ", ".join(f"{t} = {line:.3f}" for t, line in zip(themes, chosen, strict=True)) + " }",
    ]


def words(finder: Finder, themes: list[str], texts: list[str]) -> np.ndarray:
    """Return what the terms found in loose texts say, (n, themes)."""
    return suggest.words_said(themes, [find_line_hits(finder, cut) for cut in segment(texts)])


def shared(recall: np.ndarray) -> list[int]:
    """Share the budget: return the step a theme that makes the sum of recalls greatest."""
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for own in recall:
        following: dict[int, tuple[float, list[int]]] = {}
        for spent, (total, steps) in best.items():
            for k, value in enumerate(own):
                now = spent + round(STEPS[k] * 1000)
                if now <= BUDGET * 10 and total + value > following.get(now, (-1.0, []))[0]:
                    following[now] = (total + value, [*steps, k])
        best = following
    return max(best.values())[1]


if __name__ == "__main__":
    main()
