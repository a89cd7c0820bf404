"""The study on paper: parts of the report, and the basket of quotations."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from . import show

if TYPE_CHECKING:
    from ..report.basket import Kept
    from ..report.document import Section, Table

Command = TypeVar("Command", bound=Callable[..., Any])
FIRST_COLUMN = 24  # characters a table's first column takes in the terminal


def choosing(command: Command) -> Command:
    """Add the options that say what a report counts and how it names people."""
    for option in reversed((
        click.option("--lead", metavar="NAME", help="The coder whose codings count where there is no agreed set."),
        click.option("--coder", metavar="NAME", help="Only this coder's codings, or 'agreed'."),
        click.option("--role", help="Who speaks: client, therapist or participant."),
        click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Coded on this day or later."),
        click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Coded on this day or before."),
        click.option("--lines", multiple=True, type=click.Choice(["themes", "lexicon", "codes"]),
                     help="What the tables count; may be given again. [default: themes and lexicon]"),
        click.option("--by", multiple=True, metavar="ATTRIBUTE", help="Also count by this attribute, such as clinic."),
        click.option("--attribution", type=click.Choice(["dyad", "group", "role", "separate"]), default="dyad",
                     show_default=True, help="How a speaker is named: role and dyad, role and group, role alone, or a"
                     " label of each person's own."),
        click.option("--quotations", "n_quotations", type=click.IntRange(min=0), default=4, show_default=True,
                     help="Quotations for each theme or code."),
        click.option("--suggestions", "with_suggestions", is_flag=True, help="Set the machine's beside, marked."),
        click.option("--quote-cells", "cell_quotations", is_flag=True,
                     help="One quotation for each cell of the frequency table."),
    )):  # fmt: skip
        command = option(command)
    return command


@click.command()
@click.argument("part", metavar="PART")
@show.narrowing
@choosing
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write files into this folder.")
@click.option("--format", "formats", default="html,csv,xlsx,docx", show_default=True, help="Which files to write.")
@show.as_json
@click.pass_context
def report(ctx: click.Context, /, part: str, out: Path | None, formats: str, as_json: bool, **values: Any) -> None:  # noqa: ANN401  the options of choosing and narrowing
    """Print a part of the report, or write it as files. Human codings only.

    PART is representativeness, frequency, quotations, methods, audit, data-protection, confidentiality,
    excerpts, or all. What nobody has read is shown as unreviewed, never as absent.

    \b
    assistcode report representativeness --lead anna
    assistcode report quotations --theme shame --attribution separate
    assistcode report all --lead anna --out paper/
    """
    if part == "all" and out is None and not as_json:
        raise click.UsageError("Say where to write the whole report: --out DIR")
    with show.opened(ctx) as study:
        sections = study.report(part, options=_options(values), **_where(values))
        if out is not None:
            files = study.write_report(sections, out, [one.strip() for one in formats.split(",") if one.strip()])
    if out is not None:
        show.say(f"Wrote {len(files)} files to {out}; begin with {files[0].name}.")
    elif as_json:
        show.echo_json({"part": one.name} | dict(record) for one in sections for record in one.records)
    else:
        for section in sections:
            _print(section)


def _options(values: dict[str, Any]) -> Any:  # noqa: ANN401  imported where it is used
    from ..report.basis import Options

    names = ("lead", "attribution", "n_quotations", "with_suggestions", "cell_quotations")
    lines = {"lines": values["lines"]} if values["lines"] else {}
    return Options(**{name: values[name] for name in names}, by=values["by"], **lines)


def _where(values: dict[str, Any]) -> dict[str, str | None]:
    names = ("theme", "code", "pole", "coder", "dyad", "session", "perspective", "role")
    days = {name: values[name].strftime("%Y-%m-%d") if values[name] else None for name in ("since", "until")}
    return {name: values[name] for name in names} | days


def _print(section: "Section") -> None:
    click.secho(f"{section.title}\n", bold=True)
    if section.caption:
        show.paragraph(section.caption, indent=0)
        click.echo()
    for block in section.blocks:
        _PRINT[type(block).__name__](block)
    for text in section.missing:
        show.say(text)


def _print_table(table: "Table") -> None:
    show.paragraph(f"{table.title}. {table.caption}", indent=0)
    click.echo()
    for block in table.blocks(_fitting(table)):
        show.table(block.header, [[cell.text for cell in row] for row in block.rows])
        click.echo()
    for note in table.notes:
        show.paragraph(note, indent=0)
    click.echo()


def _fitting(table: "Table") -> int:
    """Return how many columns beside the first fit the terminal: all, or as many of the widest as fit."""
    columns = zip(table.header, *([cell.text for cell in row] for row in table.rows), strict=True)
    widths = [max(map(len, column)) + 2 for column in columns][1:]
    room = show.console().width - FIRST_COLUMN
    return len(table.header) if sum(widths) <= room or len(widths) < 6 else max(1, room // max(widths))


def _print_prose(prose: Any) -> None:  # noqa: ANN401  imported where it is used
    click.secho(prose.heading, bold=True)
    for text in prose.paragraphs:
        show.paragraph(text)
    click.echo()


def _print_quotes(block: Any) -> None:  # noqa: ANN401  imported where it is used
    click.secho(block.heading, bold=True)
    if block.caption:
        click.echo(block.caption)
    for one in block.quotes:
        show.paragraph(f"“{one.words}” ({one.attribution})  {one.excerpt_id}")
        if one.translation:
            show.paragraph(f"“{one.translation}” (translation)", indent=4)
    click.echo()


_PRINT: dict[str, Callable[[Any], None]] = {"Table": _print_table, "Prose": _print_prose, "Quotes": _print_quotes}


@click.group()
def basket() -> None:
    """Choose quotations for the paper: order, shorten, translate, disguise."""


@basket.command("add")
@click.argument("excerpt_id", metavar="EXCERPT_ID")
@show.coder
@click.pass_context
def basket_add(ctx: click.Context, excerpt_id: str, coder: str) -> None:
    """Put an excerpt into the basket, as it was said.

    \b
    assistcode basket add 3f9a1c22d0:118-204 --coder anna
    """
    with show.opened(ctx) as study:
        _say(study.keep_quotation(excerpt_id, coder))


@basket.command("edit")
@click.argument("excerpt_id", metavar="EXCERPT_ID")
@click.argument("words")
@show.coder
@click.pass_context
def basket_edit(ctx: click.Context, excerpt_id: str, words: str, coder: str) -> None:
    """Give a quotation the form to print; it keeps its link to what was said.

    WORDS are those of the excerpt, with […] for a cut and [square brackets] around what is added or changed.

    \b
    assistcode basket edit 3f9a1c22d0:118-204 "I was so scared […] of [the doctor]" --coder anna
    """
    with show.opened(ctx) as study:
        _say(study.keep_quotation(excerpt_id, coder, edited=words))


@basket.command("cut")
@click.argument("excerpt_id", metavar="EXCERPT_ID")
@click.argument("words")
@show.coder
@click.pass_context
def basket_cut(ctx: click.Context, excerpt_id: str, words: str, coder: str) -> None:
    """Cut words out of a quotation; […] marks the place.

    \b
    assistcode basket cut 3f9a1c22d0:118-204 "and then, eh, well" --coder anna
    """
    with show.opened(ctx) as study:
        _say(study.shorten_quotation(excerpt_id, words, coder))


@basket.command("translate")
@click.argument("excerpt_id", metavar="EXCERPT_ID")
@click.argument("translation")
@show.coder
@click.pass_context
def basket_translate(ctx: click.Context, excerpt_id: str, translation: str, coder: str) -> None:
    """Write a translation beside a quotation; the original stays.

    \b
    assistcode basket translate 3f9a1c22d0:118-204 "Jeg var så redd" --coder anna
    """
    with show.opened(ctx) as study:
        _say(study.translate_quotation(excerpt_id, translation, coder))


@basket.command("drop")
@click.argument("excerpt_id", metavar="EXCERPT_ID")
@show.coder
@click.pass_context
def basket_drop(ctx: click.Context, excerpt_id: str, coder: str) -> None:
    """Take a quotation out of the basket.

    \b
    assistcode basket drop 3f9a1c22d0:118-204 --coder anna
    """
    with show.opened(ctx) as study:
        study.drop_quotation(excerpt_id, coder)
    show.say("Out of the basket.")


@basket.command("order")
@click.argument("excerpt_ids", metavar="EXCERPT_ID...", nargs=-1, required=True)
@show.coder
@click.pass_context
def basket_order(ctx: click.Context, excerpt_ids: Sequence[str], coder: str) -> None:
    """Put these quotations first, in this order.

    \b
    assistcode basket order 3f9a1c22d0:118-204 88d20b11aa:40-90 --coder anna
    """
    with show.opened(ctx) as study:
        study.order_quotations(excerpt_ids, coder)
    show.say("The basket has its order.")


@basket.command("disguise")
@click.argument("words")
@click.argument("instead")
@click.option("--dyad", help="Wherever this dyad is quoted.")
@click.option("--transcript", help="Wherever this interview is quoted.")
@show.coder
@click.pass_context
def basket_disguise(
    ctx: click.Context, words: str, instead: str, dyad: str | None, transcript: str | None, coder: str
) -> None:
    """Disguise a detail in everything quoted from a dyad or an interview; it is printed in [square brackets].

    \b
    assistcode basket disguise "Bergen" "a town" --dyad 5 --coder anna
    """
    if (dyad is None) == (transcript is None):
        raise click.UsageError("Name either --dyad or --transcript.")
    about = "dyad" if dyad else "transcript"
    with show.opened(ctx) as study:
        study.disguise(words, instead, coder, about=about, subject=dyad or transcript or "")
    show.say(f"'{words}' is printed as [{instead}] from now on.")


@basket.command("list")
@show.as_json
@click.pass_context
def basket_list(ctx: click.Context, as_json: bool) -> None:
    """List the basket in its order: what is printed, and what was said.

    \b
    assistcode basket list
    """
    with show.opened(ctx) as study:
        kept = study.basket()
    if as_json:
        show.echo_json(
            {"excerpt_id": one.excerpt.id, "transcript": one.excerpt.transcript, "words": one.edited,
             "original": one.excerpt.quote, "translation": one.translation, "coder": one.coder, "at": one.at}
            for one in kept
        )  # fmt: skip
        return
    for n, one in enumerate(kept, 1):
        click.echo(f"{n}  {one.excerpt.id}   {one.excerpt.transcript}, put in by {one.coder}")
        show.paragraph(f"“{one.edited}”", indent=4)
        if one.edited != " ".join(one.excerpt.quote.split()):
            show.paragraph(f"was said: {show.shorten(one.excerpt.quote, 300)}", indent=4)
        if one.translation:
            show.paragraph(f"translation: {one.translation}", indent=4)
        click.echo()
    if not kept:
        show.say("The basket is empty. Put an excerpt in: assistcode basket add EXCERPT_ID --coder NAME")


def _say(kept: "Kept") -> None:
    show.say(f"To be printed: “{kept.edited}”" + (f" / “{kept.translation}”" if kept.translation else ""))


COMMANDS = [report, basket]
