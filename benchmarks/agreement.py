"""Check the coefficients of agreement against other people's code, and the speed of the bootstrap.

Run: PYTHONPATH=src bench2/bin/python benchmarks/agreement.py (requirements-agreement.txt)
"""

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import irrCAC.raw
import krippendorff
import numpy as np
import pandas as pd
from sklearn import metrics
from statsmodels.stats import inter_rater

from assistcode import agreement
from assistcode.agreement import MISSING, Answers, Coefficient, Figure, SetAgreement, Values

N_TABLES = 1000
TOLERANCE = 1e-9
SECONDS = 1.0
Oracle = Callable[[Answers], float]


@dataclass
class Score:
    """How one coefficient compares with one peer."""

    n_equal: int = 0
    n_undefined: int = 0
    n_stricter: int = 0
    n_wrong: int = 0
    largest: float = 0.0

    def add(self, figure: Figure, oracle: float, *, one_value: bool) -> None:
        """Count one table; ``one_value``: all say the same, which is undefined here by decision."""
        if figure.value is None and np.isnan(oracle):
            self.n_undefined += 1
        elif figure.value is None and one_value:
            self.n_stricter += 1
        elif figure.value is None or np.isnan(oracle) or abs(figure.value - oracle) > TOLERANCE:
            self.n_wrong += 1
        else:
            self.n_equal += 1
            self.largest = max(self.largest, abs(figure.value - oracle))


def random_tables(rng: np.random.Generator) -> Iterator[Answers]:
    """Yield answers (units, readings) of all sizes, prevalences and shares of missing ones."""
    for _ in range(N_TABLES):
        n_units, n_readings = rng.integers(1, 80), rng.integers(2, 6)
        truth = rng.random(n_units) < rng.choice([0.0, 0.02, 0.1, 0.5, 0.9, 1.0])
        slips = rng.random((n_units, n_readings)) < rng.choice([0.0, 0.05, 0.3])
        answers = (truth[:, None] ^ slips).astype(np.int8)
        answers[rng.random(answers.shape) < rng.choice([0.0, 0.1, 0.5])] = MISSING
        yield answers


def quiet(oracle: Oracle, answers: Answers) -> float:
    """Ask a peer; an error or a value that is no number is nan."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return float(oracle(answers))
        except (ValueError, ZeroDivisionError, IndexError, AssertionError):
            return float("nan")


def irr(name: str) -> Oracle:
    """Return a coefficient of irrCAC, with both values in its list and without rounding."""

    def ask(answers: Answers) -> float:
        frame = pd.DataFrame(np.where(answers == MISSING, np.nan, answers))
        peer = irrCAC.raw.CAC(frame, categories=[0.0, 1.0], digits=15)
        return getattr(peer, name)()["est"]["coefficient_value"]

    return ask


def of_krippendorff(answers: Answers) -> float:
    """Return krippendorff's nominal alpha."""
    values = np.where(answers == MISSING, np.nan, answers).T
    return krippendorff.alpha(values, level_of_measurement="nominal", value_domain=[0, 1])


def complete(answers: Answers) -> Answers:
    """Return the first two readings where both have answered."""
    two = answers[:, :2]
    return two[(two != MISSING).all(1)]


def of_two(oracle: Callable[[Answers, Answers], float]) -> Oracle:
    """Ask a peer that wants two complete readings."""
    return lambda answers: oracle(*complete(answers).T)


def statsmodels_kappa(a: Answers, b: Answers) -> float:
    """Return statsmodels' kappa of two readings."""
    return inter_rater.cohens_kappa(np.histogram2d(a, b, bins=[[-0.5, 0.5, 1.5]] * 2)[0], return_results=False)


def statsmodels_fleiss(answers: Answers) -> float:
    """Return statsmodels' Fleiss' kappa of two complete readings."""
    return inter_rater.fleiss_kappa(inter_rater.aggregate_raters(complete(answers), n_cat=2)[0])


NAN = {"zero_division": np.nan}
CHECKS: tuple[tuple[str, Coefficient, bool, Oracle], ...] = (
    ("scikit-learn", agreement.cohen_kappa, True, of_two(lambda a, b: metrics.cohen_kappa_score(a, b, labels=[0, 1]))),
    ("scikit-learn", agreement.precision, True, of_two(lambda a, b: metrics.precision_score(b, a, **NAN))),
    ("scikit-learn", agreement.recall, True, of_two(lambda a, b: metrics.recall_score(b, a, **NAN))),
    ("scikit-learn", agreement.f1, True, of_two(lambda a, b: metrics.f1_score(b, a, **NAN))),
    ("scikit-learn", agreement.raw_agreement, True, of_two(metrics.accuracy_score)),
    ("scikit-learn", agreement.positive_agreement, True, of_two(lambda a, b: metrics.f1_score(b, a, **NAN))),
    (
        "scikit-learn",
        agreement.negative_agreement,
        True,
        of_two(lambda a, b: metrics.f1_score(b, a, pos_label=0, **NAN)),
    ),
    ("statsmodels", agreement.cohen_kappa, True, of_two(statsmodels_kappa)),
    ("statsmodels", agreement.fleiss_kappa, True, statsmodels_fleiss),
    ("krippendorff", agreement.krippendorff_alpha, False, of_krippendorff),
    ("irrCAC", agreement.krippendorff_alpha, False, irr("krippendorff")),
    ("irrCAC", agreement.fleiss_kappa, False, irr("fleiss")),
    ("irrCAC", agreement.gwet_ac1, False, irr("gwet")),
    ("irrCAC", agreement.pabak, False, irr("bp")),
)


