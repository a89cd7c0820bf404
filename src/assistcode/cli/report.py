"""What nobody has reviewed yet."""

from dataclasses import asdict

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


COMMANDS = [unreviewed]
