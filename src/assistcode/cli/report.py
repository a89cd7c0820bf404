"""What is unread, codings made elsewhere, and how to carry on elsewhere."""

from dataclasses import asdict
from pathlib import Path

import click

from . import show


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


@click.command("import-codings")
@click.argument("file", type=click.Path(path_type=Path))
@show.coder
@click.option("--agreed", is_flag=True, help="They are the agreed set of a seminar; NAME wrote it down.")
@click.option("--reviewed", is_flag=True, help="The coder read the whole of every transcript named in the file.")
@click.pass_context
def import_codings(ctx: click.Context, file: Path, coder: str, agreed: bool, reviewed: bool) -> None:
    """Bring in a coder's codings from a CSV: transcript,start,end,quote,code,pole,coder,action.

    Start and end may be empty where the quote is unique in its transcript. Rows with the action "reviewed" say
    what was read; what was not read never counts as "no". Nothing is written when one row cannot be placed.

    \b
    assistcode import-codings codings_anna.csv --coder anna
    assistcode import-codings seminar.csv --coder anna --agreed
    """
    with show.opened(ctx) as study:
        result = study.import_codings(file, coder, all_reviewed=reviewed, agreed=agreed)
    show.say(
        f"{result.n_decisions:,} decisions and {result.n_memos:,} memos of {coder};"
        f" {result.n_reviewed:,} spans reviewed."
    )
    if result.n_moved:
        show.say(f"{result.n_moved:,} quotes were not where the table said and were found again by their words.")
    if result.new_codes:
        show.say(f"New in the codebook: {', '.join(result.new_codes)}.")
    for name, n_rows in result.of_others.items():
        show.say(f"{n_rows:,} rows of {name} were left out; bring them in with --coder {name}.")
    if not result.n_reviewed:
        show.say(
            f"The table does not say what was read. If {coder} read those transcripts whole, undo and add --reviewed."
        )


@click.command()
@click.argument("form", metavar="FORMAT")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def export(ctx: click.Context, form: str, file: Path) -> None:
    """Write the decisions of all coders to a new file. Formats: csv.

    \b
    assistcode export csv codings.csv
    """
    with show.opened(ctx) as study:
        n_rows = study.export(form, file)
    show.say(f"Wrote {n_rows:,} rows to {file}.")


COMMANDS = [unreviewed, import_codings, export]
