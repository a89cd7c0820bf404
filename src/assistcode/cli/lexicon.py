"""Lexicons as a craft: check one, see its terms in their surroundings, count them, bring word lists in."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import LexiconError
from . import show

if TYPE_CHECKING:
    from ..concordance import Contrast, Covered, KeyWord, Line
    from ..precision import Record
    from ..proofing import Proof

Command = TypeVar("Command", bound=Callable[..., Any])


def where(command: Command) -> Command:
    """Add the options that narrow the material."""
    for name, about in (
        ("role", "Who speaks: client, therapist or participant."),
        ("perspective", "Whose interview: client or therapist."),
        ("session", "One session."),
        ("dyad", "One dyad."),
    ):
        command = click.option(f"--{name}", help=about)(command)
    return command


@click.group("lexicon")
def lexicon_group() -> None:
    """Look after lexicons: what they find, what it was worth, what to mend."""


@lexicon_group.command("check")
@click.argument("sources", nargs=-1, metavar="[five|FOLDER|FILE]...")
@click.option("--stems", is_flag=True, help="Also list the words that every stem takes in.")
@show.as_json
def lexicon_check(sources: tuple[str, ...], stems: bool, as_json: bool) -> None:
    """Say what is wrong with lexicons, by file and line; without a name, with the shipped five.

    An error is a term that can never match, an example that is a counter-example too, or a file that cannot be
    read; the exit code is then 1. Warnings are for you to judge: terms that never count because another one is
    found in their place, terms of two themes, stems that take in unrelated common words, everyday words that
    suggest by themselves, examples there twice. Words are known for English only.

    \b
    assistcode lexicon check mylexicons/
    assistcode lexicon check five hope.toml --stems
    """
    from .. import lexicons, proofing

    found = proofing.proof(lexicons.source_files(sources or ("five",)))
    if as_json:
        show.echo_json(_check_rows(found, with_stems=stems))
    else:
        _show_check(found, with_stems=stems)
    if found.n_errors:
        what = f"{found.n_errors} error{'s' if found.n_errors > 1 else ''} in {len(found.faulty)} of the files"
        raise LexiconError("lexicon check", what, "Mend the lines marked error.")


def _check_rows(found: "Proof", *, with_stems: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "kind": "lexicon", "lexicon": one.name, "language": one.language, "terms": len(one.terms),
            "examples": len(one.examples), "counter_examples": len(one.counter_examples), "sha256": one.sha256,
        }
        for one in found.lexicons.values()
    ]  # fmt: skip
    rows += [{"kind": "problem"} | asdict(one) for one in found.problems]
    return rows + [{"kind": "stem"} | asdict(one) for one in (found.stems if with_stems else ())]


def _show_check(found: "Proof", *, with_stems: bool) -> None:
    if found.lexicons:
        show.table(
            ["lexicon", "language", "terms", "examples", "counter-examples", "problems"],
            [
                (one.name, one.language, len(one.terms), len(one.examples), len(one.counter_examples), n)
                for one, n in (
                    (one, sum(p.lexicon == one.name for p in found.problems)) for one in found.lexicons.values()
                )
            ],
        )
    for problem in found.problems:
        mark = click.style(problem.level, bold=problem.level == "error")
        click.echo(f"\n{problem.where}: {mark}")
        show.paragraph(f"{problem.what}. {problem.remedy}")
    for stem in found.stems if with_stems else ():
        click.echo(f"\n{stem.lexicon}: {stem.stem}*")
        show.paragraph(", ".join(stem.words) or "no known word")
    if not found.problems:
        show.say("Nothing to mend.")


@lexicon_group.command("use")
@click.argument("sources", nargs=-1, required=True, metavar="five|none|FOLDER|FILE...")
@click.pass_context
def lexicon_use(ctx: click.Context, sources: tuple[str, ...]) -> None:
    """Suggest from other lexicons in this study, or from more. What people decided stays as it is.

    A new theme gets its code at once, its suggestions at the next precode.

    \b
    assistcode lexicon use five hope.toml
    """
    with show.opened(ctx) as study:
        names = study.use_lexicons(*sources)
    show.say(f"Lexicons: {', '.join(names) or 'none'}. Next: assistcode precode")


@lexicon_group.command("kwic")
@click.argument("asked", nargs=-1, required=True, metavar="THEME|WORD...")
@click.option("--words", is_flag=True, help="Take every name as a word, also that of a theme.")
@click.option("--pole", help="present, or lacking (spoken of as missing).")
@click.option("--flag", help="Only hits whose surroundings say so: negated, partner, third person ...")
@click.option(
    "--sort", type=click.Choice(["place", "left", "right"]), default="place", show_default=True,
    help="As read, or by the words nearest to the hit on one side.",
)  # fmt: skip
@where
@show.limit
@show.as_json
@click.pass_context
def lexicon_kwic(
    ctx: click.Context, /, asked: tuple[str, ...], words: bool, limit: int, as_json: bool, **how: str | None
) -> None:
    """Show every place of a theme's terms, or of any words, with the words around it, one line each.

    A word is found in its inflected forms; a phrase stands in quotation marks, with * for up to three words; a * at
    the end of a word stands for any ending. Only what interviewees said is looked at. A theme's places in unaided
    passages stay hidden until those are decided; their number is given.

    \b
    assistcode lexicon kwic fear --role client --flag negated
    assistcode lexicon kwic "let * guard down" "relie*" --sort right
    """
    with show.opened(ctx) as study, show.progress() as report:
        found = study.kwic(*asked, as_words=words, report=report, **how)  # type: ignore[arg-type]
    if as_json:
        show.echo_json(found.to_dicts())
    else:
        shown = found[:limit] if limit else found
        _concordance(shown)
        show.more(len(shown), len(found))
        if not found:
            show.say("No hit.")
    if found.n_withheld:
        show.say(f"{found.n_withheld:,} places in undecided unaided passages are not shown.")


def _concordance(lines: "list[Line]") -> None:
    """Print lines with the hits below each other: left words, hit, right words, flags, excerpt id."""
    rows = [(line, ", ".join(line.context)) for line in lines]
    if not rows:
        return
    n_hit = min(show.console().width // 5, max(len(line.excerpt.quote) for line, _ in rows))
    n_flags = min(16, max(len(flags) for _, flags in rows))
    n_id = max(len(line.excerpt.id) for line, _ in rows)
    room = show.console().width - n_hit - n_id - 4 - (n_flags + 2 if n_flags else 0)
    left, right = max(12, room // 2), max(12, room - room // 2)
    for line, flags in rows:
        hit = click.style(show.fit(show.shorten(line.excerpt.quote, n_hit), n_hit), bold=True)
        parts = [show.fit_left(line.left, left), " ", hit, " ", show.fit(line.right, right), "  "]
        parts += [show.fit(show.shorten(flags, n_flags), n_flags), "  "] if n_flags else []
        click.echo("".join([*parts, line.excerpt.id]))


@lexicon_group.command("coverage")
@click.option(
    "--by", default="", metavar="GROUP,...",
    help="dyad, session, role, perspective, transcript, an attribute; whose: whose feeling or quality it is.",
)  # fmt: skip
@where
@show.as_json
@click.pass_context
def lexicon_coverage(ctx: click.Context, /, by: str, as_json: bool, **how: str | None) -> None:
    """Count how often each theme's terms occur, and in how many utterances, in groups of the material.

    These are words found, not themes coded: a weak term counts like a strong one. Only what interviewees said is
    counted, and for each theme only texts in the language of its lexicon.

    \b
    assistcode lexicon coverage --by session,role
    assistcode lexicon coverage --by whose --dyad 4
    """
    groups = [one.strip() for one in by.split(",") if one.strip()]
    with show.opened(ctx) as study, show.progress() as report:
        found = study.coverage(*groups, report=report, **how)
    if as_json:
        show.echo_json(_coverage_row(row, groups) for row in found)
        return
    if not found:
        show.say("There is nothing to count: import transcripts, and see 'assistcode lexicon use five'.")
        return
    show.table(
        ["theme", *groups, "hits", "utterances", "words", "per 1,000 words"],
        [
            (
                row.theme, *row.group, row.n_hits, row.n_utterances, row.n_words,
                "no text in its language" if row.per_thousand is None else f"{row.per_thousand:.2f}",
            )
            for row in found
        ],
    )  # fmt: skip


def _coverage_row(row: "Covered", groups: list[str]) -> dict[str, Any]:
    values = {"n_hits": row.n_hits, "n_utterances": row.n_utterances, "n_words": row.n_words}
    named = dict(zip(groups, row.group, strict=True))
    return {"theme": row.theme} | named | values | {"per_1000_words": row.per_thousand}


@lexicon_group.command("keyness")
@click.option("--by", required=True, metavar="GROUP", help="dyad, session, role, perspective, or an attribute.")
@click.argument("a")
@click.argument("b")
@click.option("--terms", is_flag=True, help="Count lexicon terms instead of words.")
@click.option(
    "--at-least", type=click.IntRange(min=1), default=5, show_default=True, help="Fewest times in A and B together."
)
@where
@show.limit
@show.as_json
@click.pass_context
def lexicon_keyness(
    ctx: click.Context, /, by: str, a: str, b: str, terms: bool, at_least: int, limit: int, as_json: bool,
    **how: str | None,
) -> None:  # fmt: skip
    """Say which words set group A against group B: frequencies, log-likelihood (G2) and log ratio.

    A log ratio of 1 is twice as often in A, -1 twice as often in B (a frequency of 0 counts as a half). G2 grows
    with the size of the material and takes words as independent, which those of one speaker are not: look at the
    dyads first. A word from one dyad only is marked.

    \b
    assistcode lexicon keyness --by session 3 5
    assistcode lexicon keyness --by group good troubled --role client --terms
    """
    with show.opened(ctx) as study, show.progress() as report:
        found = study.keyness(by, a, b, terms=terms, at_least=at_least, report=report, **how)
    if as_json:
        show.echo_json(_key_row(row) for row in found.rows)
        return
    click.echo(f"A: {by} {found.a}, {found.n_words_a:,} words. B: {by} {found.b}, {found.n_words_b:,} words.\n")
    shown = found.rows[:limit] if limit else found.rows
    _show_keyness(shown, found)
    show.more(len(shown), len(found.rows))
    if not found.rows:
        show.say("No word occurs often enough; see --at-least.")


def _key_row(row: "KeyWord") -> dict[str, Any]:
    renamed = {"per_thousand_a": "per_1000_a", "per_thousand_b": "per_1000_b"}
    values = {renamed.get(name, name): value for name, value in asdict(row).items()}
    return values | {"n_dyads": len(row.dyads), "dyads": list(row.dyads)}


def _show_keyness(rows: "list[KeyWord]", found: "Contrast") -> None:
    with_theme = any(row.theme for row in rows)
    show.table(
        ["word", *(["theme"] if with_theme else []), "A", "B", "A/1,000", "B/1,000", "G2", "log ratio", "dyads"],
        [
            (
                row.word, *([row.theme] if with_theme else []), row.n_a, row.n_b, f"{row.per_thousand_a:>7.2f}",
                f"{row.per_thousand_b:>7.2f}", f"{row.g2:>6.1f}", f"{row.log_ratio:>+9.2f}",
                _spread(row, found.n_dyads),
            )
            for row in rows
        ],
        wide="word" if with_theme else None,
    )  # fmt: skip


def _spread(row: "KeyWord", n_dyads: int) -> str:
    """Say from how many dyads a word comes; one dyad alone is named."""
    return f"only {row.dyads[0]}" if len(row.dyads) == 1 and n_dyads > 1 else f"{len(row.dyads)} of {n_dyads}"


@lexicon_group.command("precision")
@click.option("--theme", help="One theme.")
@click.option(
    "--coder", metavar="NAME", help="One coder's decisions, or those of the agreed set. [default: every coder]"
)
@click.option(
    "--arm", type=click.Choice(["all", "unaided", "assisted"]), default="all", show_default=True,
    help="Only what was decided before, or only after, the suggestion was seen.",
)  # fmt: skip
@show.limit
@show.as_json
@click.pass_context
def lexicon_precision(
    ctx: click.Context, theme: str | None, coder: str | None, arm: str, limit: int, as_json: bool
) -> None:
    """Say of each term what people decided where it was evidence for a suggestion.

    "passed by": a coder finished with the place and did not code it, which is a no. The share is that of "fits"
    among these three, with its 95 % interval (Wilson). Of several coders each counts. What was decided after the
    suggestion was seen is not independent; --arm unaided leaves it out.

    \b
    assistcode lexicon precision --theme shame --limit 0
    assistcode lexicon precision --coder anna --arm unaided --json
    """
    with show.opened(ctx) as study:
        found = study.term_precision(theme=theme, coder=coder)
    if as_json:
        show.echo_json(_precision_row(row) for row in found)
        return
    rows = [row for row in found if row.arm == arm]
    if not rows:
        show.say("No lexicon speaks for this.")
        return
    shown = rows[:limit] if limit else rows
    show.table(
        ["theme", "term", "weight", "fits", "not", "passed", "unsure", "share", "95 % interval"],
        [
            (
                row.theme, row.term, "gone" if row.weight is None else f"{row.weight:g}", row.fits, row.does_not_fit,
                row.passed_by, row.unsure, "-" if row.share is None else f"{row.share:.2f}",
                _interval(row),
            )
            for row in shown
        ],
        wide="term",
    )  # fmt: skip
    show.more(len(shown), len(rows))


def _interval(row: "Record") -> str:
    return row.interval.reason or str(row.interval)


def _precision_row(row: "Record") -> dict[str, Any]:
    ends = {"low": row.interval.low, "high": row.interval.high, "undefined": row.interval.reason or None}
    return asdict(row) | {"n": row.n, "share": row.share} | ends


@lexicon_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder.")
@click.option(
    "--name", "names", multiple=True, metavar="THEME",
    help="Only this category, again for others; of a list of one theme, its name. [default: all; the file's name]",
)  # fmt: skip
@click.option("--language", default="en", show_default=True, help="Language of the words, e.g. en or nb.")
@click.option("--weight", type=float, default=0.3, show_default=True, help="Weight of terms that come without one.")
@show.as_json
def lexicon_import(
    file: Path, folder: Path, names: tuple[str, ...], language: str, weight: float, as_json: bool
) -> None:
    """Make lexicons of a word list: one readable file a theme. Files that are there are never overwritten.

    Read are Empath's table (.tsv: category, then words), LIWC's dictionary (.dic: categories between two %, then
    words with * for any ending), and a .csv of one theme with the columns term and, if wanted, weight, pole (present
    or lacking) and note. Weights, definition and examples are left for you to write; the file says so.

    \b
    assistcode lexicon import empath.tsv --to mylexicons --name nervousness --name shame
    assistcode lexicon import hope.csv --to mylexicons
    """
    from ..lexicons import import_word_lists

    made = import_word_lists(file, folder, names=names, language=language, weight=weight)
    for line in (line for one in made for line in one.left_out):
        show.say(line)
    if as_json:
        show.echo_json(
            {
                "lexicon": one.lexicon.name, "path": str(one.path), "terms": len(one.lexicon.terms),
                "left_out": list(one.left_out),
            }
            for one in made
        )  # fmt: skip
        return
    show.table(
        ["lexicon", "terms", "left out", "file"],
        [(one.lexicon.name, len(one.lexicon.terms), len(one.left_out), one.path) for one in made],
        wide="file",
    )
    show.say(f"Next: assistcode lexicon check {folder}")


COMMANDS = [lexicon_group]
