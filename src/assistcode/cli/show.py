"""Shared ways to show things: JSON, tables that line up, progress on stderr."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ..study import Study

STEPS = {
    "segment": "Cutting turns into utterances",
    "embed": "Embedding",
    "cluster": "Clustering",
    "suggest": "Suggesting",
}
LIMIT = 20
Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON array on standard output.")
limit = click.option(
    "--limit", type=click.IntRange(min=0), default=LIMIT, show_default=True, help="Rows to show; 0 shows all."
)
coder = click.option("--coder", required=True, metavar="NAME", help="Who you are, as on the roster.")


def narrowing(command: Command) -> Command:
    """Add the options that narrow a listing."""
    for name, about in (
        ("perspective", "Whose interview: client or therapist."),
        ("session", "One session."),
        ("dyad", "One dyad."),
        ("pole", "present, or lacking (spoken of as missing)."),
        ("code", "One code."),
        ("theme", "One theme."),
    ):
        command = click.option(f"--{name}", help=about)(command)
    return command


@contextmanager
def opened(ctx: click.Context) -> Iterator["Study"]:
    """Open the study named on the command line."""
    from ..study import Study

    with Study.open(ctx.find_object(Path) or Path("assistcode.study"), face="terminal") as study:
        yield study


def say(text: str) -> None:
    """Print a message: on stderr, so that standard output holds results alone."""
    click.echo(text, err=True)


def echo_json(rows: Iterable[Any]) -> None:
    """Print one JSON array, one row a line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    click.echo(f"[{lines}]")


def console() -> "Console":
    """Return a console on standard output, as wide as the terminal (at least 100 where there is none)."""
    from rich.console import Console

    columns = shutil.get_terminal_size((100, 24)).columns
    return Console(width=columns, highlight=False, soft_wrap=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, wide: str | None = None) -> None:
    """Print a table; numbers stand right, the column ``wide`` takes the room that is left."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    rows = [list(row) for row in rows]
    for i, name in enumerate(columns):
        is_number = bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        grid.add_column(
            name, justify="right" if is_number else "left", ratio=1 if name == wide else None, overflow="fold"
        )
    for row in rows:
        grid.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    _print(grid)


def _print(drawing: Any) -> None:  # noqa: ANN401  whatever rich can draw
    """Print what rich has laid out, without the blanks it fills lines up with."""
    screen = console()
    with screen.capture() as drawn:
        screen.print(drawing)
    click.echo("\n".join(line.rstrip() for line in drawn.get().rstrip("\n").split("\n")))


def paragraph(text: str, *, indent: int = 2, style: str = "", marked: Sequence[tuple[int, int]] = ()) -> None:
    """Print a paragraph, wrapped between words; ``marked`` spans are underlined."""
    from rich.padding import Padding
    from rich.text import Text

    words = Text(text, style=style)
    for start, end in marked:
        words.stylize("bold underline", start, end)
    _print(Padding(words, (0, 0, 0, indent), expand=False))


def side_by_side(words: Iterable[str]) -> None:
    """Print short words beside each other, none of them broken between two lines."""
    line = ""
    for word in words:
        if line and len(line) + len(word) + 4 > console().width:
            click.echo(f"  {line}")
            line = ""
        line += f"  {word}" if line else word
    click.echo(f"  {line}")


def more(shown: int, total: int) -> None:
    """Say how many rows were not shown."""
    if shown < total:
        say(f"... {total - shown:,} more; --limit 0 shows all.")


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show progress bars on stderr; on no terminal, nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bars = Progress(
        TextColumn("{task.description:<30}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    tasks: dict[str, Any] = {}

    def report(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = bars.add_task(STEPS.get(step, step), total=total)
        bars.update(tasks[step], completed=done, total=total)

    with bars:
        yield report


def shorten(text: str, length: int) -> str:
    """Return the text in one line, cut with … when longer than ``length``."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def place(row: Any) -> str:  # noqa: ANN401  suggestions and codings share these fields
    """Say where a row stands: "dyad 3, session 5, client, turn 12"."""
    parts = [
        f"dyad {row.dyad}" if row.dyad else row.excerpt.transcript,
        f"session {row.session}" if row.session else "",
    ]
    parts += [row.role, f"turn {row.turn}"]
    return ", ".join(part for part in parts if part)


def fit(text: str, width: int) -> str:
    """Return the text as wide as ``width`` cells of the terminal, cut or filled up at its end."""
    from rich.cells import set_cell_size

    return set_cell_size(text, width)


def fit_left(text: str, width: int) -> str:
    """Return the text as wide as ``width`` cells of the terminal, cut or filled up at its beginning."""
    from rich.cells import cell_len

    kept = text[-width:]
    while cell_len(kept) > width:
        kept = kept[1:]
    return " " * (width - cell_len(kept)) + kept
