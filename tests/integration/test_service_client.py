"""The typed client that is made from the description, through a week of its users."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.made_client import MadeClient
from tests.support.services import running_service


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("client") / "w"
    record_run(synthetic_workspace(folder), areas=8)
    return folder


@pytest.fixture(scope="module")
def connection(root: Path) -> Iterator[TestClient]:
    with running_service(root) as client:
        yield client


@pytest.fixture(scope="module")
def made(connection: TestClient, tmp_path_factory: pytest.TempPathFactory) -> MadeClient:
    return MadeClient(tmp_path_factory.mktemp("made"), connection)


def test_a_reader_pages_through_typed_rows_and_asks_for_reasons(made: MadeClient) -> None:
    status, periods = made.ask("forecasts", "get_periods")
    assert (status, type(periods).__name__) == (200, "Periods")
    rows, cursor = [], None
    while True:
        _, page = made.ask("forecasts", "get_forecasts", limit=10, **({"cursor": cursor} if cursor else {}))
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(rows) == page.total > 10
    _, reasons = made.ask("forecasts", "get_explanation", id=rows[3].forecast_id)
    assert (reasons.area_code, reasons.strand, reasons.mean) == (rows[3].area_code, rows[3].strand, rows[3].mean)


def test_a_plan_is_made_and_issued_by_two_and_an_auditor_finds_it(
    made: MadeClient, connection: TestClient, root: Path
) -> None:
    order = made.model("PlanOrder")(total_hours=80.0)
    status, plan = made.ask("plans", "make_plan", body=order, idempotency_key="client-1")
    assert (status, plan.standing.status) == (201, "draft")
    status, again = made.ask("plans", "make_plan", body=order, idempotency_key="client-1")
    assert (status, again.to_dict()) == (201, plan.to_dict())
    status, problem = made.ask("plans", "issue_plan", id=plan.plan_id, body=made.model("IssueOrder")())
    assert (status, type(problem).__name__) == (403, "Problem")
    ann = connection.headers["Authorization"]
    connection.headers.update(headers_for(root, name="Bo"))
    try:
        status, issued = made.ask(
            "plans", "issue_plan", id=plan.plan_id, body=made.model("IssueOrder")(reason="agreed")
        )
    finally:
        connection.headers["Authorization"] = ann
    assert (status, issued.status, issued.decided_by) == (200, "issued", "Bo")
    _, event = made.ask("record", "get_event", id=issued.audit_id)
    assert (event.operation, event.actor, event.outcome) == ("decision", "Bo", "ok")
    _, proof = made.ask("record", "get_proof", id=issued.audit_id)
    assert type(proof).__name__ == "InclusionProof"


def test_what_cannot_be_used_comes_back_as_a_typed_problem(made: MadeClient) -> None:
    status, problem = made.ask("forecasts", "get_forecasts", strand=["piracy"])
    assert (status, problem.status) == (422, 422)
    assert "piracy" in problem.detail
