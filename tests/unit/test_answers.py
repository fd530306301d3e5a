"""Answers: recorded before they leave, recognised when nothing is new."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.responses import Response

from errors import LedgerError
from ledger.events import Draft
from serving.access.caller import Caller, Role
from serving.access.policy import Policy
from serving.answers import CSV, Finding, answered
from serving.asking import Asking, begin
from serving.desk import Desk
from tests.support.forecast_runs import synthetic_workspace
from tests.support.ledgers import TickingClock

ANN = Caller("Ann", Role.PLANNER, "api-key", "patrol-planning")
POLICY = Policy("GET", "/v1/forecasts", "consultation", frozenset({Role.PLANNER}))
FOUND = Finding.of({"rows": 2}, "forecast/a", details={"rows": 2})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(synthetic_workspace(tmp_path / "w").root, TickingClock())


def ask(desk: Desk, finding: Finding, tag: str = "", policy: Policy = POLICY) -> Response:
    async def answer() -> Response:
        begin(Asking("r-1", policy, ANN))
        headers = [(b"if-none-match", tag.encode())] if tag else []
        return await answered(
            desk, Request({"type": "http", "path": "/v1/forecasts", "query_string": b"", "headers": headers}), finding
        )

    return asyncio.run(answer())


def test_answer_bears_the_event_that_recorded_it(desk: Desk) -> None:
    answer = ask(desk, FOUND)
    event = desk.ledger.event(answer.headers["audit-id"])
    assert answer.body == b'{"audit_id":"' + event.audit_id.encode() + b'","rows":2}'
    said = event.draft
    assert (said.actor, said.role, said.authentication, said.purpose) == (
        "Ann",
        "planner",
        "api-key",
        "patrol-planning",
    )
    assert said.object_hash == hashlib.sha256(b'{"rows":2}').hexdigest()
    assert dict(said.details) == {"request": "r-1", "rows": 2, "url": "/v1/forecasts"}


def test_an_answer_that_is_given_in_two_forms_varies_by_the_accept_header(desk: Desk) -> None:
    in_two = replace(POLICY, media=frozenset({"text/csv"}))
    first = ask(desk, FOUND, policy=in_two)
    assert first.headers["vary"] == "Accept"
    assert ask(desk, FOUND, first.headers["etag"], in_two).headers["vary"] == "Accept"
    assert "vary" not in ask(desk, FOUND).headers


@pytest.mark.parametrize("tag", ["{tag}", "W/{tag}", '"x", {tag}', "*"])
def test_answer_that_is_known_is_not_sent_again_and_recorded_all_the_same(desk: Desk, tag: str) -> None:
    own = ask(desk, FOUND).headers["etag"]
    again = ask(desk, FOUND, tag.format(tag=own))
    assert (again.status_code, again.body) == (304, b"")
    assert desk.ledger.event(again.headers["audit-id"]).draft.details["not_modified"] is True
    assert ask(desk, FOUND, '"x"').status_code == 200


def test_table_is_sent_as_it_is(desk: Desk) -> None:
    answer = ask(desk, Finding(b"a,b\n", "forecast/a", media_type=CSV))
    assert (answer.body, answer.headers["content-type"]) == (b"a,b\n", CSV)


def test_without_a_record_there_is_no_answer(desk: Desk) -> None:
    desk.close()
    with pytest.raises(LedgerError):
        ask(desk, FOUND)


def test_a_table_is_recorded_as_disclosed_to_whoever_takes_it_away(desk: Desk) -> None:
    given = ask(desk, Finding(b"a,b\n", "plan/a", media_type=CSV))
    said: Draft = desk.ledger.event(given.headers["audit-id"]).draft
    assert (said.operation, said.recipient) == ("disclosure", said.actor)


def test_an_empty_answer_bears_its_audit_id_alone(desk: Desk) -> None:
    given = ask(desk, Finding(b"{}", "plan/a"))
    assert given.body == b'{"audit_id":"' + given.headers["audit-id"].encode() + b'"}'
