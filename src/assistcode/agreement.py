"""Agreement between two or more readings of the same units. Undefined is said with its reason.

An *answer* is 1 (yes, the code is here), 0 (no) or -1 (this reading has not answered); answers are arrays
(units, readings). Every coefficient on one code follows from sums over the units, so that a bootstrap is one
product of matrices.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Answers = NDArray[np.int8]
Values = NDArray[np.float64]

MISSING = -1
NO_UNIT = "no unit was reviewed by both"
NO_DECISION = "no decision yet"
ONE_VALUE = "only one value is used"
N_BOOTSTRAPS = 2000
LEVEL = 0.95
_ENOUGH = 0.9  # of the resamples must have a value before an interval is given


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval, or the reason why there is none."""

    low: float | None
    high: float | None
    reason: str = ""

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"undefined: {self.reason}"
        return f"{_two_decimals(self.low)} to {_two_decimals(self.high)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A coefficient, or the reason why there is none."""

    value: float | None
    reason: str = ""

    def __str__(self) -> str:
        return f"undefined: {self.reason}" if self.value is None else _two_decimals(self.value)


def _two_decimals(value: float) -> str:
    """Return a value as people read it; no minus before a zero."""
    return f"{round(value, 2) + 0.0:.2f}"


class Sums(NamedTuple):
    """Sums over units. y is a unit's number of yes, r its number of answers; "pairable" units have r of 2 or more.

    The first four are the cells of the 2 x 2 table of exactly two readings.
    """

    both: Values
    only_a: Values
    only_b: Values
    neither: Values
    answered: Values  # units with r >= 1
    pairable: Values  # units
    agreeing: Values  # share of a unit's pairs that agree
    yes_share: Values  # y / r, of all answered units
    answers: Values  # r, of pairable units
    yes: Values  # y, of pairable units
    yes_pairs: Values  # y (y - 1)
    yes_chances: Values  # y (r - 1)
    no_pairs: Values
    no_chances: Values
    split: Values  # y (r - y) / (r - 1)

    @property
    def n(self) -> Values:
        """The number of units with a pair of answers."""
        return self.pairable


def terms(answers: Answers) -> Values:
    """Return what each unit adds to ``Sums``: (units, readings) to (units, 15)."""
    y, r = (answers == 1).sum(1).astype(float), (answers != MISSING).sum(1).astype(float)
    no, is_pair = r - y, r >= 2
    pairs = np.where(is_pair, r * (r - 1), 1)
    cells = np.zeros((4, len(answers)))
    if answers.shape[1] == 2:
        a, b = answers.T
        cells = np.stack([(a == x) & (b == z) for x, z in ((1, 1), (1, 0), (0, 1), (0, 0))]).astype(float)
    of_pairs = (
        np.ones_like(r), (y * (y - 1) + no * (no - 1)) / pairs, y / np.maximum(r, 1), r, y,
        y * (y - 1), y * (r - 1), no * (no - 1), no * (r - 1), y * no / np.maximum(r - 1, 1),
    )  # fmt: skip
    columns = [*cells, r >= 1, *(np.where(is_pair, column, 0) for column in of_pairs)]
    columns[Sums._fields.index("yes_share")] = y / np.maximum(r, 1)
    return np.stack(columns, axis=1).astype(float)


_CELLS = terms(np.array([[1, 1], [1, 0], [0, 1], [0, 0]], np.int8))


