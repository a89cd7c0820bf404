"""The local page: one server, one study, one or more people, each in a browser of their own.

``desk`` holds the study, ``guard`` lets in who may come in, ``pages`` shows whole pages, ``answers`` takes key
presses. The page's own modules are in ``static``, without a build step.
"""

import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from ..errors import InputError
from .desk import Desk
from .routes import application

PORT = 8427


def serve(
    path: Path,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    say: Callable[[str], None] = print,
    is_opened: bool = True,
) -> None:
    """Serve the page of a study until interrupted; ``say`` is told the address that lets a browser in once.

    Without a port the usual one is taken, or any free one. Raises InputError when the port or host is taken.
    """
    listener = _listen(host, port)
    port = listener.getsockname()[1]
    desk = Desk(path, host, port)
    address = desk.invitation()
    say(f"The page is at {address}\nStop it with Ctrl+C; everything is saved at once.")
    if is_opened:
        webbrowser.open(address)
    server = uvicorn.Server(uvicorn.Config(application(desk), log_level="error", access_log=False, server_header=False))
    server.run(sockets=[listener])


def _listen(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens; the usual port may be taken by another study."""
    ports = [PORT, 0] if port is None else [port]
    for choice in ports:
        try:
            return socket.create_server((host, choice))
        except OSError as error:
            why = error.strerror or str(error)
    raise InputError(f"{host}:{ports[-1]}", f"the page cannot be served there ({why})", "Choose another --port.")
