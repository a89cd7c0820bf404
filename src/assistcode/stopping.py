"""What may still be unread: exact upper bounds from a random walk, and what a sharper bound would cost.

The walk reads the passages of a frame in random order. Looks are declared before: one every hundred passages.
A bound made here holds at all looks at once, so that one may look at each and stop at any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

LOOK_EVERY = 100
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Look:
    """What the walk held at one look: ``n_read`` passages of the frame, ``n_marked`` of them with the code."""

    n_read: int
    n_marked: int


def risk_of_look(nth: int, risk: float) -> float:
    """Return the share of ``risk`` that the nth look (from 1) may spend: 1 / (nth (nth + 1)); all add up to 1."""
    return risk / (nth * (nth + 1))


@cache
def at_most(n_frame: int, look: Look, risk: float) -> int:
    """Return the largest number of marked passages in the frame that a look does not rule out.

    That is max{T : P(X <= x) > risk}, X hypergeometric: x marked among m drawn without replacement from
    ``n_frame``, T of them marked. Exact, because the frame is finite and passages are drawn one by one.
    Source: Buonaccorsi (1987), exact confidence limits for the hypergeometric; elusion as in Roitblat (2007).
    """
    from scipy.stats import hypergeom

    low, high = look.n_marked, n_frame - (look.n_read - look.n_marked)
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(look.n_marked, n_frame, middle, look.n_read) > risk:
            low = middle
        else:
            high = middle - 1
    return low


def bound(n_frame: int, looks: Sequence[Look], risk: float = 1 - LEVEL) -> int | None:
    """Return how many passages of the frame carry the code at most, or None before the first look.

    Every look is an upper bound of its own, and all of them hold together with 1 - ``risk``; the least counts.
    """
    return min(
        (at_most(n_frame, look, risk_of_look(nth, risk)) for nth, look in enumerate(looks, start=1)), default=None
    )


def price(
    n_frame: int, n_looks: int, coming: Sequence[tuple[Look, int]], *, wanted: int, risk: float = 1 - LEVEL
) -> int:
    """Return how long the walk must be to say that at most ``wanted`` marked passages are left unread.

    ``coming``: what the looks after the first ``n_looks`` would hold, each with all that is found by then. The whole
    frame is always enough.
    """
    for nth, (look, n_found) in enumerate(coming, start=n_looks + 1):
        if at_most(n_frame, look, risk_of_look(nth, risk)) - n_found <= wanted:
            return look.n_read
    return n_frame


def n_in_a_row(marked: Sequence[bool]) -> int:
    """Return how many passages were read since the last marked one. An indicator, no rule: see benchmarks."""
    return next((n for n, one in enumerate(reversed(marked)) if one), len(marked))


def new_code_share(n_interviews_of_code: Sequence[int]) -> float | None:
    """Return the chance 0..1 that a code met next in an interview is one not met before: f1 / n; None without codes.

    ``n_interviews_of_code``: in how many interviews each code was used; f1 of them in one only, n in all.
    Source: Good (1953).
    """
    n = sum(n_interviews_of_code)
    once = sum(count == 1 for count in n_interviews_of_code)
    return once / n if n else None
