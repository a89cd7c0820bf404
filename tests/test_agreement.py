"""Coefficients are right, also against other people's code, and undefined ones say why."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics
from statsmodels.stats.inter_rater import cohens_kappa

from assistcode.agreement import (
    Figure,
    Table,
    cohen_kappa,
    f1,
    negative_agreement,
    positive_agreement,
    precision,
    raw_agreement,
    recall,
)

ALL = (precision, recall, f1, raw_agreement, positive_agreement, negative_agreement, cohen_kappa)
COUNTS = st.integers(0, 3) | st.integers(0, 300)
TABLES = st.builds(Table, COUNTS, COUNTS, COUNTS, COUNTS)
NO_UNIT = "no unit was reviewed by both"
ONE_VALUE = "only one value is used"


def readings(table):
    """Return a table as two lists of 1 and 0."""
    counts = [table.both, table.only_a, table.only_b, table.neither]
    return np.repeat([1, 1, 0, 0], counts), np.repeat([1, 0, 1, 0], counts)


def same(figure, oracle):
    """Whether a figure is the oracle's number, or both are undefined."""
    if figure.value is None or math.isnan(oracle):
        return figure.value is None and math.isnan(oracle) and bool(figure.reason)
    return math.isclose(figure.value, oracle, rel_tol=0, abs_tol=1e-9)


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize(
    ("table", "values"),
    [
        # precision, recall, F1, raw, positive, negative, kappa
        (Table(20, 5, 10, 15), (20 / 25, 20 / 30, 40 / 55, 35 / 50, 40 / 55, 30 / 45, 0.4)),
        (Table(45, 15, 25, 15), (45 / 60, 45 / 70, 90 / 130, 0.6, 90 / 130, 30 / 70, 3 / 23)),
        (Table(25, 25, 25, 25), (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0)),
        (Table(3, 0, 0, 7), (1, 1, 1, 1, 1, 1, 1)),
        (Table(0, 5, 5, 0), (0, 0, 0, 0, 0, 0, -1)),
        (Table(0, 1, 0, 9), (0, None, 0, 0.9, 0, 18 / 19, 0)),
    ],
)
def test_by_hand(table, values):
    """The coefficients of a table are those worked out by hand."""
    for coefficient, value in zip(ALL, values, strict=True):
        assert coefficient(table).value == (None if value is None else pytest.approx(value, abs=1e-12))


def test_rare_code():
    """A rare code has high raw agreement, low kappa and low positive agreement, and each is said."""
    table = Table(10, 15, 15, 960)
    assert raw_agreement(table).value == pytest.approx(0.97)
    assert cohen_kappa(table).value == pytest.approx(0.385, abs=5e-4)
    assert positive_agreement(table).value == pytest.approx(0.40)


def test_number_of_units():
    """A table counts its units."""
    assert Table(1, 2, 3, 4).n == 10


# ---------------------------------------------------------------- against others


@settings(max_examples=300, deadline=None)
@given(TABLES)
def test_kappa_is_scikit_learns(table):
    """Kappa is scikit-learn's to 1e-9, and undefined where that is not a number."""
    assume(table.n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = metrics.cohen_kappa_score(*readings(table), labels=[0, 1])
    assert same(cohen_kappa(table), oracle)


@settings(max_examples=300, deadline=None)
@given(TABLES)
def test_kappa_is_statsmodels(table):
    """Kappa is statsmodels' to 1e-9, and undefined where that is not a number."""
    assume(table.n)
    square = np.array([[table.both, table.only_a], [table.only_b, table.neither]], float)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        oracle = float(cohens_kappa(square, return_results=False))
    assert same(cohen_kappa(table), oracle)


@settings(max_examples=300, deadline=None)
@given(TABLES)
def test_shares_are_scikit_learns(table):
    """Precision, recall, F1 and raw agreement are scikit-learn's to 1e-9, B taken as the truth."""
    assume(table.n)
    a, b = readings(table)
    nan = {"zero_division": np.nan}
    assert same(precision(table), metrics.precision_score(b, a, **nan))
    assert same(recall(table), metrics.recall_score(b, a, **nan))
    assert same(positive_agreement(table), metrics.f1_score(b, a, **nan))
    assert same(f1(table), metrics.f1_score(b, a, **nan))
    assert same(negative_agreement(table), metrics.f1_score(b, a, pos_label=0, **nan))
    assert same(raw_agreement(table), metrics.accuracy_score(b, a))


@given(TABLES)
def test_swapping_the_readings(table):
    """Swapping A and B swaps precision and recall and changes no coefficient of agreement."""
    swapped = Table(table.both, table.only_b, table.only_a, table.neither)
    assert precision(table).value == recall(swapped).value
    for coefficient in (f1, raw_agreement, positive_agreement, negative_agreement, cohen_kappa):
        assert coefficient(table) == coefficient(swapped)


@given(TABLES)
def test_in_range(table):
    """A coefficient is a number in its range or a reason, never both and never not-a-number."""
    for coefficient in ALL:
        figure = coefficient(table)
        low = -1 if coefficient is cohen_kappa else 0
        assert (figure.value is None) == bool(figure.reason)
        assert figure.value is None or low <= figure.value <= 1


# ---------------------------------------------------------------- undefined


@pytest.mark.parametrize(
    ("coefficient", "table", "reason"),
    [
        (precision, Table(0, 0, 3, 4), "the first reading never says yes"),
        (recall, Table(0, 3, 0, 4), "the second reading never says yes"),
        (f1, Table(0, 0, 0, 4), "neither reading says yes"),
        (positive_agreement, Table(0, 0, 0, 4), "neither reading says yes"),
        (negative_agreement, Table(4, 0, 0, 0), "neither reading says no"),
        (raw_agreement, Table(0, 0, 0, 0), NO_UNIT),
        (cohen_kappa, Table(0, 0, 0, 0), NO_UNIT),
        (cohen_kappa, Table(0, 0, 0, 9), ONE_VALUE),
        (cohen_kappa, Table(9, 0, 0, 0), ONE_VALUE),
    ],
)
def test_undefined(coefficient, table, reason):
    """A coefficient that does not exist is none, with the reason."""
    assert coefficient(table) == Figure(None, reason)


def test_said_in_words():
    """A figure is said with two decimals, or as undefined with its reason."""
    assert str(cohen_kappa(Table(10, 15, 15, 960))) == "0.38"
    assert str(cohen_kappa(Table(0, 0, 0, 9))) == f"undefined: {ONE_VALUE}"
