"""What the machine does: precode a study, suggest and cluster loose lines, models and lexicons."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from ..errors import InputError, StudyError
from . import show

if TYPE_CHECKING:
    from ..evidence import Lexicon

model_option = click.option(
    "--model", metavar="NAME|FOLDER", help="The embedding model. [default: minilm, or static where minilm is missing]"
)


@click.command()
@model_option
@click.option("--fast", is_flag=True, help="Use the shipped static model: quicker, a little coarser.")
@click.option("--min-cluster-size", type=int, help="Fewest utterances that make a candidate code. [default: 6]")
@show.as_json
@click.pass_context
def precode(ctx: click.Context, model: str | None, fast: bool, min_cluster_size: int | None, as_json: bool) -> None:
    """Make suggestions and candidate codes for the whole study. Nothing is coded.

    Run it again after every import: only new text is embedded, and no decision is touched.

    \b
    assistcode precode
    assistcode precode --fast --min-cluster-size 10
    """
    from dataclasses import asdict

    show.say("Suggestions only; nothing is coded yet.")
    with show.opened(ctx) as study, show.progress() as report:
        made = study.precode(model="static" if fast else model, min_cluster_size=min_cluster_size, report=report)
        run = study.run()
    if as_json:
        show.echo_json([asdict(made)])
        return
    for name in made.foreign:
        show.say(f"{name}: no lexicon speaks its language; no theme is suggested on it.")
    share = made.n_clustered / made.n_codable if made.n_codable else 0
    rows = [
        ("model", run[0].model if run else ""),
        ("utterances", f"{made.n_utterances:,}, of them {made.n_utterances - made.n_codable:,} back-channels"),
        ("newly embedded", f"{made.n_embedded:,}"),
        ("candidate codes", f"{made.n_candidates:,}, holding {share:.0%} of the utterances"),
        ("suggestions", f"{made.n_suggestions:,}"),
    ]
    show.table(["", ""], rows, wide="")
    show.say("Next: assistcode suggestions, assistcode codes list, assistcode review --coder NAME")


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@model_option
@click.option(
    "--lexicons", default="five", metavar="five|DIR", show_default=True, help="The shipped lexicons, or a folder."
)
def suggest(file: IO[str], model: str | None, lexicons: str) -> None:
    """Suggest themes for loose lines {"id", "text", "role"?}, without a study.

    Prints one line each, in order: scores, suggested themes, poles, evidence. Offsets count code points.

    \b
    echo '{"id": 1, "text": "I was so scared of him."}' | assistcode suggest --model static
    """
    from .. import embed, pipeline
    from ..listing import evidence_dict
    from ..study import default_model

    lines = list(_lines(file, ("id", "text")))
    read = _lexicons(lexicons)
    verdicts = pipeline.suggest_lines(
        [(line["text"], line.get("role")) for line in lines], read, embed.load(model or default_model())
    )
    for line, verdict in zip(lines, verdicts, strict=True):
        answer = {
            "id": line["id"],
            "scores": verdict.scores,
            "suggested": verdict.suggested,
            "poles": {theme: verdict.poles[theme] for theme in verdict.suggested},
            "evidence": [evidence_dict(one) for one in verdict.evidence],
        }
        click.echo(json.dumps(answer, ensure_ascii=False))


def _lexicons(source: str) -> "dict[str, Lexicon]":
    from ..study import read_lexicon_source

    return read_lexicon_source(source)


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@model_option
@click.option("--min-cluster-size", type=int, default=6, show_default=True, help="Fewest lines that make a cluster.")
@click.option("--keywords", is_flag=True, help="Print the clusters with their keywords instead of the lines.")
def cluster(file: IO[str], model: str | None, min_cluster_size: int, keywords: bool) -> None:
    """Cluster loose lines {"id", "text"}, without a study; -1 is none.

    Different lines of four words or more make a cluster; shorter ones and repetitions may join it. --keywords also
    says how much of a cluster comes back when a tenth of the lines is left out (0..1; steady from .75).

    \b
    assistcode cluster lines.jsonl
    assistcode cluster lines.jsonl --keywords
    """
    from .. import cluster as clustering
    from .. import embed, pipeline
    from ..study import check_cluster_size, default_model

    lines = list(_lines(file, ("id", "text")))
    check_cluster_size(min_cluster_size)
    options = pipeline.Options(model or default_model(), min_cluster_size)
    with show.progress() as report:
        groups, words = pipeline.cluster_lines(
            [line["text"] for line in lines], embed.load(options.model), options, report
        )
    if keywords:
        for number, (best, steadiness) in enumerate(zip(words, groups.steadiness, strict=True), start=1):
            one = {"cluster": number, "size": int((groups.numbers == number).sum()), "keywords": best}
            is_steady = clustering.is_steady(steadiness)
            steady = {"steadiness": round(float(steadiness), 4), "steady": is_steady}
            click.echo(json.dumps(one | steady, ensure_ascii=False))
        return
    for line, number, strength in zip(lines, groups.numbers, groups.strengths, strict=True):
        click.echo(json.dumps({"id": line["id"], "cluster": int(number), "strength": round(float(strength), 4)}))


def _lines(file: IO[str], keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    name = "stdin" if file.name == "<stdin>" else file.name
    try:
        for n, text in enumerate(file, start=1):
            if text.strip():
                yield _line(text, f"{name}:{n}", keys)
    except UnicodeDecodeError as error:
        raise InputError(name, f"this is not UTF-8 ({error.reason})", "Save the lines as UTF-8.") from error


def _line(text: str, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
    remedy = f"Write one object a line with {' and '.join(keys)}."
    try:
        line = json.loads(text, parse_constant=_no_constant)
        json.dumps(line, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InputError(where, f"this is not JSON ({error})", remedy) from error
    if not isinstance(line, dict):
        raise InputError(where, "this is not a JSON object", remedy)
    for key in keys:
        if key not in line:
            raise InputError(where, f"there is no '{key}'", remedy)
    if not isinstance(line["text"], str) or not isinstance(line.get("role"), str | None):
        raise InputError(where, "text and role must be strings", remedy)
    return line


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


@click.group()
def models() -> None:
    """List the embedding models; build the static one."""


@models.command("list")
@show.as_json
def models_list(as_json: bool) -> None:
    """List the models, and whether each is on this machine.

    \b
    assistcode models list
    """
    from .. import embed

    rows = [
        {
            "model": m.name,
            "here": embed.is_available(m.name),
            "dimensions": m.dim,
            "licence": m.licence,
            "about": m.about,
            "source": m.source,
        }
        for m in embed.known_models().values()
    ]
    if as_json:
        show.echo_json(rows)
        return
    names = ["model", "here", "dimensions", "licence", "about"]
    show.table(
        names,
        [["yes" if row[n] is True else "no" if row[n] is False else row[n] for n in names] for row in rows],
        wide="about",
    )


@models.command("build")
@click.argument("name", type=click.Choice(["static"]))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("static"),
    show_default=True,
    help="Folder to write to.",
)
def models_build(name: str, out: Path) -> None:  # noqa: ARG001  one model can be built so far
    """Distil the static model from the default one; print the sha256 of each file.

    \b
    assistcode models build static --out models/static
    """
    from .. import embed

    try:
        with show.progress() as report:
            sums = embed.distil(out, progress=lambda done, total: report("embed", done, total))
    except OSError as error:
        raise StudyError(str(out), f"cannot be written ({error.strerror})", "Choose another folder.") from error
    for file, sha256 in sums.items():
        click.echo(f'"{file}" = "{sha256}"')


@click.group("lexicon")
def lexicon_group() -> None:
    """Look after lexicons."""


@lexicon_group.command("check")
@click.argument("source", default="five")
@show.as_json
def lexicon_check(source: str, as_json: bool) -> None:
    """Read a folder of lexicons and say what is in it; errors name file and line.

    \b
    assistcode lexicon check mylexicons/
    """
    rows = [
        {
            "lexicon": one.name, "language": one.language, "terms": len(one.terms), "examples": len(one.examples),
            "counter_examples": len(one.counter_examples), "sha256": one.sha256,
        }
        for one in _lexicons(source).values()
    ]  # fmt: skip
    if as_json:
        show.echo_json(rows)
        return
    show.table(
        ["lexicon", "language", "terms", "examples", "counter-examples"], [list(row.values())[:5] for row in rows]
    )


COMMANDS = [precode, suggest, cluster, models, lexicon_group]
