"""Measure the suggester on labelled sets, beside Empath and beside the likeness to one definition.

    python benchmarks/suggest.py ../shared/data --vectors /tmp/vectors.study-cache

Prints each set and theme apart and ends with 1 when a goal is missed by the default model. EmpatheticDialogues is
looked at and nothing is fitted on it, but for the row "supervised", which shows how much its own labels would give.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import words
from numpy.typing import NDArray
from sets import EMOTIONS, THEMES, Sets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import cross_val_predict

from assistcode import embed, lexicon, pipeline, suggest, teaching
from assistcode.evidence import Verdict
from assistcode.finding import Finder, find_line_hits
from assistcode.resources import shipped
from assistcode.segment import segment
from assistcode.store.cache import VectorCache

MACRO = ("fear", "safety", "togetherness", "competence")  # ten positives and more
GOALS = {
    "macro average precision": 0.68, "poles right": 0.80, "suggestions per 100 neutral": 4.0,
    "fear F1": 0.62, "shame F1": 0.50, "competence F1": 0.50,
    "fear recall without key words": 0.30, "shame recall without key words": 0.40,
    "competence recall without key words": 0.35,
}  # fmt: skip
N_BOOTSTRAPS = 2000

Floats = NDArray[np.float64]


@dataclass
class Answers:
    """What one suggester says of texts: scores (n, themes), whether it suggests, and poles 1 or -1 (0: none)."""

    scores: Floats
    suggested: NDArray[np.bool_]
    poles: NDArray[np.int64] | None = None


Suggester = Callable[[list[str]], Answers]


@dataclass
class Report:
    """Prints a suggester's rows and remembers the figures by name."""

    name: str
    figures: dict[str, float] = field(default_factory=dict)

    def row(self, what: str, value: float | None, more: str = "") -> None:
        """Print one figure; None is undefined."""
        if value is not None:
            self.figures[what] = value
        shown = "undefined" if value is None else f"{value:.2f}"
        print(f"{self.name:<12}{what:<40}{shown:>9}  {more}", flush=True)


def main() -> int:
    """Measure all suggesters; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vectors", type=Path, default=Path("vectors.study-cache"))
    parsed = parser.parse_args()
    sets, cache = Sets(parsed.folder), VectorCache(parsed.vectors, b"benchmarks")
    reports = {"Empath": measured("Empath", empath(sets), sets)}
    for name in embed.known_models():
        model = embed.load(name)
        reports[f"definition {name}"] = measured(f"def. {name}", definition(model, cache), sets)
        reports[name] = measured(name, ours(model, cache), sets)
        supervised(name, model, cache, sets)
    missed = [what for what, goal in GOALS.items() if is_missed(what, reports[embed.DEFAULT_MODEL].figures[what], goal)]
    print("\nmissed: " + (", ".join(missed) or "no goal") + "\n")
    return int(bool(words.main([]) or missed))


def is_missed(what: str, figure: float, goal: float) -> bool:
    """Whether a figure misses its goal; suggestions on neutral text are to be few."""
    return figure > goal if "neutral" in what else figure < goal


def empath(sets: Sets) -> Suggester:
    """Return the look-up in Empath: the number of words of the theme's categories, suggested from one."""
    words = [sets.empath_words(theme) for theme in THEMES]

    def answer(texts: list[str]) -> Answers:
        tokens = [[t.text.lower() for u in cut for t in u.tokens] for cut in segment(texts)]
        counts = np.array([[sum(token in own for token in line) for own in words] for line in tokens], float)
        return Answers(counts, counts > 0)

    return answer


def definition(model: embed.Embedder, cache: VectorCache) -> Suggester:
    """Return the cosine to the theme's definition; what is suggested is not defined, so half the budget is taken."""
    lexicons = lexicon.read_lexicons(shipped("lexicons"))
    own = model.embed([lexicons[theme].definition for theme in THEMES])

    def answer(texts: list[str]) -> Answers:
        cosines = (embedded(model, cache, texts) @ own.T).astype(float)
        return Answers(cosines, cosines >= np.quantile(cosines, 0.95, axis=0))

    return answer


def ours(model: embed.Embedder, cache: VectorCache) -> Suggester:
    """Return what ``assistcode suggest`` answers, with vectors from the cache."""
    lexicons = lexicon.read_lexicons(shipped("lexicons"))
    learned = teaching.learn_sentences(lexicons, model, model.embed)
    finder, fusion = Finder.of(lexicons), suggest.shipped_fusion(model.name)

    def answer(texts: list[str]) -> Answers:
        cut = list(segment(texts))
        hits = [find_line_hits(finder, utterances) for utterances in cut]
        parts = pipeline.sentence_vectors(cut, lambda own: embedded(model, cache, own))
        verdicts, _ = suggest.verdicts(learned, fusion, suggest.Talk(embedded(model, cache, texts), hits, parts=parts))
        return Answers(
            np.array([[one.scores[theme] for theme in THEMES] for one in verdicts]),
            np.array([[theme in one.poles for theme in THEMES] for one in verdicts]),
            np.array([[sign(one, theme) for theme in THEMES] for one in verdicts]),
        )

    return answer


