"""How far a word sets one part of the material against another: log-likelihood and log ratio."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
_FOR_ZERO = 0.5


def log_likelihood(a: Sequence[int], b: Sequence[int], n_a: int, n_b: int) -> Values:
    """Return G2, 0 or more, of each word that occurs ``a`` times in ``n_a`` words and ``b`` times in ``n_b``.

    Twice the sum of observed times log (observed / expected) over the word's two frequencies; a frequency of 0 adds
    nothing. Both parts must have words. Source: Dunning (1993); in this form Rayson & Garside (2000).
    """
    observed = np.array([a, b], float)
    expected = observed.sum(0) * np.array([[n_a], [n_b]]) / (n_a + n_b)
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=observed > 0)
    return np.asarray(2 * (observed * np.log(ratio)).sum(0))


def log_ratio(a: Sequence[int], b: Sequence[int], n_a: int, n_b: int) -> Values:
    """Return the binary logarithm of the ratio of relative frequencies: 1 is twice as frequent in A, -1 in B.

    A frequency of 0 counts as half an occurrence, else the ratio would be infinite. Both parts must have words.
    Source: Hardie (2014), log ratio.
    """
    left, right = (np.where(np.array(counts) == 0, _FOR_ZERO, counts).astype(float) for counts in (a, b))
    return np.asarray(np.log2((left / n_a) / (right / n_b)))
