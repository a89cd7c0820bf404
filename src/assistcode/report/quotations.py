"""Quotations: the basket first, then a choice spread over dyads and speakers; attributed in the style asked for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..corpus import INTERVIEWEE_ROLES, Excerpt, overlaps_by_half
from ..judgement import Coding
from .basis import GROUP, Basis, Line
from .document import Quote, Quotes, Section, listed, plural
from .tally import group_of

RECORD = (
    "lines", "line", "n", "from", "words", "original", "translation", "attribution", "excerpt_id", "dyad", "session",
    "perspective", "role", "pole", "effect",
)  # fmt: skip
BASKET, SPREAD, CELL = "basket", "spread", "cell"
SHORT, LONG = 80, 350  # characters; a quotation between the two is taken first
_PLACES = ("dyad", "session", "perspective", "role", "pole", "effect")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A quotation that is printed, the coding it shows, and where the choice comes from."""

    line: Line
    quote: Quote
    coding: Coding
    source: str


def quotations(basis: Basis) -> Section:
    """Return quotations for every theme or code, from the basket and by spread."""
    found = basis.once("chosen", lambda: chosen(basis))
    blocks = [_block(line, found) for line in dict.fromkeys(one.line for one in found)]
    records = [_record(n, one) for n, one in enumerate(found, 1)]
    caption = basis.caption("From the basket, and chosen for spread over dyads, speakers and sessions.")
    said = tuple(_missing(basis, found))
    return Section("quotations", "Quotations", tuple(blocks), RECORD, records, said, caption)


def chosen(basis: Basis) -> list[Chosen]:
    """Return every quotation to print, line by line."""
    found: list[Chosen] = []
    for line in basis.all_lines:
        may = basis.discretion.quotable(basis.of_line(line))
        printed_before = [one.coding for one in found]
        found += [Chosen(line, printed(basis, one), one, how) for one, how in _pick(basis, may, printed_before)]
    return found


def for_cells(basis: Basis) -> list[Chosen]:
    """Return one quotation for every line and dyad that has one to print."""
    found = []
    for line in basis.all_lines:
        of_dyad: dict[str, list[Coding]] = {}
        for one in basis.discretion.quotable(basis.of_line(line)):
            of_dyad.setdefault(one.dyad or "", []).append(one)
        picked = [one for dyad in basis.dyads for one in spread(of_dyad.get(dyad, ()), 1)]
        found += [Chosen(line, printed(basis, one), one, CELL) for one in picked]
    return found


def _pick(basis: Basis, codings: Sequence[Coding], before: Sequence[Coding]) -> list[tuple[Coding, str]]:
    kept = basis.discretion.quotable(row for one in basis.basket if (row := _coded(one.excerpt, codings)))
    n_more = max(0, basis.options.n_quotations - len(kept))
    return [(one, BASKET) for one in kept] + [
        (one, SPREAD) for one in spread(codings, n_more, beside=kept, before=before)
    ]


def _coded(kept: Excerpt, codings: Iterable[Coding]) -> Coding | None:
    """Return the coding a quotation of the basket shows, with the basket's own span."""
    return next((replace(one, excerpt=kept) for one in codings if _meet(one.excerpt, kept)), None)


def _meet(a: Excerpt, b: Excerpt) -> bool:
    return a.transcript == b.transcript and overlaps_by_half((a.start, a.end), (b.start, b.end))


def spread(
    codings: Iterable[Coding], n: int, *, beside: Sequence[Coding] = (), before: Sequence[Coding] = ()
) -> list[Coding]:
    """Return up to ``n`` codings spread over dyads, then speakers, then sessions, then poles; deterministic.

    ``beside`` are taken already for this theme, ``before`` printed under others: a person quoted less comes
    first. Among equals a length that reads well comes first, then reading order. No two share half of their words.
    """
    quoted = Counter((one.dyad, one.role) for one in before)
    elsewhere = {one.excerpt for one in before}
    taken = list(beside)
    used = Counter(fact for one in taken for fact in _facts(one))
    rest = sorted((one for one in codings if one.role in INTERVIEWEE_ROLES), key=_reads_badly)
    while len(taken) < len(beside) + n:
        rest = [one for one in rest if not any(_meet(one.excerpt, other.excerpt) for other in taken)]
        if not rest:
            break
        taken.append(min(rest, key=lambda one: _crowding(one, used, quoted, repeats=one.excerpt in elsewhere)))
        used.update(_facts(taken[-1]))
    return taken[len(beside) :]


