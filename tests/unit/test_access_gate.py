"""The gate, with nothing behind it: who is let in, and that nobody's body is read before."""

import asyncio
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from errors import LedgerError
from features.service import Service
from ledger.group import GroupCommit
from serving.access.caller import Caller, Role
from serving.access.gate import Gate
from serving.access.policy import Policies, Policy
from serving.access.refused import TooManyAttemptsError, UnknownCallerError
from serving.access.session import Session
from serving.asking import ASKING, Asking
from serving.guards.limits import Limits, Rates, counted_as
from serving.guards.refusals import Refusals
from tests.support.asgi import echo, scope_of, sent_by, status
from tests.support.ledgers import open_ledger

POLICIES = Policies(
    [
        Policy("POST", "/v1/plans", "combination", frozenset({Role.PLANNER})),
        Policy("GET", "/v1/periods", "consultation", frozenset({Role.PLANNER})),
        Policy("GET", "/week", "consultation", frozenset({Role.PLANNER}), page=True),
        Policy("GET", "/healthz", "admin", frozenset(Role), recorded=False, anybody=True),
    ]
)


class Asked:
    """One request at a gate that finds what it is told to find."""

    def __init__(self, found: Caller | Exception) -> None:
        self.found = found
        self.sent: list[dict[str, Any]] = []
        self.came_through = False
        self.asking = Asking("r")
        self.looked_at: list[object] = []
        self.sent_to_the_door: list[list[str]] = []
        self.wait = 0.0
        self.session: Session | None = None

    async def identify(self, sent: Sequence[str], address: str | None, wanted: Collection[Role]) -> Caller:
        self.looked_at.append((list(sent), address, set(wanted)))
        self.sent_to_the_door.append(list(sent))
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def at(self, method: str, path: str, *headers: tuple[bytes, bytes]) -> int | None:
        async def inner(scope: Any, receive: Any, send: Any) -> None:
            self.came_through = True

        async def receive() -> Any:
            pytest.fail("a byte of the body was read")

        async def send(message: Any) -> None:
            self.sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": headers, ASKING: self.asking}
        gate = Gate(
            inner,
            policies=POLICIES,
            identify=self.identify,
            wait=lambda _scope: self.wait,
            signed_in=lambda _scope: self.session,
        )
        asyncio.run(gate({**scope, "client": ("10.0.0.1", 5)}, receive, send))
        return self.sent[0]["status"] if self.sent else None

    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


def test_a_role_that_the_route_declares_comes_through_and_is_known_behind() -> None:
    asked = Asked(Caller("Ann", Role.PLANNER, "api-key:x"))
    assert asked.at("POST", "/v1/plans", (b"authorization", b"Bearer x")) is None
    assert asked.came_through
    assert asked.asking.caller.name == "Ann"
    assert asked.looked_at == [(["Bearer x"], "10.0.0.1", {Role.PLANNER})]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PLANNER}))
def test_another_role_is_refused_and_recorded_as_who_it_is(role: Role) -> None:
    asked = Asked(Caller("Bo", role, "api-key:y"))
    assert asked.at("POST", "/v1/plans") == 403
    assert not asked.came_through
    assert asked.asking.caller.name == "Bo"


def test_a_role_that_is_refused_too_often_is_told_when_to_come_back() -> None:
    asked = Asked(Caller("Bo", Role.AUDITOR, "api-key:y"))
    asked.wait = 1.5
    assert asked.at("POST", "/v1/plans") == 429
    assert asked.headers()[b"retry-after"] == b"2"
    assert not asked.came_through


def test_who_is_not_known_is_told_how_to_be_and_recorded_as_unknown() -> None:
    error = UnknownCallerError("the key does not hold")
    error.claimed = "failed:api-key:z"
    asked = Asked(error)
    assert asked.at("POST", "/v1/plans") == 401
    assert asked.headers()[b"www-authenticate"] == b'Bearer realm="strandcast"'
    caller = asked.asking.caller
    assert (caller.name, caller.authentication) == ("unknown", "failed:api-key:z")


def test_too_many_failures_are_told() -> None:
    asked = Asked(TooManyAttemptsError(17))
    assert asked.at("POST", "/v1/plans") == 429
    assert asked.headers()[b"retry-after"] == b"17"


def test_where_nobody_can_be_looked_up_nobody_comes_in() -> None:
    asked = Asked(LedgerError("the database failed (at 10.0.0.9)", place="/var/w/x.db", fix="check the disk"))
    assert asked.at("POST", "/v1/plans") == 503
    told = json.loads(asked.sent[1]["body"])["detail"]
    assert told == "the record cannot be read or written now; check the disk."
    assert not asked.came_through


def test_what_is_open_to_all_asks_nobody_who_they_are() -> None:
    asked = Asked(UnknownCallerError("nobody"))
    assert asked.at("GET", "/healthz") is None
    assert asked.came_through
    assert asked.looked_at == []


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/plans", 405), ("GET", "/v1/secrets", 404)])
def test_what_has_no_policy_is_answered_to_nobody(method: str, path: str, status: int) -> None:
    asked = Asked(Caller("Ann", Role.PLANNER, "api-key:x"))
    assert asked.at(method, path) == status
    assert not asked.came_through


def test_no_key_fills_the_record_with_refusals(tmp_path: Path) -> None:
    bo = Caller("Bo", Role.AUDITOR, "api-key:y")
    ann = Caller("Ann", Role.PLANNER, "api-key:x")
    most = 3

    async def refused(caller: Caller) -> list[int]:
        async def identify(*_asked: object) -> Caller:
            return caller

        rates = Rates(lambda: 0.0)
        limits = Limits(echo, settings=lambda: Service(requests_a_minute=most), rates=rates)
        gate = Gate(
            limits,
            policies=POLICIES,
            identify=identify,
            wait=lambda scope: rates.take(counted_as(scope), most),
            signed_in=lambda _scope: None,
        )
        app = Refusals(gate, recorder=lambda: recorder)
        return [status(await sent_by(app, scope_of(path="/v1/plans"))) for _ in range(most + 4)]

    with open_ledger(tmp_path) as ledger:
        recorder = GroupCommit(ledger)
        assert asyncio.run(refused(bo)) == [403] * most + [429] * 4
        assert asyncio.run(refused(ann)) == [200] * most + [429] * 4
        recorder.close()
        assert [event.draft.details["status"] for event in ledger.events()] == [403] * most


def test_a_cookie_opens_pages_and_nothing_else() -> None:
    asked = Asked(Caller("Ann", Role.PLANNER, "api-key:x"))
    asked.session = Session("sck_a_b", "mark", datetime(2024, 7, 1, tzinfo=UTC))
    assert asked.at("GET", "/week") is None
    assert asked.at("GET", "/v1/periods") is None
    assert asked.sent_to_the_door == [["Bearer sck_a_b"], []]


def test_a_key_that_is_sent_as_such_opens_no_page() -> None:
    asked = Asked(Caller("Ann", Role.PLANNER, "api-key:x"))
    asked.at("GET", "/week", (b"authorization", b"Bearer sck_a_b"))
    assert asked.sent_to_the_door == [[]]
