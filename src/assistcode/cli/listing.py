"""List what stands: suggestions, codings, codes, memos."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..evidence import POLE_WORDS
from . import show

if TYPE_CHECKING:
    from ..corpus import Excerpt
    from ..evidence import CandidateCode, Suggestion
    from ..judgement import Coding

Command = TypeVar("Command", bound=Callable[..., Any])


def narrowing(command: Command) -> Command:
    """Add the options that narrow a listing."""
    for name, about in (
        ("perspective", "Whose interview: client or therapist."),
        ("session", "One session."),
        ("dyad", "One dyad."),
        ("pole", "present, or lacking (spoken of as missing)."),
        ("code", "One code."),
        ("theme", "One theme."),
    ):
        command = click.option(f"--{name}", help=about)(command)
    return command


@click.command()
@narrowing
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
@narrowing
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
def codes() -> None:
    """Candidate codes and the codebook."""


@codes.command("list")
@click.option(
    "--limit", type=click.IntRange(min=0), default=0, show_default=True, help="Candidates to show; 0 shows all."
)
@show.as_json
@click.pass_context
def codes_list(ctx: click.Context, limit: int, as_json: bool) -> None:
    """List the candidate codes, then the codebook.

    \b
    assistcode codes list
    """
    with show.opened(ctx) as study:
        found, book = study.candidates(), study.codebook
        uses: dict[str, int] = {}
        for row in study.codings():
            uses[row.code] = uses.get(row.code, 0) + 1
    if as_json:
        rows = [{"kind": "candidate"} | row for row in found.to_dicts()]
        rows += [
            {
                "kind": "code",
                "id": c.id,
                "name": c.name,
                "theme": c.theme,
                "origin": c.origin,
                "level": c.level,
                "definition": c.definition,
                "codings": uses.get(c.name, 0),
            }
            for c in book.codes.values()
        ]
        show.echo_json(rows)
        return
    click.echo("Candidate codes (clusters; a code only when somebody names one)\n")
    shown = found[:limit] if limit else found
    show.table(
        ["no.", "size", "interviews", "keywords", "a typical member"],
        [
            (c.number, len(c.members), c.n_transcripts, ", ".join(c.keywords[:5]), show.shorten(c.members[0].quote, 90))
            for c in shown
        ],
        wide="a typical member",
    )
    show.more(len(shown), len(found))
    click.echo("\nCodebook\n")
    show.table(
        ["code", "theme", "origin", "level", "codings"],
        [(c.name, c.theme or "-", c.origin, c.level, uses.get(c.name, 0)) for c in book.codes.values()],
    )


@codes.command("show")
@click.argument("number", type=int)
@show.as_json
@click.pass_context
def codes_show(ctx: click.Context, number: int, as_json: bool) -> None:
    """Print all members of a candidate code, from typical to marginal.

    \b
    assistcode codes show 3
    """
    with show.opened(ctx) as study:
        candidate = study.candidate(number)
    if as_json:
        show.echo_json(
            [
                {"excerpt_id": e.id, "transcript": e.transcript, "quote": e.quote, "strength": s}
                for e, s in _members(candidate)
            ]
        )
        return
    click.echo(f"Candidate {number}: {', '.join(candidate.keywords)}\n")
    rows = [(f"{s:.2f}", e.transcript, show.shorten(e.quote, 200)) for e, s in _members(candidate)]
    show.table(["strength", "transcript", "words"], rows, wide="words")


def _members(candidate: "CandidateCode") -> "list[tuple[Excerpt, float]]":
    return list(zip(candidate.members, candidate.strengths, strict=True))


@codes.command("name")
@click.argument("number", type=int)
@click.argument("name")
@show.coder
@click.pass_context
def codes_name(ctx: click.Context, number: int, name: str, coder: str) -> None:
    """Make a code of a candidate; its members are remembered as seeds.

    \b
    assistcode codes name 3 "keeping the coat on" --coder anna
    """
    with show.opened(ctx) as study:
        code = study.name_candidate(number, name, coder)
    show.say(f"'{code.name}' is a code now. Nothing is coded with it yet.")


@codes.command("add")
@click.argument("name")
@click.option("--definition", default="", help="What the code covers.")
@show.coder
@click.pass_context
def codes_add(ctx: click.Context, name: str, definition: str, coder: str) -> None:
    """Make a new code.

    \b
    assistcode codes add "almost saying it" --coder anna
    """
    with show.opened(ctx) as study:
        code = study.add_code(name, coder, definition=definition)
    show.say(f"'{code.name}' is in the codebook.")


@codes.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--coder", metavar="NAME", help="Who brings them in.")
@click.pass_context
def codes_import(ctx: click.Context, file: Path, coder: str | None) -> None:
    """Bring in codes from a CSV (code, theme, definition, level), YAML or .qdc, or from Taguette's table of tags.

    \b
    assistcode codes import codebook.csv --coder anna
    assistcode codes import nvivo.qdc
    """
    with show.opened(ctx) as study:
        n_new, n_known = study.import_codebook(file, coder)
    show.say(f"{n_new} new codes, {n_known} known.")


@codes.command("export")
@click.argument("form", metavar="FORMAT")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def codes_export(ctx: click.Context, form: str, file: Path) -> None:
    """Write the codebook to a new file: csv, yaml, qdc (REFI-QDA), or taguette (its table of tags).

    In a tag a dot parts theme and code; other dots become "·".

    \b
    assistcode codes export qdc codebook.qdc
    assistcode codes export yaml codebook.yaml
    """
    with show.opened(ctx) as study:
        exported = study.export_codebook(form, file)
    show.say(f"Wrote {exported.n:,} codes to {file}.")


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


COMMANDS = [suggestions, codings, codes, memo]
