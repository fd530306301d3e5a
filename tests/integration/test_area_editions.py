"""A force's months under the codes of two censuses, in a workspace of either."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.incidents.store import load_incidents
from features.workspace import Workspace
from ledger.archive import Archive
from ledger.files import FileStore
from ledger.ledger import Ledger
from strandcast.command import Context
from tests.support import cycle
from tests.support.shared_data import shared_file

MONTHS = ("2019-02", "2024-01")  # the last under codes of 2011, the first under codes of 2021


def months(folder: Path) -> Path:
    """Take two months out of the download."""
    with zipfile.ZipFile(shared_file("essex/police-uk-essex-street.zip")) as archive:
        archive.extractall(folder, [f"{month}/{month}-essex-street.csv" for month in MONTHS])
    return folder


def by_month(root: Path) -> dict[str, dict[str, int]]:
    """Return month -> area -> incidents."""
    workspace = Workspace.open(root)
    with Ledger.open(workspace.database_url, Context.clock) as ledger:
        view = load_incidents(Archive(ledger, FileStore(workspace.root), "tester")).view()
    found: dict[str, dict[str, int]] = {}
    for day, area, count in zip(view.day, view.area, view.count, strict=True):
        counts = found.setdefault(str(day)[:7], {})
        code = view.area_codes[area]
        counts[code] = counts.get(code, 0) + int(count)
    return found


@pytest.fixture
def ingested(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)
    folder = months(tmp_path / "months")
    lookup = shared_file("geography/lsoa-2011-to-2021.csv.gz")

    def run(name: str, areas: object, *, changes: bool) -> dict[str, Any]:
        call = cycle.command(tmp_path / name, capsys)
        options = ("--area-changes", lookup) if changes else ()
        call("init", "--taxonomy", "police-uk", "--areas", areas, *options)
        document: dict[str, Any] = call("ingest", "police-uk", folder)
        return document

    return run


def test_a_workspace_of_either_census_places_the_months_of_the_other(ingested: Any, tmp_path: Path) -> None:
    editions = {"2011": "essex-lsoa-2011", "2021": shared_file("geography/essex-lsoa-2021-wards-2024.csv")}
    without = {name: ingested(f"{name}-without", areas, changes=False) for name, areas in editions.items()}
    given = {name: ingested(f"{name}-with", areas, changes=True) for name, areas in editions.items()}
    for name in editions:
        assert without[name]["rules"]["outside-areas"] > 1000
        assert given[name]["rules"]["outside-areas"] < 100
        assert given[name]["read"] == without[name]["read"]
    # The same rows are places of Essex by either census.
    assert given["2011"]["accepted"] == given["2021"]["accepted"]
    older, newer = (by_month(tmp_path / f"{name}-with") for name in editions)
    plain = by_month(tmp_path / "2011-without")
    assert older["2019-02"] == plain["2019-02"]
    assert sum(newer["2019-02"].values()) == sum(older["2019-02"].values())
    assert sum(newer["2024-01"].values()) == sum(older["2024-01"].values())


def test_what_was_split_comes_together_again(ingested: Any, tmp_path: Path) -> None:
    newer_areas = shared_file("geography/essex-lsoa-2021-wards-2024.csv")
    ingested("older", "essex-lsoa-2011", changes=True)
    ingested("newer", newer_areas, changes=True)
    older, newer = by_month(tmp_path / "older"), by_month(tmp_path / "newer")
    # E01021680, in Colchester, was split in four.
    parts = ("E01035169", "E01035170", "E01035171", "E01035174")
    for month in MONTHS:
        assert sum(newer[month].get(part, 0) for part in parts) == older[month]["E01021680"] > 0
    counts = np.array([newer["2019-02"].get(part, 0) for part in parts])
    assert np.all(np.abs(counts - counts.mean()) < 4 * np.sqrt(counts.sum() * 3 / 16) + 1)
