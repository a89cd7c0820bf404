"""The study on paper: parts of a report as values, and writers that only format them."""

from collections.abc import Callable, Sequence

from ..errors import UnknownName
from ..material import did_you_mean
from .audit import audit
from .basis import Basis
from .confidentiality import confidentiality
from .document import Section
from .excerpts import excerpts
from .methods import methods
from .protection import protection
from .quotations import quotations
from .tables import frequency, representativeness

PARTS: dict[str, Callable[[Basis], Section]] = {
    "representativeness": representativeness,
    "frequency": frequency,
    "quotations": quotations,
    "methods": methods,
    "audit": audit,
    "data-protection": protection,
    "confidentiality": confidentiality,
    "excerpts": excerpts,
}
ALL = "all"


def part_names(wanted: Sequence[str]) -> list[str]:
    """Return the parts asked for, in the order of a report; "all" is every one. Raises UnknownName."""
    for name in wanted:
        if name not in {*PARTS, ALL}:
            raise UnknownName(f"report '{name}'", "there is no such part", did_you_mean(name, [*PARTS, ALL]))
    return [name for name in PARTS if name in wanted or ALL in wanted]
