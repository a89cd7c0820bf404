"""Join the sources into one score a theme: a logistic function of meaning and words, moved by what was decided."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..evidence import Labelled
from ..resources import shipped

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

_PRIOR = np.diag([0.25, 4.0, 4.0])  # how firmly intercept and slopes are held before decisions move them
_HELD_BACK = 20
_ONE_SIDED_95 = 1.645


@dataclass(frozen=True, slots=True)
class Fusion:
    """What joins the sources, fitted for one embedding model: log odds = slopes · (meaning, words) - line.

    ``lines`` are those of the shipped themes. Another is suggested where its words alone make a half, or its meaning
    says as much.
    """

    slopes: tuple[float, float]
    lines: Mapping[str, float] = field(default_factory=dict)

    def of(self, themes: Sequence[str]) -> Floats:
        """Return intercept and slopes a theme, (themes, 3)."""
        meaning, words = self.slopes
        return np.array([(-self.lines.get(theme, np.log(2) * words), meaning, words) for theme in themes]).reshape(
            -1, 3
        )


def shipped_fusion(model: str) -> Fusion:
    """Return the fusion fitted for an embedding model, that of the default model for one we do not know."""
    fitted = tomllib.loads((shipped("models") / "suggester.toml").read_text(encoding="utf-8"))
    return Fusion(**fitted.get(model, fitted["minilm"]))


def chance(logits: Floats) -> Floats:
    """Return log odds as chances, 0..1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))))


def refitted(
    coefficients: Floats, features: Floats, themes: Sequence[str], decided: Sequence[Labelled | None]
) -> Floats:
    """Move intercept and slopes, (themes, 3), to what was decided, where a theme has both yes and no."""
    moved = coefficients.copy()
    for j, theme in enumerate(themes):
        rows, said = _said(theme, decided)
        if said.any() and not said.all():
            moved[j] = _logistic(features[rows, j], said, coefficients[j])
    return moved


def _said(theme: str, decided: Sequence[Labelled | None]) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return the utterances of which a theme was decided, and whether they carry it."""
    said = {i: one.carries[theme] for i, one in enumerate(decided) if one is not None and theme in one.carries}
    return np.array(list(said), np.int64), np.array(list(said.values()), bool)


def _logistic(features: Floats, said: NDArray[np.bool_], prior: Floats) -> Floats:
    """Fit a logistic regression by Newton's method, held to ``prior`` (intercept, two slopes) by a normal prior."""
    design = np.column_stack([np.ones(len(features)), features])
    beta = prior.copy()
    for _ in range(50):
        expected = chance(design @ beta)
        gradient = design.T @ (said - expected) - _PRIOR @ (beta - prior)
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design + _PRIOR
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-8:
            break
    return beta


def abstaining(themes: Sequence[str], logits: Floats, decided: Sequence[Labelled | None]) -> dict[str, str]:
    """Return why themes abstain: held-back yes and no are not told apart (one-sided 95 %), twenty of each at least.

    Source: standard error of the area under the curve, Hanley & McNeil (1982), Radiology 143, 29-36.
    """
    reasons = {}
    for j, theme in enumerate(themes):
        rows, said = _said(theme, decided)
        if min(said.sum(), (~said).sum()) < _HELD_BACK:
            continue
        area, error = _area_under_the_curve(logits[rows, j], said)
        if area - _ONE_SIDED_95 * error <= 0.5:
            reasons[theme] = (
                f"of utterances people decided on, it does not tell the {said.sum():,} that fit from the"
                f" {(~said).sum():,} that do not (area under the curve {area:.2f}, standard error {error:.2f})"
            )
    return reasons


def _area_under_the_curve(logits: Floats, said: NDArray[np.bool_]) -> tuple[float, float]:
    from sklearn.metrics import roc_auc_score

    area, n_yes, n_no = float(roc_auc_score(said, logits)), int(said.sum()), int((~said).sum())
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (area * (1 - area) + (n_yes - 1) * (q1 - area**2) + (n_no - 1) * (q2 - area**2)) / (n_yes * n_no)
    return area, float(np.sqrt(max(0.0, variance)))
