"""What is unread, and how far readings agree."""

from dataclasses import asdict, astuple
from typing import TYPE_CHECKING

import click

from . import show

if TYPE_CHECKING:
    from ..agreement import Figure
    from ..compare import Comparison


@click.command()
@click.option(
    "--by",
    default="",
    metavar="LIST",
    help="Groups: dyad, session, role, perspective, transcript; several with commas.",
)
@click.option("--coder", metavar="NAME", help="Not yet finished by this coder. [default: by nobody]")
@click.option("--code", metavar="CODE", help="For one code: reviewed since it exists, and in scope.")
@show.as_json
@click.pass_context
def unreviewed(ctx: click.Context, by: str, coder: str | None, code: str | None, as_json: bool) -> None:
    """Say what no human has finished with. Unreviewed is never "absent".

    \b
    assistcode unreviewed --by dyad,session
    assistcode unreviewed --coder anna --code shame
    """
    groups = [one.strip() for one in by.split(",") if one.strip()]
    with show.opened(ctx) as study:
        rows = study.unreviewed(by=groups, coder=coder, code=code)
    if as_json:
        show.echo_json(
            dict(zip(groups, row.group, strict=True))
            | {key: value for key, value in asdict(row).items() if key != "group"}
            | {"n_unreviewed": row.n_unreviewed}
            for row in rows
        )
        return
    show.table(
        [*groups, "passages", "unreviewed", "words", "words unreviewed", "reviewed"],
        [
            (
                *row.group,
                row.n_passages,
                row.n_unreviewed,
                row.n_words,
                row.n_words - row.n_words_reviewed,
                _share(row.n_reviewed, row.n_passages),
            )
            for row in rows
        ],
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "undefined: nothing to read"


@click.command()
@click.argument("a", required=False)
@click.argument("b", required=False)
@show.as_json
@click.pass_context
def compare(ctx: click.Context, a: str | None, b: str | None, as_json: bool) -> None:
    """Compare the suggestions with a coder's final codes, or two coders, code by code.

    A and B are coders, "agreed" (the agreed set) or "suggestions". Left out, they are the suggestions and the
    final human codes: the agreed set where there is one, else the only coder's. Only what
    was reviewed enters. Precision and recall measure A by B.

    \b
    assistcode compare suggestions anna
    assistcode compare anna ben --json
    """
    with show.opened(ctx) as study:
        result = study.compare(a, b)
    if as_json:
        show.echo_json(_rows(result))
        return
    click.echo(f"{result.a} (A) and {result.b} (B). Unit: {result.unit}.")
    click.echo(f"{result.n_reviewed:,} of {result.n_units:,} units are reviewed; the others are neither yes nor no.\n")
    show.table(
        ["code", "units", "both", "only A", "only B", "neither", "precision", "recall", "F1", "pos. agr.", "kappa"],
        [
            (row.code, row.table.n, *astuple(row.table), *(_short(figure) for figure in row.figures.values()))
            for row in result.codes
        ],
    )
    _say_undefined(result)
    if not any(row.table.n for row in result.codes):
        show.say("Nothing to compare on: no passage counts as reviewed by all of them. Was all of it read?")
        show.say("Then take the codings back (undo) and import them with --reviewed.")


def _short(figure: "Figure") -> str:
    return "undef." if figure.value is None else f"{figure.value:.2f}"


def _say_undefined(result: "Comparison") -> None:
    """Say once a reason why figures are undefined, and for which codes."""
    codes: dict[str, dict[str, None]] = {}
    for row in result.codes:
        for figure in row.figures.values():
            if figure.value is None:
                codes.setdefault(figure.reason, {})[row.code] = None
    for reason, names in sorted(codes.items()):
        click.echo(f"undefined: {reason} ({', '.join(names)})")
    if not result.codes:
        click.echo("There is no code to compare on: neither reading has used one.")


def _rows(result: "Comparison") -> list[dict[str, object]]:
    return [
        {
            "a": result.a,
            "b": result.b,
            "unit": result.unit,
            "code": row.code,
            "n": row.table.n,
            "n_unaided": row.n_unaided,
        }
        | asdict(row.table)
        | {name: figure.value for name, figure in row.figures.items()}
        | {"undefined": {name: figure.reason for name, figure in row.figures.items() if figure.value is None}}
        for row in result.codes
    ]


COMMANDS = [unreviewed, compare]
