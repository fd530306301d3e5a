"""Bodies: taken only as JSON or, from pages, as forms; not too large nor too slowly. Addresses only up to a length."""

import asyncio
import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.asking import is_page
from serving.guards.problems import LARGEST_BODY, MOST_FIELDS, refuse

LONGEST_QUERY = 32 * 1024
MOST_HEADERS = 100
# As many areas, each named in a filter, as a force may have.
MOST_FIELDS_OF_QUERY = 2000
# How long a body may take to arrive: so many seconds, and one more for each so many bytes that have arrived.
SECONDS = 0.75
BYTES_A_SECOND = 64 * 1024

# What a browser sends from a page; all other routes take JSON.
FORM = b"application/x-www-form-urlencoded"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Bodies:
    """ASGI middleware that takes a body only if it is JSON, not too large and not too slow, and hands it on whole.

    Args:
        app: What it is laid round.
        largest: Bytes of a body that are taken.
        seconds: How long a body may take to begin to arrive.
        bytes_a_second: How fast it must arrive then.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        largest: int = LARGEST_BODY,
        seconds: float = SECONDS,
        bytes_a_second: float = BYTES_A_SECOND,
    ) -> None:
        self.app = app
        self.largest = largest
        self.seconds = seconds
        self.bytes_a_second = bytes_a_second

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take or refuse one body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None and scope["method"] not in _WITH_BODY and not _has_body(scope):
            await self.app(scope, receive, send)
            return
        body = refusal or await self._body(receive)
        if isinstance(body, bytes):
            await self.app(scope, _replayed(body, receive), send)
        elif body is not None:
            await refuse(send, body)

    def _refusal(self, scope: Scope) -> HTTPStatus | None:
        query: bytes = scope.get("query_string", b"")
        if len(query) > LONGEST_QUERY or query.count(b"&") >= MOST_FIELDS_OF_QUERY:
            return HTTPStatus.REQUEST_URI_TOO_LONG
        if len(scope["headers"]) > MOST_HEADERS:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            return HTTPStatus.BAD_REQUEST
        if int(length) > self.largest:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        # Nothing is unpacked: a few bytes could hold more than fits.
        packed = headers.get(b"content-encoding", b"identity").strip().lower() != b"identity"
        taken = FORM if is_page(scope) else b"application/json"
        if scope["method"] in _WITH_BODY and (packed or media_type != taken):
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        return None

    async def _body(self, receive: Receive) -> bytes | HTTPStatus | None:
        """Return the whole body, or why it is not taken; None where whoever sent it has gone before its end.

        One whose length was not declared is counted as it arrives.
        """
        begun = time.monotonic()
        body = bytearray()
        while True:
            allowed = self.seconds + len(body) / self.bytes_a_second
            try:
                async with asyncio.timeout(max(begun + allowed - time.monotonic(), 0.0)):
                    message = await receive()
            except TimeoutError:
                return HTTPStatus.REQUEST_TIMEOUT
            if message["type"] != "http.request":
                # What has arrived of it may well be JSON, and is not what was to be asked for.
                return None
            body += message.get("body", b"")
            if len(body) > self.largest:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if not message.get("more_body", False):
                # Each that is unknown or wrong is told of, which costs a hundred times its own bytes.
                fields = max(body.count(b":"), body.count(b","), body.count(b"&"))
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if fields > MOST_FIELDS else bytes(body)


class Unread:
    """ASGI middleware that closes the connection behind an answer that did not wait for the whole body.

    What is still on its way would otherwise have to be read to the end, were it a gigabyte.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _has_body(scope):
            await self.app(scope, receive, send)
            return
        whole = False

        async def noted() -> Message:
            nonlocal whole
            message = await receive()
            whole = whole or not message.get("more_body", False)
            return message

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and not whole:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        await self.app(scope, noted, closing)


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives the whole body once, and then what the client does."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
