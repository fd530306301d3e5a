"""Which run is served, and how another one is taken up."""

import threading
from datetime import date
from pathlib import Path

import pytest

from errors import LedgerError, ServiceError
from features.workspace import Workspace
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from serving import service
from serving.forecasts.choice import served_run
from serving.forecasts.snapshot import Shelf, Watch
from tests.support.forecast_runs import ORIGIN, record_run, synthetic_workspace
from tests.support.ledgers import TickingClock
from tests.support.services import running_service


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return synthetic_workspace(tmp_path / "w")


def opened(workspace: Workspace) -> Ledger:
    return Ledger.open(workspace.database_url, TickingClock())


def served(workspace: Workspace) -> str | None:
    with opened(workspace) as ledger:
        run = served_run(ledger)
        return run.name if run else None


def promote(workspace: Workspace, version: str) -> None:
    with opened(workspace) as ledger:
        ledger.append(Draft("model", f"model/{version}", "ann"), aliases={("model", "champion"): version})


def test_newest_run_of_the_champion_is_served(workspace: Workspace) -> None:
    assert served(workspace) is None
    record_run(workspace)
    newer = record_run(workspace, origin=date(2024, 7, 8))
    record_run(workspace, origin=date(2024, 7, 15), version="challenger", promote=False)
    assert served(workspace) == newer


def test_forecast_of_the_past_made_later_is_not_newer(workspace: Workspace) -> None:
    present = record_run(workspace)
    record_run(workspace, origin=date(2020, 1, 6))
    assert served(workspace) == present


def test_new_champion_is_served_from_its_first_run_on(workspace: Workspace) -> None:
    old = record_run(workspace)
    promote(workspace, "synthetic-2")
    assert served(workspace) == old
    new = record_run(workspace, version="synthetic-2")
    assert served(workspace) == new
    promote(workspace, "synthetic-1")
    assert served(workspace) == old


def test_shelf_swaps_only_for_another_run(workspace: Workspace) -> None:
    record_run(workspace)
    with opened(workspace) as ledger:
        shelf = Shelf(ledger, FileStore(workspace.root))
        with pytest.raises(ServiceError, match="no forecast"):
            _ = shelf.current
        assert shelf.refresh()
        first = shelf.current
        assert not shelf.refresh()
        assert shelf.current is first
        run_id = record_run(workspace, origin=date(2024, 7, 8))
        assert shelf.refresh()
        assert shelf.current.run_id == run_id


def test_damaged_run_leaves_the_one_before_on_the_shelf(workspace: Workspace) -> None:
    first = record_run(workspace)
    with opened(workspace) as ledger:
        files = FileStore(workspace.root)
        shelf = Shelf(ledger, files)
        shelf.refresh()
        second = record_run(workspace, origin=date(2024, 7, 8))
        path = files.locate(ledger.artefact("served-run", second).stored)
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(LedgerError, match="not what was recorded"):
            shelf.refresh()
        assert shelf.current.run_id == first


def test_watch_takes_up_a_new_run_and_tells(workspace: Workspace) -> None:
    record_run(workspace)
    told, heard = [], threading.Event()

    def tell(sentence: str) -> None:
        told.append(sentence)
        heard.set()

    with opened(workspace) as ledger:
        shelf = Shelf(ledger, FileStore(workspace.root))
        shelf.refresh()
        watch = Watch(shelf, 0.01, tell)
        watch.start()
        run_id = record_run(workspace, origin=date(2024, 7, 8))
        assert heard.wait(10)
        watch.stop()
    assert told == [f"now serving {run_id}"]


def test_service_takes_up_a_promotion_without_a_restart(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SECONDS_BETWEEN_LOOKS", 0.02)
    record_run(workspace)
    with running_service(workspace.root) as client:
        old = client.get("/v1/forecasts", params={"limit": 1}).json()
        new = record_run(workspace, version="synthetic-2", origin=ORIGIN, seed=8)
        for _ in range(500):
            if client.get("/v1/periods").json()["run_id"] == new:
                break
        answer = client.get("/v1/forecasts", params={"limit": 1}).json()
        assert (answer["run_id"], answer["model_version"]) == (new, "synthetic-2")
        # What was said before stays explained.
        assert client.get(f"/v1/explanations/{old['rows'][0]['forecast_id']}").json()["mean"] == old["rows"][0]["mean"]
