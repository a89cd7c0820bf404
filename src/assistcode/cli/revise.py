"""Revise the codebook: name, merge, split, move, set aside, group, define, rename, retire; look at codings again."""

import shlex
from itertools import groupby
from typing import TYPE_CHECKING

import click

from . import show
from .codes import WORDS, codes

if TYPE_CHECKING:
    from ..judgement import Relook

AGAIN = """Still fits: assistcode codes confirm EXCERPT_ID CODE --coder NAME
Not any more: assistcode decide reject EXCERPT_ID CODE --coder NAME"""


@codes.command("name")
@click.argument("candidate")
@click.argument("name")
@click.option("--definition", default="", help="What the code covers.")
@show.coder
@click.pass_context
def codes_name(ctx: click.Context, candidate: str, name: str, definition: str, coder: str) -> None:
    """Make a code of a candidate; it stays through every later precode.

    Name the candidate by its number, or, in scripts, by the excerpt id of a member: numbers change with every
    precode, ids do not. What the code is made of is printed; undo takes it back.

    \b
    assistcode codes name 3 "keeping the coat on" --coder anna
    assistcode codes name 3f9a1c22d0:118-204 "keeping the coat on" --definition "Armour." --coder anna
    """
    with show.opened(ctx) as study:
        found = study.candidate(candidate)
        code = study.name_candidate(found.exemplars[0].id, name, coder, definition=definition)
    show.say(f"'{code.name}' is a code now, made of candidate {found.number}: {found.label} ({found.facts}).")
    show.say(f'Typical: "{show.shorten(found.exemplars[0].quote, WORDS)}"')
    show.say("Nothing is coded with it yet. Not what you meant? assistcode undo --coder " + shlex.quote(coder))


@codes.command("add")
@click.argument("name")
@click.option("--definition", default="", help="What the code covers.")
@show.coder
@click.pass_context
def codes_add(ctx: click.Context, name: str, definition: str, coder: str) -> None:
    """Make a new code; one of this name stays as it is.

    \b
    assistcode codes add "almost saying it" --coder anna
    """
    with show.opened(ctx) as study:
        before = study.newest_action()
        code = study.add_code(name, coder, definition=definition)
        is_new = study.newest_action() > before
    show.say(f"'{code.name}' is in the codebook" + ("." if is_new else " already; nothing was changed."))


@codes.command("merge")
@click.argument("code")
@click.argument("other")
@click.option("--into", metavar="NAME", help="The name of the code that stays. [default: that of OTHER]")
@show.coder
@click.pass_context
def codes_merge(ctx: click.Context, code: str, other: str, into: str | None, coder: str) -> None:
    """Merge CODE with OTHER; OTHER stays, with its definition.

    Codings of both count for the one that stays, in every listing, comparison, report and export. Those of CODE
    are listed to be looked at again.

    \b
    assistcode codes merge "zipped up" "keeping the coat on" --coder anna
    assistcode codes merge "zipped up" "keeping the coat on" --into armour --coder anna
    """
    with show.opened(ctx) as study:
        is_turned = into is not None and into.strip().casefold() == code.casefold()
        stays, goes = (code, other) if is_turned else (other, code)
        merged = study.merge_codes(goes, stays, coder, name=into)
        n_again = len(study.relook(code=merged.name))
    show.say(f"'{goes}' is part of '{merged.name}' now.")
    _say_relook(n_again)


@codes.command("split")
@click.argument("code")
@click.option("--members", "members", multiple=True, required=True, metavar="ID,ID", help="Members that leave.")
@click.option("--name", required=True, help="The new code's name.")
@click.option("--definition", default="", help="What the new code covers.")
@show.coder
@click.pass_context
def codes_split(
    ctx: click.Context, code: str, members: tuple[str, ...], name: str, definition: str, coder: str
) -> None:
    """Make a new code of some members of a code. Codings stay where they are, to be looked at again.

    \b
    assistcode codes split armour --members 3f9a1c22d0:118-204,3f9a1c22d0:310-365 --name "looking away" --coder anna
    """
    chosen = list(dict.fromkeys(one for text in members for one in text.replace(",", " ").split()))
    with show.opened(ctx) as study:
        new = study.split_code(code, chosen, name, coder, definition=definition)
        n_again = len(study.relook(code=code))
    show.say(f"'{new.name}' is a code now, made of {len(chosen):,} members of '{code}'.")
    _say_relook(n_again)


@codes.command("move")
@click.argument("excerpt_id", nargs=-1, required=True)
@click.option("--to", "code", required=True, metavar="CODE", help="The code they belong to.")
@show.coder
@click.pass_context
def codes_move(ctx: click.Context, excerpt_id: tuple[str, ...], code: str, coder: str) -> None:
    """Put members of a candidate or a code under a code, whatever later clusterings find.

    What came to the code with its cluster is kept there by the same command.

    \b
    assistcode codes move 3f9a1c22d0:118-204 --to "keeping the coat on" --coder anna
    """
    with show.opened(ctx) as study:
        study.move_members(excerpt_id, code, coder)
    show.say(f"{', '.join(excerpt_id)}: under '{code}' now.")


@codes.command("set-aside")
@click.argument("excerpt_id", nargs=-1, required=True)
@show.coder
@click.pass_context
def codes_set_aside(ctx: click.Context, excerpt_id: tuple[str, ...], coder: str) -> None:
    """Take members out of their code, whatever later clusterings find.

    \b
    assistcode codes set-aside 3f9a1c22d0:118-204 --coder anna
    """
    with show.opened(ctx) as study:
        study.set_aside(excerpt_id, coder)
    show.say(f"{', '.join(excerpt_id)}: set aside.")


