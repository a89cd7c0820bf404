"""The check of internal confidentiality: what each member of a dyad would learn about the other.

Who recognises one own quotation under "dyad 5" can read all of the partner's under the same label (Tolich 2004).
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

from ..corpus import INTERVIEWEE_ROLES
from .basis import GROUP, Basis
from .document import Section, Table, cells, plural
from .quotations import Chosen, chosen, for_cells

RECORD = ("dyad", "member", "n_own", "n_other", "n_people", "learns", "n_themes", "themes")
FEW = 3  # people: fewer can be told apart
_MOST_COMBINED = 3


def confidentiality(basis: Basis) -> Section:
    """Return what each member would learn, and the attributes that fit fewer than three dyads."""
    printed = basis.once("chosen", lambda: chosen(basis)) + (for_cells(basis) if basis.options.cell_quotations else [])
    records = [_learns(basis, dyad, member, printed) for dyad in basis.dyads for member in _members(basis, dyad)]
    missing = () if printed else ("No quotation is printed, so nobody can recognise one.",)
    return Section(
        "confidentiality",
        "Internal confidentiality",
        (_learning(basis, records), rare(basis)),
        RECORD,
        records,
        missing,
    )


def _members(basis: Basis, dyad: str) -> list[str]:
    """Return whose interviews of a dyad are in the material."""
    found = {one.placement.perspective for one in basis.transcripts if one.placement.dyad == dyad}
    return sorted(role for role in found if role in INTERVIEWEE_ROLES)


def _learns(basis: Basis, dyad: str, member: str, printed: Sequence[Chosen]) -> dict[str, object]:
    of_dyad = [one for one in printed if one.coding.dyad == dyad]
    own = {one.coding.excerpt for one in of_dyad if one.coding.role == member}
    others = {one.coding.excerpt for one in of_dyad if one.coding.role != member}
    n_people = _sharing(basis, dyad)
    knows_number = basis.options.attribution == "dyad" and bool(own)
    themes = _themes(basis, dyad, member) if knows_number else []
    learns = _verdict(basis, own=len(own), others=len(others), n_people=n_people)
    return {
        "dyad": dyad,
        "member": member,
        "n_own": len(own),
        "n_other": len(others),
        "n_people": n_people,
        "learns": learns,
        "n_themes": len(themes),
        "themes": ", ".join(themes),
    }


def _sharing(basis: Basis, dyad: str) -> int:
    """Return how many people of this study the partner's label fits."""
    style = basis.options.attribution
    dyads = basis.material.dyads
    if style == "dyad":
        return 1
    if style == "group" and GROUP in basis.attributes:
        groups = basis.attributes[GROUP]
        return sum(groups.get(one) == groups.get(dyad) for one in dyads)
    return len(dyads)


def _verdict(basis: Basis, *, own: int, others: int, n_people: int) -> str:
    if not others:
        return "nothing: the other is not quoted"
    if basis.options.attribution == "dyad" and not own:
        return "nothing, unless the number of the dyad is known: no own quotation to recognise"
    if n_people == 1:
        return f"can read {plural(others, 'quotation')} as the other's"
    if n_people < FEW:
        return f"can guess: the other's label fits {plural(n_people, 'person')}"
    return f"nothing by the label, which fits {n_people} people; the words may still be known"


def _themes(basis: Basis, dyad: str, member: str) -> list[str]:
    """Return the lines the partner contributed to: what the tables by dyad tell who knows the number."""
    codes = {one.code for one in basis.codings if one.dyad == dyad and one.role != member}
    return [line.name for line in basis.all_lines if codes & {code.name for code in line.codes}]


def _learning(basis: Basis, records: Iterable[dict[str, object]]) -> Table:
    n_lines = len(basis.all_lines)
    rows = (
        cells(
            *(one[name] for name in RECORD[:3]),
            one["learns"],
            f"{n} of {n_lines}" if (n := one["n_themes"]) else "none",
        )
        for one in records
    )
    style = basis.options.attribution
    return Table(
        "What each member of a dyad would learn about the other",
        f"For the team. Speakers are named in the style '{style}'. Who knows an own quotation knows its label; who"
        " knows the number of the dyad finds in the tables which themes the other spoke about (named in the csv)."
        " The list of excerpts behind the numbers is for the team and not counted here.",
        (
            "dyad",
            "member",
            "own quotations",
            "about the other",
            "themes of the other's, from the tables",
        ),
        tuple(rows),
    )


def rare(basis: Basis) -> Table:
    """Return the attribute values, alone or combined, that fit fewer than three dyads.

    A combination is named only where its parts alone are not rare.
    """
    named: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for n in range(1, _MOST_COMBINED + 1):
        for names in combinations(sorted(basis.attributes), n):
            for values, dyads in _sharing_values(basis, names).items():
                pairs = tuple(zip(names, values, strict=True))
                if len(dyads) < FEW and not any(set(known) <= set(pairs) for known in named):
                    named[pairs] = dyads
    rows = (cells(", ".join(f"{name} {value}" for name, value in pairs), len(dyads), ", ".join(dyads))
            for pairs, dyads in named.items())  # fmt: skip
    return Table(
        f"Attributes that fit fewer than {FEW} dyads",
        "For the team. Naming one of these beside a quotation tells who spoke, to those who know the participants.",
        ("attributes", "dyads", "which"),
        tuple(rows),
    )


def _sharing_values(basis: Basis, names: Sequence[str]) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for dyad in basis.dyads:
        values = tuple(basis.attributes[name].get(dyad, "") for name in names)
        if all(values):
            found.setdefault(values, []).append(dyad)
    return found
