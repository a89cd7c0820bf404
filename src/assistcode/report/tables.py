"""The two tables of counts: who contributed to which theme (representativeness), and how often (frequency)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from .basis import GROUP, LINES, Basis
from .document import Behind, Cell, Quotes, Section, Table, cells, plural
from .quotations import for_cells
from .tally import ALL, MACHINE, OF_CODINGS, PEOPLE, Base, Count, Tally, tally
from .tally import RECORD as COUNTS

RECORD = ("lines", *COUNTS)
NO_CLAIM = "The table says who contributed to what in this material; it makes no claim about a population."
SIGNS = {
    "–": "–: read to the end, nothing coded.",
    "?": "?: unreviewed, so nobody knows.",
    "(–)": "(–): nothing coded in the part that was reviewed; the rest is unreviewed.",
}
UNFINISHED = "*: coded, and not reviewed to the end."
RANGE = "2–5 of 12: two dyads, or up to five, as three are not reviewed to the end."
_TITLES = dict(zip(LINES, ("Themes", "Lexicon themes", "Codes"), strict=True))
_BY = {"effect": "effect on the relationship", GROUP: "group (the researchers' reading)"}


def representativeness(basis: Basis) -> Section:
    """Return which dyads contributed to which theme, by dyad and by every other grouping."""
    tallies = basis.once("tallies", lambda: _tallies(basis))
    tables = [_table(basis, one, kind, _who if one[0].by == "dyad" else _how_many) for kind, one in tallies]
    missing = _missing(basis, needs_group=True)
    return Section("representativeness", "Representativeness", tuple(tables), RECORD, _records(tallies), missing)


def frequency(basis: Basis) -> Section:
    """Return how many excerpts of every theme stand in each group, beside the base of each count."""
    tallies = basis.once("tallies", lambda: _tallies(basis))
    blocks: list[Table | Quotes] = [_table(basis, one, kind, _how_often, with_base=True) for kind, one in tallies]
    if basis.options.cell_quotations:
        blocks += [_cell_quotations(basis, kind) for kind in basis.options.lines]
    return Section("frequency", "Frequency", tuple(blocks), RECORD, _records(tallies), _missing(basis))


Tallies = list[tuple[str, list[Tally]]]


def _tallies(basis: Basis) -> Tallies:
    """Return (kind of lines, the people's tally and, if asked for, the machine's) of every table."""
    found: Tallies = []
    groupings = ["dyad", *basis.groupings, "perspective", "session", *OF_CODINGS]
    for kind in basis.options.lines:
        lines = basis.lines(kind)
        for by in groupings if lines else ():
            tallies = [tally(basis, lines, by)]
            if basis.options.with_suggestions and by != "effect":
                tallies.append(tally(basis, lines, by, source=MACHINE))
            found.append((kind, tallies))
    return found


def _records(tallies: Tallies) -> list[dict[str, object]]:
    return [{"lines": kind} | record for kind, both in tallies for one in both for record in one.records()]


Show = Callable[[Count, Base], str]


def _table(basis: Basis, tallies: Sequence[Tally], kind: str, show: Show, *, with_base: bool = False) -> Table:
    """Lay out a tally; the machine's line stands under the people's, marked. A table by dyad ends with all of them."""
    people, columns = tallies[0], _columns(tallies)
    has_total = people.by == "dyad" and bool(columns)
    totals = [tally(basis, basis.lines(kind), ALL, source=one.source) for one in tallies] if has_total else []
    rows = []
    for line in people.lines:
        for n, one in enumerate(tallies):
            row = [_cell(one, Behind(kind, line, one.by, base.group), base, show) for base in columns]
            row += [_total(one, total, Behind(kind, line, ALL, ALL), show) for total in totals[n : n + 1]]
            rows.append((_first(line, one.source), *row))
    bases = _base_rows(people, columns, totals[:1]) if with_base else []
    header = (_TITLES[kind], *(_heading(people.by, base.group) for base in columns))
    return Table(
        title=f"{_TITLES[kind]} by {_BY.get(people.by, people.by)}",
        caption=basis.caption(_WHAT[show]),
        header=(*header, "all" if show is _how_often else "dyads") if has_total else header,
        rows=(*rows, *bases),
        notes=_notes(basis, tallies, rows, show),
        n_base=len(bases),
    )


def _columns(tallies: Sequence[Tally]) -> list[Base]:
    """Return the groups to show; of poles and effects those that were used."""
    people = tallies[0]
    used = {group for one in tallies for (_, group), count in one.counts.items() if count.excerpts}
    shown = [base for base in people.bases if people.by not in OF_CODINGS or base.group in used]
    return shown or list(people.bases)


def _first(line: str, source: str) -> Cell:
    return Cell(line) if source == PEOPLE else Cell(f"{line}: the machine's suggestions", is_machine=True)


def _cell(one: Tally, place: Behind, base: Base, show: Show) -> Cell:
    count = one.counts[place.line, place.group]
    if one.source == MACHINE:
        return Cell(_suggested(count, show), is_machine=True)
    return Cell(show(count, base), place if count.excerpts else None)


def _suggested(count: Count, show: Show) -> str:
    """Say what was suggested; a machine has read all of it, so there is no unreviewed."""
    if not count.excerpts:
        return "–"
    if show is _who:
        return _letters(count)
    return plural(len(count.dyads), "dyad") if show is _how_many else f"{len(count.excerpts):,}"


def _total(by_dyad: Tally, total: Tally, place: Behind, show: Show) -> Cell:
    """Say how many excerpts or dyads there are in all; dyads still unknown make a range."""
    if show is _how_often:
        return _cell(total, place, total.bases[0], show) if total.bases else Cell("no talk")
    counts = [by_dyad.counts[place.line, base.group] for base in by_dyad.bases]
    is_machine = by_dyad.source == MACHINE
    dyads = {dyad for count in counts for dyad in count.dyads}
    of_dyads = {dyad for base in by_dyad.bases for dyad in base.dyads}
    unknown = sum(count.state in {"unreviewed", "partly unreviewed"} for count in counts) if not is_machine else 0
    said = f"{len(dyads)}–{len(dyads) + unknown}" if unknown else str(len(dyads))
    return Cell(f"{said} of {len(of_dyads)}", None if is_machine or not dyads else place, is_machine)


def _who(count: Count, _: Base) -> str:
    """Say who spoke, or why nothing stands here."""
    return _state(count) or _letters(count) + _unfinished(count)


def _how_many(count: Count, base: Base) -> str:
    """Say how many of the group's dyads contributed."""
    return _state(count) or f"{len(count.dyads)} of {len(base.dyads)}{_unfinished(count)}"


