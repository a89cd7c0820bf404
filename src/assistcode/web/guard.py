"""Who may come in: a one-time address becomes a signed cookie; host, origin and token are checked each time."""

import hashlib
import hmac
import secrets
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .desk import Desk

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_SAFE = {"GET", "HEAD"}


class Guard:
    """ASGI middleware around the whole page."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app, self.desk = app, desk
        self.cookie = f"assistcode-{desk.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say in a line why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (self.refuse_or_admit(scope) or self.app)(scope, receive, send_guarded)

    def refuse_or_admit(self, scope: Scope) -> Response | None:
        """Return a refusal, the way in with a cookie, or None when the request may pass."""
        headers, method = Headers(scope=scope), scope["method"]
        origins = self.desk.origins
        if f"http://{headers.get('host')}" not in origins:
            return PlainTextResponse("This page answers at its own address only.", 400)
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if method in _SAFE and token and self.desk.redeem(token):
            return self._admit()
        visitor = self._visitor(headers)
        if visitor is None:
            return PlainTextResponse("Open the page with the address the program printed; it works once.", 403)
        scope["state"] = {"csrf": self._sign(f"csrf {visitor}")}
        if method not in _SAFE:
            is_ours = headers.get("origin") in origins
            given = headers.get("x-csrf-token", "")
            if not is_ours or not hmac.compare_digest(given, scope["state"]["csrf"]):
                return PlainTextResponse("This did not come from the page. Reload it and try again.", 403)
        return None

    def _admit(self) -> Response:
        visitor = secrets.token_urlsafe(12)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            self.cookie, f"{visitor}.{self._sign(visitor)}", max_age=400 * 86400, httponly=True, samesite="strict"
        )
        return answer

    def _visitor(self, headers: Headers) -> str | None:
        """Return who the signed cookie says it is."""
        morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        visitor, _, signature = (morsel.value if morsel else "").partition(".")
        return visitor if visitor and hmac.compare_digest(signature, self._sign(visitor)) else None

    def _sign(self, text: str) -> str:
        return hmac.new(self.desk.key, text.encode(), hashlib.sha256).hexdigest()
