"""Hot spots through the command line, on a SYNTHETIC town; and whether real coordinates carry them."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.areas.plane import Plane
from models.hotspots.near_repeat import near_repeats
from models.hotspots.points import Points
from models.hotspots.snapping import check_coordinates
from tests.support import cycle
from tests.support import hotspots as support
from tests.support.shared_data import shared_file


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> cycle.Command:
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)
    return cycle.command(tmp_path / "w", capsys)


def begin(call: cycle.Command, folder: Path) -> None:
    x, y = support.LONGITUDE, support.LATITUDE
    ring = [[x, y], [x + 0.045, y], [x + 0.045, y + 0.028], [x, y + 0.028], [x, y]]
    feature = {
        "type": "Feature",
        "properties": {"area_code": "T"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    areas = folder / "areas.geojson"
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    (folder / "m.toml").write_text(support.MAPPING, encoding="utf-8")
    call("init", "--areas", areas, "--synthetic", "--attribution", "Mine.")
    export = support.write_export(support.town(), folder / "export.csv")
    call("ingest", "incidents", export, "--mapping", folder / "m.toml")


def test_hot_spots_are_recorded_written_drawn_and_repeat(call: cycle.Command, tmp_path: Path) -> None:
    begin(call, tmp_path)
    out, table, picture = (tmp_path / name for name in ("h.geojson", "h.csv", "h.png"))
    asked = ("hotspots", "--cell", "500ft", "--area", "20ha", "--strand", "burglary", "--refits", 3)
    first: dict[str, Any] = call(*asked, "--out", out, "--out", table, "--picture", picture)
    assert first["chosen"] == int(200_000 / (500 * 0.3048) ** 2) == 8
    assert (first["boundary"], first["refits"], first["record"]["weeks"]) == ("areas", 3, 3)
    assert first["notices"] == ["synthetic"]
    assert first["marks"] == ["SYNTHETIC: the data are made up."]
    assert first["record"]["in_chosen"] <= first["record"]["incidents"]
    kept = json.loads(out.read_text("utf-8"))
    assert kept["synthetic"] is True
    assert kept["hotspots"]["attribution"] == first["attribution"]
    assert [feature["properties"] for feature in kept["features"]] == first["rows"]
    with table.open(encoding="utf-8") as lines:
        assert [row["cell"] for row in csv.DictReader(lines)] == [row["cell"] for row in first["rows"]]
    assert picture.stat().st_size > 10_000
    second = call(*asked)
    assert (second["run_id"], second["audit_id"] != first["audit_id"]) == (first["run_id"], True)
    operations = [
        event["operation"] for event in call("audit", "list")["events"] if event["object"].startswith("hotspots/")
    ]
    assert sorted(operations) == ["combination", "consultation"]
    call("audit", "verify")


def test_a_past_week_uses_what_was_known_then(call: cycle.Command, tmp_path: Path) -> None:
    begin(call, tmp_path)
    then = call("hotspots", "--cell", "150m", "--shape", "hexagon", "--as-of", "2023-06-05", "--top", 5, "--refits", 1)
    assert (then["as_of"], then["known_to"], then["week_from"]) == ("2023-06-05", "2023-06-04", "2023-06-05")
    assert then["strand"] == "all strands"
    assert len(then["rows"]) == 5


def test_what_cannot_be_is_refused_in_one_sentence(call: cycle.Command, tmp_path: Path) -> None:
    begin(call, tmp_path)
    assert "write a length" in call("hotspots", "--cell", "250", expected=2)["error"]
    both = call("hotspots", "--cell", "1km", "--area", "1km2", "--top", 3, expected=2)
    assert "give one of them" in both["error"]
    strange = call("hotspots", "--cell", "1km", "--out", tmp_path / "h.txt", expected=2)
    assert "is none of .geojson, .csv" in strange["error"]
    missing = call("hotspots", "--cell", "1km", "--boundary", tmp_path / "b.geojson", expected=2)
    assert "there is no such boundary" in missing["error"]


def test_the_bundled_toronto_points_are_snapped_and_refused(call: cycle.Command, tmp_path: Path) -> None:
    call("init")
    call("ingest", "incidents", cycle.part_of_toronto(tmp_path), "--mapping", cycle.TORONTO / "mapping.toml")
    told = call("hotspots", "--cell", "250ft", expected=2)["error"]
    assert told.startswith("the coordinates: are snapped: ")
    assert "as they were recorded" in told


def test_real_calls_are_no_snapped_points_and_repeat() -> None:
    table = pd.read_csv(shared_file("portland/portland-burglary-2012-2017.csv"))
    day = pd.to_datetime(table["occurrence_date"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    x, y = (table[name].to_numpy(np.float64) for name in ("easting_ft", "northing_ft"))
    points = Points.of(day, x, y, np.ones(len(table), bool), np.ones(len(table)))
    plane = Plane.flat(0.3048)
    check_coordinates(points, plane, 250 * 0.3048, degrees=False)
    found = near_repeats(points, plane, np.random.default_rng(1), 99)
    assert found.p[0, 0] == pytest.approx(0.01)
    assert found.pairs[0, 0] > 3 * found.usual[0, 0]
