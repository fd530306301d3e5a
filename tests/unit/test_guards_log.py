"""The log holds what happened and nothing that was sent or read."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from errors import DataError
from serving.asking import Asking
from serving.guards.log import REQUESTS, Lines, RequestLog, begin_log, failure
from tests.support.asgi import ANN, POLICY, answered, echo, scope_of


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Yield where the log goes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger(REQUESTS).setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)


def logged(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_id_and_its_template(lines: io.StringIO) -> None:
    answered(RequestLog(echo), scope_of(path="/v1/things/Jane-Doe", query_string=b"area_code=E01021234"))
    (line,) = logged(lines)
    del line["time"], line["ms"]
    assert line == {
        "level": "info",
        "logger": REQUESTS,
        "message": "request",
        "request_id": "f00d",
        "method": "POST",
        "route": "/v1/things/{id}",
        "status": 200,
        "bytes": 2,
        "role": "planner",
        "authentication": "api-key",
    }


def test_an_address_and_a_method_that_are_not_ours_are_not_repeated(lines: io.StringIO) -> None:
    asking = Asking("f00d", None, ANN)
    answered(RequestLog(echo), scope_of(path="/Jane-Doe", method="JANE"), asking=asking)
    assert "jane" not in lines.getvalue().lower()
    assert logged(lines)[0]["route"] == "other"


def test_a_request_that_fails_is_logged_all_the_same(lines: io.StringIO) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("Jane Doe")

    with pytest.raises(KeyError):
        answered(RequestLog(broken), asking=Asking("f00d", POLICY, ANN))
    assert logged(lines)[0]["status"] == 0
    assert "Jane" not in lines.getvalue()


def test_of_an_unexpected_failure_the_place_is_told_and_not_the_words(lines: io.StringIO) -> None:
    try:
        json.loads("{}")["Jane Doe"]
    except KeyError:
        logging.getLogger("strandcast.serving").exception("unexpected failure of a request")
    (line,) = logged(lines)
    assert line["error"] == "KeyError"
    assert "test_guards_log.py" in line["at"][-1]
    assert "Jane" not in lines.getvalue()


def test_the_sentence_of_one_of_our_errors_is_told() -> None:
    assert failure(DataError("has no rows", place="f.csv"))["sentence"] == "f.csv: has no rows."


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hunter2",
        "postgresql+psycopg://ann:hunter2@db/strandcast failed",
        "password=hunter2",
        "the secret: hunter2",
        "api_key = hunter2",
    ],
)
def test_a_secret_in_the_words_of_a_library_is_masked(lines: io.StringIO, text: str) -> None:
    logging.getLogger("sqlalchemy.pool").error("%s", text)
    assert "hunter2" not in lines.getvalue()
    assert "***" in lines.getvalue()


def test_whatever_library_speaks_speaks_in_lines_of_json() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    speaker = logging.getLogger("uvicorn.error")
    speaker.addHandler(handler)
    try:
        begin_log()
        speaker.warning("Invalid HTTP request received.")
    finally:
        speaker.removeHandler(handler)
    assert json.loads(stream.getvalue())["message"] == "Invalid HTTP request received."
