"""See candidate codes, the codebook, themes and what a precode changed; codebooks in and out."""

import shlex
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..candidates import Groups
    from ..corpus import Excerpt
    from ..evidence import CandidateCode, Change, CodeMembers

HOW = {"machine": "Came with its cluster", "person": "Put here by people", "set aside": "Set aside"}
PAST = {"split into": "split", "merged from": "merged", "joined": "in codes now"}
STEADY = (
    """steady: it comes back when a part of the material is left out; shifting, and listed last: much of it does not."""
)
WORDS = 110  # of an utterance in a listing


@click.group()
def codes() -> None:
    """Candidate codes and the codebook: name, merge, split, group, define."""


@codes.command("list")
@click.option("--candidates", "only", flag_value="candidates", help="Only the candidates.")
@click.option("--codebook", "only", flag_value="codebook", help="Only the codebook.")
@click.option("--unclustered", "only", flag_value="unclustered", help="Only the utterances in no cluster.")
@show.limit
@show.as_json
@click.pass_context
def codes_list(ctx: click.Context, only: str | None, limit: int, as_json: bool) -> None:
    """List the candidate codes, then the codebook.

    Near-duplicates count once in a size. A candidate is steady if it comes back when a part of the material is left
    out. Numbers are those of the latest precode; the next one numbers anew.

    \b
    assistcode codes list --limit 10
    assistcode codes list --unclustered
    """
    with show.opened(ctx) as study:
        groups = study.groups()
        uses = Counter(row.code for row in study.codings())
    if as_json:
        show.echo_json(_rows(groups, uses, only))
        return
    if only in {None, "candidates"}:
        _candidates(groups, limit)
    if only == "unclustered":
        _loose(groups.unclustered(), limit)
    if only in {None, "codebook"}:
        _codebook(groups, uses)


def _rows(groups: "Groups", uses: "Mapping[str, int]", only: str | None) -> list[dict[str, Any]]:
    from ..listing import as_dict, excerpt_dict

    if only == "unclustered":
        return [excerpt_dict(one) for one in groups.unclustered()]
    rows = [{"kind": "candidate"} | as_dict(one) for one in groups.candidates()] if only != "codebook" else []
    for c in groups.book.codes.values() if only != "candidates" else ():
        about = {name: getattr(c, name) for name in ("id", "name", "theme", "origin", "level", "definition")}
        n_members = groups.n_members(c.id)
        rows.append({"kind": "code"} | about | {"members": n_members, "codings": uses[c.name]})
    return rows


def _candidates(groups: "Groups", limit: int) -> None:
    found = groups.candidates()
    click.echo("Candidate codes (clusters; a code only when somebody names one)\n")
    shown = found[:limit] if limit else found
    for one in shown:
        click.echo(f"{one.number:>4}  {click.style(one.label, bold=True)}")
        show.paragraph(one.facts, indent=6)
        show.paragraph(f"typical: {show.shorten(one.exemplars[0].quote, WORDS)}", indent=6)
        show.paragraph(f"boundary: {show.shorten(one.boundary.quote, WORDS)}", indent=6)
    if not found:
        click.echo("  none")
    show.more(len(shown), len(found))
    click.echo(f"\nunclustered: {len(groups.loose):,} utterances (assistcode codes list --unclustered)\n")
    if shown:
        n = shown[0].number
        show.say(STEADY)
        show.say(f"Next: assistcode codes show {n}, assistcode codes name {n} NAME --coder NAME\n")


def _loose(found: "Sequence[Excerpt]", limit: int) -> None:
    shown = found[:limit] if limit else found
    rows = [(one.id, one.transcript, show.shorten(one.quote, WORDS)) for one in shown]
    show.table(["excerpt", "transcript", "words"], rows, wide="words")
    show.more(len(shown), len(found))


def _codebook(groups: "Groups", uses: "Mapping[str, int]") -> None:
    click.echo("Codebook (members lie in its clusters; codings are what people decided)\n")
    show.table(
        ["code", "theme", "origin", "level", "members", "codings"],
        [
            (c.name, c.theme or "-", c.origin, c.level, groups.n_members(c.id), uses[c.name])
            for c in groups.book.codes.values()
        ],
        wide="code",
    )


