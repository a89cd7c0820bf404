"""Bring transcripts in and look at them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InputError
from . import show
from .exchange import tell_project

if TYPE_CHECKING:
    from ..corpus import Transcript
    from ..importing import Plan
    from ..study import Study


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--map",
    "table",
    type=click.Path(path_type=Path),
    help="CSV: file, dyad, session, perspective, interviewer, language.",
)
@click.option("--pattern", help="How file names tell the place, e.g. 'd{dyad}_s{session}_{perspective}'.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="LABEL=ROLE",
    help="Whose voice a label is: 'I=interviewer', 'V=client/video', '*=participant'.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="USE=NAME",
    help="Which table column holds what: text=, speaker=, moment=.",
)
@click.option(
    "--language", default="en", show_default=True, help="Their language, where --map or --pattern does not say it."
)
@click.option("--dry-run", is_flag=True, help="Show what would come in; write nothing.")
@click.option("--keep-going", is_flag=True, help="Import the good files though others are refused.")
@click.pass_context
def import_(
    ctx: click.Context,
    paths: tuple[Path, ...],
    table: Path | None,
    pattern: str | None,
    roles: tuple[str, ...],
    columns: tuple[str, ...],
    language: str,
    dry_run: bool,
    keep_going: bool,
) -> None:
    """Import transcripts: txt, md, docx, csv, tsv, vtt; files or folders. Or a project of another program: qdpx.

    Of several files with one broken none is imported, unless --keep-going. The same file twice is noticed. A
    project brings its codes, coders, codings and memos along; the same project again is merged.

    \b
    assistcode import transcripts/ --pattern 'd{dyad}_s{session}_{perspective}' --dry-run
    assistcode import talk.csv --column text=Utterance --role 'V-C=client/video'
    assistcode import observations/ --role '*=participant'
    assistcode import nvivo_project.qdpx --dry-run
    """
    projects = [path for path in paths if path.suffix.lower() == ".qdpx"]
    for path in projects:
        with show.opened(ctx) as study:
            brought = study.import_project(path, roles=roles, dry_run=dry_run)
        tell_project(path, brought, is_dry=dry_run)
    if len(projects) == len(paths):
        return
    paths = tuple(path for path in paths if path not in projects)
    with show.opened(ctx) as study:
        plan = study.plan_import(
            paths, pattern=pattern, table=table, roles=roles, columns=_columns(columns), language=language
        )
        if plan.refused and not (keep_going or dry_run):
            _refuse(plan)
        if dry_run:
            _preview(plan)
        if plan.transcripts:
            _voices(plan)
        if not dry_run:
            study.import_planned(plan)
    for error in plan.refused:
        show.say(f"refused: {error}")
    _conclude(plan, is_dry=dry_run)
    if plan.refused and not dry_run and not plan.transcripts:
        ctx.exit(1)


def _columns(columns: tuple[str, ...]) -> dict[str, str]:
    pairs = [column.partition("=") for column in columns]
    for use, equals, name in pairs:
        if use not in {"text", "speaker", "moment"} or not equals or not name:
            raise InputError(
                f"--column '{use}{equals}{name}'",
                "not a use with a column name",
                "Write text=NAME, speaker=NAME or moment=NAME.",
            )
    return {use: name for use, _, name in pairs}


def _preview(plan: "Plan") -> None:
    """Show where every file would go, and its first lines."""
    rows = [
        (t.name, t.placement.dyad or "-", t.placement.session or "-", t.placement.perspective or "-", _n_turns(t))
        for t in plan.transcripts
    ]
    show.table(["transcript", "dyad", "session", "perspective", "turns"], rows)
    for transcript in plan.transcripts:
        click.echo(f"\n{transcript.name}")
        for turn in [turn for turn in transcript.turns if turn.speaker.role != "note"][:3]:
            voice = f"{turn.speaker.role}{' in the video' if turn.speaker.kind == 'video' else ''}"
            click.echo(f"  {turn.n:>3} {voice}: {show.shorten(transcript.text[turn.start : turn.end], 90)}")
    click.echo()


def _voices(plan: "Plan") -> None:
    """Show every speaker label with the role it was given; say when most words are nobody's talk."""
    seen: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for transcript in plan.transcripts:
        for turn in transcript.turns:
            speaker, n_words = turn.speaker, len(transcript.text[turn.start : turn.end].split())
            voice = (speaker.name, speaker.role, speaker.kind)
            seen.setdefault(voice, []).append((transcript.name, n_words))
    rows = [
        (*voice, len({name for name, _ in said}), len(said), sum(n for _, n in said)) for voice, said in seen.items()
    ]
    show.table(["speaker", "role", "kind", "transcripts", "turns", "words"], rows)
    n_notes, n_all = sum(row[5] for row in rows if row[1] == "note"), sum(row[5] for row in rows)
    if n_notes > n_all / 3:
        show.say(
            f"{n_notes / n_all:.0%} of the words are notes: text before a first speaker or under a heading. They are"
            " kept and never suggested on. If it is talk, mark its speakers."
        )