@dataclass(frozen=True, slots=True)
class Table:
    """The 2 x 2 table of readings A and B: both yes, only A, only B, neither."""

    both: int
    only_a: int
    only_b: int
    neither: int

    @property
    def n(self) -> int:
        """The number of units."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def sums(self) -> Sums:
        """The table as sums over its units."""
        return Sums(*(np.array([self.both, self.only_a, self.only_b, self.neither], float) @ _CELLS))

    @classmethod
    def of(cls, sums: Sums) -> "Table":
        """Return the table in sums over units of two readings."""
        return cls(*(round(float(cell)) for cell in sums[:4]))


@dataclass(frozen=True)
class Coefficient:
    """A formula over sums; ``reason`` says why it is undefined when there are units and still no value."""

    name: str
    formula: Callable[[Sums], Values]
    reason: str
    __doc__: str | None = None

    def __call__(self, counted: Table | Sums) -> Figure:
        """Return the figure of a table, or of sums over units."""
        sums = counted.sums if isinstance(counted, Table) else counted
        value = float(self.over(sums))
        if np.isfinite(value):
            return Figure(value)
        return Figure(None, self.reason if sums.n else NO_UNIT)

    def over(self, sums: Sums) -> Values:
        """Return the values of many sums at once, nan where undefined."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.formula(sums), float)


def coefficient(reason: str, *, name: str | None = None) -> Callable[[Callable[[Sums], Values]], Coefficient]:
    """Make a coefficient of a formula, with the reason why it may be undefined."""
    return lambda formula: Coefficient(name or formula.__name__, formula, reason, formula.__doc__)


# ---------------------------------------------------------------- A measured by B


@coefficient("the first reading never says yes")
def precision(s: Sums) -> Values:
    """Return the share of A's yes that B confirms."""
    return s.both / (s.both + s.only_a)


@coefficient("the second reading never says yes")
def recall(s: Sums) -> Values:
    """Return the share of B's yes that A has."""
    return s.both / (s.both + s.only_b)


@coefficient("neither reading says yes")
def f1(s: Sums) -> Values:
    """Return the harmonic mean of precision and recall; the same number as positive agreement."""
    return 2 * s.both / (2 * s.both + s.only_a + s.only_b)


@coefficient(ONE_VALUE, name="kappa")
def cohen_kappa(s: Sums) -> Values:
    """Return (Po - Pe) / (1 - Pe), Pe the sum over yes and no of the product of the two margins; two readings.

    Written over the counts, so that 1 - Pe is exactly 0 when both use one and the same value throughout.
    Source: Cohen (1960).
    """
    a, b, c, d = s.both, s.only_a, s.only_b, s.neither
    return 2 * (a * d - b * c) / ((a + b) * (b + d) + (a + c) * (c + d))


@coefficient(NO_UNIT)
def prevalence_index(s: Sums) -> Values:
    """Return (a - d) / n, -1..1: how much more often both say yes than both say no. Source: Byrt et al. (1993)."""
    return (s.both - s.neither) / s.n


@coefficient(NO_UNIT)
def bias_index(s: Sums) -> Values:
    """Return (b - c) / n, -1..1: how much more often A alone says yes than B alone. Source: Byrt et al. (1993)."""
    return (s.only_a - s.only_b) / s.n


# ---------------------------------------------------------------- two or more readings, answers may be missing


@coefficient(NO_UNIT)
def raw_agreement(s: Sums) -> Values:
    """Return the share of pairs of answers that agree, averaged over units."""
    return s.agreeing / s.pairable


@coefficient("neither reading says yes")
def positive_agreement(s: Sums) -> Values:
    """Return agreement on where the code is; 2a / (2a + b + c) for two readings.

    Source: Cicchetti & Feinstein (1990); for more readings Spitzer & Fleiss (1974).
    """
    return s.yes_pairs / s.yes_chances


@coefficient("neither reading says no")
def negative_agreement(s: Sums) -> Values:
    """Return agreement on where the code is not; 2d / (2d + b + c) for two readings. Source: as positive agreement."""
    return s.no_pairs / s.no_chances


@coefficient(ONE_VALUE)
def krippendorff_alpha(s: Sums) -> Values:
    """Return 1 - Do / De for nominal values, over pairable units. Source: Krippendorff (2011), Computing alpha."""
    return 1 - (s.answers - 1) * s.split / (s.yes * (s.answers - s.yes))


@coefficient(ONE_VALUE)
def gwet_ac1(s: Sums) -> Values:
    """Return (Pa - Pe) / (1 - Pe), Pe = 2 p (1 - p), p the mean share of yes. Source: Gwet (2008), eq. 8 and 9."""
    p = _yes_share(s)
    expected = 2 * p * (1 - p)
    return _where_two_values(s, (s.agreeing / s.pairable - expected) / (1 - expected))


