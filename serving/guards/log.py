"""The log: one JSON object a line, with the id of the request it belongs to; never a value of a cell, nor a secret.

What a client sent appears nowhere: not the query, not the body, not a path in full. Of an unexpected failure its kind
and the lines it passed through are logged, and not its words, which may repeat what was read.
"""

import json
import logging
import re
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import StrandcastError
from serving.access.policy import OTHER
from serving.asking import present

REQUESTS = "strandcast.requests"

_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), r"\1 ***"),
    (re.compile(r"(://[^\s:/@]*):[^\s@]*@"), r"\1:***@"),
    (re.compile(r"(?i)\b(password|passwd|secret|token|api[_-]?key)(\s*[=:]\s*)\S+"), r"\1\2***"),
)
_FIELDS = "strandcast"


class Lines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        request = _present_request()
        if request:
            document["request_id"] = request
        document |= getattr(record, _FIELDS, {})
        if record.exc_info and record.exc_info[1]:
            document |= failure(record.exc_info[1])
        return json.dumps(document, ensure_ascii=False)


def masked(text: str) -> str:
    """Return a text without the secrets that a library might have put into it."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def failure(error: BaseException) -> dict[str, Any]:
    """Return the kind of an error and where it passed; its words only where they are ours."""
    frames = traceback.extract_tb(error.__traceback__)
    said = {"error": type(error).__name__, "at": [f"{one.filename}:{one.lineno} {one.name}" for one in frames]}
    return said | ({"sentence": masked(str(error))} if isinstance(error, StrandcastError) else {})


def begin_log() -> None:
    """Let this process log in lines of JSON, whatever library speaks."""
    for name in ("", "bentoml", "uvicorn.error", "circus"):
        for handler in logging.getLogger(name).handlers:
            # Not those that are made of it, such as a test's own.
            if type(handler) is logging.StreamHandler:
                handler.setFormatter(Lines())
    logging.getLogger(REQUESTS).setLevel(logging.INFO)


class RequestLog:
    """ASGI middleware that logs each request when it has ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._logger = logging.getLogger(REQUESTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        seen = {"status": 0, "bytes": 0}

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            else:
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            asking = present()
            fields = {
                "method": scope["method"] if asking.policy else OTHER,
                "route": asking.policy.template if asking.policy else OTHER,
                **seen,
                "ms": round((time.perf_counter() - begun) * 1e3, 1),
                "role": asking.caller.role.value,
                "authentication": asking.caller.authentication,
            }
            self._logger.info("request", extra={_FIELDS: fields})


def _present_request() -> str | None:
    try:
        return present().request_id
    except LookupError:
        return None
