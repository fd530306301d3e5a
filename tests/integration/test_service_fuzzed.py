"""Every route, asked in its shapes and out of them: nothing fails on our side, nothing leaves in another shape."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from serving.service import POLICIES, present_description
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.fuzzing import Operation, cases_wanted, fuzz, operations
from tests.support.keys import headers_for
from tests.support.services import running_service

OPERATIONS = operations(present_description())


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("fuzzed") / "w"
    record_run(synthetic_workspace(folder), areas=6, horizons=2)
    with running_service(folder) as client:
        # Long work is queued, not waited for.
        client.headers.update({**headers_for(folder, name="Fuzz"), "Prefer": "respond-async"})
        yield client


@pytest.fixture(scope="module")
def known(client: TestClient) -> dict[str, dict[str, str]]:
    """Return, by the second word of a path, names that the service knows."""
    made = client.post("/v1/plans", json={"total_hours": 60}, headers={"Prefer": "wait=30"})
    assert made.status_code == 201, made.text
    row = client.get("/v1/forecasts", params={"limit": 1}).json()["rows"][0]
    studied = client.post("/v1/scenarios", json={"study": "frontier", "plan_id": made.json()["plan_id"]})
    assert studied.status_code == 202, studied.text
    doubt = client.post("/v1/questions", json={"text": "Why?"})
    assert doubt.status_code == 201, doubt.text
    return {
        "questions": {"id": doubt.json()["question_id"]},
        "plans": {"id": made.json()["plan_id"], "area_code": row["area_code"]},
        "explanations": {"id": row["forecast_id"]},
        "audit": {"id": made.json()["audit_id"]},
        "jobs": {"id": studied.json()["job_id"]},
        "published": {"table_name": "counts"},
    }


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_request_breaks_the_service_or_its_description(
    client: TestClient, known: dict[str, dict[str, str]], label: str
) -> None:
    operation: Operation = OPERATIONS[label]
    names = known.get(operation.path.split("/")[2] if operation.path.startswith("/v1/") else "", {})
    answers = fuzz(operation, client, names, cases_wanted())
    assert sum(answers.values()) > 0


def test_every_route_is_asked() -> None:
    assert set(OPERATIONS) == {f"{policy.method} {policy.template}" for policy in POLICIES.all if not policy.page}