@codes.command("group")
@click.argument("codes_", metavar="CODE...", nargs=-1, required=True)
@click.option("--theme", metavar="NAME", help="The theme they belong to; made if there is none.")
@click.option("--no-theme", is_flag=True, help="Take them out of their themes.")
@show.coder
@click.pass_context
def codes_group(ctx: click.Context, codes_: tuple[str, ...], theme: str | None, no_theme: bool, coder: str) -> None:
    """Put codes under a tentative theme.

    \b
    assistcode codes group "keeping the coat on" "looking away" --theme "Armour comes off" --coder anna
    """
    if (theme is None) != no_theme:
        raise click.UsageError("Give --theme NAME or --no-theme.")
    with show.opened(ctx) as study:
        study.group_codes(codes_, theme, coder)
    show.say(f"{', '.join(codes_)}: " + (f"in the theme '{theme}' now." if theme else "in no theme now."))


@codes.command("define")
@click.argument("code")
@click.argument("text")
@show.coder
@click.pass_context
def codes_define(ctx: click.Context, code: str, text: str, coder: str) -> None:
    """Give a code a new definition. Codings made under the old one are listed to be looked at again.

    \b
    assistcode codes define "keeping the coat on" "Clothes as armour, told or shown." --coder anna
    """
    with show.opened(ctx) as study:
        changed = study.change_code(code, coder, definition=text)
        n_again = len(study.relook(code=code))
    name, meaning = changed.name, changed.definition
    show.say(f"'{name}' means now: {meaning}" if meaning else f"'{name}' has no definition now.")
    _say_relook(n_again)


def _say_relook(n_again: int) -> None:
    if n_again:
        show.say(f"To be looked at again, made under the wording before: {n_again:,}. See: assistcode codes relook")


@codes.command("rename")
@click.argument("code")
@click.argument("name")
@show.coder
@click.pass_context
def codes_rename(ctx: click.Context, code: str, name: str, coder: str) -> None:
    """Give a code another name; its codings, members and history go with it.

    \b
    assistcode codes rename "keeping the coat on" armour --coder anna
    """
    with show.opened(ctx) as study:
        changed = study.change_code(code, coder, name=name)
    show.say(f"'{code}' is called '{changed.name}' now.")


@codes.command("retire")
@click.argument("code")
@show.coder
@click.pass_context
def codes_retire(ctx: click.Context, code: str, coder: str) -> None:
    """Take a code out of the codebook. Its codings are kept, listed nowhere, and come back with an undo.

    \b
    assistcode codes retire "keeping the coat on" --coder anna
    """
    with show.opened(ctx) as study:
        n_codings = len(study.codings(code=code))
        study.retire_code(code, coder)
    show.say(f"'{code}' is retired; its codings are kept and no longer listed: {n_codings:,}.")


@codes.command("relook")
@show.narrowing
@click.option("--coder", metavar="NAME", help="One coder.")
@click.option("--all", "every_verdict", is_flag=True, help="Also what did not fit, and what a coder was unsure of.")
@show.limit
@show.as_json
@click.pass_context
def codes_relook(ctx: click.Context, /, every_verdict: bool, limit: int, as_json: bool, **where: str | None) -> None:
    """List the codings made before their code was defined anew, split, or merged into another.

    Deciding again takes one off the list; so does 'codes confirm'.

    \b
    assistcode codes relook --coder anna
    """
    with show.opened(ctx) as study:
        found = study.relook(every_verdict=every_verdict, **where)
    if as_json:
        show.echo_json(found.to_dicts())
        return
    by_wording = sorted(found, key=_wording)
    shown = by_wording[:limit] if limit else by_wording
    for (head, *wordings), rows in groupby(shown, key=_wording):
        click.secho(head, bold=True)
        for wording in wordings:
            show.paragraph(wording)
        for row in rows:
            show.paragraph(f"{row.excerpt.id}  {row.coder}: {row.verdict}; {show.place(row)}", indent=4)
            show.paragraph(show.shorten(row.excerpt.quote, 300), indent=6)
        click.echo()
    show.more(len(shown), len(found))
    show.say(AGAIN if found else "No coding is older than the wording of its code.")


def _wording(row: "Relook") -> tuple[str, ...]:
    """Return the lines on what changed, once for all codings it concerns."""
    lines = [f"{row.code}, {row.how} on {row.changed_at[:10]}" + (f" by {row.changed_by}" if row.changed_by else "")]
    if (row.code_then, row.definition_then) != (row.code, row.definition):
        lines.append(f"then {row.code_then}: {row.definition_then or 'no definition'}")
    lines.append(f"now  {row.code}: {row.definition or 'no definition'}")
    return (*lines, *(f"split off  {name}" for name in row.split_off))


@codes.command("confirm")
@click.argument("excerpt_id")
@click.argument("code")
@click.option("--agreed", is_flag=True, help="It is a coding of the agreed set; NAME writes it down.")
@show.coder
@click.pass_context
def codes_confirm(ctx: click.Context, excerpt_id: str, code: str, agreed: bool, coder: str) -> None:
    """Decide as before on a coding that was to be looked at again.

    \b
    assistcode codes confirm 3f9a1c22d0:118-204 "keeping the coat on" --coder anna
    """
    with show.opened(ctx) as study:
        verdict = study.confirm(excerpt_id, code, coder, agreed=agreed).verdict
    show.say(f"{coder}: {code}, {verdict}, on {excerpt_id} as it is worded now.")


COMMANDS = [codes]