def _n_turns(transcript: "Transcript") -> int:
    return sum(turn.speaker.role != "note" for turn in transcript.turns)


def _refuse(plan: "Plan") -> None:
    others = ", ".join(Path(error.where.partition(":")[0]).name for error in plan.refused[1:])
    if others:
        show.say(f"Refused as well, here with the first reason only: {others}")
    if plan.transcripts:
        show.say(f"Nothing was imported; {len(plan.transcripts)} files are sound (--keep-going imports them).")
    raise plan.refused[0]


def _conclude(plan: "Plan", *, is_dry: bool) -> None:
    for path, name in plan.known:
        show.say(f"{path} is in the study already, as {name}; left as it is.")
    if plan.passed_over:
        show.say(f"Passed over {len(plan.passed_over)} files of other kinds, e.g. {plan.passed_over[0].name}.")
    if plan.guessed:
        show.say(f"Taken for participants: {', '.join(plan.guessed[:8])}.")
        show.say("If that is wrong: assistcode transcripts replace NAME FILE --role LABEL=ROLE")
    if not (plan.transcripts or plan.known or plan.refused):
        from ..readers import READERS

        raise InputError("import", "there is no transcript among these files", f"Formats: {', '.join(READERS)}.")
    n_turns = sum(map(_n_turns, plan.transcripts))
    done = "Would import" if is_dry else "Imported"
    show.say(
        f"{done} {len(plan.transcripts)} transcripts with {n_turns:,} turns."
        + ("" if is_dry else " Next: assistcode precode")
    )


@click.group()
def transcripts() -> None:
    """List and show the transcripts of the study."""


