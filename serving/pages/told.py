"""Refusals and failures as pages: whoever asked with a browser reads a sentence and where to go, not a document.

A pure ASGI layer outside all that refuses. What was recorded of the attempt stays as it is.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.asking import ASKING, Asking
from serving.guards.problems import MEDIA_TYPE
from serving.pages.site import POLICY, Site

_KEPT = frozenset({b"allow", b"retry-after", b"request-id", b"strict-transport-security", b"x-content-type-options"})
_TITLES = {
    HTTPStatus.FORBIDDEN: "You cannot open this",
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.TOO_MANY_REQUESTS: "Too much at a time",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That cannot be used",
    HTTPStatus.CONFLICT: "That has changed meanwhile",
    HTTPStatus.PRECONDITION_FAILED: "That has changed meanwhile",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service is not ready",
}
_OTHER = "Something went wrong"


class Told:
    """ASGI middleware that answers browsers with pages where the service answers with problem documents.

    Args:
        app: What it is laid round.
        site: Returns the site.
    """

    def __init__(self, app: ASGIApp, *, site: Callable[[], Site]) -> None:
        self.app = app
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _is_browser(scope):
            await self.app(scope, receive, send)
            return
        if scope["path"] == "/":
            await _send(send, HTTPStatus.SEE_OTHER, [(b"location", b"/home")], b"")
            return
        held: Message | None = None
        body = b""

        async def shown(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start" and _is_problem(message):
                held = message
            elif held is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    await self._show(scope, send, held, body)

        await self.app(scope, receive, shown)

    async def _show(self, scope: Scope, send: Send, held: Message, body: bytes) -> None:
        status = HTTPStatus(held["status"])
        headers = [(name, value) for name, value in held["headers"] if name.lower() in _KEPT]
        if status == HTTPStatus.UNAUTHORIZED:
            back = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            wanted = f"/sign-in?next={quote(back, safe='/')}" if scope["method"] == "GET" else "/sign-in"
            await _send(send, HTTPStatus.SEE_OTHER, [*headers, (b"location", wanted.encode("latin-1"))], b"")
            return
        asking: Asking = scope[ASKING]
        detail = str(json.loads(body).get("detail", ""))
        title = _TITLES.get(status, _OTHER)
        page = self.site().render("problem.html", asking, title=title, detail=detail, status=status.value)
        more = [(b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", POLICY.encode())]
        await _send(send, status, [*headers, *more], page.encode())


def _is_browser(scope: Scope) -> bool:
    """Return whether a page is asked for: by whoever takes one, and not below the addresses of the API."""
    accepts: bytes = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return b"text/html" in accepts and not scope["path"].startswith("/v1/")


def _is_problem(start: Message) -> bool:
    media_type = dict(start["headers"]).get(b"content-type", b"")
    return bool(start["status"] >= HTTPStatus.BAD_REQUEST and media_type.startswith(MEDIA_TYPE.encode()))


async def _send(send: Send, status: HTTPStatus, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    said = [*headers, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status.value, "headers": said})
    await send({"type": "http.response.body", "body": body})
