"""Forecasts over HTTP beyond a page of JSON: levels, CSV, scopes, what was not modified, runs of the time before."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from errors import DataError, ModelError
from ledger.events import NoSuchRecordError
from ledger.files import FileStore
from models.kinds import SERVED
from models.table import COLUMNS
from serving.access.caller import Scope
from serving.desk import Desk
from serving.forecasts.query import ForecastQuery
from serving.forecasts.reading import covered, explanation, forecasts
from serving.preflight import check
from strandcast.app import run
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.ledgers import TickingClock, open_ledger
from tests.support.services import running_service


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("service") / "w"
    record_run(synthetic_workspace(folder))
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with running_service(root) as client:
        yield client


@pytest.fixture
def desk(root: Path) -> Iterator[Desk]:
    desk = Desk.open(root, TickingClock())
    desk.shelf.refresh()
    yield desk
    desk.close()


@pytest.mark.parametrize(("asked", "accept"), [("?format=csv", "*/*"), ("", "text/csv"), ("", "text/csv, */*;q=0.1")])
def test_csv_is_given_where_it_is_asked_for(client: TestClient, asked: str, accept: str) -> None:
    answer = client.get(f"/v1/forecasts{asked}", headers={"accept": accept})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == COLUMNS
    assert [float(row["mean"]) for row in rows] == [row["mean"] for row in client.get("/v1/forecasts").json()["rows"]]


def test_what_is_taken_away_as_a_table_is_a_disclosure_and_what_is_read_is_none(client: TestClient, root: Path) -> None:
    with open_ledger(root) as ledger:
        taken, read = (
            ledger.event(client.get("/v1/forecasts", params=asked).headers["audit-id"]).draft
            for asked in ({"format": "csv"}, {})
        )
    assert (taken.operation, taken.recipient) == ("disclosure", taken.actor)
    assert (read.operation, read.recipient) == ("consultation", None)


def test_pages_of_csv_follow_their_links(client: TestClient) -> None:
    whole = client.get("/v1/forecasts?format=csv").text.splitlines()
    address, joined = "/v1/forecasts?format=csv&limit=10&strand=robbery&strand=burglary", whole[:1]
    while address:
        answer = client.get(address)
        assert answer.headers["total-rows"] == str(len(whole) - 1)
        joined += answer.text.splitlines()[1:]
        address = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert joined == whole


def test_what_was_not_modified_is_not_sent_again_and_recorded_all_the_same(client: TestClient) -> None:
    first = client.get("/v1/forecasts?limit=3")
    again = client.get("/v1/forecasts?limit=3", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    events = [client.get(f"/v1/audit/{answer.headers['audit-id']}").json() for answer in (first, again)]
    assert events[0]["object_hash"] == events[1]["object_hash"]
    assert events[1]["details"]["not_modified"] is True


def test_an_unknown_level_or_form_is_refused(client: TestClient) -> None:
    told = client.get("/v1/forecasts?level=msoa")
    assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")
    assert "use one of area" in told.json()["detail"]
    assert client.get("/v1/forecasts?format=xml").status_code == 422


def test_a_caller_sees_what_lies_in_their_scope_and_the_rest_looks_absent(desk: Desk) -> None:
    scope = Scope(areas=frozenset({"A0001", "A0004"}), strands=frozenset({"robbery"}))
    page = json.loads(forecasts(desk, ForecastQuery(horizon=[1]), scope).body)
    assert [(row["area_code"], row["strand"]) for row in page["rows"]] == [("A0001", "robbery"), ("A0004", "robbery")]
    told = json.loads(covered(desk, scope).body)
    assert (told["areas"], told["strands"]) == (2, ["robbery"])
    # By its district, as the run's record names it.
    odd = json.loads(forecasts(desk, ForecastQuery(horizon=[1]), Scope(areas=frozenset({"D1"}))).body)
    assert {row["area_code"] for row in odd["rows"]} == {"A0001", "A0003", "A0005"}
    outside, unknown = (_refusal(desk, code, scope) for code in ("A0002", "A9999"))
    assert outside.replace("A0002", "A9999") == unknown
    everything = json.loads(forecasts(desk, ForecastQuery(), Scope()).body)["rows"]
    for row in everything[:4]:
        if (row["area_code"], row["strand"]) == ("A0001", "robbery"):
            assert json.loads(explanation(desk, row["forecast_id"], scope).body)["mean"] == row["mean"]
        else:
            with pytest.raises(NoSuchRecordError):
                explanation(desk, row["forecast_id"], scope)


def _refusal(desk: Desk, code: str, scope: Scope) -> str:
    with pytest.raises(DataError) as told:
        forecasts(desk, ForecastQuery(area_code=[code]), scope)
    return str(told.value)


def test_a_run_of_the_time_before_is_prepared_at_the_start_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = record_run(synthetic_workspace(tmp_path / "w"), prepared=False)
    check(tmp_path / "w", TickingClock())
    assert f"preparing run {run_id} for reading, its map and trends, once" in capsys.readouterr().err
    check(tmp_path / "w", TickingClock())
    assert capsys.readouterr().err == ""
    with open_ledger(tmp_path / "w") as ledger:
        assert ledger.artefact(SERVED, run_id).kind == SERVED
        assert ledger.verify(FileStore(tmp_path / "w")).ok


def test_a_run_that_cannot_be_prepared_stops_the_start_with_the_fix(tmp_path: Path) -> None:
    run_id = record_run(synthetic_workspace(tmp_path / "w"), prepared=False)
    with open_ledger(tmp_path / "w") as ledger:
        path = FileStore(tmp_path / "w").locate(ledger.artefact("forecast", run_id).stored)
    path.write_bytes(b"")
    with pytest.raises(ModelError, match=r"could not be prepared .*run strandcast forecast again"):
        check(tmp_path / "w", TickingClock())


def test_an_older_run_of_the_time_before_is_refused_with_the_command_that_prepares_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "w"
    workspace = synthetic_workspace(folder)
    old = record_run(workspace, prepared=False)
    new = record_run(workspace, origin=date(2024, 7, 8))
    with running_service(folder) as client:
        assert client.get("/v1/periods").json()["run_id"] == new
        told = client.get(f"/v1/explanations/{old}:0")
        assert told.status_code == 503
        assert f"strandcast prepare {old}" in told.json()["detail"]
        assert run(["prepare", old, "--workspace", str(folder), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["new"] is True
        assert client.get(f"/v1/explanations/{old}:0").json()["forecast_id"] == f"{old}:0"
    assert run(["prepare", "--workspace", str(folder)]) == 0
    assert "prepared already" in capsys.readouterr().out