Facts = Counter[tuple[str, str | None]]


def _facts(coding: Coding) -> list[tuple[str, str | None]]:
    return [(name, getattr(coding, name)) for name in ("dyad", "role", "session", "pole")]


def _crowding(coding: Coding, used: Facts, quoted: Counter[tuple[str | None, str]], *, repeats: bool) -> list[int]:
    """Return how often a coding's dyad, role, person, session and pole were quoted before, in this order."""
    dyad, role, session, pole = (used[fact] for fact in _facts(coding))
    return [dyad, role, int(repeats), quoted[coding.dyad, coding.role], session, pole]


def _reads_badly(coding: Coding) -> int:
    length = len(coding.excerpt.quote)
    return max(0, SHORT - length, length - LONG)


def printed(basis: Basis, coding: Coding) -> Quote:
    """Return a coding's words as they are printed: edited, disguised, attributed."""
    kept = basis.kept.get(coding.excerpt)
    words = kept.edited if kept else coding.excerpt.quote
    return Quote(
        words=basis.discretion.disguised(" ".join(words.split()), coding),
        attribution=attribution(basis, coding),
        excerpt_id=coding.excerpt.id,
        translation=basis.discretion.disguised(kept.translation, coding) if kept else "",
        groups={by: group_of(basis, by, coding) for by in (*_PLACES, *basis.groupings)},
    )


def attribution(basis: Basis, coding: Coding) -> str:
    """Name the speaker in the style asked for: role and dyad, role and group, role, or a label of its own."""
    style = basis.options.attribution
    if style == "dyad" and coding.dyad:
        return f"{coding.role}, dyad {coding.dyad}"
    if style == "group" and (group := group_of(basis, GROUP, coding)) != "-":
        return f"{coding.role}, {group} {GROUP}"
    if style == "separate" and (label := basis.separate_labels.get((coding.dyad or "", coding.role))):
        return f"{coding.role} {label}"
    return coding.role


def _block(line: Line, found: Iterable[Chosen]) -> Quotes:
    mine = [one for one in found if one.line == line]
    n_kept = sum(one.source == BASKET for one in mine)
    return Quotes(line.name, f"{n_kept} from the basket." if n_kept else "", tuple(one.quote for one in mine))


def _record(n: int, one: Chosen) -> dict[str, Any]:
    places = {name: getattr(one.coding, name) for name in _PLACES}
    about = {"lines": one.line.kind, "line": one.line.name, "n": n, "from": one.source, "words": one.quote.words}
    about |= {"original": one.coding.excerpt.quote, "translation": one.quote.translation}
    return about | {"attribution": one.quote.attribution, "excerpt_id": one.quote.excerpt_id} | places


def _missing(basis: Basis, found: Sequence[Chosen]) -> list[str]:
    said = [] if basis.codings else ["There is no human coding to quote from."]
    quoted = {one.line for one in found}
    empty = [line.name for line in basis.all_lines if line not in quoted]
    if empty:
        said.append(f"No quotation can be printed for {listed(empty)}.")
    refused = Counter(reason for one in basis.codings if (reason := basis.discretion.refusal(one)))
    said += [f"{plural(n, 'coding')} may not be quoted ({reason})." for reason, n in refused.items()]
    said += [f"{one}; the words are kept out." for one in basis.discretion.unknown]
    shown = {one.coding.excerpt for one in found}
    if n_left := sum(one.excerpt not in shown for one in basis.basket):
        said.append(
            f"{plural(n_left, 'quotation')} of the basket cannot be shown: not coded here, or not to be quoted."
        )
    if basis.options.attribution == "group" and GROUP not in basis.attributes:
        said.append("No dyad has a group, so speakers are named by their role alone.")
    return said
