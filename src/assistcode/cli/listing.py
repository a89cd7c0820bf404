"""List what stands: suggestions, codings, memos."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..evidence import POLE_WORDS
from . import show

if TYPE_CHECKING:
    from ..evidence import Suggestion
    from ..judgement import Coding


@click.command()
@show.narrowing
@click.option("--status", help="undecided, fits, does not fit or unsure.")
@click.option("--coder", metavar="NAME", help="Whose decisions count for the status and for what stays hidden.")
@click.option(
    "--even-unaided", is_flag=True, help="Also on undecided unaided passages; the look is recorded (needs --coder)."
)
@show.limit
@show.as_json
@click.pass_context
def suggestions(ctx: click.Context, /, even_unaided: bool, limit: int, as_json: bool, **where: str | None) -> None:
    """List the machine's suggestions with their evidence, in reading order.

    Suggestions on unaided passages stay hidden until those are decided; their number is given.

    \b
    assistcode suggestions --theme shame --pole lacking
    assistcode suggestions --dyad 4 --session 3 --json
    """
    with show.opened(ctx) as study:
        found = study.suggestions(even_unaided=even_unaided, **where)
    if as_json:
        show.echo_json(found.to_dicts())
    else:
        shown = found[:limit] if limit else found
        for row in shown:
            _suggestion(row)
        show.more(len(shown), len(found))
    if found.n_withheld:
        show.say(f"{found.n_withheld:,} suggestions on undecided unaided passages are not shown.")
    show.say("Suggestions only; a suggestion counts as nothing until a person decides.")


def _suggestion(row: "Suggestion") -> None:
    click.echo(
        f"{click.style(row.code, bold=True)}, {POLE_WORDS[row.pole]}   {show.place(row)}"
        f"   {row.excerpt.id}   {row.status}"
    )
    show.paragraph(show.shorten(row.excerpt.quote, 300), indent=4)
    for reason in dict.fromkeys(one.reason(row.excerpt) for one in row.evidence if one.theme == row.theme):
        show.paragraph(f"because {reason}", indent=4)
    click.echo()


@click.command()
@show.narrowing
@click.option("--coder", metavar="NAME", help="One coder.")
@click.option("--unplaced", is_flag=True, help="Only decisions that a mended transcript left without a place.")
@click.option("--all", "every_verdict", is_flag=True, help="Also what does not fit, and what a coder was unsure of.")
@show.limit
@show.as_json
@click.pass_context
def codings(
    ctx: click.Context, /, every_verdict: bool, unplaced: bool, limit: int, as_json: bool, **where: str | None
) -> None:
    """List the codings people made, in reading order.

    \b
    assistcode codings --code shame --perspective client
    """
    if unplaced:
        _unplaced(ctx, as_json=as_json)
        return
    with show.opened(ctx) as study:
        found = study.codings(every_verdict=every_verdict, **where)
    if as_json:
        show.echo_json(found.to_dicts())
        return
    shown = found[:limit] if limit else found
    for row in shown:
        _coding(row)
    show.more(len(shown), len(found))
    if not found:
        show.say("No codings yet. A person makes them: assistcode review --coder NAME")


def _unplaced(ctx: click.Context, *, as_json: bool) -> None:
    with show.opened(ctx) as study:
        rows = [
            {
                "excerpt_id": old.id,
                "transcript": old.transcript,
                "quote": old.quote,
                "code": code,
                "verdict": verdict,
                "coder": who,
            }
            for old, code, verdict, who in study.unplaced()
        ]
    if as_json:
        show.echo_json(rows)
        return
    names = ["transcript", "code", "verdict", "coder", "quote"]
    show.table(names, [[row[name] for name in names] for row in rows], wide="quote")


def _coding(row: "Coding") -> None:
    facts = [
        POLE_WORDS[row.pole],
        row.effect,
        None if row.verdict == "fits" else row.verdict,
        f"{'coded' if row.verdict == 'fits' else 'decided'} by {row.coder}",
    ]
    said = ", ".join(fact for fact in facts if fact and fact != "no pole")
    click.echo(f"{click.style(row.code, bold=True)}, {said}   {show.place(row)}   {row.excerpt.id}")
    show.paragraph(show.shorten(row.excerpt.quote, 300), indent=4)
    click.echo()


@click.group()
def memo() -> None:
    """Write and list memos."""


@memo.command("add")
@click.argument("text")
@click.option(
    "--about", type=click.Choice(["study", "dyad", "transcript", "excerpt", "code", "theme"]),
    default="study", show_default=True, help="What the memo is about.",
)  # fmt: skip
@click.option("--subject", default="", help="Its name; of an excerpt its id.")
@click.option("--kind", default="analytic", show_default=True, help="analytic, reflexive, field note ...")
@show.coder
@click.pass_context
def memo_add(ctx: click.Context, text: str, about: str, subject: str, kind: str, coder: str) -> None:
    """Write a memo.

    \b
    assistcode memo add "Is this shame or fear?" --about excerpt --subject 3f9a1c22d0:118-204 --coder anna
    """
    with show.opened(ctx) as study:
        study.add_memo(text, coder, about=about, subject=subject, kind=kind)
    show.say("Memo written.")


@memo.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@show.coder
@click.pass_context
def memo_import(ctx: click.Context, file: Path, coder: str) -> None:
    """Bring in a coder's memos from a CSV: about, subject, kind, coder, text. Rows of others are left out.

    \b
    assistcode memo import memos.csv --coder anna
    """
    with show.opened(ctx) as study:
        n_memos = study.import_memos(file, coder)
    show.say(f"{n_memos:,} memos of {coder}.")


@memo.command("list")
@show.as_json
@click.pass_context
def memo_list(ctx: click.Context, as_json: bool) -> None:
    """List the memos, oldest first.

    \b
    assistcode memo list
    """
    with show.opened(ctx) as study:
        rows = study.memos()
    if as_json:
        show.echo_json(
            {
                "id": m.id,
                "at": m.at,
                "coder": m.coder,
                "kind": m.kind,
                "subject": m.subject,
                "text": m.text,
                "quote": m.excerpt.quote if m.excerpt else None,
            }
            for m in rows
        )
        return
    show.table(
        ["when", "who", "kind", "about", "memo"],
        [(m.at[:16], m.coder or "-", m.kind, m.subject, m.text) for m in rows],
        wide="memo",
    )


COMMANDS = [suggestions, codings, memo]