def sign(one: Verdict, theme: str) -> int:
    """Return a suggested pole as 1 or -1, 0 where the theme is not suggested."""
    return {"present": 1, "lacking": -1}.get(one.poles.get(theme, ""), 0)


def embedded(model: embed.Embedder, cache: VectorCache, texts: Sequence[str]) -> embed.Vectors:
    """Return vectors of texts, computed once."""
    return pipeline.embed_utterances(cache, model, texts)[0]


def measured(name: str, suggester: Suggester, sets: Sets) -> Report:
    """Print a suggester's figures on every set."""
    report = Report(name)
    print()
    gold(report, suggester([row["text"] for row in sets.gold]), sets)
    texts = [row["text"] for row in sets.situations]
    situations(report, suggester(texts), texts, sets)
    neutral = suggester(sets.neutral("test"))
    each = [f"{theme} {100 * share:.2f}" for theme, share in zip(THEMES, neutral.suggested.mean(axis=0), strict=True)]
    report.row("suggestions per 100 neutral", float(100 * neutral.suggested.sum(axis=1).mean()), ", ".join(each))
    return report


def gold(report: Report, answers: Answers, sets: Sets) -> None:
    """Print average precision by theme, their mean over four themes with its interval, and the poles."""
    right = []
    for j, theme in enumerate(THEMES):
        rows, said = sets.gold_answers(theme)
        precision = average_precision_score(said != 0, answers.scores[rows, j])
        report.row(f"{theme} average precision", precision, f"{(said != 0).sum()} of {len(rows)}")
        if answers.poles is not None:
            suggested = answers.poles[rows, j][(said != 0) & answers.suggested[rows, j]]
            right += list(suggested == said[(said != 0) & answers.suggested[rows, j]])
    low, high = interval(answers, sets)
    whole = np.arange(len(sets.gold))
    report.row("macro average precision", macro(answers, sets, whole), f"95 % {low:.2f} to {high:.2f}, utterances anew")
    report.row("poles right", float(np.mean(right)) if right else None, f"of {len(right)} suggested and there")


def macro(answers: Answers, sets: Sets, drawn: NDArray[np.int64]) -> float:
    """Return the mean average precision over the themes with ten positives, of the utterances drawn."""
    values = []
    for theme in MACRO:
        rows, said = sets.gold_answers(theme)
        place = {row: k for k, row in enumerate(rows.tolist())}
        own = [row for row in drawn.tolist() if row in place]
        truth = np.array([said[place[row]] != 0 for row in own])
        values.append(
            average_precision_score(truth, answers.scores[own, THEMES.index(theme)]) if truth.any() else np.nan
        )
    return float(np.mean(values))


def interval(answers: Answers, sets: Sets) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the macro average precision."""
    rng, n = np.random.default_rng(1), len(sets.gold)
    drawn = [macro(answers, sets, rng.integers(0, n, n)) for _ in range(N_BOOTSTRAPS)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def situations(report: Report, answers: Answers, texts: list[str], sets: Sets) -> None:
    """Print F1 where suggested, strict and broad, and the recall of positives without key words."""
    for theme in EMOTIONS:
        j = THEMES.index(theme)
        rows, positive = sets.situation_answers(theme, strict=False)
        strict, narrow = sets.situation_answers(theme, strict=True)
        unnamed = positive & ~sets.has_key_word(theme, [texts[i] for i in rows])
        suggested = answers.suggested[rows, j]
        report.row(f"{theme} F1", f1_score(positive, suggested), f"{suggested.sum():,} suggested")
        report.row(f"{theme} F1, strict", f1_score(narrow, answers.suggested[strict, j]))
        report.row(f"{theme} recall without key words", float(suggested[unnamed].mean()), f"of {unnamed.sum():,}")


def supervised(name: str, model: embed.Embedder, cache: VectorCache, sets: Sets) -> None:
    """Print the F1 that logistic regression reaches with the set's own labels, in five folds."""
    print()
    vectors = embedded(model, cache, [row["text"] for row in sets.situations])
    for theme in EMOTIONS:
        rows, positive = sets.situation_answers(theme, strict=False)
        regression = LogisticRegression(C=1.0, class_weight="balanced", max_iter=500)
        chances = cross_val_predict(regression, vectors[rows], positive, cv=5, method="predict_proba")[:, 1]
        best = max(f1_score(positive, chances >= line) for line in np.linspace(0.3, 0.9, 25))
        Report("supervised").row(f"{theme} F1 ({name})", best, "with its own labels, at the best line")


if __name__ == "__main__":
    sys.exit(main())