def check_coefficients() -> dict[tuple[str, str], Score]:
    """Compare every coefficient on one code with its peers."""
    scores: dict[tuple[str, str], Score] = {}
    for answers in random_tables(np.random.default_rng(7)):
        for peer, one, needs_two, oracle in CHECKS:
            used = complete(answers) if needs_two else answers
            given = used[(used != MISSING).sum(1) > 1]
            given = given[given != MISSING]
            score = scores.setdefault((peer, one.name), Score())
            figure = one(agreement.total(agreement.terms(used)))
            score.add(figure, quiet(oracle, used), one_value=given.min(initial=1) == given.max(initial=0))
    return scores


def krippendorff_of_sets(distances: Values, values: Values) -> float:
    """Return krippendorff's alpha of numbered sets (readings, units), with the distances as its metric."""

    def metric(a: Values, b: Values, **_: object) -> Values:
        return distances[a.astype(int), b.astype(int)]

    return krippendorff.alpha(values, value_domain=np.arange(len(distances)), level_of_measurement=metric)


def check_sets(score: Score) -> None:
    """Compare alpha on sets of codes with krippendorff, given MASI as its metric."""
    rng = np.random.default_rng(11)
    for _ in range(N_TABLES):
        n_units, n_readings, n_codes = rng.integers(1, 40), rng.integers(2, 5), rng.integers(1, 5)
        answers = (rng.random((n_units, n_readings, n_codes)) < rng.choice([0.05, 0.3, 0.6])).astype(np.int8)
        answers[rng.random((n_units, n_readings)) < rng.choice([0.0, 0.3])] = MISSING
        sets, numbers = np.unique(answers.reshape(-1, n_codes), axis=0, return_inverse=True)
        values = np.where((answers == MISSING).any(2), np.nan, numbers.reshape(n_units, n_readings)).T
        oracle = quiet(partial(krippendorff_of_sets, agreement.masi_distances(sets == 1)), values)
        given = values[:, (~np.isnan(values)).sum(0) > 1]
        one_value = len(np.unique(given[~np.isnan(given)])) < 2
        found = SetAgreement.of(answers, np.zeros(n_units, np.int64)).alpha()
        score.add(found, oracle, one_value=one_value)


def check_ranking(score: Score) -> None:
    """Compare average precision with scikit-learn, with ties."""
    rng = np.random.default_rng(13)
    for _ in range(N_TABLES):
        n = rng.integers(1, 100)
        scores, yes = rng.integers(0, 6, n) / 5, rng.random(n) < rng.choice([0.0, 0.05, 0.4])
        oracle = metrics.average_precision_score(yes, scores) if yes.any() else float("nan")
        score.add(agreement.average_precision(scores, yes), oracle, one_value=False)


def bootstrap_seconds(n_units: int, n_clusters: int) -> float:
    """Return how long 2,000 resamples with the intervals of all coefficients of one table take."""
    rng = np.random.default_rng(17)
    answers = (rng.random((n_units, 2)) < 0.1).astype(np.int8)
    clusters = np.sort(rng.integers(0, n_clusters, n_units)) if n_clusters < n_units else np.arange(n_units)
    began = time.perf_counter()
    by_cluster = agreement.sums_by_cluster(agreement.terms(answers), clusters, n_clusters)
    drawn = agreement.resampled(agreement.resamples(n_clusters), by_cluster)
    for one in (*agreement.OF_TWO, *agreement.OF_ANY):
        agreement.interval_of(one.over(drawn), n_clusters)
    return time.perf_counter() - began


def main() -> int:
    """Print the tables; return 1 when a goal is missed."""
    scores = check_coefficients()
    check_sets(scores.setdefault(("krippendorff", "masi_alpha"), Score()))
    check_ranking(scores.setdefault(("scikit-learn", "average_precision"), Score()))
    print(f"{N_TABLES:,} random tables each; equal to {TOLERANCE:g}")
    head = "coefficient", "peer", "equal", "undefined", "stricter", "wrong", "largest difference"
    print("{:<22}{:<15}{:>6}{:>11}{:>10}{:>7}{:>20}".format(*head))
    for (peer, name), s in scores.items():
        print(
            f"{name:<22}{peer:<15}{s.n_equal:>6}{s.n_undefined:>11}{s.n_stricter:>10}{s.n_wrong:>7}{s.largest:>20.1e}"
        )
    print("undefined: the peer gives nan or an error too. stricter: only one value is used, the peer gives a number.\n")
    slow = False
    for n_clusters, what in ((47, "47 interviews"), (10_000, "each on its own")):
        seconds = bootstrap_seconds(10_000, n_clusters)
        slow |= seconds >= SECONDS
        print(
            f"2,000 bootstraps of 13 coefficients over 10,000 excerpts, {what}: {seconds:.2f} s (goal {SECONDS:.0f} s)"
        )
    return int(slow or any(score.n_wrong for score in scores.values()))


if __name__ == "__main__":
    sys.exit(main())
