"""The sample study is what its README says."""

import pytest

import check_sample

CHECKS = list(check_sample.checks())


@pytest.mark.parametrize(("what", "how_many", "is_met"), CHECKS, ids=[what for what, _, _ in CHECKS])
def test_countable(what, how_many, is_met):
    """What is promised is there."""
    assert is_met, f"{what}: {how_many}"
