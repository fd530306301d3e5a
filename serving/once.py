"""Once: whatever is written over HTTP is written once, however often the same request comes.

A request that bears an `Idempotency-Key` is answered as it was the first time: the answer is a row that was written in
the transaction of the event that it is about, sealed under the secret of the workspace: an answer that somebody wrote
into the database is not handed out. The same key with another request is refused. A request that was refused changed
nothing and is looked at anew.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response
from sqlalchemy import select

from errors import DataError, LedgerError, StrandcastError
from ledger.beside import KEPT, answer_digest, answer_seal
from ledger.events import Draft, Event, canonical_json
from ledger.tables import GIVEN_ANSWERS, Row
from ledger.texts import compact
from models.books import Books
from serving.access.identity import scope_text
from serving.answers import AUDIT_ID, JSON
from serving.asking import Asking
from serving.conflicts import ConflictError
from serving.desk import Desk

HEADER = "idempotency-key"
REPEATED = "Idempotency-Replayed"

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Told:
    """What a write is answered with.

    Attributes:
        document: The body, without its audit id.
        status: Its status.
        headers: Further headers.
        job: The job that was asked for; None where the write is done.
    """

    document: Mapping[str, Any]
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] | None = None
    job: str | None = None


@dataclass(frozen=True)
class Given:
    """An answer as it was given.

    Attributes:
        status: Its status.
        headers: Its headers.
        body: Its body, JSON.
        job: The job that was asked for; None where the write is done.
        again: Whether it was given before.
    """

    status: int
    headers: Mapping[str, str]
    body: str
    job: str | None
    again: bool = False

    def response(self) -> Response:
        """Return it as it leaves."""
        mark = {REPEATED: "true"} if self.again else {}
        return Response(self.body.encode(), self.status, {**self.headers, **mark}, JSON)


def once(
    desk: Desk,
    asking: Asking,
    content: object,
    act: Callable[[Books], object],
    told: Callable[[Event], Told],
) -> Given:
    """Write what a request asks for, or return what was answered when it was written.

    Args:
        desk: What this process answers from.
        asking: The request.
        content: What its body says, as JSON values.
        act: Writes, by exactly one event.
        told: Returns the answer from that event.

    Raises:
        ConflictError: The key was used for another request.
        DataError: The key cannot be used.
        LedgerError: The answer that is kept is not the one that was given.
        StrandcastError: It could not be written; nothing was.
    """
    key, digest = _key(asking), _digest(asking, content)
    if key is not None and (found := _found(desk, asking, key, digest)):
        return _repeated(desk, asking, found)
    made: list[Given] = []

    def beside(event: Event) -> list[Row]:
        made.append(_given(event, told(event)))
        return [] if key is None else [_row(desk, asking, key, digest, event, made[-1])]

    acting = asking.acting()
    if key is not None:
        kept = answer_digest({"caller": asking.caller.identity, "key": key, "request_hash": digest})
        acting = replace(acting, details={**acting.details, KEPT: kept})
    books = Books(desk.ledger.acting(acting, beside), desk.files, asking.caller.name)
    try:
        act(books)
    except StrandcastError:
        # The same request may have come twice at once, and the other one was faster.
        if key is not None and (found := _found(desk, asking, key, digest)):
            return _repeated(desk, asking, found)
        raise
    return made[-1]


def _key(asking: Asking) -> str | None:
    key = asking.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        fix = "use 1 to 200 visible characters without spaces"
        raise DataError("cannot be used", place="Idempotency-Key", fix=fix)
    return key


def _digest(asking: Asking, content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True)
    # What is written, and what is told of it, may depend on the role and on how far the sight reaches.
    caller = asking.caller
    method = asking.policy.method if asking.policy else ""
    return hashlib.sha256(
        canonical_json([method, asking.path, text, caller.role, scope_text(caller.scope)])
    ).hexdigest()


def _found(desk: Desk, asking: Asking, key: str, digest: str) -> Given | None:
    table = GIVEN_ANSWERS.c
    query = select(GIVEN_ANSWERS).where(table.caller == asking.caller.identity, table.key == key)
    with desk.ledger.database.reading() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        return None
    if row["request_hash"] != digest:
        fix = "use a new key for a new request"
        raise ConflictError("was used for another request", place="Idempotency-Key", fix=fix)
    if not hmac.compare_digest(_seal(desk, dict(row)), row["seal"]):
        problem, fix = (
            "an answer that was kept has been changed in the database",
            "ask with a new key, and tell an auditor",
        )
        raise LedgerError(problem, place=f"event {row['sequence']}", fix=fix)
    return Given(row["status"], json.loads(row["headers"]), row["body"], row["job"], again=True)


def _repeated(desk: Desk, asking: Asking, found: Given) -> Given:
    """Record that an answer is given again; nothing is changed by it."""
    first = found.headers[AUDIT_ID]
    draft = Draft("consultation", f"event/{first}", asking.caller.name, details={"act": "repeat"})
    desk.recorder.record(asking.acting().complete(draft)).result()
    return found


def _given(event: Event, told: Told) -> Given:
    document = {"audit_id": event.audit_id, **told.document}
    body = compact(document).decode()
    headers = {AUDIT_ID: event.audit_id, "cache-control": "no-store", **(told.headers or {})}
    return Given(told.status, headers, body, told.job)


def _row(desk: Desk, asking: Asking, key: str, digest: str, event: Event, given: Given) -> Row:
    values: dict[str, Any] = {
        "caller": asking.caller.identity,
        "key": key,
        "sequence": event.sequence,
        "request_hash": digest,
        "status": given.status,
        "headers": json.dumps(dict(given.headers), ensure_ascii=False),
        "body": given.body,
        "job": given.job,
    }
    return Row(GIVEN_ANSWERS, {**values, "seal": _seal(desk, values)})


def _seal(desk: Desk, row: Mapping[str, Any]) -> str:
    return answer_seal(bytes.fromhex(desk.workspace.settings.salt), row)
