"""Answers: each is recorded before it leaves. No record, no answer.

The object hash of the event is the SHA-256 of the answer without its audit id: of JSON, an opening brace and the exact
bytes after the first member; of CSV, the whole body. The entity tag is made of the same hash, so that an answer that
was not modified is recognised although its audit id is another one; that nothing new was given is recorded too.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from ledger.events import Draft, Scalar
from ledger.texts import compact
from serving.access.caller import OUTSIDE
from serving.asked import asked_details
from serving.asking import present
from serving.desk import Desk
from serving.formats import CSV as TABLE_MEDIA

JSON = "application/json"
CSV = "text/csv; charset=utf-8"
AUDIT_ID = "Audit-Id"
# Rows on all pages, where an answer is CSV and has no place in it for them.
TOTAL = "Total-Rows"


@dataclass(frozen=True)
class Finding:
    """What was found, before it is recorded.

    Attributes:
        body: JSON object or CSV, without an audit id.
        object: What it is about, such as `forecast/2024-07-01-0a1b2c3d`.
        details: What else belongs to the record.
        media_type: JSON or CSV.
        status: Of the answer.
        headers: Further headers.
        lasting: Whether it can be found again from the record alone, as how far a job is cannot.
        marked: Whether its audit id stands first in a JSON body too; an answer about an event bears that event's.
    """

    body: bytes
    object: str
    details: Mapping[str, Scalar] = field(default_factory=dict)
    media_type: str = JSON
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    lasting: bool = True
    marked: bool = True

    @classmethod
    def of(cls, document: Mapping[str, Any], subject: str, **rest: Any) -> "Finding":
        """Return a finding whose body is a document."""
        return cls(compact(document), subject, **rest)

    @property
    def sha256(self) -> str:
        """Hash of the body."""
        return hashlib.sha256(self.body).hexdigest()


async def answered(desk: Desk, request: Request, finding: Finding) -> Response:
    """Record a finding, and return it as the answer.

    Raises:
        LedgerError: It could not be recorded; then there is no answer.
    """
    digest = finding.sha256
    tag = tag_of(digest)
    known = _is_known(request.headers.get("if-none-match"), tag)
    details: dict[str, Scalar] = {"not_modified": True} if known else {}
    if finding.lasting:
        details |= asked_details(request, "csv" if finding.media_type == CSV else None, present().caller.scope)
        details |= desk.answering_details()
    asking = present()
    operation = asking.policy.operation if asking.policy else "consultation"
    event = await asyncio.wrap_future(desk.recorder.record(draft_of(finding, operation, details)))
    headers = {"etag": tag, "cache-control": "private, no-cache", AUDIT_ID: event.audit_id, **finding.headers}
    if asking.policy and TABLE_MEDIA in asking.policy.media:
        # A cache must not give the one form to who asks for the other.
        headers["vary"] = "Accept"
    if known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = finding.body
    if finding.marked and finding.media_type == JSON:
        body = marked(body, event.audit_id)
    return Response(body, finding.status, headers, finding.media_type)


def marked(body: bytes, audit_id: str) -> bytes:
    """Return a JSON object with its audit id before its other members."""
    # One copy of the body and no more: it may be a county's plan.
    comma = b"" if body == b"{}" else b","
    return b"".join((b'{"audit_id":"', audit_id.encode(), b'"', comma, memoryview(body)[1:]))


def tag_of(digest: str) -> str:
    """Return the entity tag of a body with this hash."""
    return f'"{digest[:32]}"'


def draft_of(finding: Finding, declared: str, details: Mapping[str, Scalar]) -> Draft:
    """Return what is recorded of a finding that is given to whoever asks now.

    Args:
        finding: What is given.
        declared: The operation that its route declares.
        details: What else belongs to the record.
    """
    asking = present()
    operation = declared
    if operation == "consultation" and (finding.media_type == CSV or asking.caller.role in OUTSIDE):
        # A table is taken away, and what somebody outside the force is given has left it.
        operation = "disclosure"
    # Events of many callers are recorded together, so each says itself who acts.
    acting = asking.acting()
    return Draft(
        operation,
        finding.object,
        asking.caller.name,
        role=acting.role,
        authentication=acting.authentication,
        purpose=acting.purpose,
        object_hash=finding.sha256,
        recipient=asking.caller.name if operation == "disclosure" else None,
        details={**acting.details, **finding.details, **details},
    )


def _is_known(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in header.split(",")]
