"""Tell the whole story on the sample study, with the commands a researcher would type."""

import shlex
import shutil
from contextlib import chdir
from pathlib import Path
from time import perf_counter
from typing import cast

import click

from ..errors import InputError
from . import show

STORY = (
    ("A new study. Content analysis, so that agreement is wanted; the default is reflexive.",
     "init --title 'Sample study' --approach content"),
    ("47 synthetic interviews in four formats. File names tell dyad, session and perspective, a table the"
     " interviewer; V-C and V-T are voices of the session video.",
     "import transcripts --pattern 'd{dyad}_s{session}_{perspective}' --map interviewers.csv"
     " --role V-C=client/video --role V-T=therapist/video"),
    ("The machine reads everything: candidate codes from clusters, themes from lexicons, with evidence.", "precode"),
    ("What no lexicon asked for stands first: candidate codes.", "codes list --limit 8"),
    ("Themes suggested, and why. Nothing is coded by that.", "suggestions --theme shame --session 3 --limit 4"),
    ("People come in. Kari and Jon have coded by hand; you will.", "coders add kari"),
    ("", "coders add jon"),
    ("", "coders add you"),
    ("What is known of the dyads, and Kari's reading of them: a judgement, kept apart from the facts.",
     "attributes import attributes.csv"),
    ("", "attributes import groups.csv --coder kari"),
    ("Memos and field notes.", "memo import memos.csv --coder kari"),
    ("", "memo import memos.csv --coder jon"),
    ("", "memo import field_notes.csv --coder kari"),
    ("Their codebook and their codings. A row 'reviewed' says what was read.",
     "codes import codebook.csv --coder kari"),
    ("", "import-codings codings_kari.csv --coder kari"),
    ("", "import-codings codings_jon.csv --coder jon"),
    ("A seminar agreed on two interviews (seminar_note.md): a coding set of its own.",
     "import-codings agreed.csv --coder kari --agreed"),
    ("You decide on one suggestion, and change your mind.",
     "decide accept {first} {code} --coder you --memo 'Is it about him?'"),
    ("", "undo --coder you"),
    ("What has Jon not read yet? Unreviewed is never 'absent'.",
     "unreviewed --by session,perspective --coder jon"),
    ("How far do suggestions and Kari's final codes agree? Only what was read enters.",
     "compare suggestions kari"),
    ("And two careful readers, on what both have read?", "compare kari jon"),
    ("Where do they differ, and why? A group may agree, or keep both readings.",
     "differing kari jon --code fear --limit 2"),
    ("What may Jon's twelve interviews have left unread? He read them in order, so nothing follows for the others: an"
     " estimate takes a random sample.", "estimate --coder jon --theme fear"),
    ("Everything leaves as a plain table.", "export csv codings.csv"),
    ("Which dyads contributed to which theme? Kari leads; the seminar's codes count where there are any.",
     "report representativeness --lead kari --lines themes"),
    ("The whole report for the paper: open report/report.html.", "report all --lead kari --out report"),
    ("How the study stands.", "status"),
)  # fmt: skip


@click.command()
@click.argument("folder", metavar="[DIR]", default="assistcode-demo", type=click.Path(path_type=Path, file_okay=False))
@click.option("--model", metavar="NAME|FOLDER", help="The embedding model. [default: minilm, else static]")
@click.pass_context
def demo(ctx: click.Context, folder: Path, model: str | None) -> None:
    """Make a complete study from the shipped sample, import to export, no question asked.

    The folder must be new or empty. Everything in the sample is synthetic.

    \b
    assistcode demo
    assistcode demo tryout --model static
    """
    _copy_sample(folder)
    root = ctx.find_root().command
    began = perf_counter()
    with chdir(folder):
        for comment, template in STORY:
            line = _filled(template, model)
            if comment:
                click.secho(f"\n# {comment}", dim=True)
            click.secho(f"$ assistcode {line}\n", bold=True)
            click.Group.main(
                cast("click.Group", root), ["-s", "assistcode.study", *shlex.split(line)], standalone_mode=False
            )
    show.say(f"\nThe whole story took {perf_counter() - began:.0f} seconds.")
    click.echo(
        f"""
Now it is your turn:

    cd {folder}
    assistcode                            opens the page: read and decide in the browser, as "you"
    assistcode review --coder you         the same in the terminal, one key each
    assistcode codes show 1               all members of a candidate code
    assistcode codes name 1 'NAME' --coder you    it is a code now, and stays one
    assistcode suggestions --theme fear   what the machine offers, and why

Read README.md in the folder: what the sample is, and what is hidden in it."""
    )


def _copy_sample(folder: Path) -> None:
    from ..resources import shipped

    if folder.exists() and any(folder.iterdir()):
        raise InputError(str(folder), "the folder is not empty", "Name a new one: assistcode demo DIR")
    try:
        shutil.copytree(shipped("sample_data"), folder, dirs_exist_ok=True)
    except OSError as error:
        raise InputError(str(folder), f"cannot be written ({error})", "Name another folder.") from error


def _filled(line: str, model: str | None) -> str:
    """Fill in what only the study knows: the first suggestion, the model asked for."""
    if line == "precode" and model:
        return f"precode --model {shlex.quote(model)}"
    if "{first}" in line:
        from ..study import Study

        with Study.open("assistcode.study") as study:
            first = study.suggestions(theme="shame", session="3")[0]
        return line.replace("{first}", first.excerpt.id).replace("{code}", first.code)
    return line


COMMANDS = [demo]
