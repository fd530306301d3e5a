import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.files import FileStore
from models.runs import load_run
from serving.forecasts.query import ForecastQuery
from serving.plans.schemas import PlanAnswer
from serving.schemas import AuditEvent, ExplanationAnswer, Forecasts, Periods
from tests.support.forecast_runs import STRANDS, record_run, synthetic_workspace
from tests.support.ledgers import open_ledger
from tests.support.services import running_service

AREAS, HORIZONS = 6, 3


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("service") / "w"
    record_run(synthetic_workspace(folder), areas=AREAS, horizons=HORIZONS)
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with running_service(root) as client:
        yield client


def event_of(client: TestClient, audit_id: str) -> dict[str, Any]:
    document: dict[str, Any] = client.get(f"/v1/audit/{audit_id}").json()
    return document


def test_periods_say_what_is_served(client: TestClient) -> None:
    periods = Periods.model_validate_json(client.get("/v1/periods").content)
    assert (periods.model_version, periods.areas, periods.strands) == ("synthetic-1", AREAS, list(STRANDS))
    days = [(item.period_start.isoformat(), item.period_end.isoformat()) for item in periods.periods]
    assert days == [("2024-07-01", "2024-07-07"), ("2024-07-08", "2024-07-14"), ("2024-07-15", "2024-07-21")]


def test_forecasts_are_the_recorded_rows(client: TestClient, root: Path) -> None:
    with open_ledger(root) as ledger:
        frame = load_run(ledger, FileStore(root)).frame
    answer = Forecasts.model_validate_json(client.get("/v1/forecasts").content)
    assert answer.total == len(answer.rows) == AREAS * HORIZONS * len(STRANDS)
    assert [row.mean for row in answer.rows] == frame["mean"].tolist()
    assert [row.quantiles["q0.9"] for row in answer.rows] == frame["q0.9"].tolist()
    assert [row.area_code for row in answer.rows] == frame["area_code"].astype(str).tolist()
    assert answer.rows[0].notices == ["synthetic", "proxy"]


def test_forecasts_are_filtered_by_area_strand_and_horizon(client: TestClient) -> None:
    asked = {"area_code": ["A0003", "A0001"], "strand": "robbery", "horizon": [1, 3]}
    answer = Forecasts.model_validate_json(client.get("/v1/forecasts", params=asked).content)
    rows = [(row.horizon, row.area_code, row.strand) for row in answer.rows]
    assert rows == [(horizon, area, "robbery") for horizon in (1, 3) for area in ("A0001", "A0003")]


def test_pages_join_to_the_whole(client: TestClient) -> None:
    whole = [row["forecast_id"] for row in client.get("/v1/forecasts").json()["rows"]]
    cursor, joined = None, []
    while True:
        page = client.get("/v1/forecasts", params={"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        joined += [row["forecast_id"] for row in page["rows"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert len(page["rows"]) == 7
    assert joined == whole


def test_a_cursor_is_good_for_its_filters_alone(client: TestClient) -> None:
    first = client.get("/v1/forecasts", params={"limit": 3, "strand": "robbery"}).json()
    asked = {"cursor": first["next_cursor"], "limit": 5}
    assert client.get("/v1/forecasts", params={**asked, "strand": "robbery"}).status_code == 200
    for filters in ({}, {"strand": "burglary"}, {"strand": "robbery", "horizon": 1}):
        answer = client.get("/v1/forecasts", params={**asked, **filters})
        assert (answer.status_code, "other filters" in answer.json()["detail"]) == (422, True)
    beyond = ForecastQuery(strand=["robbery"]).cursor_at(first["total"], first["run_id"])
    answer = client.get("/v1/forecasts", params={"strand": "robbery", "cursor": beyond})
    assert (answer.status_code, "beyond the end" in answer.json()["detail"]) == (422, True)


def test_answer_is_recorded_with_the_hash_of_its_bytes(client: TestClient) -> None:
    response = client.get("/v1/forecasts", params={"limit": 2, "strand": "burglary"})
    event = AuditEvent.model_validate(event_of(client, response.json()["audit_id"]))
    without = b"{" + response.content.split(b",", 1)[1]
    assert json.loads(without) == {name: value for name, value in response.json().items() if name != "audit_id"}
    assert event.object_hash == hashlib.sha256(without).hexdigest()
    assert (event.operation, event.actor) == ("consultation", "Ann")
    assert event.authentication.startswith("api-key:")
    said = {"request": response.headers["request-id"], "first": 0, "rows": 2, "strand": "burglary"}
    assert {name: event.details[name] for name in said} == said
    assert event.details["url"] == "/v1/forecasts?limit=2&strand=burglary"


def test_explanation_multiplies_to_the_served_mean(client: TestClient) -> None:
    row = client.get("/v1/forecasts", params={"area_code": "A0002", "horizon": 2}).json()["rows"][1]
    answer = ExplanationAnswer.model_validate_json(client.get(f"/v1/explanations/{row['forecast_id']}").content)
    assert (answer.area_code, answer.strand, answer.mean) == ("A0002", row["strand"], row["mean"])
    assert answer.base * math.prod(answer.multipliers.values()) * answer.calibration == pytest.approx(row["mean"])
    assert "the model relied on" in answer.sentence
    assert event_of(client, answer.audit_id)["object"] == f"forecast/{row['forecast_id'].split(':')[0]}"


def test_plan_is_decided_recorded_and_read_back(client: TestClient) -> None:
    order = {"total_hours": 60, "minimum_hours": 2, "maximum_hours": 25, "district_minimum": {"D1": 24}, "horizon": 2}
    made = PlanAnswer.model_validate_json(client.post("/v1/plans", json=order).content)
    hours = {area.area_code: area.hours for area in made.plan.areas}
    assert sum(hours.values()) == pytest.approx(60)
    assert min(hours.values()) >= 2 - 1e-9
    assert sum(value for code, value in hours.items() if int(code[1:]) % 2) >= 24 - 1e-6
    decided = event_of(client, made.decided_as)
    told = decided["operation"], decided["object"], decided["actor"]
    assert told == ("combination", f"plan/{made.plan_id}", "Ann")
    read = PlanAnswer.model_validate_json(client.get(f"/v1/plans/{made.plan_id}").content)
    assert (read.plan, read.decided_as) == (made.plan, made.decided_as)
    assert event_of(client, read.audit_id)["operation"] == "consultation"


def test_everything_that_left_is_in_a_whole_chain(client: TestClient, root: Path) -> None:
    client.get("/v1/forecasts")
    with open_ledger(root) as ledger:
        assert ledger.verify(FileStore(root)).ok


def test_probes_answer(client: TestClient) -> None:
    assert [client.get(path).status_code for path in ("/healthz", "/livez", "/readyz")] == [200, 200, 200]


def test_metrics_are_labelled_by_route_template(client: TestClient) -> None:
    client.get("/v1/audit/00000001-aaaaaaaa")
    client.get("/a-mistyped-address")
    text = client.get("/metrics").text
    assert 'strandcast_requests_total{method="GET",route="/v1/audit/{id}",status="404"}' in text
    assert 'route="other",status="404"' in text
    assert "aaaaaaaa" not in text
    assert "mistyped" not in text