@transcripts.command("list")
@show.as_json
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the transcripts in reading order.

    \b
    assistcode transcripts list
    """
    with show.opened(ctx) as study:
        rows = [
            {
                "transcript": t.name, "dyad": t.placement.dyad, "session": t.placement.session,
                "perspective": t.placement.perspective, "interviewer": t.placement.interviewer,
                "language": t.placement.language, "turns": _n_turns(t), "words": len(t.text.split()),
                "moments": len({turn.moment for turn in t.turns if turn.moment is not None}),
                "text_sha256": t.text_sha256,
            }
            for t in study.transcripts()
        ]  # fmt: skip
    if as_json:
        show.echo_json(rows)
        return
    names = ["transcript", "dyad", "session", "perspective", "turns", "words", "moments"]
    show.table(names, [["-" if row[name] is None else row[name] for name in names] for row in rows])


@transcripts.command("show")
@click.argument("name")
@show.as_json
@click.pass_context
def show_(ctx: click.Context, name: str, as_json: bool) -> None:
    """Print a transcript with its turn numbers.

    \b
    assistcode transcripts show d01_s3_client
    """
    with show.opened(ctx) as study:
        transcript = study.material.transcript(name)
    turns = [
        {
            "turn": turn.n, "speaker": turn.speaker.name, "role": turn.speaker.role, "kind": turn.speaker.kind,
            "moment": turn.moment, "start": turn.start, "end": turn.end, "text": transcript.text[turn.start : turn.end],
        }
        for turn in transcript.turns
    ]  # fmt: skip
    if as_json:
        show.echo_json(turns)
        return
    show.table(
        ["turn", "moment", "voice", "words"],
        [
            (t["turn"], t["moment"] or "", f"{t['role']}{' (video)' if t['kind'] == 'video' else ''}", t["text"])
            for t in turns
        ],
        wide="words",
    )


@transcripts.command("set")
@click.argument("name")
@click.option("--dyad", help="The dyad it belongs to.")
@click.option("--session", help="The session it is about.")
@click.option("--perspective", help="Whose interview it is.")
@click.option("--interviewer", help="Who held it.")
@click.option("--language", help="Its language, e.g. en or nb.")
@click.pass_context
def set_(ctx: click.Context, /, name: str, **values: str | None) -> None:
    """Correct where a transcript belongs; logged. Its words never change.

    \b
    assistcode transcripts set d01_s3_client --session 5
    """
    with show.opened(ctx) as study:
        place = study.set_placement(name, **values)
    show.say(f"{name}: dyad {place.dyad or '-'}, session {place.session or '-'}, {place.perspective or '-'}.")


@transcripts.command("replace")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--role", "roles", multiple=True, metavar="LABEL=ROLE", help="As in import.")
@click.option("--column", "columns", multiple=True, metavar="USE=NAME", help="As in import.")
@show.as_json
@click.pass_context
def replace(
    ctx: click.Context, name: str, file: Path, roles: tuple[str, ...], columns: tuple[str, ...], as_json: bool
) -> None:
    """Bring in a mended file for a transcript. Decisions are found again by their quotes.

    What cannot be placed to the letter is listed and kept with its old words. Mended turns count as unreviewed.

    \b
    assistcode transcripts replace d01_s3_client mended/d01_s3_client.txt
    """
    with show.opened(ctx) as study:
        result = study.replace_transcript(name, file, roles=roles, columns=_columns(columns))
    if as_json:
        show.echo_json(
            {"code": code, "coder": coder, "quote": excerpt.quote, "excerpt_id": excerpt.id}
            for excerpt, code, coder in result.unplaced
        )
    elif result.unplaced:
        rows = [(code, coder, show.shorten(excerpt.quote, 120)) for excerpt, code, coder in result.unplaced]
        show.table(["code", "coder", "words that stand no longer"], rows, wide="words that stand no longer")
    show.say(
        f"{result.n_kept:,} decisions kept ({result.n_moved:,} moved with the text), {len(result.unplaced):,} without a"
        f" place; {result.n_passages_to_read:,} passages nobody has reviewed. Next: assistcode precode"
    )


@transcripts.command("remove")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Take a transcript out of the study; what people decided on it is no longer listed.

    \b
    assistcode transcripts remove d01_s3_client
    """
    with show.opened(ctx) as study:
        n_members = _n_members(study)
        n_judged = study.remove_transcript(name)
        n_members -= _n_members(study)
    show.say(
        f"{name} is out of the study; {n_judged:,} judgements on it and {n_members:,} members of codes are no longer"
        " listed, until it is imported again. Next: assistcode precode"
    )


def _n_members(study: "Study") -> int:
    """Return how many members the codes have, all together."""
    groups = study.groups()
    return sum(len(groups.of_code(code_id).members) for code_id in groups.book.codes)


@click.group()
def attributes() -> None:
    """List what is known of dyads and transcripts, and what people assigned to them."""


@attributes.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--coder", metavar="NAME", help="These are this person's judgements; a column 'why' holds the reasons.")
@click.pass_context
def attributes_import(ctx: click.Context, file: Path, coder: str | None) -> None:
    """Bring in attributes from a CSV; its first column, dyad, transcript or speaker, names the case.

    A speaker is one member of a dyad: "5 client". Reports obey two attributes: with "quote" no, or a "consent"
    other than quote, words are counted and not quoted.

    \b
    assistcode attributes import attributes.csv
    assistcode attributes import groups.csv --coder anna
    """
    with show.opened(ctx) as study:
        n_values = study.import_attributes(file, coder)
    show.say(f"{n_values:,} values {f'assigned by {coder}' if coder else 'imported'}.")


@attributes.command("list")
@show.as_json
@click.pass_context
def attributes_list(ctx: click.Context, as_json: bool) -> None:
    """List the attributes: imported, or assigned by whom and why.

    \b
    assistcode attributes list
    """
    with show.opened(ctx) as study:
        rows = study.attributes()
    if as_json:
        show.echo_json(rows)
        return
    names = ["of", "subject", "name", "value", "assigned_by", "why"]
    show.table(
        [name.replace("_", " ") for name in names], [[row[name] or "-" for name in names] for row in rows], wide="why"
    )


COMMANDS = [import_, transcripts, attributes]
