"""Group utterances into candidate codes and find their keywords. The home of hdbscan.

Founders make the clusters: distinct utterances, at most 8,000 of them, that say enough to stand for something. All
others may join the cluster their neighbours are in. What agrees with nothing stays unclustered.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .errors import InputError

DEFAULT_MIN_CLUSTER_SIZE = 6
_MOST_FOUNDERS = 8_000
_FEWEST_WORDS = 4
_ALWAYS_ALLOWED = 100
_MOST_OF = 10  # a group of more than a tenth of the founders is no code
_NEIGHBOURS = 15
_FEWEST_OF = 5  # one in so many neighbours is enough
_SEARCHED_DIMENSIONS = 64
_CLUSTERED_DIMENSIONS = 10
_RESAMPLES = 5
_LEFT_OUT = 0.1
_GRID = 2048  # integers below it have products whose sums float32 holds exactly, whatever the order of summing
_BLOCK = 512
_FOLD = 32
_STOP_WORDS = frozenset(  # what talk is full of
    """
    a about after again all also always am an and any anyway are as at back be because been before being bit bite but
    by can come could do doe does done down each eh else even ever every for from get give go gon had has have having
    he her here hers herself him himself his how i if in into is it its itself just kind know let like little lot made
    make many may maybe me mean might mine more most much must my myself n't na no nor not now of off oh ok okay on
    one only or other our ours out over own perhaps put quite rather really right said same say see she should so some
    something sort still such take tell than that the their theirs them then there these they thing think this those
    though through time to too um up us very want was way we well were what when where which while who whom why will
    with would yeah yes yet you your yours 's 're 've 'll 'd 'm ca wo gonna wanna hm mm uh er ah
    """.split()  # noqa: SIM905  a page of quotation marks would hide the words
)

Vectors = NDArray[np.float32]
Points = NDArray[np.float32]  # whole numbers: directions on a grid
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.floating]
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Clustering:
    """Cluster numbers (from 1, largest first; -1 = unclustered) and strengths (0..1), both of length n.

    A strength is the cosine between an utterance and the mean of its cluster; 0 for the unclustered.
    """

    numbers: Numbers
    strengths: Doubles
    _measured_steadiness: Callable[[], Doubles]

    @property
    def n_clusters(self) -> int:
        """The number of clusters found."""
        return max(0, int(self.numbers.max(initial=0)))

    @cached_property
    def steadiness(self) -> Doubles:
        """One value a cluster, 0..1, measured when first asked for: that takes longer than to cluster.

        It is the mean Jaccard similarity, over the cluster's founders, with the cluster most like it when a tenth of
        the material is left out, in five draws. From .75 on it is called steady, below it shifting.

        Source: Hennig (2007), cluster-wise assessment of cluster stability.
        """
        return self._measured_steadiness()


def cluster(
    vectors: Vectors,
    *,
    min_cluster_size: int = DEFAULT_MIN_CLUSTER_SIZE,
    may_found: Flags | None = None,
    sources: Sequence[int] | None = None,
) -> Clustering:
    """Cluster unit vectors, shape (n, dimensions). The same vectors always give the same clusters.

    Each founder is replaced twice by the mean of its 15 nearest neighbours, which thickens what belongs together;
    ten principal components of that go to HDBSCAN. An utterance left over joins the cluster that most, and at least a
    fifth, of its 15 nearest founders are in, unless it is further from the middle than every founder of it.
    A group of more than a tenth of the founders (and of a hundred) is taken apart or left: it is no code.
    Repeated vectors count once, so a cluster has at least ``min_cluster_size`` distinct members.

    ``may_found``, of length n, says which utterances may found a cluster (default: all). ``sources``, of length n,
    says where each comes from: with ten or more, steadiness leaves out whole sources instead of single utterances.
    Vectors of zeros are unclustered. Too few founders for two clusters give none.
    Raises InputError for vectors that are not finite.

    Source: HDBSCAN, Campello, Moulavi & Sander (2013).
    """
    _check_finite(vectors)
    first, copy_of = _distinct(vectors)
    vectors_once = vectors[first]
    says_something = np.any(vectors_once, axis=1, keepdims=True)[:, 0]
    allowed = says_something if may_found is None else says_something & _any_copy(may_found, copy_of)
    space = _Space.of(vectors_once, allowed, 2 * min_cluster_size)
    if space is None:
        return Clustering(np.full(len(vectors), -1), np.zeros(len(vectors)), lambda: np.zeros(0))
    made = space.made(np.ones(len(space.founders), bool), min_cluster_size)
    labels = np.where(says_something, space.joined(made), -1)
    numbers, order = _largest_first(labels[copy_of])
    groups = None if sources is None else np.asarray(sources)[first][space.founders]
    steadiness = partial(space.steadiness, made, groups, min_cluster_size)
    return Clustering(numbers, _strengths(vectors, numbers), lambda: steadiness()[order])


@dataclass(frozen=True, slots=True)
class _Space:
    """Directions of n distinct vectors, the founders among them, and who is near to whom."""

    directions: Points  # (n, at most 64)
    founders: Numbers  # rows of ``directions``
    near: Numbers  # (n, k): the nearest founders, as positions among the founders
    near_sharpened: Numbers  # (founders, k): the same between founders after one round

    @classmethod
    def of(cls, vectors: Vectors, may_found: Flags, fewest: int) -> Self | None:
        """Choose the founders and find everybody's neighbours among them; None for fewer founders than ``fewest``."""
        founders = np.flatnonzero(may_found)
        if len(founders) > _MOST_FOUNDERS:
            founders = np.sort(np.random.default_rng(1).choice(founders, _MOST_FOUNDERS, replace=False))
        if len(founders) < fewest:
            return None
        directions = _directions_along(vectors, *_principal_axes(vectors[founders], _SEARCHED_DIMENSIONS))
        near = _nearest(directions, directions[founders])
        sharpened = _mean_directions(directions[founders], near[founders])
        return cls(directions, founders, near, _nearest(sharpened, sharpened))

    def made(self, kept: Flags, min_cluster_size: int) -> Numbers:
        """Return a cluster label (from 0, in no order; -1 = none) for each founder, made by those kept."""
        import hdbscan

        points = self.directions[self.founders] * kept[:, None]
        points = _mean_directions(points, self.near[self.founders]) * kept[:, None]
        thickened = _mean_directions(points, self.near_sharpened)[kept] / np.float64(_GRID)
        middle, axes = _principal_axes(thickened, _CLUSTERED_DIMENSIONS)
        largest = max(_ALWAYS_ALLOWED, len(thickened) // _MOST_OF)
        model = hdbscan.HDBSCAN(min_cluster_size=min_cluster_size, max_cluster_size=largest, core_dist_n_jobs=1)
        labels = np.full(len(self.founders), -1)
        labels[kept] = model.fit_predict(np.round((thickened - middle) @ axes, 6))
        return labels

    def steadiness(self, made: Numbers, sources: NDArray[np.int64] | None, min_cluster_size: int) -> Doubles:
        """Return how many of each cluster's founders come back when a tenth of the founders is left out, 0..1."""
        n_clusters = int(made.max(initial=-1)) + 1
        found_again = [
            _jaccard(made[kept], self.made(kept, min_cluster_size)[kept], n_clusters)
            for kept in _leave_out(len(made), sources)
        ]
        return np.asarray(np.mean(found_again, axis=0))

    def joined(self, made_by: Numbers) -> Numbers:
        """Return labels for all n: who has none joins the cluster that its neighbours are in, if near enough."""
        labels = np.full(len(self.directions), -1)
        labels[self.founders] = made_by
        if made_by.max() < 0:
            return labels
        founding = self.founders[made_by >= 0]
        middles = _unit(_sums(self.directions[founding], labels[founding]))
        weakest = np.full(len(middles), np.inf)
        np.minimum.at(weakest, labels[founding], _cosines(self.directions[founding], middles[labels[founding]]))
        left = np.flatnonzero(labels < 0)
        asked = _majority(made_by[self.near[left]])
        near_enough = (asked >= 0) & (_cosines(self.directions[left], middles[asked]) >= weakest[asked])
        labels[left[near_enough]] = asked[near_enough]
        return labels


def _check_finite(vectors: Vectors) -> None:
    n_broken = int((~np.isfinite(vectors).all(axis=1)).sum()) if len(vectors) else 0
    if n_broken:
        what = f"{n_broken:,} of {len(vectors):,} are not finite numbers"
        raise InputError("vectors", what, "Take another model.")


def _any_copy(flags: Flags, copy_of: Numbers) -> Flags:
    return np.asarray(np.bincount(copy_of, weights=flags) > 0)


def _distinct(vectors: Vectors) -> tuple[Numbers, Numbers]:
    """Return the first row of each distinct vector, and for every row which of these it repeats."""
    seen: dict[bytes, int] = {}
    copy_of = np.array([seen.setdefault(row.tobytes(), len(seen)) for row in vectors], np.int64)
    return np.unique(copy_of, return_index=True)[1].astype(np.int64), copy_of


def _blocks(rows: Numbers) -> Iterator[Numbers]:
    for start in range(0, len(rows), _BLOCK * _FOLD):
        yield rows[start : start + _BLOCK * _FOLD]


def _principal_axes(points: Floats, n_dimensions: int) -> tuple[Doubles, Doubles]:
    """Return the middle of the points and their principal axes as columns, the longest first."""
    middle = points.mean(axis=0, dtype=np.float64)
    centred = points - middle
    _, axes = np.linalg.eigh(centred.T @ centred)
    return middle, axes[:, ::-1][:, :n_dimensions]


def _directions_along(vectors: Vectors, middle: Doubles, axes: Doubles) -> Points:
    blocks = range(0, len(vectors), _BLOCK)
    return np.concatenate([_on_grid((vectors[start : start + _BLOCK] - middle) @ axes) for start in blocks])


def _on_grid(points: Floats) -> Points:
    """Round unit vectors to whole numbers, so that their products are exact with any number of threads."""
    return np.rint(_unit(points) * _GRID).astype(np.float32)


def _unit(points: Floats) -> Floats:
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.where(lengths > 0, lengths, 1))


