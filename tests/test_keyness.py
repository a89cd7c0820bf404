"""Keyness is what one computes by hand."""

import math

import pytest

from assistcode.keyness import log_likelihood, log_ratio


def test_log_likelihood_by_hand():
    """10 in 1,000 against 5 in 2,000: 5 and 10 are expected, so G2 is 2 (10 ln 2 + 5 ln 1/2) = 10 ln 2."""
    assert log_likelihood([10], [5], 1000, 2000) == pytest.approx([10 * math.log(2)])


def test_a_frequency_of_zero_adds_nothing():
    """0 against 3 in parts of one size: G2 is 2 x 3 ln 2."""
    assert log_likelihood([0], [3], 1000, 1000) == pytest.approx([6 * math.log(2)])


def test_equal_shares_have_no_keyness():
    """The same share on both sides gives 0 in both figures, whatever the sizes."""
    assert log_likelihood([4], [8], 1000, 2000) == pytest.approx([0])
    assert log_ratio([4], [8], 1000, 2000) == pytest.approx([0])


def test_log_ratio_by_hand():
    """Four times as often in A is 2, four times as often in B is -2."""
    assert log_ratio([10, 5], [5, 10], 1000, 2000) == pytest.approx([2, 0])
    assert log_ratio([1], [4], 1000, 1000) == pytest.approx([-2])


def test_log_ratio_takes_zero_as_half():
    """A word that one side never says counts there as half an occurrence."""
    assert log_ratio([0, 4], [4, 0], 1000, 1000) == pytest.approx([-3, 3])
