"""Make a study; say how it stands."""

from pathlib import Path

import click

from . import show


@click.command()
@click.option("--title", default="", help="What the study is called. [default: the file's name]")
@click.option(
    "--approach",
    type=click.Choice(["reflexive", "codebook", "content"]),
    default="reflexive",
    show_default=True,
    help="The kind of analysis; decides what is shown without asking.",
)
@click.option(
    "--lexicons", multiple=True, default=["five"], show_default=True, metavar="five|none|DIR|FILE",
    help="The shipped lexicons, none, a folder or a file of your own; give it again to add others.",
)  # fmt: skip
@click.option(
    "--unaided", type=click.IntRange(min=0), metavar="N",
    help="Passages to be read without suggestions. [default: the smaller of 400 and a fifth]",
)  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="Draws which passages are unaided.")
@click.pass_context
def init(
    ctx: click.Context, title: str, approach: str, lexicons: tuple[str, ...], unaided: int | None, seed: int
) -> None:
    """Make a new, empty study.

    \b
    assistcode init --title "Forming an alliance" --approach reflexive
    assistcode -s pilot.study init --lexicons none
    assistcode init --lexicons five --lexicons hope.toml
    """
    from ..study import Study

    path = ctx.find_object(Path) or Path("assistcode.study")
    with Study.create(
        path, title=title, approach=approach, lexicons=lexicons, unaided=unaided, seed=seed, face="terminal"
    ) as study:
        names = ", ".join(study.lexicons()) or "none"
    show.say(f"Made {path} ({approach}; lexicons: {names}). Next: assistcode import FILES")


@click.command()
@show.as_json
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Say how the study stands: material, suggestions, who has read what.

    \b
    assistcode status
    """
    with show.opened(ctx) as study:
        facts = study.status()
    if as_json:
        show.echo_json([facts])
        return
    show.table(
        ["", ""], [(name.replace("_", " ").removeprefix("n "), _said(value)) for name, value in facts.items()], wide=""
    )


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {n:,}" for name, n in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


COMMANDS = [init, status]
