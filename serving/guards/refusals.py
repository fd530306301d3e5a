"""Refusals: attempts that were refused or failed are recorded too, before they are told."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import LedgerError
from ledger.events import Draft, Outcome
from ledger.group import GroupCommit
from serving.asking import ASKING, HEADERS, Asking, begin

# What a refused request asked for is somebody else's text: it is kept to a length, percent-encoded.
_LONGEST_PATH = 200

_logger = logging.getLogger("strandcast.serving")


class Refusals:
    """ASGI middleware that begins every request, and records how it ended if it was refused or failed.

    Args:
        app: What it is laid round.
        recorder: Returns the recorder of this process.
    """

    def __init__(self, app: ASGIApp, *, recorder: Callable[[], GroupCommit]) -> None:
        self.app = app
        self.recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        headers = {name: said[name] for name in HEADERS if name in said}
        asking = Asking(uuid.uuid4().hex, path=scope["path"], headers=headers)
        scope[ASKING] = asking
        begin(asking)

        async def recorded(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] >= HTTPStatus.BAD_REQUEST:
                    await self._record(asking, message["status"])
                message["headers"] = [*message["headers"], (b"request-id", asking.request_id.encode())]
            await send(message)

        await self.app(scope, receive, recorded)

    async def _record(self, asking: Asking, status: int) -> None:
        policy = asking.policy
        if policy is None or not policy.recorded or status == HTTPStatus.TOO_MANY_REQUESTS:
            # Who is told to come back later is not recorded: whoever could have each such answer recorded could fill
            # the disk, and that is what they are turned away for.
            return
        if status == HTTPStatus.UNAUTHORIZED and policy.page and asking.session is None:
            # Led to where one signs in, as often as somebody opens a page.
            return
        outcome: Outcome = "failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"
        draft = Draft(
            policy.operation,
            f"route/{policy.method} {policy.template}",
            asking.caller.name,
            outcome=outcome,
            details={"status": status, "path": quote(asking.path, errors="replace")[:_LONGEST_PATH]},
        )
        try:
            await asyncio.wrap_future(self.recorder().record(asking.acting().complete(draft)))
        except LedgerError as error:
            # A refusal gives nothing away, and is told all the same.
            _logger.warning("a refusal could not be recorded: %s", error)
