"""`strandcast twin` makes a county that the other commands take in."""

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.twin.street import FEED as STREET
from experiments.twin.writing import TRUTH, feed_folder, write_twin
from models.progress import silent
from strandcast.app import run
from tests.support.cycle import command
from tests.support.twins import small_county, small_twin

HEADER = "area_code,name,msoa,district,population,hectares,deprivation_decile\n"


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of the small county's areas, with deprivation."""
    county = small_county()
    rows = zip(county.codes, county.names, county.msoas, county.districts, county.population, strict=True)
    lines = [f"{','.join(map(str, row))},30,{1 + number % 10}" for number, row in enumerate(rows)]
    path = tmp_path_factory.mktemp("areas") / "areas.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_twin_is_made_told_of_and_taken_in(areas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = command(tmp_path / "workspace", capsys)
    out = tmp_path / "twin"
    made = call("twin", "--out", out, "--years", 1, "--seed", 5, "--areas", areas, "--end", "2018-12-30")
    assert made["synthetic"] is True
    assert (made["seed"], made["areas"], made["first_day"], made["last_day"]) == (5, 94, "2018-01-01", "2018-12-30")
    assert made["deprivation_is_synthetic"] is False
    assert set(made["anchors"]) == {"Assault", "Break and Enter", "Auto Theft", "Robbery"}
    assert len(made["strand_records_a_year"]) == 9
    assert min(made["strand_records_a_year"].values()) > 0
    call("init", "--synthetic", "--taxonomy", "police-uk", "--areas", out / "areas.csv", "--period", "month")
    taken = call("ingest", "police-uk", out / "SYNTHETIC-police-uk")
    assert taken["accepted"] == made["rows"]["police-uk"] - taken["quarantined"]
    assert set(taken["rules"]) == {"no-area"}


def test_the_whole_county_is_made_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["twin", "--out", str(tmp_path / "twin"), "--years", "1"]) == 0
    printed = capsys.readouterr().out
    assert "SYNTHETIC: 1,077 areas, 2018-01-01 to 2018-12-30" in printed
    assert "Domestic abuse" in printed


def test_a_folder_in_use_is_refused_before_anything_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    assert run(["twin", "--out", str(tmp_path), "--json"]) == 2
    assert "holds something already" in json.loads(capsys.readouterr().out)["error"]


@pytest.fixture(scope="module")
def twin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of a small twin of half a year."""
    folder = tmp_path_factory.mktemp("twins") / "twin"
    write_twin(small_twin(1, 26), folder, silent)
    return folder


def test_every_feed_keeps_its_contract(twin_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = command(tmp_path / "workspace", capsys)
    call("init", "--synthetic", "--areas", twin_folder / "areas.csv", "--period", "week")
    for delivery in small_twin(1, 26).deliveries:
        if delivery.feed == STREET:
            continue
        taken = call("ingest", delivery.feed, twin_folder / feed_folder(delivery.feed))
        assert taken["read"] == delivery.table.num_rows, delivery.feed
        assert taken["quarantined"] == taken["duplicate"] == 0, delivery.feed
        assert set(taken["columns_not_stored"]) <= {"offence", "police_force"}, delivery.feed


def test_the_panel_counts_what_the_truth_says_is_recorded(
    twin_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = command(tmp_path / "workspace", capsys)
    call("init", "--synthetic", "--taxonomy", "essex-2018", "--areas", twin_folder / "areas.csv", "--period", "week")
    call("ingest", "stats19", twin_folder / "stats19")
    call("panel", "--out", tmp_path / "panel.parquet")
    strand = "Killed or seriously injured on the roads"
    panel = pd.read_parquet(tmp_path / "panel.parquet")
    # Weeks that are not all in are corrected, and are an estimate.
    panel = panel[(panel["strand"] == strand) & panel["observed"] & (panel["completeness"] == 1)]
    counted = panel.set_index([panel["period_start"].astype(str), panel["area_code"].astype(str)])["count"]
    truth = pd.read_parquet(twin_folder / TRUTH)
    truth = truth[truth["strand"] == strand]
    told = truth.set_index([truth["week"].astype(str), truth["area_code"].astype(str)])["recorded"]
    assert counted.sum() > 10
    assert len(counted) >= 12 * len(small_county())
    assert (counted - told.reindex(counted.index)).abs().max() == 0
