"""What the machine does: precode a study, suggest and cluster loose lines, models."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from ..errors import InputError, StudyError
from . import show
from .codes import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..study import Study

model_option = click.option(
    "--model", metavar="NAME|FOLDER", help="The embedding model. [default: minilm, or static where minilm is missing]"
)


@click.command()
@model_option
@click.option("--fast", is_flag=True, help="Use the shipped static model: quicker, a little coarser.")
@click.option("--min-cluster-size", type=int, help="Fewest utterances that make a candidate code. [default: 6]")
@click.option(
    "--learn-from",
    metavar="CODER|agreed|nobody",
    help="Whose codes to learn from. [default: agreed, or the only coder]",
)
@show.as_json
@click.pass_context
def precode(ctx: click.Context, /, fast: bool, as_json: bool, **asked: Any) -> None:  # noqa: ANN401  the options
    """Make suggestions and candidate codes for the whole study. Nothing is coded.

    Run it again after every import: only new text is embedded, and no decision is touched. What people finally
    decided is learned: the suggestions come nearer to how this study codes. A theme that cannot tell what was
    decided to fit from what was not says so and suggests nothing.

    \b
    assistcode precode
    assistcode precode --fast --min-cluster-size 10
    assistcode precode --learn-from kari
    """
    from dataclasses import asdict

    show.say("Suggestions only; nothing is coded yet.")
    with show.opened(ctx) as study, show.progress() as report:
        before = _options(study)
        made = study.precode(**asked | ({"model": "static"} if fast else {}), report=report)
        now = _options(study)
    if as_json:
        show.echo_json([asdict(made)])
        return
    if made.foreign:
        show.say(_warning(made.foreign))
    share = made.n_clustered / made.n_codable if made.n_codable else 0
    rows = [
        *((name, _with_before(value, before.get(name))) for name, value in now.items()),
        ("utterances", f"{made.n_utterances:,}, of them {made.n_utterances - made.n_codable:,} back-channels"),
        ("newly embedded", f"{made.n_embedded:,}"),
        ("candidate codes", f"{made.n_candidates:,}, holding {share:.0%} of the utterances"),
        ("suggestions", f"{made.n_suggestions:,}"),
    ]
    if made.learned.n_utterances:
        rows.append(("learned from", f"{made.learned.reading}: {made.learned.n_utterances:,} utterances"))
    show.table(["", ""], rows, wide="")
    for theme, reason in made.learned.abstaining.items():
        show.say(f"{theme}: abstains, no suggestion is made. {reason}.")
    if made.changes:
        show.say(f"{summary(made.changes)}. What became of each: assistcode codes changes")
    show.say("Next: assistcode suggestions, assistcode codes list, assistcode review --coder NAME")


def _options(study: "Study") -> dict[str, str]:
    """Return what the current run was asked for, by name; nothing before the first run."""
    run = study.run()
    return {"model": run[0].model, "fewest in a cluster": f"{run[0].options['min_cluster_size']}"} if run else {}


def _with_before(now: str, before: str | None) -> str:
    return now if before in {None, now} else f"{now}; {before} in the run before, options do not carry over"


def _warning(foreign: Sequence[str]) -> str:
    """Say in one line that transcripts get no suggestions of themes."""
    if len(foreign) == 1:
        return f"{foreign[0]}: no lexicon speaks its language; no theme is suggested on it."
    names = ", ".join(foreign[:3]) + (" ..." if len(foreign) > 3 else "")
    return f"{len(foreign)} transcripts ({names}): no lexicon speaks their language; no theme is suggested on them."


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@model_option
@click.option(
    "--lexicons", multiple=True, default=["five"], show_default=True, metavar="five|DIR|FILE",
    help="The shipped lexicons, a folder or a file of your own; give it again to add others.",
)  # fmt: skip
def suggest(file: IO[str], model: str | None, lexicons: tuple[str, ...]) -> None:
    """Suggest themes for loose lines {"id", "text", "role"?}, without a study.

    Prints one line each, in order: scores, suggested themes, poles, evidence. Offsets count code points.

    \b
    echo '{"id": 1, "text": "I was so scared of him."}' | assistcode suggest --model static
    """
    from .. import embed, pipeline
    from ..lexicons import read_sources
    from ..listing import evidence_dict
    from ..study import default_model

    lines = list(_lines(file, ("id", "text")))
    read = read_sources(lexicons)
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
    from .. import embed, pipeline
    from ..evidence import is_steady
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
            steady = {"steadiness": round(float(steadiness), 4), "steady": is_steady(steadiness)}
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
@click.argument("name", type=click.Choice(["static", "suggester"]))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to. [default: NAME]")
def models_build(name: str, out: Path | None) -> None:
    """Make again what is shipped in models/; print the sha256 of each file.

    static is distilled from the default model. suggester holds vectors and weights of the shipped lexicons'
    sentences, so that a first run need not learn them; make it again when a lexicon changes.

    \b
    assistcode models build static --out models/static
    assistcode models build suggester --out models
    """
    folder = out or Path(name)
    try:
        with show.progress() as report:
            sums = _BUILDERS[name](folder, lambda done, total: report("embed", done, total))
    except OSError as error:
        raise StudyError(str(folder), f"cannot be written ({error.strerror})", "Choose another folder.") from error
    for file, sha256 in sums.items():
        click.echo(f'"{file}" = "{sha256}"')


def _build_static(folder: Path, progress: "Callable[[int, int], None]") -> dict[str, str]:
    from .. import embed

    return embed.distil(folder, progress=progress)


def _build_suggester(folder: Path, progress: "Callable[[int, int], None]") -> dict[str, str]:
    from hashlib import sha256

    from .. import embed, teaching
    from ..lexicons import FIVE, read_sources

    folder.mkdir(parents=True, exist_ok=True)
    known, files = embed.known_models(), []
    for n, name in enumerate(known, start=1):
        files.append(teaching.build(read_sources([FIVE]), embed.load(name), folder))
        progress(n, len(known))
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


_BUILDERS = {"static": _build_static, "suggester": _build_suggester}


COMMANDS = [precode, suggest, cluster, models]
