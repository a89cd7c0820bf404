"""Check on simulated reviews that "at most so many more" holds, and print what it costs.

A review of 2,000 passages. The ranking puts passages with the code first, with given odds. Two ways of reading:
  queue   as the program deals: four passages by rank, one of the random walk, and so on
  audit   by rank until 50 in a row are without the code, then the random walk alone
There is a look at every 100 passages of the walk, declared before; reading stops at the first look that says that at
most 10 more are left, or when all is read. Beside it "50 in a row" as a rule to stop by.

Run: PYTHONPATH=src python benchmarks/bounds.py
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from assistcode import stopping
from assistcode.stopping import LOOK_EVERY, Look

N = 2000
N_RUNS = 1000
N_SAMPLE = 400
WANTED = 10
IN_A_ROW = 50
PREVALENCE = (0.01, 0.02, 0.05, 0.10)
RANKING = {"none": 1, "weak": 3, "middling": 10, "strong": 30}
WAYS = ("queue", "audit")

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass
class Way:
    """What 1,000 reviews of one way of reading gave."""

    n_held_at_stop: int = 0
    n_held_always: int = 0
    n_held_alone: int = 0
    efforts: list[float] = field(default_factory=list)

    @property
    def fails(self) -> bool:
        """Whether the bound holds significantly less often than in 95 % of the runs, at .001."""
        return float(binom.cdf(min(self.n_held_at_stop, self.n_held_always), N_RUNS, stopping.LEVEL)) < 0.001


@dataclass
class Review:
    """One simulated review: which passages carry the code, in which order rank and walk bring them."""

    marked: Flags
    walk: Places
    ranked: Places

    @property
    def n_until_row(self) -> int:
        """Return after how many ranked passages 50 in a row were without the code; all when never."""
        places = np.flatnonzero(np.append(self.marked[self.ranked], True))
        gaps = np.diff(places, prepend=-1) - 1
        first = np.flatnonzero(gaps >= IN_A_ROW)
        end = int(places[first[0] - 1]) + 1 if len(first) and first[0] else 0
        return end + IN_A_ROW if len(first) else len(self.ranked)

    def read(self, way: str) -> Iterator[Flags]:
        """Yield what is read at every look."""
        n_ranked = self.n_until_row
        for n_walked in range(LOOK_EVERY, N + 1, LOOK_EVERY):
            read = np.zeros(N, bool)
            read[self.walk[:n_walked]] = True
            read[self.ranked[: 4 * n_walked if way == "queue" else n_ranked]] = True
            yield read
            if read.all():
                return


def review(rng: np.random.Generator, prevalence: float, odds: float) -> Review:
    """Draw one review; unaided passages are not ranked."""
    marked = np.zeros(N, bool)
    marked[rng.choice(N, round(prevalence * N), replace=False)] = True
    walk = rng.permutation(N)
    rank = rng.exponential(1 / np.where(marked, odds, 1))
    order = np.argsort(rank)
    return Review(marked, walk, order[~np.isin(order, walk[:N_SAMPLE])])


def follow(one: Review, way: str, into: Way) -> None:
    """Follow one review from look to look, and count whether the bounds held."""
    looks: list[Look] = []
    held, held_alone, stopped = [], True, False
    for read in one.read(way):
        n_read = LOOK_EVERY * (len(looks) + 1)
        looks.append(Look(n_read, int(one.marked[one.walk[:n_read]].sum())))
        n_found = int(one.marked[read].sum())
        n_left, n_unread = int((one.marked & ~read).sum()), int((~read).sum())
        most = min(max(0, (stopping.bound(N, looks) or 0) - n_found), n_unread)
        alone = stopping.at_most(N, looks[-1], 1 - stopping.LEVEL) - n_found
        held.append(n_left <= most)
        held_alone &= n_left <= max(0, alone)
        if not stopped and most <= WANTED:
            stopped = True
            into.n_held_at_stop += held[-1]
            into.efforts.append(float(read.mean()))
    into.n_held_always += all(held)
    into.n_held_alone += held_alone


def main() -> int:
    """Print a row a cell; return 1 when a bound fails."""
    print(f"{N:,} passages, {N_RUNS:,} runs a cell; stop when at most {WANTED} more are left (95 %), looks every 100")
    print(
        "held: at the stop / at all looks; alone: at all looks, had each look spent the whole 5 %; read: mean share\n"
    )
    print(f"{'':<22}{'queue':^29}{'audit':^29}{f'{IN_A_ROW} in a row':^27}")
    columns = "held", "alone", "read"
    print(f"{'code':>5}  {'ranking':<14}" + "".join(f"{a:>14}{b:>8}{c:>7}" for a, b, c in [columns] * 2), end="")
    print(f"{'read':>8}{'recall':>8}{'below .95':>11}")
    failed = False
    for prevalence in PREVALENCE:
        for name, odds in RANKING.items():
            failed |= cell(np.random.default_rng(3), prevalence, name, odds)
    print(
        "\nA bound failed."
        if failed
        else "\nEvery bound held in at least 95 % of the runs (no cell significantly below at .001)."
    )
    return int(failed)


def cell(rng: np.random.Generator, prevalence: float, name: str, odds: float) -> bool:
    """Simulate and print one cell; return whether a bound failed."""
    ways = {way: Way() for way in WAYS}
    recalls, efforts = [], []
    for _ in range(N_RUNS):
        one = review(rng, prevalence, odds)
        for way, into in ways.items():
            follow(one, way, into)
        n_read = one.n_until_row
        among = one.marked[one.ranked]
        recalls.append(among[:n_read].sum() / max(1, among.sum()))
        efforts.append(n_read / len(among))
    print(f"{prevalence:>5.0%}  {name:<14}", end="")
    for into in ways.values():
        held = f"{into.n_held_at_stop / N_RUNS:.1%}/{into.n_held_always / N_RUNS:.1%}"
        print(f"{held:>14}{into.n_held_alone / N_RUNS:>8.1%}{np.mean(into.efforts):>7.0%}", end="")
    print(f"{np.mean(efforts):>8.0%}{np.mean(recalls):>8.2f}{np.mean(np.array(recalls) < 0.95):>11.0%}")
    return any(into.fails for into in ways.values())


if __name__ == "__main__":
    sys.exit(main())
