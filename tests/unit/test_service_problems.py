import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import AwareDatetime, TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.guards.bodies import Bodies
from serving.guards.problems import Problems

START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
REQUEST: Message = {"type": "http.request", "body": b"{}", "more_body": False}


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(10)


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise KeyError("a cell's value")


async def broken_half_way(scope: Scope, receive: Receive, send: Send) -> None:
    await send(START)
    raise KeyError("a cell's value")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    await send(START)
    await send({"type": "http.response.body", "body": message["body"]})


def not_ready(headers: list[tuple[bytes, bytes]]) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"<html>", "more_body": True})
        await send({"type": "http.response.body", "body": b"inner words</html>"})

    return answer


def answered(app: ASGIApp, *, messages: list[Message] | None = None) -> list[Message]:
    """Return what leaves when one request goes through the layer."""
    sent: list[Message] = []
    incoming = iter(messages or [REQUEST])

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/plans", "headers": headers}
    asyncio.run(Problems(Bodies(app, largest=100), seconds=0.05)(scope, receive, send))
    return sent


def told(sent: list[Message]) -> dict[str, Any]:
    assert dict(sent[0]["headers"])[b"content-type"] == b"application/problem+json"
    document: dict[str, Any] = json.loads(sent[1]["body"])
    assert document["status"] == sent[0]["status"]
    return document


@pytest.mark.parametrize(
    ("app", "status"),
    [(slow, 504), (broken, 500), (not_ready([]), 503), (not_ready([(b"content-type", b"text/html")]), 503)],
)
def test_failure_is_told_as_a_problem_without_inner_words(app: ASGIApp, status: int) -> None:
    document = told(answered(app))
    assert document["status"] == status
    assert "cell" not in str(document)
    assert "inner" not in str(document)


def test_answer_under_way_is_not_answered_again() -> None:
    assert answered(broken_half_way) == [START]


async def long_on_its_way(scope: Scope, receive: Receive, send: Send) -> None:
    await send(START)
    for number in range(10):
        await asyncio.sleep(0.02)
        await send({"type": "http.response.body", "body": b".", "more_body": number < 9})


async def begun_and_silent(scope: Scope, receive: Receive, send: Send) -> None:
    await send(START)
    await asyncio.sleep(10)
    raise AssertionError("nobody waits so long")


def test_an_answer_that_goes_on_is_not_cut_off_and_one_that_stands_still_is() -> None:
    assert answered(long_on_its_way)[-1] == {"type": "http.response.body", "body": b".", "more_body": False}
    assert answered(begun_and_silent) == [START]


def test_of_a_client_that_breaks_off_half_a_body_is_not_taken_for_a_whole_one() -> None:
    half: list[Message] = [{**REQUEST, "body": b'{"a":1}', "more_body": True}, {"type": "http.disconnect"}]
    assert answered(echo, messages=half) == []


def test_body_in_parts_arrives_whole() -> None:
    parts: list[Message] = [{**REQUEST, "body": b'{"a":', "more_body": True}, {**REQUEST, "body": b"1}"}]
    assert answered(echo, messages=parts)[1]["body"] == b'{"a":1}'


def test_body_in_parts_is_counted_as_it_arrives() -> None:
    endless: list[Message] = [{**REQUEST, "body": b" " * 60, "more_body": True}] * 2
    assert told(answered(echo, messages=endless))["status"] == 413


def test_what_is_no_request_passes_through() -> None:
    seen: list[Scope] = []

    async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    never: Callable[..., Any] = answered
    asyncio.run(Problems(lifespan)({"type": "lifespan"}, never, never))
    assert seen == [{"type": "lifespan"}]


@pytest.mark.parametrize("said", ["2026-01-01", "2026-01-01T00:00:00", "yesterday", "2026-01-01T99:00:00Z"])
def test_what_is_no_instant_is_told_how_one_is_written(said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(AwareDatetime).validate_python(said)
    fault = json.loads(refused.value.json())[0]
    detail = said_of(fault)
    assert detail.startswith("body: Should be an instant with its timezone, as 2026-01-01T00:00:00Z")


def said_of(fault: dict[str, Any]) -> str:
    """Return the sentence about a fault that pydantic found."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 422, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps({"detail": [fault]}).encode()})

    return str(told(answered(app))["detail"])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"loc": [], "msg": "Input should be an object", "type": "model_type"}, "body: Input should be an object"),
        ({"loc": ["body"], "msg": "Value error, too many", "type": "value_error"}, "body: too many"),
        ({"loc": ["body", "x"], "msg": "like '^a'", "type": "string_pattern_mismatch"}, "body.x: Is blank"),
    ],
)
def test_what_is_wrong_is_told_in_words_for_whoever_asks(fault: dict[str, Any], words: str) -> None:
    assert said_of(fault).startswith(words)
