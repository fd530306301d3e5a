"""`strandcast twin` makes a county that the other commands take in."""

import json
from pathlib import Path

import pytest

from strandcast.app import run
from tests.support.cycle import command
from tests.support.twins import small_county

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
    call("init", "--taxonomy", "police-uk", "--areas", out / "areas.csv", "--period", "month")
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
