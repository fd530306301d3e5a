"""Answers made again: the request that an event records, asked once more of the service's own routes.

The desk is one in the ledger as it stood, by the clock of the event; what would be recorded is kept aside, so that the
answer's hash can be compared with the recorded one. Nothing is recorded, and nobody is let in: an event is proof that
somebody was.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from starlette.types import Message
from starlette.types import Scope as Connection

from errors import ServiceError
from features.workspace import Workspace
from ledger.events import Event, NoSuchRecordError, utc_text
from ledger.ledger import Ledger
from ledger.reading import changes
from ledger.rehearsal import Rehearsal
from models.kinds import FORECAST, MODEL
from models.replay.manifest import ASKED
from models.suspension import KIND as SUSPENSION
from serving.access.caller import Caller, Role
from serving.access.identity import scope_of
from serving.asked import MEDIA, SCOPE
from serving.asking import Asking, begin
from serving.cursors import NAME as CURSOR
from serving.cursors import is_cursor
from serving.desk import Desk
from serving.web import build_web

# A worker looks at the ledger every few seconds: it may have answered from what held so long before.
_LAG = timedelta(seconds=15)
# What a worker may not have seen yet.
_WATCHED = (FORECAST, MODEL, SUSPENSION)


@dataclass(frozen=True)
class ServedAgain:
    """Makes answers of the service again.

    Attributes:
        workspace: The workspace.
        ledger: Its ledger.
    """

    workspace: Workspace
    ledger: Ledger

    def again(self, event: Event) -> Iterator[Rehearsal]:
        """Yield what would be recorded, for each state of the ledger that the answer may have been given in.

        Raises:
            ServiceError: The request is refused now.
            StrandcastError: The answer cannot be made.
        """
        for until in self._states(event):
            rehearsal = Rehearsal(self.ledger, event, until)
            desk = Desk(self.workspace, rehearsal, partial(datetime.fromisoformat, event.time))
            try:
                desk.shelf.refresh()
                asyncio.run(_ask(desk, event))
            finally:
                desk.close()
            yield rehearsal

    def _states(self, event: Event) -> Iterator[int]:
        """Yield numbers of events that a worker may have seen: all before, then those before each recent change."""
        yield event.sequence - 1
        since = utc_text(datetime.fromisoformat(event.time) - _LAG)
        for changed in changes(self.ledger.database, _WATCHED, since, event.sequence):
            yield changed - 1


def _caller(event: Event) -> Caller:
    draft = event.draft
    said = draft.details.get(SCOPE)
    scope = scope_of({} if said is None else json.loads(str(said)))
    return Caller(draft.actor, Role(draft.role), draft.authentication, draft.purpose, scope)


async def _ask(desk: Desk, event: Event) -> None:
    """Ask the routes what was asked, in the place of whoever did.

    Raises:
        NoSuchRecordError: A former version was asked, which knew the place of a page by another form of cursor.
        ServiceError: They refuse.
    """
    path, _, query = str(event.draft.details[ASKED]).partition("?")
    if not all(map(is_cursor, parse_qs(query).get(CURSOR, []))):
        problem = "the page was asked for with a cursor of a former form"
        raise NoSuchRecordError(problem, fix="replay the answer that holds its first page")
    media = event.draft.details.get(MEDIA)
    accept = b"application/json" if media is None else f"text/{media}".encode()
    connection: Connection = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", accept)],
        "client": None,
        "server": None,
    }
    begin(Asking(str(event.draft.details.get("request", "")), None, _caller(event)))
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    body = b""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, body
        if message["type"] == "http.response.start":
            status = HTTPStatus(message["status"])
        else:
            body += message.get("body", b"")

    await build_web(lambda: desk, _undescribed)(connection, receive, send)
    if status >= HTTPStatus.BAD_REQUEST:
        raise ServiceError(f"{path} is refused now ({status.value} {status.phrase})", place="the service")


def _undescribed() -> dict[str, Any]:
    return {}
