"""A person codes by command: roster, decisions, undo."""

import shlex

import click

from . import show

VERDICT = {"accept": "fits", "reject": "does not fit", "unsure": "unsure"}


@click.group()
def coders() -> None:
    """List the people who code; put somebody on the roster."""


@coders.command("add")
@click.argument("name")
@click.pass_context
def coders_add(ctx: click.Context, name: str) -> None:
    """Put somebody on the roster.

    \b
    assistcode coders add anna
    """
    with show.opened(ctx) as study:
        coder = study.add_coder(name)
    show.say(f"{coder.name} is on the roster. Next: assistcode review --coder {shlex.quote(coder.name)}")


@coders.command("list")
@show.as_json
@click.pass_context
def coders_list(ctx: click.Context, as_json: bool) -> None:
    """List the roster.

    \b
    assistcode coders list
    """
    with show.opened(ctx) as study:
        rows = [{"coder": coder.name, "added_at": coder.added_at} for coder in study.coders()]
    if as_json:
        show.echo_json(rows)
        return
    show.table(["coder", "since"], [(row["coder"], row["added_at"][:10]) for row in rows])


@click.command()
@click.argument("action", type=click.Choice(list(VERDICT)))
@click.argument("excerpt_id")
@click.argument("code")
@show.coder
@click.option(
    "--pole",
    type=click.Choice(["present", "lacking"]),
    help="Present, or spoken of as missing. [default: as suggested]",
)
@click.option(
    "--effect", type=click.Choice(["facilitating", "hindering", "both"]), help="On the relationship, if you judge it."
)
@click.option("--memo", help="A note on why.")
@click.pass_context
def decide(
    ctx: click.Context,
    action: str,
    excerpt_id: str,
    code: str,
    coder: str,
    pole: str | None,
    effect: str | None,
    memo: str | None,
) -> None:
    """Decide on one excerpt and one code: accept, reject or unsure.

    \b
    assistcode decide accept 3f9a1c22d0:118-204 shame --coder anna --pole lacking
    """
    with show.opened(ctx) as study:
        seen = [
            one
            for one in study.suggestions(coder=coder)
            if one.excerpt.id == excerpt_id and one.code.casefold() == code.casefold()
        ]
        study.decide(excerpt_id, code, VERDICT[action], coder, pole=pole, effect=effect, shown=seen, memo=memo)
    show.say(f"{coder}: {code} {VERDICT[action]} on {excerpt_id}")


@click.command()
@show.coder
@click.pass_context
def undo(ctx: click.Context, coder: str) -> None:
    """Take back a coder's latest action; again for the one before, also of another day.

    \b
    assistcode undo --coder anna
    """
    with show.opened(ctx) as study:
        taken = study.undo(coder)
    show.say(f"Taken back: {taken.what}." if taken else "There is nothing left to take back.")


COMMANDS = [coders, decide, undo]
