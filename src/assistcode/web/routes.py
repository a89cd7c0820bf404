"""The application: every address, and the one place where errors become answers."""

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

    return Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=STATIC)),
            *Answers(desk).routes(),
            *pages.routes(),
        ],
        middleware=[Middleware(Guard, desk=desk)],
        exception_handlers={AssistcodeError: refuse},
    )
