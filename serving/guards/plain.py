"""Plain: what asks for two things at once, or takes no form that answers have, is refused before it is looked at.

A name that stands twice, in a query or in a JSON object, would else be read by one part of the world as its first value
and by another as its last: a plan for hours that nobody meant.
"""

import json
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.policy import Policy
from serving.asking import present
from serving.formats import accepts
from serving.guards.problems import refuse

API = "/v1/"
NOT_TAKEN = "Answers are application/json or text/csv; send an Accept header that takes one of them, or none."

_LONGEST_NAME = 80


class Plain:
    """ASGI middleware that refuses requests of the API that contradict themselves; laid inside what takes bodies whole.

    Args:
        app: What it is laid round.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse one request."""
        policy = present().policy if scope["type"] == "http" and scope["path"].startswith(API) else None
        if policy is None:
            await self.app(scope, receive, send)
            return
        accept = b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1")
        if not accepts(accept, policy.media):
            await refuse(send, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail=NOT_TAKEN)
            return
        name = twice_in_query(scope.get("query_string", b""), policy)
        if name is not None:
            await _refuse_twice(send, f"query.{name}")
        elif policy.method == "GET":
            await self.app(scope, receive, send)
        else:
            await self._with_body(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        name = twice_in_json(message.get("body", b""))
        if name is not None:
            await _refuse_twice(send, f"body.{name}")
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return message

        await self.app(scope, replay, send)


def twice_in_query(query: bytes, policy: Policy) -> str | None:
    """Return a name that stands twice in a query although it takes one value; None where there is none."""
    names = (unquote_plus(part.partition("=")[0]) for part in query.decode("latin-1").split("&"))
    return _repeated(name for name in names if name and name not in policy.several)


def twice_in_json(body: bytes) -> str | None:
    """Return a name that stands twice in one object of a JSON text; None where there is none, or it is no JSON."""
    found: list[str] = []

    def seen(pairs: list[tuple[str, object]]) -> dict[str, object]:
        name = _repeated(name for name, _ in pairs)
        if name is not None:
            found.append(name)
        return dict(pairs)

    try:
        json.loads(body, object_pairs_hook=seen)
    except (ValueError, RecursionError):
        return None  # whoever reads it says what is wrong with it
    return found[0] if found else None


def _repeated(names: Iterable[str]) -> str | None:
    known: set[str] = set()
    for name in names:
        if name in known:
            return name
        known.add(name)
    return None


async def _refuse_twice(send: Send, place: str) -> None:
    # A name is the client's word, and may hold half a character that no answer can.
    said = place[:_LONGEST_NAME].encode(errors="replace").decode()
    detail = f"{said}: stands more than once; send it once."
    await refuse(send, HTTPStatus.UNPROCESSABLE_ENTITY, detail=detail)
