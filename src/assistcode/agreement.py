"""Agreement on one code between two readings of the same units. Undefined is said with its reason.

``yes`` and ``no`` are about the code; a unit somebody has not reviewed is in neither.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A coefficient, or the reason why there is none."""

    value: float | None
    reason: str = ""

    def __str__(self) -> str:
        return f"undefined: {self.reason}" if self.value is None else f"{self.value:.2f}"


@dataclass(frozen=True, slots=True)
class Table:
    """The 2 x 2 table of readings A and B: both yes, only A, only B, neither."""

    both: int
    only_a: int
    only_b: int
    neither: int

    @property
    def n(self) -> int:
        """The number of units."""
        return self.both + self.only_a + self.only_b + self.neither


def precision(table: Table) -> Figure:
    """Return the share of A's yes that B confirms."""
    return _ratio(table.both, table.both + table.only_a, "the first reading never says yes")


def recall(table: Table) -> Figure:
    """Return the share of B's yes that A has."""
    return _ratio(table.both, table.both + table.only_b, "the second reading never says yes")


def f1(table: Table) -> Figure:
    """Return the harmonic mean of precision and recall; the same number as positive agreement."""
    return positive_agreement(table)


def raw_agreement(table: Table) -> Figure:
    """Return the share of units on which both say the same."""
    return _ratio(table.both + table.neither, table.n, "no unit was reviewed by both")


def positive_agreement(table: Table) -> Figure:
    """Return 2a / (2a + b + c): agreement on where the code is.

    Source: Cicchetti & Feinstein (1990).
    """
    return _ratio(2 * table.both, 2 * table.both + table.only_a + table.only_b, "neither reading says yes")


def negative_agreement(table: Table) -> Figure:
    """Return 2d / (2d + b + c): agreement on where the code is not.

    Source: Cicchetti & Feinstein (1990).
    """
    return _ratio(2 * table.neither, 2 * table.neither + table.only_a + table.only_b, "neither reading says no")


def cohen_kappa(table: Table) -> Figure:
    """Return (Po - Pe) / (1 - Pe), Pe the sum over yes and no of the product of the two margins.

    Undefined when there are no units, or when both use one and the same category throughout.
    Source: Cohen (1960).
    """
    n = table.n
    if n == 0:
        return Figure(None, "no unit was reviewed by both")
    yes_a, yes_b = table.both + table.only_a, table.both + table.only_b
    expected = (yes_a * yes_b + (n - yes_a) * (n - yes_b)) / n**2
    if yes_a == yes_b and yes_a in {0, n}:
        return Figure(None, "only one value is used")
    observed = (table.both + table.neither) / n
    return Figure((observed - expected) / (1 - expected))


def _ratio(part: int, whole: int, reason: str) -> Figure:
    return Figure(part / whole) if whole else Figure(None, reason)
