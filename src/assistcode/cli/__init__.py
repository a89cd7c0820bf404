"""The command line. Every command parses, calls Study, and shows; nothing is analysed here."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from ..errors import AssistcodeError
from . import (
    codes,
    coding,
    compare,
    demo,
    estimate,
    exchange,
    lexicon,
    listing,
    machine,
    material,
    paper,
    report,
    review,
    revise,
    serve,
    setup,
)


class App(click.Group):
    """The group of all commands; the one place where errors become lines and exit codes."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]  # noqa: ANN401
        """Run; exit with 0 done, 1 user error, 2 wrong usage, 130 interrupted."""
        extra["standalone_mode"] = False
        try:
            code = super().main(args, prog_name, **extra)
        except AssistcodeError as error:
            click.echo(str(error), err=True)
            sys.exit(1)
        except click.Abort:
            click.echo("\nStopped. What was written is kept.", err=True)
            sys.exit(130)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(
    cls=App,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-s",
    "--study",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="ASSISTCODE_STUDY",
    default=Path("assistcode.study"),
    show_default="./assistcode.study, or $ASSISTCODE_STUDY",
    help="The study file.",
)
@click.version_option(package_name="assistcode")
@click.pass_context
def app(ctx: click.Context, study: Path) -> None:
    """Suggested codes with evidence for interview transcripts. A person decides on each one.

    Without a command it opens the page.

    \b
    A first look:      assistcode demo
    A study of yours:  assistcode init
                       assistcode import transcripts/ --pattern 'd{dyad}_s{session}_{perspective}'
                       assistcode precode
                       assistcode coders add anna
                       assistcode review --coder anna
    """
    ctx.obj = study
    if ctx.invoked_subcommand is None:
        ctx.invoke(serve.serve)


for _module in (
    demo,
    setup,
    material,
    machine,
    lexicon,
    codes,
    revise,
    listing,
    coding,
    review,
    serve,
    report,
    compare,
    estimate,
    exchange,
    paper,
):
    for _command in _module.COMMANDS:
        app.add_command(_command)
app.add_command(exchange.import_codings, "import-codes")


def main() -> None:
    """Run the program."""
    app.main(prog_name="assistcode")
