"""Open the page."""

from pathlib import Path

import click

from . import show


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Where the page is served. [default: 8427, else a free one]"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Which of this machine's addresses.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.pass_context
def serve(ctx: click.Context, port: int | None, host: str, no_browser: bool) -> None:
    """Open the page: read, code and decide in the browser; also new studies, import and export.

    The address works once and lets one browser in; the page makes more for other people. Nothing is sent to
    any other machine. Ctrl+C stops it; everything is saved at once.

    \b
    assistcode
    assistcode serve --port 9000 --no-browser
    """
    from ..web import serve as serve_page

    path = ctx.find_object(Path) or Path("assistcode.study")
    serve_page(path, host=host, port=port, say=show.say, is_opened=not no_browser)


COMMANDS = [serve]
