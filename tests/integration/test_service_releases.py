"""Releasing rows from quarantine over HTTP, in a SYNTHETIC place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.access.caller import Role, Scope
from serving.feeds.schemas import Deliveries, ReleaseAnswer
from strandcast.app import run
from tests.support.exports import write_csv
from tests.support.keys import headers_for
from tests.support.services import running_service

HEADER = "report_no,reported_on,happened_on,category,lsoa,council"
ROWS = [
    "1,2024-01-08,2024-01-05,noise,E01,Basildon",
    "2,2024-01-08,2024-01-06,litter,E0,Basildon",
    "3,2024-01-08,2024-01-06,fireworks,E01,Basildon",
    "4,2024-01-08,,noise,E02,Harlow",
]
ORDER = {"feed": "council-asb", "column": "area_code", "before": "E0", "after": "E01", "reason": "a digit was cut off"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    (folder / "areas.csv").write_text("area_code\nE01\nE02\n", encoding="utf-8")
    files = write_csv(folder / "asb.csv", HEADER, ROWS)
    for words in (("init", "--areas", str(folder / "areas.csv")), ("ingest", "council-asb", str(files))):
        assert run([*words, "--workspace", str(folder / "w")]) == 0
    return folder / "w"


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with running_service(root) as client:
        yield client


def counted(client: TestClient) -> tuple[int, int]:
    feed = client.get("/v1/feeds/council-asb").json()["feeds"][0]
    return feed["accepted"], feed["quarantined"]


def test_a_replaced_value_lets_a_row_count_once_and_is_recorded(client: TestClient) -> None:
    assert counted(client) == (1, 3)
    headers = {"Idempotency-Key": "first"}
    answer = client.post("/v1/quarantine/releases", json=ORDER, headers=headers)
    assert answer.status_code == 201, answer.text
    told = ReleaseAnswer.model_validate_json(answer.content)
    assert (told.released, told.accepted, told.still_quarantined) == (1, 1, 0)
    assert counted(client) == (2, 2)
    again = client.post("/v1/quarantine/releases", json=ORDER, headers=headers)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (answer.json(), "true")
    assert counted(client) == (2, 2)
    event = client.get(f"/v1/audit/{told.audit_id}").json()
    assert (event["operation"], event["object"]) == ("alteration", "quarantine/council-asb")
    assert event["details"]["reason"] == ORDER["reason"]


def test_deliveries_account_for_each_row(client: TestClient) -> None:
    told = Deliveries.model_validate_json(client.get("/v1/deliveries?feed=council-asb").content)
    first = next(row for row in told.rows if not row.released)
    assert (first.read, first.accepted, first.quarantined) == (4, 1, 3)
    for row in told.rows:
        assert row.read == row.accepted + row.duplicate + row.superseded + row.quarantined
    assert client.get("/v1/deliveries?feed=none").status_code == 422
    page = Deliveries.model_validate_json(client.get("/v1/deliveries?limit=1").content)
    assert page.next_cursor is None or page.total > 1


def test_where_no_row_keeps_the_contract_nothing_changes(client: TestClient) -> None:
    before = counted(client)
    order = {"feed": "council-asb", "rule": "no-date", "reason": "try again"}
    answer = client.post("/v1/quarantine/releases", json=order)
    assert answer.status_code == 409, answer.text
    assert "nothing changed" in answer.json()["detail"]
    assert counted(client) == before


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"feed": "none"}, 422),
        ({"rule": "none"}, 422),
        ({"reason": " "}, 422),
        ({"before": None}, 422),
        ({"column": "nothing"}, 422),
        ({"before": "E99"}, 422),
        ({"after": "bob@example.org"}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_an_order_that_cannot_be_used_changes_nothing(
    client: TestClient, changed: dict[str, object], status: int
) -> None:
    before = counted(client)
    answer = client.post("/v1/quarantine/releases", json={**ORDER, **changed})
    assert answer.status_code == status, answer.text
    assert "--" not in answer.json()["detail"]
    assert counted(client) == before


def test_only_data_scientists_who_see_the_feed_release(client: TestClient, root: Path) -> None:
    planner = headers_for(root, Role.PLANNER)
    assert client.post("/v1/quarantine/releases", json=ORDER, headers=planner).status_code == 403
    elsewhere = headers_for(root, Role.DATA_SCIENTIST, name="east", scope=Scope(feeds=frozenset({"other"})))
    assert client.post("/v1/quarantine/releases", json=ORDER, headers=elsewhere).status_code == 422
