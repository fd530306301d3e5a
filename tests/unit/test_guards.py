"""What every request passes through: hosts, headers, limits, bodies."""

import asyncio

import pytest
from pydantic import ValidationError
from starlette.types import Message, Receive, Scope, Send

from features.service import Service
from serving.access.caller import ANYBODY, Role
from serving.access.policy import Policy
from serving.asking import Asking
from serving.guards.bodies import LONGEST_QUERY, MOST_FIELDS_OF_QUERY, MOST_HEADERS, Bodies, Unread
from serving.guards.headers import SecurityHeaders
from serving.guards.hosts import Hosts
from serving.guards.limits import Limits, Rates
from serving.guards.problems import MOST_FIELDS
from tests.support.asgi import ANN, POLICY, REQUEST, START, answered, echo, headers, scope_of, sent_by, status

JSON = (b"content-type", b"application/json")


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([b"localhost"], 200),
        ([b"127.0.0.1:3000"], 200),
        ([b"[::1]:3000"], 200),
        ([b"Plans.Example.org:443"], 200),
        ([b"example.org"], 421),
        ([b"plans.example.org.evil.net"], 421),
        ([b"localhost@evil.net"], 421),
        ([b""], 421),
        ([], 421),
        ([b"localhost", b"evil.net"], 421),
    ],
)
def test_only_our_own_names_are_answered(said: list[bytes], expected: int) -> None:
    app = Hosts(echo, names=lambda: ["plans.example.org"])
    scope = scope_of(headers=[JSON, *((b"host", name) for name in said)])
    assert status(answered(app, scope)) == expected


@pytest.mark.parametrize("name", ["Example.org", "example.org:443", "https://example.org", "*", "", "a b"])
def test_a_host_that_is_no_plain_name_is_no_setting(name: str) -> None:
    with pytest.raises(ValidationError):
        Service(hosts=[name])


def test_every_answer_tells_browsers_what_they_must_not_do() -> None:
    found = headers(answered(SecurityHeaders(echo)))
    assert found["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in found["content-security-policy"]
    assert found["cache-control"] == "no-store"
    assert "strict-transport-security" not in found
    assert "strict-transport-security" in headers(answered(SecurityHeaders(echo), scope_of(scheme="https")))


def test_an_answer_that_says_it_itself_is_left_as_it_is() -> None:
    async def cached(scope: Scope, receive: Receive, send: Send) -> None:
        await send({**START, "headers": [(b"Cache-Control", b"private, no-cache")]})
        await send({"type": "http.response.body", "body": b""})

    sent = answered(SecurityHeaders(cached))
    assert [value for name, value in sent[0]["headers"] if name.lower() == b"cache-control"] == [b"private, no-cache"]


def test_a_minute_s_requests_are_taken_and_come_back_steadily() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    assert [rates.take("ann", 3) for _ in range(3)] == [0.0] * 3
    assert rates.take("ann", 3) == pytest.approx(20.0)
    assert rates.take("bob", 3) == 0.0
    now[0] = 21.0
    assert rates.take("ann", 3) == 0.0
    assert rates.take("ann", 3) > 0.0
    now[0] = 1e6
    assert [rates.take("ann", 3) > 0 for _ in range(4)] == [False, False, False, True]


def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not() -> None:
    app = Limits(echo, settings=lambda: Service(requests_a_minute=2))
    assert [status(answered(app)) for _ in range(3)] == [200, 200, 429]
    assert 0 < int(headers(answered(app))["retry-after"]) <= 30
    assert status(answered(app, asking=Asking("f00d", POLICY, ANYBODY))) == 200


def test_probes_are_answered_whatever_happens() -> None:
    app = Limits(echo, settings=lambda: Service(requests_a_minute=1))
    probe = Policy("GET", "/livez", "admin", frozenset(Role), recorded=False)
    assert [status(answered(app, asking=Asking("f00d", probe, ANN))) for _ in range(3)] == [200] * 3


def test_more_than_can_be_answered_at_once_is_turned_away_and_room_is_made_again() -> None:
    async def scenario() -> None:
        going, inside = asyncio.Event(), asyncio.Semaphore(0)

        async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
            inside.release()
            await going.wait()
            await echo(scope, receive, send)

        app = Limits(waiting, settings=lambda: Service(requests_at_once=2))
        first = [asyncio.create_task(sent_by(app, scope_of())) for _ in range(2)]
        for _ in first:
            await inside.acquire()
        refused = await sent_by(app, scope_of())
        assert (status(refused), headers(refused)["retry-after"]) == (429, "1")
        going.set()
        assert [status(await task) for task in first] == [200, 200]
        assert status(await sent_by(app, scope_of())) == 200

    asyncio.run(scenario())


def test_a_body_that_arrives_too_slowly_is_given_up() -> None:
    app = Bodies(echo, seconds=0.02, bytes_a_second=1e6)
    assert status(answered(app, messages=[part(b"{", more=True)])) == 408
    assert status(answered(app, messages=[])) == 408
    assert status(answered(Bodies(echo))) == 200


def test_a_body_that_drips_is_given_up_before_it_is_whole() -> None:
    async def scenario() -> None:
        async def drip() -> Message:
            await asyncio.sleep(0)
            return part(b" ", more=True)

        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        await Bodies(echo, seconds=0.05, bytes_a_second=1e6)(scope_of(), drip, send)
        assert status(sent) == 408

    asyncio.run(scenario())


def test_a_large_body_that_keeps_arriving_is_taken() -> None:
    parts = [part(b" " * 1000, more=number < 99) for number in range(100)]
    sent = answered(Bodies(echo, seconds=0.75, bytes_a_second=1e5), messages=parts)
    assert len(sent[1]["body"]) == 100_000


def test_a_body_of_very_many_fields_is_refused_before_it_is_parsed() -> None:
    fields = b",".join(b'"%d":0' % number for number in range(MOST_FIELDS + 1))
    assert status(answered(Bodies(echo), messages=[part(b"{" + fields + b"}", more=False)])) == 413


@pytest.mark.parametrize(("length", "more", "closed"), [(b"9", True, True), (b"9", False, False), (b"0", True, False)])
def test_behind_an_answer_that_did_not_wait_for_the_body_the_connection_is_closed(
    length: bytes, more: bool, closed: bool
) -> None:
    scope = scope_of(headers=[JSON, (b"content-length", length)])
    assert ("connection" in headers(answered(Unread(echo), scope, [part(b"{", more=more)]))) == closed


@pytest.mark.parametrize("packing", [b"gzip", b"br", b"identity, gzip"])
def test_a_packed_body_is_not_unpacked(packing: bytes) -> None:
    scope = scope_of(headers=[JSON, (b"content-encoding", packing)])
    assert status(answered(Bodies(echo), scope)) == 415


@pytest.mark.parametrize("query", [b"a=" + b"x" * LONGEST_QUERY, b"&".join([b"a=1"] * (MOST_FIELDS_OF_QUERY + 1))])
def test_a_query_that_is_too_long_is_refused(query: bytes) -> None:
    assert status(answered(Bodies(echo), scope_of(query_string=query, method="GET"), [REQUEST])) == 414


def test_headers_without_number_are_refused() -> None:
    scope = scope_of(headers=[JSON, *((b"x-%d" % number, b"1") for number in range(MOST_HEADERS))])
    assert status(answered(Bodies(echo), scope)) == 431
