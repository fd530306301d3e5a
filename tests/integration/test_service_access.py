"""Who is let into the service, and what is recorded of those who are not."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from features.workspace import SETTINGS, Workspace
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from serving.access import keys
from serving.access.caller import Role
from tests.support.decided import drafted
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.issuer import LocalIssuer, local_issuer
from tests.support.keys import headers_for
from tests.support.services import running_service


@pytest.fixture(scope="module")
def issuer() -> Iterator[LocalIssuer]:
    with local_issuer() as running:
        running.add("one")
        yield running


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, issuer: LocalIssuer) -> Path:
    folder = tmp_path_factory.mktemp("access") / "w"
    record_run(synthetic_workspace(folder))
    file = folder / SETTINGS
    oidc = f'issuer = "{issuer.address}"\naudience = "strandcast"\n[access.oidc.roles]\nsc-audit = "auditor"\n'
    file.write_text(f"{file.read_text('utf-8')}\n[access.oidc]\n{oidc}", "utf-8")
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with running_service(root, known=False) as running:
        yield running


def opened(root: Path) -> Ledger:
    return Ledger.open(Workspace.open(root).database_url, lambda: datetime.now(UTC))


def recorded(root: Path) -> Draft:
    """Return what the newest event says."""
    with closing(opened(root)) as ledger:
        return ledger.events(limit=1)[0].draft


def test_without_a_key_nothing_is_told_and_the_attempt_is_recorded(client: TestClient, root: Path) -> None:
    response = client.get("/v1/forecasts")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="strandcast"'
    assert "send Authorization: Bearer with a key or a token" in response.json()["detail"]
    event = recorded(root)
    assert (event.outcome, event.object, event.actor) == ("refused", "route/GET /v1/forecasts", "unknown")
    assert event.details["status"] == 401


def test_a_key_whose_secret_is_wrong_is_recorded_by_its_public_half(client: TestClient, root: Path) -> None:
    known = headers_for(root, Role.PLANNER)["Authorization"]
    response = client.get("/v1/forecasts", headers={"Authorization": known[:-1] + "~"})
    assert response.status_code == 401
    wrong = known[:-1] + ("A" if known[-1] != "A" else "B")
    assert client.get("/v1/forecasts", headers={"Authorization": wrong}).status_code == 401
    event = recorded(root)
    assert event.authentication == f"failed:api-key:{known.split('_')[1]}"
    assert known.split("_", 2)[2][:20] not in str(event)


def test_a_role_that_may_not_ask_is_refused_by_name(client: TestClient, root: Path) -> None:
    headers = headers_for(root, Role.AUDITOR, name="Cy")
    response = client.post("/v1/plans", headers=headers, json={"total_hours": 10})
    assert response.status_code == 403
    event = recorded(root)
    assert (event.outcome, event.actor, event.role, event.purpose) == ("refused", "Cy", "auditor", "audit")
    assert event.details["status"] == 403


def test_what_is_read_is_recorded_with_who_in_which_role_and_by_which_key(client: TestClient, root: Path) -> None:
    headers = headers_for(root, Role.DATA_SCIENTIST, name="Bo")
    assert client.get("/v1/periods", headers=headers).status_code == 200
    event = recorded(root)
    assert (event.actor, event.role, event.purpose) == ("Bo", "data-scientist", "model-development")
    assert event.authentication == f"api-key:{headers['Authorization'].split('_')[1]}"


def test_a_key_that_was_revoked_is_refused_by_a_service_that_knew_it(
    client: TestClient, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.access.door.KNOWN_SECONDS", 0.0)
    headers = headers_for(root, Role.PLANNER)
    assert client.get("/v1/periods", headers=headers).status_code == 200
    with closing(opened(root)) as ledger:
        keys.revoke(ledger, headers["Authorization"].split("_")[1], actor="root", reason="lost")
    response = client.get("/v1/periods", headers=headers)
    assert response.status_code == 401
    assert "is revoked" in response.json()["detail"]


def test_a_token_of_the_issuer_is_taken(client: TestClient, root: Path, issuer: LocalIssuer) -> None:
    now = int(time.time())
    claims = {"iss": issuer.address, "aud": "strandcast", "sub": "eve", "iat": now, "exp": now + 300}
    headers = {"Authorization": f"Bearer {issuer.token('one', {**claims, 'roles': ['sc-audit']})}"}
    assert client.get("/v1/periods", headers=headers).status_code == 200
    event = recorded(root)
    assert (event.actor, event.role, event.authentication) == ("eve", "auditor", f"oidc:{issuer.address}")
    assert client.post("/v1/plans", headers=headers, json={}).status_code == 403
    headers["Authorization"] += "x"
    assert client.get("/v1/periods", headers=headers).status_code == 401


def test_after_some_failures_a_source_is_told_to_wait_and_nothing_more_is_recorded(
    client: TestClient, root: Path
) -> None:
    def count() -> int:
        with closing(opened(root)) as ledger:
            return len(ledger.events())

    known = headers_for(root, Role.PLANNER)
    told = [client.get("/v1/periods").status_code for _ in range(15)]
    assert told[-1] == 429
    assert set(told) <= {401, 429}
    before = count()
    response = client.get("/v1/periods")
    assert (response.status_code, count()) == (429, before)
    assert 0 < int(response.headers["retry-after"]) <= 61
    assert client.get("/v1/periods", headers=known).status_code == 200


def test_whoever_drafted_a_plan_does_not_issue_it_alone(client: TestClient, root: Path) -> None:
    with closing(opened(root)) as ledger:
        plan_id = drafted(Books(ledger, FileStore(root), "Ann"))
    path = f"/v1/plans/{plan_id}/issue"
    told = {}
    for name in ("Ann", "Bo"):
        headers = {**headers_for(root, Role.PLANNER, name=name), "Idempotency-Key": f"by-{name}"}
        told[name] = client.post(path, headers=headers, json={"reason": "agreed"})
    assert told["Ann"].status_code == 403
    assert "have somebody else issue it" in told["Ann"].json()["detail"]
    assert told["Bo"].json()["decided_by"] == "Bo"
