"""What may still be unread, and what it would cost to know better."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from . import show
from .compare import STATISTICS

if TYPE_CHECKING:
    from ..estimate import CodeEstimate, Estimation, NewCodes


@click.command()
@click.option("--coder", metavar="NAME", help="Whose reading. [default: the coder who has read most]")
@click.option("--theme", help="One theme.")
@click.option("--code", help="One code.")
@click.option("--by", metavar="GROUP", help="By dyad, session, role, perspective or transcript.")
@click.option("--wanted", type=int, default=10, show_default=True, help='The price to say "at most so many more".')
@click.option("--audit", type=int, metavar="N", help="First draw N more passages into the unaided sample.")
@click.option("--new-codes", is_flag=True, help="Say how often new codes still appear (Good-Turing).")
@STATISTICS
@show.as_json
@click.pass_context
def estimate(
    ctx: click.Context, coder: str | None, theme: str | None, code: str | None, by: str | None, wanted: int,
    audit: int | None, new_codes: bool, statistics: bool, as_json: bool,
) -> None:  # fmt: skip
    """Say of every code how many passages were found, and at most how many more you would mark if you went on.

    The bound is exact (hypergeometric, 95 %), from the passages read in the order of the study's random
    permutation: the unaided ones. There is a look every 100 of them, and the bound holds at all looks together.
    It speaks of passages you would mark if you went on judging as in that sample, not of how they ought to be coded.
    "In a row" is an indicator, no reason to stop.

    \b
    assistcode estimate --coder anna
    assistcode estimate --theme shame --by dyad
    assistcode estimate --audit 100
    assistcode estimate --new-codes
    """
    with show.opened(ctx) as study:
        if audit is not None:
            study.extend_sample(audit)
            show.say(f"{audit:,} more passages are in the unaided sample; the queue deals them, one card in five.")
        result = study.estimate(coder, theme=theme, code=code, by=by, wanted=wanted)
        with_figures = statistics or study.shows_statistics
        appearing = study.new_codes(coder) if new_codes else None
    if as_json:
        show.echo_json(_rows(result, with_figures=with_figures))
        return
    _show(result, with_figures=with_figures)
    if appearing:
        _show_new_codes(appearing)


def _show(result: "Estimation", *, with_figures: bool) -> None:
    click.echo(f"Reading of {result.reading}: {result.n_reviewed:,} of {result.n_passages:,} passages reviewed.")
    if with_figures:
        click.echo(f"Random walk: {result.n_walk:,} read without a gap; {result.n_sample:,} drawn as unaided sample.")
        if result.n_walk_assisted:
            click.echo(f"{result.n_walk_assisted:,} of the walk were read with suggestions.")
    click.echo()
    _table(result, with_figures=with_figures)
    if with_figures:
        _explain(result)
    else:
        show.say("Estimates are left out in a reflexive study; --statistics shows them.")


def _table(result: "Estimation", *, with_figures: bool) -> None:
    """Print a row a code, or a row a code and group; the price and the row of misses only for the whole."""
    whole = ["price", "in a row"] if result.by is None else []
    group = [] if result.by is None else [result.by]
    figures = ["walk", "at most", "jointly", *whole] if with_figures else []
    show.table(
        ["code", *group, "found", "reviewed", *figures],
        [
            (
                row.code,
                *([row.group] if result.by else []),
                row.n_found,
                row.n_reviewed,
                *(_figures(row)[: len(figures)] if with_figures else ()),
            )
            for row in result.rows
        ],
        wide="code",
    )


def _figures(row: "CodeEstimate") -> tuple[str, ...]:
    return (
        f"{row.n_walked_marked:,}/{row.n_walked:,}",
        _number(row.at_most),
        _number(row.at_most_jointly),
        _number(row.n_price),
        f"{row.n_in_a_row:,}",
    )


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _explain(result: "Estimation") -> None:
    """Say what was not estimated, what cannot be had at a bearable price, and what the columns mean."""
    from ..estimate import ALL_READ, INTERPRETIVE

    reasons: dict[str, list[str]] = {}
    for row in result.rows:
        if row.reason and row.reason != ALL_READ:
            reasons.setdefault(row.reason, []).append(row.code)
    told = [f"not estimated: {reason} ({', '.join(dict.fromkeys(codes))})" for reason, codes in reasons.items()]
    dear = [f"{row.code} ({row.n_price:,})" for row in result.rows if row.n_price is not None and not row.is_bearable]
    if dear:
        told.append(
            f"cannot be certified at a bearable price, which is half of what is unread: to say that at most"
            f" {result.wanted} more are left, so many passages would have to be read: {', '.join(dear)}."
        )
    if reasons.keys() - {INTERPRETIVE, ALL_READ}:
        told.append(f"The walk goes on as you read: one card in five (assistcode review --coder {result.reading}).")
    if any(row.at_most for row in result.rows):
        told.append(
            "at most: if you went on judging as in the sample, you would mark at most so many more passages (95 %,"
            " exact hypergeometric, at all looks together). jointly: the same for all rows of the table at once."
        )
    if any(row.n_price is not None for row in result.rows):
        told.append(
            f"price: passages of the walk still to be read to say that at most {result.wanted} more are left, if the"
            " code keeps coming as often as so far."
        )
    if result.by is None:
        told.append("in a row: read since the last one found. An indicator; it does not say that nothing is left.")
    click.echo()
    for one in told:
        show.paragraph(one, indent=0)


def _show_new_codes(found: "NewCodes") -> None:
    click.echo(
        f"\n{found.n_codes:,} codes were used in {found.n_interviews:,} interviews,"
        f" {found.n_once:,} of them in one only."
    )
    click.echo(f"Good-Turing: the next code met in an interview is a new one with a chance of {found.share}.")


def _rows(result: "Estimation", *, with_figures: bool) -> list[dict[str, object]]:
    """Return a row a code and group; in a reflexive study without what is estimated."""
    plain = ("code", "group", "n_passages", "n_reviewed", "n_found")
    about = {"reading": result.reading, "by": result.by}
    rows = [about | asdict(row) | {"n_unread": row.n_unread} for row in result.rows]
    return rows if with_figures else [{key: row[key] for key in (*about, *plain, "n_unread")} for row in rows]


COMMANDS = [estimate]
