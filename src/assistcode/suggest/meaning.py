"""Learn from labelled sentences what texts mean: kernel ridge regression on sentence vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WIDTH = 3.0
_RIDGE = 0.3

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was learned: ``vectors`` (n, dimensions) of the labelled texts and their ``weights`` (n, columns).

    ``held_out`` (n, columns) is what each labelled text would be given if it had been left out.
    """

    vectors: Vectors
    weights: Floats
    held_out: Floats

    def lean(self, similar: Vectors) -> Floats:
        """Return how far texts lean to each column, (m, columns), from their cosines with the labelled, (m, n)."""
        return _kernel(similar).astype(np.float64) @ self.weights


def learn(vectors: Vectors, targets: Floats) -> Meaning:
    """Learn columns of targets, (n, columns), from unit vectors, (n, dimensions). Deterministic.

    A target of 0 says nothing. What each text would be given without itself comes in closed form.

    Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, sections 2.2 and 5.4.2; the
    Gaussian kernel exp(-3 |a - b|²) of unit vectors, with a ridge of 0.3.
    """
    if not len(vectors):
        return Meaning(vectors, targets, targets)
    inverse = _inverse(_kernel(vectors @ vectors.T) + np.float32(_RIDGE) * np.eye(len(vectors), dtype=np.float32))
    weights = inverse.astype(np.float64) @ targets
    return Meaning(vectors, weights, targets - weights / np.diag(inverse)[:, None])


def _kernel(similar: Vectors) -> Vectors:
    return np.asarray(np.exp(np.float32(2 * _WIDTH) * (similar - 1)))


def _inverse(matrix: Vectors) -> Vectors:
    """Return the inverse of a symmetric, positive definite matrix; half the work of a general one."""
    from scipy.linalg import lapack

    factor, _ = lapack.spotrf(matrix, lower=True, overwrite_a=True)
    inverse, _ = lapack.spotri(factor, lower=True, overwrite_c=True)
    return np.asarray(np.tril(inverse) + np.tril(inverse, -1).T)