@coefficient(ONE_VALUE)
def pabak(s: Sums) -> Values:
    """Return 2 Pa - 1: kappa as if yes and no were equally common. Source: Byrt et al. (1993)."""
    return _where_two_values(s, 2 * s.agreeing / s.pairable - 1)


@coefficient(ONE_VALUE)
def fleiss_kappa(s: Sums) -> Values:
    """Return (Pa - Pe) / (1 - Pe), Pe = p² + (1 - p)². Source: Fleiss (1971); missing answers as Gwet (2014), ch. 2."""
    p = _yes_share(s)
    expected = p**2 + (1 - p) ** 2
    return _where_two_values(s, (s.agreeing / s.pairable - expected) / (1 - expected))


def _yes_share(s: Sums) -> Values:
    return s.yes_share / s.answered


def _where_two_values(s: Sums, values: Values) -> Values:
    """Leave out what only looks like a value: chance cannot be told from agreement when all say the same."""
    return np.where((s.yes_share > 0) & (s.yes_share < s.answered), values, np.nan)


OF_TWO = (precision, recall, f1, cohen_kappa, prevalence_index, bias_index)
OF_ANY = (
    raw_agreement, positive_agreement, negative_agreement, krippendorff_alpha, gwet_ac1, pabak, fleiss_kappa,
)  # fmt: skip


# ---------------------------------------------------------------- sets of codes


def masi_distances(sets: NDArray[np.bool_]) -> Values:
    """Return the distance 0..1 of every pair of sets, each a row (sets, codes); two empty sets are at 0.

    1 - Jaccard x M, M = 1 for equal sets, 2/3 for a subset, 1/3 for an overlap, 0 for disjoint ones.
    Source: Passonneau (2006).
    """
    members = sets.astype(float)
    shared = members @ members.T
    size = members.sum(1)
    union = size[:, None] + size[None, :] - shared
    jaccard = np.divide(shared, union, out=np.ones_like(shared), where=union > 0)
    smaller = np.minimum(size[:, None], size[None, :])
    monotonicity = np.select([shared == union, shared == smaller, shared > 0], [1, 2 / 3, 1 / 3], 0.0)
    return np.asarray(1 - jaccard * monotonicity, float)


