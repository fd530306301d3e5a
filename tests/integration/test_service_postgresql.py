"""The service on PostgreSQL: what is read, planned and decided is recorded there, once."""

from pathlib import Path

import pytest

from features.workspace import DATABASE_VARIABLE, Workspace
from ledger.files import FileStore
from serving.access.caller import Role
from serving.feeds.schemas import QuarantineQuery
from serving.jobs.schemas import JobQuery
from serving.record.schemas import CheckpointsQuery, EventQuery
from tests.support.databases import Postgresql
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.ledgers import open_ledger
from tests.support.services import running_service


def test_a_plan_is_read_made_and_issued_beside_its_events(
    tmp_path: Path, postgresql: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql.database()
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    root = tmp_path / "w"
    synthetic_workspace(root)
    record_run(Workspace.open(root), areas=12, deciles=True)
    with running_service(root) as client:
        read = client.get("/v1/forecasts", params={"limit": 5})
        assert read.status_code == 200, read.text
        key = {"Idempotency-Key": "order-1"}
        made = client.post("/v1/plans", json={"total_hours": 100}, headers=key)
        assert made.status_code == 201, made.text
        assert client.post("/v1/plans", json={"total_hours": 100}, headers=key).content == made.content
        second = headers_for(root, Role.PLANNER, name="Bo")
        issued = client.post(f"/v1/plans/{made.json()['plan_id']}/issue", json={}, headers=second)
        assert issued.status_code == 200, issued.text
        beyond = {
            "/v1/audit/99999999999-0a1b2c3d": 404,
            "/v1/audit/99999999999-0a1b2c3d/proof": 404,
            f"/v1/audit?cursor={EventQuery().cursor_at(99999999999)}": 422,
            f"/v1/jobs?cursor={JobQuery().cursor_at(99999999999)}": 422,
            f"/v1/jobs?cursor={JobQuery().cursor_at(1999999999)}": 200,
            f"/v1/checkpoints?cursor={CheckpointsQuery().cursor_at(99999999999)}": 422,
            "/v1/consistency?old=99999999999": 422,
            f"/v1/quarantine?cursor={QuarantineQuery().cursor_at(9999999999)}": 422,
        }
        assert {path: client.get(path).status_code for path in beyond} == beyond
    assert not (root / "strandcast.db").exists()
    with open_ledger(root) as ledger:
        assert ledger.event(read.headers["audit-id"]).draft.operation == "consultation"
        assert ledger.event(made.headers["audit-id"]).draft.operation == "combination"
        assert ledger.event(issued.headers["audit-id"]).draft.actor == "Bo"
        assert len(ledger.events(operation="decision")) == 1
        assert ledger.verify(FileStore(root)).ok
    postgresql.drop(url)