def _mean_directions(points: Points, near: Numbers) -> Points:
    return np.concatenate([_on_grid(points[block].sum(axis=1)) for block in _blocks(near)])


def _nearest(of: Points, among: Points) -> Numbers:
    """Return the places of the 15 nearest, shape (of, k); fewer than 15 where ``among`` is small.

    Exact: columns are folded 32 times, and the largest of each fold found; the k nearest lie in the k folds with the
    largest, so only these are looked at.
    """
    n = len(among)
    k = min(_NEIGHBOURS, max(2, n // 4))
    n_folds = max(-(-n // _FOLD), k)
    columns = np.zeros((n_folds * _FOLD, among.shape[1]), np.float32)
    columns[:n] = among
    columns = np.ascontiguousarray(columns.T)
    nearest = np.empty((len(of), k), np.int64)
    for start in range(0, len(of), _BLOCK):
        similar = of[start : start + _BLOCK] @ columns
        similar[:, n:] = -np.inf
        best = similar.reshape(len(similar), _FOLD, n_folds).max(axis=1)
        folds = np.argpartition(-best, k - 1, axis=1)[:, :k]
        places = (folds[:, :, None] + np.arange(_FOLD) * n_folds).reshape(len(similar), -1)
        top = np.argpartition(-np.take_along_axis(similar, places, axis=1), k - 1, axis=1)[:, :k]
        nearest[start : start + _BLOCK] = np.take_along_axis(places, top, axis=1)
    return nearest


def _majority(labels: Numbers) -> Numbers:
    """Return the label most frequent in each row, of at least a fifth of it; -1 where there is none."""
    most = np.concatenate([_most_frequent(block) for block in _blocks(labels)]) if len(labels) else labels[:, :1]
    return most.ravel()


def _most_frequent(labels: Numbers) -> Numbers:
    labels = np.sort(labels, axis=1)
    times = np.where(labels < 0, 0, (labels[:, :, None] == labels[:, None, :]).sum(axis=2))
    best = times.argmax(axis=1)[:, None]
    enough = np.take_along_axis(times, best, axis=1) * _FEWEST_OF >= labels.shape[1]
    return np.where(enough, np.take_along_axis(labels, best, axis=1), -1)


def _sums(points: Points, labels: Numbers) -> Doubles:
    members = sparse.csr_array((np.ones(len(labels)), (labels, np.arange(len(labels)))))
    return np.asarray(members @ points)


def _cosines(some: Floats, others: Floats) -> Doubles:
    return np.asarray(np.einsum("ij,ij->i", _unit(some), _unit(others), dtype=np.float64))


def _leave_out(n: int, sources: NDArray[np.int64] | None) -> Iterator[Flags]:
    """Draw five times which of n to keep: nine tenths of the sources where there are ten, else of the n.

    Sources are drawn by the order in which they first come, whatever their numbers.
    """
    rng = np.random.default_rng(2)  # not the founders' draw, or it would leave out the founders
    units = np.arange(n) if sources is None or len(np.unique(sources)) < 1 / _LEFT_OUT else sources
    names = units[np.sort(np.unique(units, return_index=True)[1])]
    for _ in range(_RESAMPLES):
        yield ~np.isin(units, rng.choice(names, round(len(names) * _LEFT_OUT), replace=False))


def _jaccard(labels: Numbers, others: Numbers, n_clusters: int) -> Doubles:
    """Return for each cluster its Jaccard similarity with the one most like it in the other labelling."""
    n_others = int(others.max(initial=-1)) + 1
    if n_others == 0:
        return np.zeros(n_clusters)
    both = (labels >= 0) & (others >= 0)
    shared = np.bincount(labels[both] * n_others + others[both], minlength=n_clusters * n_others)
    shared = shared.reshape(n_clusters, n_others)
    sizes = np.bincount(labels[labels >= 0], minlength=n_clusters)[:, None]
    other_sizes = np.bincount(others[others >= 0], minlength=n_others)
    return np.asarray((shared / np.maximum(1, sizes + other_sizes - shared)).max(axis=1))


def _largest_first(labels: Numbers) -> tuple[Numbers, Numbers]:
    """Return numbers from 1 for the labels, the largest cluster first, and the labels in that order."""
    found, first, sizes = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = found[np.lexsort((first, -sizes))]
    number = np.full(int(labels.max(initial=-1)) + 2, -1)
    number[order] = np.arange(1, len(order) + 1)
    return number[labels], order


def _strengths(vectors: Vectors, numbers: Numbers) -> Doubles:
    inside = numbers > 0
    strengths = np.zeros(len(vectors))
    if inside.any():
        middles = _sums(vectors[inside], numbers[inside])
        strengths[inside] = np.clip(_cosines(vectors[inside], middles[numbers[inside]]), 0, 1)
    return strengths


def can_found(documents: Sequence[Sequence[str]]) -> Flags:
    """Say which utterances (lists of lemmas) say enough to found a cluster: four words, one of them telling.

    "I don't know" and "Yes, exactly" resemble each other by what they lack, and would make the largest clusters.
    Of utterances with the same words the first alone may found.
    """
    seen: set[tuple[str, ...]] = set()
    chosen = np.zeros(len(documents), bool)
    for i, document in enumerate(documents):
        words = tuple(word for word in document if word[:1].isalpha())
        chosen[i] = len(words) >= _FEWEST_WORDS and words not in seen and any(map(_is_telling, words))
        seen.add(words)
    return chosen


def _is_telling(word: str) -> bool:
    return len(word) > 1 and word.replace("-", "").isalpha() and word not in _STOP_WORDS


def keywords(documents: Sequence[Sequence[str]], numbers: NDArray[np.int64], *, n_words: int = 6) -> list[list[str]]:
    """Return the words that set each cluster apart, best first; ``documents`` are lemmas, one list an utterance.

    Source: class-based TF-IDF, Grootendorst (2022): tf * log(1 + mean words a cluster / frequency of the word).
    Words that occur in one utterance of a cluster only are left out where others are to be had.
    """
    n_clusters = int(numbers.max(initial=0))
    counts: list[Counter[str]] = [Counter() for _ in range(n_clusters)]
    spread: list[Counter[str]] = [Counter() for _ in range(n_clusters)]
    total: Counter[str] = Counter()
    for words, number in zip(documents, numbers, strict=True):
        content = list(filter(_is_telling, words))
        total.update(content)
        if number > 0:
            counts[number - 1].update(content)
            spread[number - 1].update(set(content))
    mean_words = sum(total.values()) / max(1, n_clusters)
    return [_best_words(count, seen, total, mean_words, n_words) for count, seen in zip(counts, spread, strict=True)]


def _best_words(
    count: Counter[str], seen: Counter[str], total: Counter[str], mean_words: float, n_words: int
) -> list[str]:
    n = max(1, sum(count.values()))
    score = {word: (seen[word] > 1, times / n * np.log1p(mean_words / total[word])) for word, times in count.items()}
    return sorted(score, key=lambda word: (tuple(-value for value in score[word]), word))[:n_words]


def as_said(words: Sequence[Sequence[str]], said: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return base forms as they are mostly said; ``said`` are (base form, word) of the whole material.

    A look-up takes "number" for a form of "numb"; a reader should see what stands in the text.
    """
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for base, word in said:
        forms[base][word] += 1
    most = {base: min(words, key=lambda word: (-words[word], word)) for base, words in forms.items()}
    return [[most.get(base, base) for base in own] for own in words]