@dataclass(frozen=True, slots=True)
class SetAgreement:
    """Krippendorff's alpha on whole sets of codes, in sums over clusters of units.

    ``split`` (clusters,): the disagreement within units; ``values`` (clusters, sets): how often each set was
    given; ``distances`` (sets, sets).
    """

    split: Values
    values: Values
    distances: Values

    @classmethod
    def of(cls, answers: Answers, clusters: NDArray[np.int64]) -> "SetAgreement":
        """Count answers (units, readings, codes); a set counts where the reading has answered every code.

        ``clusters`` (units,) numbers each unit's cluster from 0. Units with fewer than two sets do not enter.
        """
        is_set = (answers != MISSING).all(2)
        kept = is_set.sum(1) >= 2
        answers, is_set, clusters = answers[kept], is_set[kept], clusters[kept]
        n_clusters = int(clusters.max(initial=-1)) + 1
        sets, which = np.unique(answers[is_set] == 1, axis=0, return_inverse=True)
        number = np.zeros(is_set.shape, int)
        number[is_set] = which.reshape(-1)
        distances = masi_distances(sets)
        values = np.zeros((n_clusters, len(sets)))
        np.add.at(values, (np.broadcast_to(clusters[:, None], is_set.shape)[is_set], number[is_set]), 1)
        split = np.zeros(len(is_set))
        for i in range(is_set.shape[1]):
            for j in range(i):
                pair = is_set[:, i] & is_set[:, j]
                split[pair] += 2 * distances[number[pair, i], number[pair, j]]
        per_unit = split / np.maximum(is_set.sum(1) - 1, 1)
        return cls(np.bincount(clusters, per_unit, n_clusters).astype(float), values, distances)

    def alpha(self) -> Figure:
        """Return 1 - Do / De. Source: Krippendorff (2011)."""
        value = float(self._alphas(np.ones((1, len(self.split))))[0]) if self.values.sum() else np.nan
        if np.isfinite(value):
            return Figure(value)
        return Figure(None, "only one set of codes is used" if self.values.sum() else NO_UNIT)

    def interval(self, weights: Values) -> Interval:
        """Return the interval of alpha over resamples (resamples, clusters) of the clusters."""
        return interval_of(self._alphas(weights[:, : len(self.split)]), weights.shape[1])

    def _alphas(self, weights: Values) -> Values:
        values = weights @ self.values
        n = values.sum(1)
        expected = ((values @ self.distances) * values).sum(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(expected > 0, 1 - (n - 1) * (weights @ self.split) / expected, np.nan)


# ---------------------------------------------------------------- ranked suggestions


def average_precision(scores: Sequence[float] | Values, yes: Sequence[bool] | NDArray[np.bool_]) -> Figure:
    """Return the mean precision over the recall steps of falling scores; equal scores are one step.

    Source: Manning, Raghavan & Schütze (2008), ch. 8; the step-wise sum of scikit-learn.
    """
    hit = np.asarray(yes, bool)
    if not len(hit):
        return Figure(None, NO_UNIT)
    if not hit.any():
        return Figure(None, "the second reading never says yes")
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    ranked, found = np.asarray(scores, float)[order], np.cumsum(hit[order])
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    steps = np.diff(found[ends], prepend=0) / found[-1]
    return Figure(float((steps * found[ends] / (ends + 1)).sum()))


# ---------------------------------------------------------------- intervals


def sums_by_cluster(unit_terms: Values, clusters: NDArray[np.int64], n_clusters: int) -> Values:
    """Add up the terms (units, terms) of each cluster: (clusters, terms)."""
    return np.stack([np.bincount(clusters, column, n_clusters) for column in unit_terms.T], axis=1)


def resamples(n_clusters: int, n: int = N_BOOTSTRAPS, seed: int = 1) -> Values:
    """Return how often each cluster is drawn in ``n`` resamples with replacement: (n, clusters).

    The same seed gives the same draws. Source: Field & Welsh (2007), the cluster bootstrap.
    """
    draws = np.random.default_rng(seed).integers(0, max(n_clusters, 1), (n, n_clusters), dtype=np.int64)
    places = draws + np.arange(n)[:, None] * n_clusters
    return np.bincount(places.ravel(), minlength=n * n_clusters).reshape(n, n_clusters).astype(float)


def resampled(weights: Values, cluster_sums: Values) -> Sums:
    """Return the sums of every resample, each field of shape (resamples,)."""
    return Sums(*(weights @ cluster_sums).T)


def interval_of(values: Values, n_clusters: int) -> Interval:
    """Return the middle 95 % of resampled values (percentile bootstrap), or why there is no interval."""
    if n_clusters < 2:
        return Interval(None, None, "it takes two interviews or more")
    defined = values[np.isfinite(values)]
    if len(defined) < _ENOUGH * len(values):
        return Interval(None, None, "too often undefined when interviews are drawn anew")
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Interval(float(low), float(high))


def wilson(k: int, n: int) -> Interval:
    """Return the 95 % score interval of a share of ``k`` in ``n``.

    Source: Wilson (1927), without continuity correction.
    """
    if n == 0:
        return Interval(None, None, NO_DECISION)
    z2 = NormalDist().inv_cdf((1 + LEVEL) / 2) ** 2
    middle, half = (k + z2 / 2) / (n + z2), math.sqrt(z2 * (k * (n - k) / n + z2 / 4)) / (n + z2)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def total(cluster_sums: Any) -> Sums:  # noqa: ANN401  an array (clusters, terms)
    """Return the sums over all clusters."""
    return Sums(*np.asarray(cluster_sums).sum(0))
