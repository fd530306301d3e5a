"""One request through a middleware, without a server."""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.caller import Caller, Role
from serving.access.policy import Policy
from serving.asking import Asking, begin

START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
REQUEST: Message = {"type": "http.request", "body": b"{}", "more_body": False}
POLICY = Policy("POST", "/v1/things/{id}", "consultation", frozenset(Role))
ANN = Caller("ann", Role.PLANNER, "api-key")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body that came."""
    message = await receive()
    await send(START)
    await send({"type": "http.response.body", "body": message.get("body", b"")})


def scope_of(**rest: Any) -> Scope:
    """Return the scope of a request that is well-formed save for what is given."""
    headers = [(b"host", b"localhost:3000"), (b"content-type", b"application/json")]
    plain = {"type": "http", "method": "POST", "path": "/v1/things/1", "query_string": b"", "headers": headers}
    return {**plain, "client": ("10.0.0.1", 5), "scheme": "http", **rest}


async def sent_by(
    app: ASGIApp, scope: Scope, messages: Sequence[Message] = (REQUEST,), asking: Asking | None = None
) -> list[Message]:
    """Return what leaves when a request goes through; after its messages the client stays silent."""
    begin(asking or Asking("f00d", POLICY, ANN))
    sent: list[Message] = []
    incoming = iter(messages)

    async def receive() -> Message:
        for message in incoming:
            return message
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def answered(
    app: ASGIApp, scope: Scope | None = None, messages: Sequence[Message] = (REQUEST,), asking: Asking | None = None
) -> list[Message]:
    """Return the same, in a loop of its own."""
    return asyncio.run(sent_by(app, scope or scope_of(), messages, asking))


def status(sent: Sequence[Message]) -> int:
    """Return the status of what left."""
    number: int = sent[0]["status"]
    return number


def headers(sent: Sequence[Message]) -> dict[str, str]:
    """Return the headers of what left."""
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}
