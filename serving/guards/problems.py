"""Problems: every answer that is not a success leaves as application/problem+json (RFC 9457).

A pure ASGI layer round the whole service, BentoML's own routes included. It gives up on answers that take too long to
begin, or to go on.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.asking import is_page

MEDIA_TYPE = "application/problem+json"
LARGEST_BODY = 256 * 1024
MOST_FIELDS = 5_000
SECONDS = 25.0
# A page tells itself what is wrong with the form that was sent from it.
HTML = b"text/html"

_logger = logging.getLogger("strandcast.serving")


class Problems:
    """ASGI middleware that turns every failure into a problem document.

    Args:
        app: What it is laid round.
        seconds: How long an answer may take to begin, the arrival of the body included, and then each part of it.
    """

    def __init__(self, app: ASGIApp, *, seconds: float = SECONDS) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, lambda: is_page(scope))
        try:
            async with asyncio.timeout(self.seconds) as limit:

                async def going_on(message: Message) -> None:
                    # A large export is on its way for longer; a client that takes nothing of it is given up.
                    limit.reschedule(asyncio.get_running_loop().time() + self.seconds)
                    await answer(message)

                await self.app(scope, receive, going_on)
        except TimeoutError:
            await answer.problem(HTTPStatus.GATEWAY_TIMEOUT)
        except Exception:
            _logger.exception("unexpected failure of a request")
            await answer.problem(HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            await answer.finish()


class _Answer:
    """The sending side: passes successes on, holds failures back until they can be told as problems."""

    def __init__(self, send: Send, is_page: Callable[[], bool]) -> None:
        self._send = send
        self._is_page = is_page
        self._started = False
        self._failure: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            content_type = dict(message["headers"]).get(b"content-type", b"")
            told = content_type.startswith(MEDIA_TYPE.encode()) or (self._is_page() and content_type.startswith(HTML))
            if message["status"] >= HTTPStatus.BAD_REQUEST and not told:
                self._failure = message
                return
        if self._failure is not None:
            self._body += message.get("body", b"")
            return
        self._started = True
        await self._send(message)

    async def finish(self) -> None:
        """Tell the failure that was held back, if any."""
        if self._failure is None:
            return
        status = HTTPStatus(self._failure["status"])
        kept = [(name, value) for name, value in self._failure["headers"] if name == b"allow"]
        # BentoML answers 400 both to JSON that is none and to JSON of the wrong shape.
        faults = _faults(self._body)
        if status == HTTPStatus.BAD_REQUEST and faults:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        await self._tell(status, DETAIL.get(status, status.description or status.phrase), faults, kept)

    async def problem(self, status: HTTPStatus) -> None:
        """Answer with a problem, unless an answer is under way already."""
        if not self._started:
            await self._tell(status, DETAIL.get(status, status.description or status.phrase), [], [])

    async def _tell(
        self, status: HTTPStatus, detail: str, faults: list[dict[str, str]], headers: list[tuple[bytes, bytes]]
    ) -> None:
        self._started = True
        body = problem_body(status, detail, faults)
        headers = [*headers, (b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        await self._send({"type": "http.response.start", "status": status.value, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


_MOST_FAULTS_SAID = 3
# A day alone is read as an instant without a timezone, and words as neither.
_NO_INSTANT = frozenset({"timezone_aware", "datetime_parsing", "datetime_from_date_parsing"})
# A body of nothing but unknown fields would be answered with a longer one.
_MOST_FAULTS_LISTED = 20
DETAIL = {
    HTTPStatus.BAD_REQUEST: "The request cannot be understood; send JSON.",
    HTTPStatus.UNAUTHORIZED: "Say who asks: send a key or a token as Authorization: Bearer ...",
    HTTPStatus.FORBIDDEN: "Your role may not ask for this; /docs.json says who may.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address; /docs.json lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; the Allow header names those it takes.",
    HTTPStatus.REQUEST_TIMEOUT: "The body arrived too slowly; send it in one piece.",
    HTTPStatus.CONFLICT: "What this rests on has changed, or this key was used for something else.",
    HTTPStatus.PRECONDITION_FAILED: "It is no longer what you looked at; look again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"The body has over {LARGEST_BODY:,} bytes or {MOST_FIELDS:,} fields.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The query is longer than is taken; ask for less at a time.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body must be application/json, and the answer JSON or CSV.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The request has too many headers; send fewer.",
    HTTPStatus.MISDIRECTED_REQUEST: "This is not a name of this service; the settings list those it has.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The request has fields that cannot be used.",
    HTTPStatus.TOO_MANY_REQUESTS: "That is too much at a time; come back after the seconds of Retry-After.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something failed on our side; the service's log says where.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service is not ready; its log says why: the forecast, its age or the ledger.",
    HTTPStatus.GATEWAY_TIMEOUT: "The answer took too long; ask again, or for less.",
}


async def refuse(
    send: Send, status: HTTPStatus, headers: Mapping[str, str] | None = None, detail: str | None = None
) -> None:
    """Answer with the problem document of a status, in its own words or in others."""
    body = problem_body(status, detail or DETAIL.get(status, status.description or status.phrase))
    said = {**(headers or {}), "content-type": MEDIA_TYPE, "content-length": str(len(body))}
    encoded = [(name.encode(), value.encode()) for name, value in said.items()]
    await send({"type": "http.response.start", "status": status.value, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def problem_body(status: HTTPStatus, detail: str, faults: list[dict[str, str]] | None = None) -> bytes:
    """Return a problem document."""
    document: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if faults:
        said = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults[:_MOST_FAULTS_SAID])
        document |= {"detail": f"{said}; correct it, as /docs.json describes.", "errors": faults}
    return json.dumps(document, ensure_ascii=False).encode()


def _faults(body: bytes) -> list[dict[str, str]]:
    """Return the fields that pydantic found wrong, from FastAPI's or BentoML's answer; never their values."""
    try:
        details = json.loads(body)["detail"][:_MOST_FAULTS_LISTED]
        # BentoML gives the body as a whole no name.
        return [{"field": ".".join(map(str, item["loc"])) or "body", "message": _message(item)} for item in details]
    except (ValueError, KeyError, TypeError):
        return []


def _message(fault: Mapping[str, Any]) -> str:
    """Return what is wrong with a field in words for whoever asks, not in those of who wrote its pattern."""
    if fault.get("type") == "string_pattern_mismatch":
        return "Is blank, or has characters that cannot stand here"
    if fault.get("type") in _NO_INSTANT:
        return "Should be an instant with its timezone, as 2026-01-01T00:00:00Z"
    return str(fault["msg"]).removeprefix("Value error, ")
