"""Group utterances into candidate codes and find their keywords. The home of hdbscan."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFAULT_MIN_CLUSTER_SIZE = 6
_NEIGHBOURS = 15
_ROUNDS = 2
_DIMENSIONS = 10
_BLOCK = 1024
_STOP_WORDS = frozenset(  # what talk is full of
    """
    a about after again all also always am an and any anyway are as at back be because been before being but by can
    come could do does done down each eh else even ever every for from get give go had has have having he her here
    hers herself him himself his how i if in into is it its itself just kind know let like little lot made make many
    may maybe me mean might mine more most much must my myself n't no nor not now of off oh ok okay on one only or
    other our ours out over own perhaps put quite rather really right said same say see she should so some something
    sort still such take tell than that the their theirs them then there these they thing think this those though
    through time to too um up us very want was way we well were what when where which while who whom why will with
    would yeah yes yet you your yours 's 're 've 'll 'd 'm ca wo gonna wanna hm mm uh er ah
    """.split()  # noqa: SIM905  a page of quotation marks would hide the words
)


@dataclass(frozen=True, slots=True)
class Clustering:
    """Cluster numbers (from 1, largest first; -1 = unclustered) and strengths (0..1), both of length n.

    A strength is the cosine between an utterance and the mean of its cluster; 0 for the unclustered.
    """

    numbers: NDArray[np.int64]
    strengths: NDArray[np.float64]

    @property
    def n_clusters(self) -> int:
        """The number of clusters found."""
        return int(self.numbers.max(initial=0)) if (self.numbers > 0).any() else 0


def cluster(vectors: NDArray[np.float32], *, min_cluster_size: int = DEFAULT_MIN_CLUSTER_SIZE) -> Clustering:
    """Cluster unit vectors, shape (n, dimensions). The same vectors always give the same clusters.

    Each vector is replaced twice by the mean of its 15 nearest neighbours, which thickens what belongs
    together; ten principal components of that go to HDBSCAN. Fewer vectors than two clusters need, or
    vectors that are all alike, give no clusters.

    Source: HDBSCAN, Campello, Moulavi & Sander (2013).
    """
    n = len(vectors)
    distinct = len(np.unique(vectors, axis=0)) if n else 0
    if n < 2 * min_cluster_size or distinct < max(3, min_cluster_size):
        return Clustering(np.full(n, -1), np.zeros(n))
    import hdbscan

    reduced = _components(_sharpen(vectors.astype(np.float64)))
    labels = hdbscan.HDBSCAN(
        min_cluster_size=min_cluster_size, min_samples=min(5, min_cluster_size), core_dist_n_jobs=1
    ).fit_predict(reduced)
    numbers = _largest_first(np.asarray(labels))
    return Clustering(numbers, _strengths(vectors, numbers))


def _sharpen(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    for _ in range(_ROUNDS):
        means = np.empty_like(vectors)
        k = min(_NEIGHBOURS, max(2, len(vectors) // 4))
        for start in range(0, len(vectors), _BLOCK):
            similar = vectors[start : start + _BLOCK] @ vectors.T
            nearest = np.argpartition(-similar, k - 1, axis=1)[:, :k]
            means[start : start + _BLOCK] = vectors[np.sort(nearest, axis=1)].mean(axis=1)
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        vectors = np.divide(means, lengths, out=np.zeros_like(means), where=lengths > 0)
    return vectors


def _components(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    return np.asarray(centred @ axes[:, ::-1][:, :_DIMENSIONS])


def _largest_first(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    sizes = Counter(labels[labels >= 0].tolist())
    first = {label: int(np.argmax(labels == label)) for label in sizes}
    ranked = sorted(sizes, key=lambda label: (-sizes[label], first[label]))
    number = {label: n for n, label in enumerate(ranked, start=1)}
    return np.array([number.get(int(label), -1) for label in labels], np.int64)


def _strengths(vectors: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    strengths = np.zeros(len(vectors))
    for number in range(1, int(numbers.max(initial=0)) + 1):
        members = numbers == number
        centre = vectors[members].mean(axis=0)
        length = float(np.linalg.norm(centre))
        if length > 0:
            strengths[members] = np.clip(vectors[members] @ (centre / length), 0, 1)
    return strengths


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
        content = [word for word in words if len(word) > 1 and word[0].isalpha() and word not in _STOP_WORDS]
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
