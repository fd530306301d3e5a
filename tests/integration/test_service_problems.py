import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.forecasts.query import ForecastQuery
from serving.guards.problems import LARGEST_BODY, MEDIA_TYPE
from serving.schemas import Problem
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.ledgers import open_ledger, rewrite
from tests.support.services import running_service

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("problems") / "w"
    record_run(synthetic_workspace(folder))
    with running_service(folder) as client:
        yield client


def problem(response: Any, status: int) -> Problem:
    assert response.status_code == status
    assert response.headers["content-type"] == MEDIA_TYPE
    document = Problem.model_validate_json(response.content)
    assert document.status == status
    return document


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"area_code": "nowhere"}, "no area_code 'nowhere'"),
        ({"strand": "piracy"}, "no strand 'piracy'"),
        ({"horizon": 9}, "no horizon 9"),
        ({"cursor": "x"}, "not a cursor"),
        ({"cursor": "2019-01-01-00000000~5"}, "not a cursor"),
        ({"cursor": ForecastQuery().cursor_at(5, "2019-01-01-00000000")}, "no longer served"),
    ],
)
def test_filter_that_leads_nowhere_is_told(client: TestClient, asked: dict[str, Any], words: str) -> None:
    assert words in problem(client.get("/v1/forecasts", params=asked), 422).detail


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"limit": 0}, "query.limit"), ({"lmit": 5}, "query.lmit"), ({"horizon": "x"}, "query.horizon.0")],
)
def test_query_of_the_wrong_shape_names_its_field(client: TestClient, asked: dict[str, Any], field: str) -> None:
    errors = problem(client.get("/v1/forecasts", params=asked), 422).errors
    assert [fault.field for fault in errors or []] == [field]


def test_a_plan_is_not_made_for_one_of_two_numbers(client: TestClient) -> None:
    body = b'{"total_hours": 100, "total_hours": 200}'
    answer = client.post("/v1/plans", content=body, headers={"content-type": "application/json"})
    assert "body.total_hours: stands more than once" in problem(answer, 422).detail
    assert "query.limit" in problem(client.get("/v1/forecasts?limit=1&limit=2"), 422).detail


def test_a_form_that_is_not_spoken_is_415(client: TestClient) -> None:
    assert "Accept" in problem(client.get("/v1/forecasts", headers={"accept": "application/xml"}), 415).detail
    order = {"json": {}, "headers": {"accept": "text/html"}}
    assert "Accept" in problem(client.post("/v1/plans", **order), 415).detail


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"total_hours": -1}, "greater than or equal to 0"),
        ({"hour": 60}, "Extra inputs"),
        ({"total_hours": "many"}, "valid number"),
        ([60], "object"),
    ],
)
def test_order_of_the_wrong_shape_names_what_is_wrong(client: TestClient, order: Any, words: str) -> None:
    errors = problem(client.post("/v1/plans", json=order), 422).errors
    assert words in (errors or [])[0].message


@pytest.mark.parametrize(
    "order",
    [
        {"total_hours": 10, "minimum_hours": 5},
        {"total_hours": 60, "district_minimum": {"nowhere": 1}},
        {"total_hours": 60, "horizon": 9},
        {},
    ],
)
def test_order_that_cannot_be_met_is_told_in_a_sentence(client: TestClient, order: dict[str, Any]) -> None:
    assert problem(client.post("/v1/plans", json=order), 422).detail.endswith(".")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/plans/none",
        "/v1/explanations/none:1",
        "/v1/explanations/none",
        "/v1/audit/none",
        "/v1",
        "/schema.json",
        "/",
    ],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    assert problem(client.get(path), 404).detail


def test_row_beyond_the_run_is_404(client: TestClient) -> None:
    run_id = client.get("/v1/periods").json()["run_id"]
    assert "no row 5000" in problem(client.get(f"/v1/explanations/{run_id}:5000"), 404).detail


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", "/v1/forecasts", "GET"), ("DELETE", "/v1/plans", "GET, POST"), ("DELETE", "/v1/audit/x", "GET")],
)
def test_method_that_is_not_taken_names_those_that_are(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    response = client.request(method, path, headers=JSON)
    problem(response, 405)
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/vnd.bentoml+pickle", ""]
)
def test_body_that_is_not_json_is_415(client: TestClient, content_type: str) -> None:
    problem(client.post("/v1/plans", content=b"{}", headers={"content-type": content_type}), 415)


@pytest.mark.parametrize("body", [b"{", b"", b"\xff"])
def test_json_that_is_none_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/plans", content=body, headers=JSON)
    assert response.status_code in {400, 422}
    problem(response, response.status_code)


def test_large_body_is_413_whether_declared_or_not(client: TestClient) -> None:
    large = b" " * (LARGEST_BODY + 1)
    problem(client.post("/v1/plans", content=large, headers=JSON), 413)
    problem(client.post("/v1/plans", content=iter([large]), headers=JSON), 413)


def test_refused_values_are_not_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.post("/v1/plans", json={"total_hours": "secret-value"})
    assert "secret-value" not in caplog.text


def test_without_a_run_the_service_is_up_but_not_ready(tmp_path: Path) -> None:
    synthetic_workspace(tmp_path / "w")
    with running_service(tmp_path / "w") as client:
        assert client.get("/healthz").status_code == 200
        problem(client.get("/readyz"), 503)
        for path in ("/v1/periods", "/v1/forecasts"):
            assert "no forecast" in problem(client.get(path), 503).detail
        assert "no forecast" in problem(client.post("/v1/plans", json={"total_hours": 5}), 503).detail


def test_no_record_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    record_run(synthetic_workspace(tmp_path / "w"))
    with running_service(tmp_path / "w") as client:
        forecast_id = client.get("/v1/forecasts").json()["rows"][0]["forecast_id"]
        with closing(open_ledger(tmp_path / "w")) as ledger:
            before = len(ledger.events())
        refuse_every_event(tmp_path / "w")
        for response in (
            client.get("/v1/forecasts"),
            client.get(f"/v1/explanations/{forecast_id}"),
            client.post("/v1/plans", json={"total_hours": 60}),
        ):
            assert "mean" not in response.text
            assert "the record cannot be read or written" in problem(response, 503).detail
            assert str(tmp_path) not in response.text
            assert "disk full" not in response.text
        assert "disk full" in caplog.text
        problem(client.get("/readyz"), 503)
    with closing(open_ledger(tmp_path / "w")) as ledger:
        assert len(ledger.events()) == before
        assert ledger.artefacts("plan") == []


def refuse_every_event(folder: Path) -> None:
    rewrite(folder, "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")


def test_refused_attempts_are_recorded_before_they_are_told(tmp_path: Path) -> None:
    record_run(synthetic_workspace(tmp_path / "w"))
    with running_service(tmp_path / "w") as client:
        refused = client.get("/v1/forecasts", params={"strand": "piracy"})
        absent = client.get(f"/v1/plans/none%00%20{'a' * 300}")
        with open_ledger(tmp_path / "w") as ledger:
            lost, newest = (event.draft for event in ledger.events(limit=2))
    assert refused.status_code == 422
    assert (newest.operation, newest.object, newest.outcome) == ("consultation", "route/GET /v1/forecasts", "refused")
    assert dict(newest.details) == {
        "request": refused.headers["request-id"],
        "status": 422,
        "path": "/v1/forecasts",
    }
    assert absent.status_code == 422
    assert lost.object == "route/GET /v1/plans/{id}"
    assert lost.details["path"] == f"/v1/plans/none%00%20{'a' * 300}"[:200]
