"""What was before the served run: counts beside forecasts and changes since the run before, as far as sight reaches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from models.levels import ALL_STRANDS
from models.served.history import History
from models.served.make import served_bytes
from models.served.tables import level_tables
from models.table import forecast_table
from serving.access.caller import Role, Scope
from serving.forecasts.schemas import ChangesAnswer, HistoryAnswer, StabilityAnswer
from tests.support.before import MADE, PANEL, record_two_runs
from tests.support.cycle import command
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.keys import headers_for
from tests.support.services import running_service


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before") / "w"
    record_two_runs(folder)
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with running_service(root) as client:
        yield client


def shaped(model: type[BaseModel], response: Any) -> Any:
    assert response.status_code == 200, response.text
    return model.model_validate_json(response.content)


@pytest.mark.parametrize("level", ["area", "district", "force"])
def test_counts_before_the_run_are_those_of_its_panel(client: TestClient, level: str) -> None:
    told = shaped(HistoryAnswer, client.get("/v1/forecasts/history", params={"level": level, "limit": 500}))
    assert len(told.period_starts) == 60
    assert told.total == len(told.rows)
    assert told.noticed["strand 0"] == pytest.approx({"officer-initiated": 1 / 3, "victim-reported": 2 / 3})
    for row in told.rows:
        at = [n for n, code in enumerate(PANEL.areas.codes) if _is_of(code, n, row.area_code)]
        counts, strand = (PANEL.once, slice(None)) if row.strand == ALL_STRANDS else (PANEL.counts, row.strand)
        column = strand if isinstance(strand, slice) else slice(*(PANEL.strands.index(strand) + n for n in (0, 1)))
        expected = counts[-60:, at][:, :, column].sum(axis=(1, 2))
        seen = PANEL.observed[-60:, at][:, :, column].all(axis=(1, 2))
        assert [count is not None for count in row.counts] == seen.tolist()
        assert [count for count in row.counts if count is not None] == pytest.approx(expected[seen].tolist())
        assert [one.horizon for one in row.forecasts] == [1, 2, 3]
        assert {(one.area_code, one.strand) for one in row.forecasts} == {(row.area_code, row.strand)}


def _is_of(code: str, number: int, member: str) -> bool:
    return member in (code, f"D{number % 2}", "force")


def test_changes_since_the_run_before_are_the_largest_first(client: TestClient) -> None:
    told = shaped(ChangesAnswer, client.get("/v1/forecasts/changes"))
    sizes = [abs(row.change) for row in told.rows]
    assert told.total == len(sizes) == 12
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0
    assert str(told.period_start) == str(PANEL.origin)
    for row in told.rows:
        assert row.change == row.mean - row.mean_before
        for name, mean in ((row.forecast_id, row.mean), (row.forecast_id_before, row.mean_before)):
            found = client.get(f"/v1/explanations/{name}").json()
            assert (found["area_code"], found["strand"], found["period_start"], found["mean"]) == (
                row.area_code,
                row.strand,
                str(told.period_start),
                mean,
            )
    assert client.get("/v1/forecasts/changes", params={"period_start": "1999-01-04"}).status_code == 422


def test_reasons_are_set_beside_those_of_other_periods_and_of_the_run_before(client: TestClient) -> None:
    changed = shaped(ChangesAnswer, client.get("/v1/forecasts/changes")).rows[0]
    told = shaped(StabilityAnswer, client.get(f"/v1/explanations/{changed.forecast_id}/stability"))
    own = client.get(f"/v1/explanations/{changed.forecast_id}").json()
    beside = {one.forecast_id: one for one in told.others}
    assert [one.beside for one in told.others] == [
        *["another period of this run"] * 2,
        "the same period by a run before",
    ]
    assert changed.forecast_id_before in beside
    for name, one in beside.items():
        found = client.get(f"/v1/explanations/{name}").json()
        assert (found["area_code"], found["strand"]) == (changed.area_code, changed.strand)
        assert (found["mean"], found["multipliers"]) == (one.mean, one.multipliers)
    for group in told.groups:
        values = [own["multipliers"][group.group], *(one.multipliers[group.group] for one in told.others)]
        assert (group.multiplier, group.lowest, group.highest) == (values[0], min(values), max(values))
        assert group.steady == (all(value > 1 for value in values) or all(value < 1 for value in values))
        assert group.named == (abs(values[0] - 1) >= 0.02)
    assert told.named == sum(group.named for group in told.groups)
    assert told.steady == sum(group.named and group.steady for group in told.groups)


def test_the_stability_of_reasons_reaches_as_far_as_sight(client: TestClient, root: Path) -> None:
    scope = Scope(areas=frozenset({"A001"}))
    mine = headers_for(root, Role.PLANNER, name="Bea stability", scope=scope)
    name = client.get("/v1/forecasts", params={"area_code": "A002", "limit": 1}).json()["rows"][0]["forecast_id"]
    assert client.get(f"/v1/explanations/{name}/stability", headers=mine).status_code == 404
    assert client.get("/v1/explanations/none/stability").status_code == 404


@pytest.mark.parametrize("path", ["history", "changes"])
def test_they_reach_as_far_as_sight(client: TestClient, root: Path, path: str) -> None:
    scope = Scope(areas=frozenset({"A001"}), strands=frozenset({"strand 1"}))
    mine = headers_for(root, Role.PLANNER, name=f"Bea {path}", scope=scope)
    told = client.get(f"/v1/forecasts/{path}", headers=mine).json()
    assert [(row["area_code"], row["strand"]) for row in told["rows"]] == [("A001", "strand 1")]
    assert "strand 0" not in str(told)
    for wrong in ({"area_code": "A002"}, {"strand": "strand 0"}):
        assert client.get(f"/v1/forecasts/{path}", params=wrong, headers=mine).status_code == 422
    assert client.get(f"/v1/forecasts/{path}", params={"level": "force"}, headers=mine).json()["rows"] == []


@pytest.mark.parametrize("path", ["history?limit=2", "changes?limit=3"])
def test_they_are_the_same_when_they_are_asked_again(
    client: TestClient, root: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    audit_id = client.get(f"/v1/forecasts/{path}").headers["audit-id"]
    found = command(root, capsys)("audit", "replay", audit_id)
    assert (found["outcome"], found["first_difference"]) == ("same", None)


def test_a_file_of_before_histories_is_read_without_one() -> None:
    tables = level_tables(*(_forecast(), MADE.forecast(PANEL, explain=(1, 2, 3)), PANEL), model_version="v", notices=[])
    assert History.read(_metadata(served_bytes("r", tables))) is None


def _forecast() -> Any:
    return forecast_table(MADE.forecast(PANEL), PANEL, level="area", model_version="v", notices=[])


def _metadata(data: bytes) -> Any:
    return pa.ipc.open_file(pa.BufferReader(data)).schema.metadata


def test_a_run_without_a_history_or_a_run_before_is_told_without_them(tmp_path: Path) -> None:
    record_run(synthetic_workspace(tmp_path / "w"), areas=3)
    with running_service(tmp_path / "w") as client:
        history = shaped(HistoryAnswer, client.get("/v1/forecasts/history", params={"limit": 2}))
        changes = shaped(ChangesAnswer, client.get("/v1/forecasts/changes"))
    assert history.period_starts == []
    assert [row.counts for row in history.rows] == [[], []]
    assert all(row.forecasts for row in history.rows)
    assert (changes.before, changes.total, changes.rows) == (None, 0, [])
