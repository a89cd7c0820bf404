"""Bounds are exact, hold at all looks together, and cost what they cost."""

from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistcode.stopping import (
    LOOK_EVERY,
    Look,
    at_most,
    bound,
    n_in_a_row,
    new_code_share,
    price,
    risk_of_look,
)


def chance(n_frame, n_marked, look):
    """Return the chance of at most so many marked ones in the walk, in whole numbers."""
    ways = sum(comb(n_marked, k) * comb(n_frame - n_marked, look.n_read - k) for k in range(look.n_marked + 1))
    return ways / comb(n_frame, look.n_read)


@pytest.mark.parametrize(
    ("n_frame", "n_read", "n_marked", "most"),
    [(500, 60, 0, 22), (2000, 150, 0, 38), (2000, 300, 0, 18), (2000, 300, 1, 29), (2000, 600, 0, 8),
     (10_000, 300, 0, 97), (100_000, 600, 0, 496)],
)  # fmt: skip
def test_bounds_computed_beforehand(n_frame, n_read, n_marked, most):
    """The bound of a single look is the one worked out with hypergeometric tails before this was written."""
    assert at_most(n_frame, Look(n_read, n_marked), 0.05) == most


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_bound_is_exact(data):
    """The bound is the largest number that the tail, counted in whole numbers, does not rule out."""
    n_frame = data.draw(st.integers(1, 120))
    n_read = data.draw(st.integers(0, n_frame))
    look = Look(n_read, data.draw(st.integers(0, n_read)))
    found = at_most(n_frame, look, 0.05)
    allowed = [n for n in range(look.n_marked, n_frame - n_read + look.n_marked + 1) if chance(n_frame, n, look) > 0.05]
    assert found == max(allowed)


def test_whole_frame_read():
    """When all is read the bound is what was found."""
    assert at_most(300, Look(300, 12), 0.05) == 12


def test_no_look_no_bound():
    """Before the first look there is no bound."""
    assert bound(2000, []) is None


def test_looks_share_the_risk():
    """The risks of all looks add up to the whole, however many there are."""
    spent = sum(risk_of_look(nth, 0.05) for nth in range(1, 10_001))
    assert 0.0499 < spent < 0.05


def test_the_least_bound_counts():
    """A later look never widens the bound."""
    looks = [Look(100, 0), Look(200, 9)]
    assert bound(2000, looks) == bound(2000, looks[:1]) < at_most(2000, looks[1], risk_of_look(2, 0.05))


def test_bounds_hold_at_all_looks_together():
    """In 95 of 100 random walks no look at all gives a bound that is too low."""
    rng = np.random.default_rng(5)
    n_frame, n_marked, n_runs = 1000, 40, 400
    n_wrong = 0
    for _ in range(n_runs):
        found = np.cumsum(rng.permutation(np.arange(n_frame) < n_marked))
        looks = [Look(n, int(found[n - 1])) for n in range(LOOK_EVERY, n_frame + 1, LOOK_EVERY)]
        n_wrong += min(bound(n_frame, looks[:n]) for n in range(1, len(looks) + 1)) < n_marked
    assert n_wrong <= 0.05 * n_runs


def test_price_falls_with_what_is_wanted():
    """To know less costs less, and the whole frame is always enough."""
    coming = [(Look(n, 0), 0) for n in range(LOOK_EVERY, 2000, LOOK_EVERY)]
    prices = [price(2000, 0, coming, wanted=wanted) for wanted in (0, 10, 50, 2000)]
    assert prices[0] == 2000
    assert prices[-1] == LOOK_EVERY
    assert all(a >= b for a, b in pairwise(prices))


def test_price_is_a_walk_that_does_it():
    """After the walk that the price names the bound is as wanted, and one look before it is not."""
    coming = [(Look(n, 0), 0) for n in range(LOOK_EVERY, 2000, LOOK_EVERY)]
    n_walk = price(2000, 0, coming, wanted=10)
    nth = n_walk // LOOK_EVERY
    assert at_most(2000, Look(n_walk, 0), risk_of_look(nth, 0.05)) <= 10
    assert at_most(2000, Look(n_walk - LOOK_EVERY, 0), risk_of_look(nth - 1, 0.05)) > 10


@pytest.mark.parametrize(("marked", "n"), [([], 0), ([True], 0), ([True, False, False], 2), ([False] * 4, 4)])
def test_in_a_row(marked, n):
    """Counted are those read since the last marked one."""
    assert n_in_a_row(marked) == n


def test_new_codes():
    """The chance of a new code is the share of occurrences that are the only one of their code (Good 1953)."""
    assert new_code_share([1, 1, 4, 2]) == 2 / 8
    assert new_code_share([]) is None