def _how_often(count: Count, _: Base) -> str:
    """Say how many excerpts there are."""
    return _state(count) or f"{len(count.excerpts):,}{_unfinished(count)}"


_WHAT: dict[Show, str] = {
    _who: f"Columns are dyads. {NO_CLAIM}",
    _how_many: "Dyads in which somebody spoke about it.",
    _how_often: "Excerpts; a place coded twice counts once.",
}


def _state(count: Count) -> str:
    return {"none": "–", "unreviewed": "?", "partly unreviewed": "(–)", "no material": "no talk"}.get(count.state, "")


def _unfinished(count: Count) -> str:
    return "*" if count.n_reviewed < count.n_passages else ""


def _letters(count: Count) -> str:
    return "".join(role[0].upper() for role in count.roles)


def _heading(by: str, group: str) -> str:
    return f"session {group}" if by == "session" and group != "-" else "not known" if group == "-" else group


def _base_rows(people: Tally, columns: Sequence[Base], totals: Sequence[Tally]) -> list[tuple[Cell, ...]]:
    """Return what the columns rest on: words, moments, and the share reviewed for every line of the table."""
    bases = [*((base, people) for base in columns), *((base, total) for total in totals for base in total.bases)]
    n_read = [min((one.counts[line, base.group].n_reviewed for line in one.lines), default=0) for base, one in bases]
    return [
        cells("interviewee words", *(base.n_words for base, _ in bases)),
        cells("moments", *(base.n_moments for base, _ in bases)),
        cells("passages reviewed", *(_share(n, base.n_passages) for n, (base, _) in zip(n_read, bases, strict=True))),
    ]


def _share(part: int, whole: int) -> str:
    if not whole:
        return "nothing to read"
    return "all" if part == whole else "none" if not part else f"{min(99, max(1, round(100 * part / whole)))}%"


def _notes(basis: Basis, tallies: Iterable[Tally], rows: Iterable[Sequence[Cell]], show: Show) -> tuple[str, ...]:
    """Explain the signs that occur in the table."""
    texts = {cell.text for row in rows for cell in row[1:]}
    roles = sorted({role for one in tallies for count in one.counts.values() for role in count.roles})
    spoke = ", ".join(f"{role[0].upper()} {role}" for role in roles)
    notes = [f"{spoke}: who spoke."] if show is _who and spoke else []
    notes += [told for sign, told in SIGNS.items() if sign in texts]
    notes += [UNFINISHED] if any(text.endswith("*") for text in texts) else []
    notes += [RANGE] if any("–" in text and " of " in text for text in texts) else []
    if basis.options.with_suggestions:
        withheld = f"; {basis.n_withheld:,} on undecided unaided passages are left out" if basis.n_withheld else ""
        notes.append(f"Machine: suggestions, no coding by anybody{withheld}.")
    return tuple(notes)


def _cell_quotations(basis: Basis, kind: str) -> Quotes:
    """Lay out one quotation a cell; where the dyad is not named, in an order that does not tell it."""
    chosen = [one for one in for_cells(basis) if one.line.kind == kind]
    quotes = [replace(one.quote, attribution=f"{one.line.name}; {one.quote.attribution}") for one in chosen]
    if basis.options.attribution != "dyad":
        quotes.sort(key=lambda quote: (quote.attribution, quote.words))
    title = f"One quotation for each cell: {_TITLES[kind].lower()} by dyad"
    return Quotes(title, basis.caption("Where one may be printed."), tuple(quotes))


def _missing(basis: Basis, *, needs_group: bool = False) -> tuple[str, ...]:
    """Say what the tables lack, and what would bring it in."""
    said = []
    if not basis.passages:
        said.append("There is no interview to count in. Import transcripts, or widen the filters.")
    if not basis.chosen.reviews:
        who = f"{basis.where.coder} has read nothing" if basis.where.coder else "Nobody has read anything"
        said.append(f"{who} to the end, so what is not coded is unreviewed, never absent.")
    if not basis.codings:
        said.append("There is no human coding to count.")
    if len(basis.dyads) < 2:
        said.append(f"The material has {plural(len(basis.dyads), 'dyad')}: there is nothing to compare between dyads.")
    if needs_group and GROUP not in basis.attributes:
        said.append(
            "No dyad has a group. Assign groups with 'assistcode attributes import groups.csv --coder NAME'"
            f" (columns dyad, {GROUP}, why)."
        )
    said += _missing_lines(basis)
    return tuple(said)


def _missing_lines(basis: Basis) -> list[str]:
    said = [f"There are no {_TITLES[kind].lower()}." for kind in basis.options.lines if not basis.lines(kind)]
    loose = [code.name for code in basis.book.codes.values() if code.theme is None]
    if loose and "codes" not in basis.options.lines:
        said.append(f"{plural(len(loose), 'code')} without a theme are left out; --lines codes shows them.")
    return said
