"""Coefficients are right, also against other people's code, and undefined ones say why."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics
from statsmodels.stats import inter_rater
from statsmodels.stats.inter_rater import cohens_kappa

from assistcode import agreement
from assistcode.agreement import (
    Figure,
    SetAgreement,
    Table,
    average_precision,
    bias_index,
    cohen_kappa,
    f1,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    masi_distances,
    negative_agreement,
    pabak,
    positive_agreement,
    precision,
    prevalence_index,
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


def test_no_minus_before_a_zero():
    """What rounds to nothing is said without a sign."""
    assert str(Figure(-0.001)) == "0.00"
    assert str(agreement.Interval(-0.004, 0.02)) == "0.00 to 0.02"


def test_said_in_words():
    """A figure is said with two decimals, or as undefined with its reason."""
    assert str(cohen_kappa(Table(10, 15, 15, 960))) == "0.38"
    assert str(cohen_kappa(Table(0, 0, 0, 9))) == f"undefined: {ONE_VALUE}"


# ---------------------------------------------------------------- two or more readings

# Krippendorff (2011), Computing Krippendorff's alpha-reliability: two observers, twelve articles, binary values.
TWO_OBSERVERS = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
ANSWERS = st.integers(1, 12).flatmap(
    lambda n_units: st.integers(2, 4).flatmap(
        lambda n_readings: st.lists(
            st.lists(st.sampled_from([1, 0, -1]), min_size=n_readings, max_size=n_readings),
            min_size=n_units,
            max_size=n_units,
        )
    )
)


def sums(answers):
    """Return the sums over units of a list of answers."""
    return agreement.total(agreement.terms(np.array(answers, np.int8)))


def alpha_by_pairs(units, distance):
    """Return Krippendorff's alpha by its definition, pair by pair; nan where undefined. None is a missing value."""
    units = [[value for value in unit if value is not None] for unit in units]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    n = len(values)
    observed = sum(distance(a, b) / (len(unit) - 1) for unit in units for a in unit for b in unit)
    expected = sum(distance(a, b) for a in values for b in values)
    return 1 - (n - 1) * observed / expected if expected else math.nan


def masi(a, b):
    """Return the distance of two sets by its definition."""
    if a == b:
        return 0.0
    monotonicity = 2 / 3 if a <= b or b <= a else 1 / 3 if a & b else 0.0
    return 1 - monotonicity * len(a & b) / len(a | b)


def test_alpha_of_the_literature():
    """Alpha is .095 on the binary example of Krippendorff (2011), section B."""
    assert krippendorff_alpha(sums(np.transpose(TWO_OBSERVERS))).value == pytest.approx(0.095, abs=5e-4)


def test_rare_code_in_every_coefficient():
    """A rare code: AC1 and PABAK are high, kappa and positive agreement are not (Wongpakaran et al. 2013)."""
    table = Table(10, 15, 15, 960)
    found = [figure(table).value for figure in (gwet_ac1, pabak, fleiss_kappa, prevalence_index, bias_index)]
    assert found == pytest.approx([0.968, 0.94, 0.3846, -0.95, 0.0], abs=5e-4)


@settings(max_examples=200, deadline=None)
@given(ANSWERS)
def test_alpha_is_its_definition(answers):
    """Alpha on one code is what its definition gives, pair by pair, with answers missing."""
    units = [[None if value == -1 else value for value in unit] for unit in answers]
    oracle = alpha_by_pairs(units, lambda a, b: float(a != b))
    assert same(krippendorff_alpha(sums(answers)), oracle)


@settings(max_examples=200, deadline=None)
@given(ANSWERS.filter(lambda answers: all(-1 not in unit for unit in answers)))
def test_fleiss_is_statsmodels(answers):
    """Fleiss' kappa is statsmodels' to 1e-9, and undefined where that is not a number."""
    counts, _ = inter_rater.aggregate_raters(np.array(answers), n_cat=2)
    with np.errstate(all="ignore"):
        oracle = inter_rater.fleiss_kappa(counts)
    assert same(fleiss_kappa(sums(answers)), oracle)


@given(ANSWERS)
def test_missing_answers_never_give_nan(answers):
    """A coefficient is a number or a reason, whatever is missing."""
    for one in agreement.OF_ANY:
        figure = one(sums(answers))
        assert (figure.value is None) == bool(figure.reason)


def test_two_readings_are_a_table():
    """Sums over the units of two readings and their 2 x 2 table give the same figures."""
    answers = [[1, 1]] * 3 + [[1, 0]] * 2 + [[0, 1]] + [[0, 0]] * 4 + [[-1, 1], [-1, -1]]
    assert Table.of(sums(answers)) == Table(3, 2, 1, 4)
    for one in (cohen_kappa, positive_agreement, krippendorff_alpha, raw_agreement):
        assert one(sums(answers)).value == pytest.approx(one(Table(3, 2, 1, 4)).value)


