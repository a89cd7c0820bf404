"""The application: every address, and the one place where errors become answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ..errors import AssistcodeError
from .answers import Answers
from .desk import Desk
from .guard import Guard
from .pages import Pages

STATIC = Path(__file__).with_name("static")


def application(desk: Desk) -> Starlette:
    """Return the page's application for one study."""
    pages = Pages(desk)

    def refuse(request: Request, error: Exception) -> Response:
        """Say what is wrong: to a module as a value, to a person as a page."""
        is_api = request.url.path.startswith("/api/") or request.method == "POST"
        return JSONResponse({"error": str(error)}, 400) if is_api else pages.trouble(request, error)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        """Close the study however the server is told to stop."""
        yield
        desk.close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Mount("/static", StaticFiles(directory=STATIC)),
            *Answers(desk).routes(),
            *pages.routes(),
        ],
        middleware=[Middleware(Guard, desk=desk)],
        exception_handlers={AssistcodeError: refuse},
    )
