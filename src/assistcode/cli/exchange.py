"""In from other programs and out to them: codings, projects, tables, Word."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import show

if TYPE_CHECKING:
    from ..projects import Brought


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


def tell_project(file: Path, brought: "Brought", *, is_dry: bool) -> None:
    """Say what came in with a project, what was moved and what was left out."""
    done = "Would bring in" if is_dry else "Brought in"
    show.say(
        f"{done} {file}, a project of {brought.origin}: {brought.n_codes:,} codes ({len(brought.new_codes):,} new),"
        f" {brought.n_sources:,} sources ({len(brought.new_transcripts):,} new transcripts),"
        f" {brought.n_codings:,} codings, {brought.n_memos:,} memos."
    )
    if brought.n_known_codings:
        show.say(f"{brought.n_known_codings:,} codings were here already.")
    if brought.new_coders:
        show.say(f"New on the roster: {', '.join(brought.new_coders)}.")
    if brought.unmarked:
        names = ", ".join(brought.unmarked[:4]) + (" ..." if len(brought.unmarked) > 4 else "")
        show.say(f"No speaker is marked in {names}: each paragraph became a turn of a participant.")
    for name, reading in brought.readings.items():
        show.say(f"{name}: places are counted in {reading} there; they were turned into code points.")
    if brought.moved:
        show.say(f"{len(brought.moved):,} codings or memos did not stand where the file said; found by their words:")
        show.table(
            ["transcript", "place in the file", "words"],
            [(name, place or "-", show.shorten(quote, 60)) for name, place, quote in brought.moved[: show.LIMIT]],
            wide="words",
        )
        show.more(show.LIMIT, len(brought.moved))
    for line in brought.left_out:
        show.say(f"Left out: {line}.")
    if brought.n_codings:
        show.say("The file does not say what was read: nothing in it counts as reviewed.")
    if brought.new_transcripts and not is_dry:
        show.say("Next: assistcode precode")


@click.command()
@click.argument("form", metavar="FORMAT")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--coder", metavar="NAME", help="One coder's only (csv, docx, excerpts, codebook).")
@click.option("--transcript", metavar="NAME", help="One transcript only (docx).")
@click.option("--as", "table", default="csv", show_default=True, metavar="csv|xlsx|parquet", help="Of tables.")
@click.option("--agreement", is_flag=True, help="Agreement tables also in a reflexive study (tables).")
@click.option("--suggestions", is_flag=True, help="Also the machine's suggestions, under a user of their own (qdpx).")
@click.pass_context
def export(
    ctx: click.Context,
    form: str,
    file: Path,
    coder: str | None,
    transcript: str | None,
    table: str,
    agreement: bool,
    suggestions: bool,
) -> None:
    """Write the study for other programs and for readers, to a new file or folder.

    \b
    csv        every verdict, to be read back by import-codings
    qdpx       the whole study for NVivo, ATLAS.ti, MAXQDA, QualCoder (REFI-QDA)
    tables     a folder: codings, decisions, excerpt x code, agreement; and what each column means
    docx       the transcripts in Word, with codes and memos in the margin
    excerpts   the coded excerpts in Word, by theme
    codebook   the codebook in Word (for other programs: assistcode codes export)

    Words of a dyad, transcript or speaker with the attribute "quote" no, or a "consent" other than quote, do
    not leave in tables and Word.

    \b
    assistcode export csv codings.csv
    assistcode export qdpx study.qdpx
    assistcode export tables tables/ --as xlsx
    assistcode export docx coded.docx --transcript d01_s3_client
    """
    from ..export import Options

    options = Options(transcript, coder, table, agreement=agreement, suggestions=suggestions)
    with show.opened(ctx) as study:
        exported = study.export(form, file, options)
    show.say(f"Wrote {exported.n:,} {exported.what} to {file}.")
    for remark in exported.remarks:
        show.say(remark)


COMMANDS = [import_codings, export]
