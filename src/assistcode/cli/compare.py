"""How far readings agree, where they differ, and what a group makes of it."""

from dataclasses import asdict, astuple
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..evidence import POLE_WORDS
from . import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..agreement import Figure
    from ..compare import Anchoring, CodeAgreement, Comparison
    from ..differing import Difference
    from ..judgement import Coding

SHOWN = {"pos. agr.": "positive_agreement", "alpha": "krippendorff_alpha"}
VERDICT = {"accept": "fits", "reject": "does not fit"}
UNIT = click.option(
    "--unit",
    type=click.Choice(["utterance", "passage", "interview"]),
    default="utterance",
    show_default=True,
    help="What is counted.",
)
STATISTICS = click.option("--statistics", is_flag=True, help="Coefficients and estimates also in a reflexive study.")


@click.command()
@click.argument("readings", metavar="[A] [B]...", nargs=-1)
@UNIT
@click.option("--by", metavar="GROUP", help="Also by dyad, session, role, perspective or transcript.")
@click.option("--all", "show_all", is_flag=True, help="All coefficients with their 95 % intervals.")
@STATISTICS
@click.option("--units", type=click.Path(path_type=Path), help="Write the table behind the figures to a new CSV file.")
@show.as_json
@click.pass_context
def compare(
    ctx: click.Context, readings: tuple[str, ...], unit: str, by: str | None, show_all: bool, statistics: bool,
    units: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Compare the suggestions with a coder's final codes, or two or more coders, code by code.

    A and B are coders, "agreed" (the agreed set) or "suggestions". Left out, they are the suggestions and the
    final human codes: the agreed set where there is one, else the only coder's. Only what
    was reviewed enters. Precision and recall measure A by B.

    With the suggestions, the figures to report are those of passages read unaided; where suggestions were seen
    first, agreement is not independent. The difference estimates how far they anchored the reading, where the
    assisted passages are like the others (read by likelihood they are not).

    \b
    assistcode compare suggestions anna
    assistcode compare anna ben --by dyad --json
    assistcode compare anna ben --unit passage --all --units table.csv
    """
    with show.opened(ctx) as study:
        result = study.compare(*readings, unit=unit, by=by)
        with_figures = statistics or show_all or study.shows_statistics
        n_written = study.export_units(result, units) if units else 0
    if as_json:
        show.echo_json(_rows(result, with_figures=with_figures))
    else:
        _show(result, with_figures=with_figures, show_all=show_all)
    if units:
        show.say(f"Wrote {n_written:,} rows to {units}.")


def _show(result: "Comparison", *, with_figures: bool, show_all: bool) -> None:
    names = [f"{name} ({chr(ord('A') + i)})" for i, name in enumerate(result.readings)]
    click.echo(f"{', '.join(names[:-1])} and {names[-1]}. Unit: {result.unit}.")
    click.echo(f"{result.n_reviewed:,} of {result.n_units:,} units are reviewed; the others are neither yes nor no.")
    if result.learned_from:
        click.echo(
            f"These suggestions were learned from {result.learned_from}, each utterance judged by all the others:"
            "\nagreement tells how well the codes can be learned, not how two independent readings agree."
        )
    if result.n_outside:
        click.echo(f"{result.n_outside:,} codings stand on no unit (say, an interviewer's words) and do not enter.")
    if result.with_machine:
        _show_arms(result, with_figures=with_figures)
    else:
        click.echo()
        _table(result.codes, with_figures=with_figures)
    _show_whole(result, with_figures=with_figures)
    if result.by and result.codes:
        click.echo(f"\nAll codes pooled{', unaided' if result.with_machine else ''}, by {result.by}\n")
        _table(_groups(result), with_figures=with_figures, first=result.by)
    if with_figures:
        _say_undefined(_listed(result))
    if show_all:
        _show_all(result)
    _say_next(result, with_figures=with_figures)


def _show_arms(result: "Comparison", *, with_figures: bool) -> None:
    """Show what was read unaided, then what was not; say what the suggestions changed."""
    if result.whole("unaided").n or not result.whole("assisted").n:
        click.echo("\nUnaided: nothing of the machine was seen before.\n")
        _table(result.of_arm("unaided"), with_figures=with_figures)
    else:
        click.echo("\nNothing was read unaided: there is no independent agreement to report.")
    if result.whole("assisted").n:
        click.echo("\nAssisted: suggestions were seen first. Not independent.\n")
        _table(result.of_arm("assisted"), with_figures=with_figures)
    changes = result.changes
    if changes and changes.n_shown:
        click.echo(
            f"\nDecisions made after the suggestion was shown: {changes.n_shown:,}."
            f"\n{changes.n_taken_over:,} took over a code that was not there before,"
            f" {changes.n_reversed:,} reversed an earlier verdict."
        )


def _show_whole(result: "Comparison", *, with_figures: bool) -> None:
    """Say how the readings agree on all codes pooled, and on whole sets of codes."""
    if not with_figures or not _any_units(result):
        return
    row = result.whole("unaided" if result.with_machine else "all")
    click.echo(f"\nAll codes{', unaided' if result.with_machine else ''}, with 95 % intervals (interviews drawn anew)")
    for label, name in SHOWN.items():
        click.echo(f"  {_long(label):<28}{_with_interval(row.figures[name], row.intervals[name])}")
    click.echo(f"  {'alpha on sets (MASI)':<28}{_with_interval(*result.sets)}")
    if result.with_machine:
        one = _anchoring(result)
        click.echo(f"  {'anchoring estimate':<28}{_with_interval(one.difference, one.interval)}")
        click.echo("  (positive agreement where suggestions were seen first, less the unaided one)")


def _anchoring(result: "Comparison", code: str | None = None) -> "Anchoring":
    from ..agreement import positive_agreement

    return result.anchoring(positive_agreement, code)


def _long(label: str) -> str:
    return {"pos. agr.": "positive agreement", "alpha": "Krippendorff's alpha"}[label]


def _with_interval(figure: "Figure", interval: object) -> str:
    return str(figure) if figure.value is None else f"{figure}  ({interval})"


def _table(rows: "Sequence[CodeAgreement]", *, with_figures: bool, first: str = "code") -> None:
    """Print a row a code, or a group: counts, positive agreement and one coefficient."""
    if not rows:
        click.echo("There is no code to compare on: no reading has used one.")
        return
    is_pair = rows[0].n_readings == 2
    counts = ["both", "only A", "only B", "neither"] if is_pair else ["yes", "no"]
    show.table(
        [first, "units", *counts, *(SHOWN if with_figures else ())],
        [
            (
                row.group or row.code,
                row.n,
                *(astuple(row.table) if is_pair else (int(row.sums.yes), int(row.sums.answers - row.sums.yes))),
                *((_short(row.figures[name]) for name in SHOWN.values()) if with_figures else ()),
            )
            for row in rows
        ],
    )


def _groups(result: "Comparison") -> "list[CodeAgreement]":
    return [row for row in result.groups if row.arm == ("unaided" if result.with_machine else "all")]


def _listed(result: "Comparison") -> "list[CodeAgreement]":
    """Return the rows that were shown."""
    arms = [arm for arm in ("unaided", "assisted") if result.whole(arm).n] if result.with_machine else []
    return [row for arm in arms or ["all"] for row in result.of_arm(arm)] + _groups(result)


def _any_units(result: "Comparison") -> bool:
    return any(row.n for row in result.codes)


def _short(figure: "Figure") -> str:
    return "undef." if figure.value is None else str(figure)


def _say_undefined(rows: "Iterable[CodeAgreement]") -> None:
    """Say once a reason why the figures shown are undefined, and where; and where there are few units."""
    from ..compare import FEW

    reasons: dict[str, dict[str, None]] = {}
    for row in rows:
        name = row.group or row.code or "all codes"
        for figure in (row.figures[name] for name in SHOWN.values()):
            if figure.value is None:
                reasons.setdefault(f"undefined: {figure.reason}", {})[name] = None
        if 0 < row.n < FEW:
            reasons.setdefault(f"fewer than {FEW} units", {})[name] = None
    click.echo()
    for reason, names in sorted(reasons.items()):
        click.echo(f"{reason} ({', '.join(names)})")


def _show_all(result: "Comparison") -> None:
    """Print every coefficient of every row, with its interval."""
    rows = result.rows if not result.with_machine else [row for row in result.rows if row.arm != "all"]
    show.table(
        ["code", *(["arm"] if result.with_machine else []), *([result.by] if result.by else []), "figure", "value",
         "95 % interval"],
        [
            (
                row.code or "all codes",
                *([row.arm] if result.with_machine else []),
                *([row.group or "all"] if result.by else []),
                name,
                figure,
                row.intervals.get(name, "-") if figure.value is not None else "",
            )
            for row in rows
            for name, figure in row.figures.items()
        ],
    )  # fmt: skip


def _say_next(result: "Comparison", *, with_figures: bool) -> None:
    if result.codes and not _any_units(result):
        show.say("Nothing to compare on: no passage counts as reviewed by all of them. Was all of it read?")
        show.say("Then take the codings back (undo) and import them with --reviewed.")
        return
    if not with_figures:
        show.say("Coefficients are left out in a reflexive study; --statistics shows them.")
    show.say(f"Where they differ: assistcode differing {result.a} {result.b}")


def _rows(result: "Comparison", *, with_figures: bool) -> list[dict[str, object]]:
    return [_row(result, row, with_figures=with_figures) for row in result.rows]


def _row(result: "Comparison", row: "CodeAgreement", *, with_figures: bool) -> dict[str, object]:
    is_pair = row.n_readings == 2
    values: dict[str, object] = {
        "a": result.a, "b": result.b, "readings": list(result.readings), "unit": result.unit, "code": row.code,
        "arm": row.arm, "by": result.by, "group": row.group, "n": row.n, "n_unaided": row.n_unaided,
    }  # fmt: skip
    values |= asdict(row.table) if is_pair else dict.fromkeys(asdict(row.table))
    if row.arm == "assisted" and row.code is None and row.group is None and result.changes:
        values |= asdict(result.changes)
    if not with_figures:
        return values
    figures, intervals = dict(row.figures), dict(row.intervals)
    if (row.code, row.group, row.arm) == (None, None, "all"):
        figures["masi_alpha"], intervals["masi_alpha"] = result.sets
    if row.arm == "assisted" and row.group is None:
        one = _anchoring(result, row.code)
        figures["anchoring"], intervals["anchoring"] = one.difference, one.interval
    return (
        values
        | {name: figure.value for name, figure in figures.items()}
        | {"undefined": {name: figure.reason for name, figure in figures.items() if figure.value is None}}
        | {"intervals": {name: [one.low, one.high] for name, one in intervals.items() if one.low is not None}}
    )


@click.command()
@click.argument("a")
@click.argument("b")
@UNIT
@click.option("--code", help="One code.")
@click.option(
    "--cell",
    type=click.Choice(["both", "only-a", "only-b", "neither"]),
    help="One cell of the table. [default: both in which they differ]",
)
@click.option("--settled", is_flag=True, help="Also what the group has settled.")
@show.limit
@show.as_json
@click.pass_context
def differing(
    ctx: click.Context, a: str, b: str, unit: str, code: str | None, cell: str | None, settled: bool, limit: int,
    as_json: bool,
) -> None:  # fmt: skip
    """List where two readings differ: both readings, the words, memos and evidence, in reading order.

    Different boundaries are no difference. Talk about it (assistcode memo add), then agree, or keep both.
    With --cell it lists the excerpts behind a number of assistcode compare.

    \b
    assistcode differing anna ben --code shame
    assistcode differing suggestions anna --cell only-a
    assistcode agree accept 3f9a1c22d0:118-204 shame --coder anna
    """
    from ..differing import DIFFERING

    with show.opened(ctx) as study:
        found = study.differing(a, b, unit=unit, cells=[cell] if cell else DIFFERING, code=code)
    rows = [row for row in found if settled or row.settled is None]
    n_settled = len(found) - len(rows)
    if as_json:
        from ..listing import as_dict

        show.echo_json(as_dict(row) for row in rows)
    else:
        shown = rows[:limit] if limit else rows
        for row in shown:
            _difference(row, a, b)
        show.more(len(shown), len(rows))
    if n_settled:
        show.say(f"{n_settled:,} more are settled; --settled shows them.")
    if not found:
        show.say("There is no such place among the units that both have answered.")


def _difference(row: "Difference", a: str, b: str) -> None:
    click.echo(f"{click.style(row.code, bold=True)}   {show.place(row)}   {row.excerpt.id}")
    at = row.passage.find(row.excerpt.quote)
    marked = [(at, at + len(row.excerpt.quote))] if at >= 0 and row.passage != row.excerpt.quote else []
    show.paragraph(row.passage, indent=4, marked=marked)
    for reading, says, codings in ((a, row.a_says, row.a_codings), (b, row.b_says, row.b_codings)):
        show.paragraph(f"{reading}: {says}", indent=4)
        for one in codings:
            show.paragraph(_coding(one), indent=6)
    for suggested in row.suggestions:
        own = (one for one in suggested.evidence if one.theme == suggested.theme)
        for reason in dict.fromkeys(one.reason(suggested.excerpt) for one in own):
            show.paragraph(f"the machine: {reason}", indent=4)
    for memo in row.memos:
        show.paragraph(f"memo, {memo.coder} ({memo.kind}): {memo.text}", indent=4)
    if row.settled:
        show.paragraph(f"settled: {row.settled}", indent=4)
    click.echo()


def _coding(one: "Coding") -> str:
    facts = [fact for fact in (POLE_WORDS[one.pole], one.effect) if fact and fact != "no pole"]
    return f'{", ".join(facts) or "no pole"}, on "{show.shorten(one.excerpt.quote, 120)}" ({one.excerpt.id})'


@click.command()
@click.argument("action", type=click.Choice([*VERDICT, "keep-both"]))
@click.argument("excerpt_id")
@click.argument("code")
@show.coder
@click.option("--pole", type=click.Choice(["present", "lacking"]), help="Present, or spoken of as missing.")
@click.option("--effect", type=click.Choice(["facilitating", "hindering", "both"]), help="On the relationship.")
@click.option("--memo", help="A note on why; with keep-both it is needed.")
@click.pass_context
def agree(
    ctx: click.Context, action: str, excerpt_id: str, code: str, coder: str, pole: str | None, effect: str | None,
    memo: str | None,
) -> None:  # fmt: skip
    """Write what a group agreed on: the code fits, or does not, or both readings are kept.

    It goes into the agreed set; NAME writes it down, and can take it back with undo. To keep both is a valid
    end: the agreed set then says neither yes nor no, and the memo says why.

    \b
    assistcode agree accept 3f9a1c22d0:118-204 shame --coder anna --pole present
    assistcode agree keep-both 3f9a1c22d0:118-204 shame --coder anna --memo "He has been let in, or found out."
    """
    with show.opened(ctx) as study:
        if action == "keep-both":
            study.keep_both(excerpt_id, code, coder, memo or "")
            show.say(f"Both readings of {code} are kept on {excerpt_id}.")
            return
        study.agree(excerpt_id, code, VERDICT[action], coder, pole=pole, effect=effect, memo=memo)
    show.say(f"Agreed: {code} {VERDICT[action]} on {excerpt_id}.")


COMMANDS = [compare, differing, agree]