@pytest.mark.parametrize("one", [cohen_kappa, krippendorff_alpha, gwet_ac1, pabak, fleiss_kappa])
@pytest.mark.parametrize("table", [Table(9, 0, 0, 0), Table(0, 0, 0, 9)])
def test_one_value_is_no_agreement(one, table):
    """Where all say the same throughout, no chance-corrected coefficient exists."""
    assert one(table) == Figure(None, ONE_VALUE)


# ---------------------------------------------------------------- sets of codes


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.none() | st.frozensets(st.integers(0, 3)), min_size=3, max_size=3), min_size=1, max_size=8))
def test_alpha_on_sets_is_its_definition(units):
    """Alpha with MASI is what its definition gives, pair by pair, with sets missing."""
    answers = np.array(
        [[[-1] * 4 if one is None else [int(i in one) for i in range(4)] for one in unit] for unit in units], np.int8
    )
    found = SetAgreement.of(answers, np.zeros(len(units), np.int64)).alpha()
    assert same(found, alpha_by_pairs(units, masi))


def test_distances_of_sets():
    """Equal sets are at 0, also empty ones; a subset is nearer than an overlap, disjoint sets are at 1."""
    sets = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1]], bool)
    expected = [0, 1 - 1 / 2 * 2 / 3, 1 - 1 / 3 * 1 / 3, 1]
    assert masi_distances(sets)[1, [1, 2, 3, 4]] == pytest.approx(expected)
    assert masi_distances(sets)[0] == pytest.approx([0, 1, 1, 1, 1])


def test_a_set_counts_when_every_code_is_answered():
    """A reading that has not answered one of the codes has no set there."""
    answers = np.array([[[1, 0], [1, -1]], [[1, 0], [0, 0]], [[0, 0], [0, 0]]], np.int8)
    found = SetAgreement.of(answers, np.zeros(3, np.int64))
    assert found.values.sum() == 4
    assert found.alpha().value == pytest.approx(0.0)


def test_no_sets_at_all():
    """Without two sets on a unit alpha is undefined, with the reason."""
    nothing = SetAgreement.of(np.zeros((0, 2, 3), np.int8), np.zeros(0, np.int64))
    assert nothing.alpha() == Figure(None, NO_UNIT)
    one = SetAgreement.of(np.zeros((4, 2, 3), np.int8), np.zeros(4, np.int64))
    assert one.alpha() == Figure(None, "only one set of codes is used")


# ---------------------------------------------------------------- ranked suggestions


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=30))
def test_average_precision_is_scikit_learns(ranked):
    """Average precision is scikit-learn's to 1e-9, ties included; undefined where nobody says yes."""
    scores, yes = zip(*ranked, strict=True)
    oracle = metrics.average_precision_score(yes, scores) if any(yes) else math.nan
    assert same(average_precision(scores, yes), oracle)


def test_average_precision_of_nothing():
    """Without units there is no ranking."""
    assert average_precision([], []) == Figure(None, NO_UNIT)


# ---------------------------------------------------------------- intervals


def test_interval_draws_whole_interviews():
    """The interval is wider where units hang together in interviews, and the same every time."""
    answers = np.array([[1, 1]] * 50 + [[1, 0]] * 50, np.int8)
    apart, together = np.arange(100), np.repeat(np.arange(10), 10)
    widths = []
    for clusters in (apart, together):
        n = int(clusters.max()) + 1
        by_cluster = agreement.sums_by_cluster(agreement.terms(answers), clusters, n)
        drawn = agreement.resampled(agreement.resamples(n), by_cluster)
        one = agreement.interval_of(raw_agreement.over(drawn), n)
        assert one == agreement.interval_of(raw_agreement.over(drawn), n)
        assert one.low < 0.5 < one.high
        widths.append(one.high - one.low)
    assert widths[1] > 2 * widths[0]


def test_interval_is_near_the_normal_one():
    """With many independent units the interval of a share is the textbook one."""
    answers = np.array([[1, 1]] * 320 + [[1, 0]] * 80, np.int8)
    drawn = agreement.resampled(agreement.resamples(400), agreement.terms(answers))
    one = agreement.interval_of(raw_agreement.over(drawn), 400)
    half = 1.96 * math.sqrt(0.8 * 0.2 / 400)
    assert (one.low, one.high) == pytest.approx((0.8 - half, 0.8 + half), abs=0.006)


def test_no_interval_where_values_are_missing():
    """An interval is not drawn from the few resamples that happen to have a value."""
    one = agreement.interval_of(np.array([0.5] * 8 + [np.nan] * 2), 10)
    assert str(one) == "undefined: too often undefined when interviews are drawn anew"