@codes.command("show")
@click.argument("reference", metavar="CANDIDATE|CODE")
@show.as_json
@click.pass_context
def codes_show(ctx: click.Context, reference: str, as_json: bool) -> None:
    """Print all members of a candidate or a code, from typical to boundary.

    A candidate is named by its number, or by the excerpt id of a member, which stays when the numbers change.

    \b
    assistcode codes show 3
    assistcode codes show "keeping the coat on" --json
    """
    with show.opened(ctx) as study:
        is_candidate = study.codebook.by_name(reference) is None and (reference.isdecimal() or ":" in reference)
        if is_candidate:
            candidate = study.candidate(reference)
            title, about = f"Candidate {candidate.number}: {candidate.label}", candidate.facts
            rows = _members(candidate)
            remedy = f"Name it: assistcode codes name {candidate.number} NAME --coder NAME"
        else:
            code = study.code(reference)
            title, about = code.name, code.definition or "no definition yet"
            rows = _members_of_code(study.groups().of_code(code.id))
            remedy = "What belongs elsewhere goes by its id: assistcode codes move, codes set-aside, codes split"
            if rows and rows[0]["by"] == "machine":
                keep = f"assistcode codes move ID --to {shlex.quote(code.name)} --coder NAME"
                remedy = f"What came with its cluster and belongs here: {keep}\n{remedy}"
    if as_json:
        show.echo_json(rows)
        return
    click.secho(title, bold=True)
    show.paragraph(about)
    click.echo("\nstrength, excerpt, interview" if rows else "")
    for how, own in groupby(rows, key=lambda row: row["by"]):
        if not is_candidate:
            click.secho(f"\n{HOW[how]}", bold=True)
        for row in own:
            click.echo(f"{_strength(row):>4}  {row['excerpt_id']}  {row['transcript']}")
            show.paragraph(row["quote"], indent=6)
    show.say(f"\n{remedy}" if rows else "It has no members.")


def _members(candidate: "CandidateCode") -> list[dict[str, Any]]:
    from ..listing import excerpt_dict

    about = {"by": "machine", "number": candidate.number}
    pairs = zip(candidate.members, candidate.strengths, strict=True)
    return [excerpt_dict(one) | about | {"strength": strength} for one, strength in pairs]


def _members_of_code(found: "CodeMembers") -> list[dict[str, Any]]:
    from ..listing import as_dict, excerpt_dict

    aside = {"by": "set aside", "number": None, "strength": None}
    return [as_dict(one) for one in found.members] + [excerpt_dict(one) | aside for one in found.set_aside]


def _strength(row: dict[str, Any]) -> str:
    return "-" if row["strength"] is None else f"{row['strength']:.2f}"


@codes.command("changes")
@click.option("--all", "everything", is_flag=True, help="Also candidates that were kept as they were.")
@show.as_json
@click.pass_context
def codes_changes(ctx: click.Context, everything: bool, as_json: bool) -> None:
    """List what the latest precode made of the groups before it: codes first, then candidates.

    A code stays, whatever becomes of its clusters; 'codes show' says which members
    came with their cluster.

    \b
    assistcode codes changes
    """
    with show.opened(ctx) as study:
        found = study.changes()
    if as_json:
        show.echo_json(found.to_dicts())
        return
    rows = [one for one in found if everything or one.is_of_code or one.kind != "kept"]
    if rows:
        group = "group (numbers before → now)"
        show.table(["what", "before", "now", "stayed", group], [_change(one) for one in rows], wide=group)
    show.say(summary(found) if found else "There is nothing to compare with: precode has run once, or found no groups.")


def _change(one: "Change") -> tuple[object, ...]:
    numbers = "".join([_numbers(one.before), " → " if one.before and one.after else "", _numbers(one.after)])
    return one.what, one.n_before, one.n_after, one.n_shared, f"{one.label} ({numbers})" if numbers else one.label


def _numbers(numbers: "Sequence[int]") -> str:
    return ", ".join(map(str, numbers))


def summary(found: "Sequence[Change]") -> str:
    """Say in a line how many groups were kept, grew, were split and so on, codes first."""
    told = []
    for name, is_code in (("Codes", True), ("Candidates", False)):
        kinds = [one.what if is_code else PAST.get(one.kind, one.kind) for one in found if one.is_of_code == is_code]
        counts = Counter(kinds)
        told += [f"{name}: {', '.join(f'{n:,} {kind}' for kind, n in counts.items())}"] if counts else []
    return "; ".join(told)


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


@click.command()
@show.as_json
@click.pass_context
def themes(ctx: click.Context, as_json: bool) -> None:
    """List the tentative themes with their codes.

    \b
    assistcode themes
    """
    with show.opened(ctx) as study:
        book, codings = study.codebook, study.codings()
    codes_of: dict[str | None, list[str]] = {theme.name: [] for theme in book.themes.values()}
    for code in book.codes.values():
        codes_of.setdefault(code.theme, []).append(code.name)
    rows: list[dict[str, Any]] = [
        {
            "theme": theme.name,
            "definition": theme.definition,
            "codes": codes_of[theme.name],
            "codings": sum(row.theme == theme.name for row in codings),
            "dyads": len({row.dyad for row in codings if row.theme == theme.name and row.dyad}),
        }
        for theme in book.themes.values()
    ]
    if as_json:
        show.echo_json(rows)
        return
    shown = [(row["theme"], ", ".join(row["codes"]) or "-", row["codings"], row["dyads"]) for row in rows]
    show.table(["theme", "codes", "codings", "dyads"], shown, wide="codes")


COMMANDS = [themes]
