"""Areas through the command line: shown and drawn whatever is known of them, gridded, and converted."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import cycle
from tests.support.shared_data import shared_file

LOOKUP = "LSOA11CD,LSOA21CD,CHGIND\nA,A,U\nB,B1,S\nB,B2,S\n"


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> cycle.Command:
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)
    return cycle.command(tmp_path / "w", capsys)


def square(folder: Path) -> Path:
    ring = [[0.5, 51.7], [0.52, 51.7], [0.52, 51.71], [0.5, 51.71], [0.5, 51.7]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = folder / "boundary.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_table_is_shown_and_drawn_as_a_schematic(call: cycle.Command, tmp_path: Path) -> None:
    made = call("init", "--areas", "essex-lsoa-2011", "--attribution", "Mine.")
    assert made["areas"] == 1077
    settings = (tmp_path / "w" / "strandcast.toml").read_text("utf-8")
    assert 'attribution = "Mine. Contains public sector information' in settings
    shown = call("areas", "show", "--picture", tmp_path / "map.svg", "--shapes", tmp_path / "map.geojson")
    assert [(item["level"], item["members"], item["inferred"]) for item in shown["levels"]] == [
        ("msoa", 211, False),
        ("district", 14, False),
        ("lpa", 3, True),
        ("force", 1, False),
    ]
    assert shown["known"]["population"] == {"areas": 1077, "sum": 1_724_950}
    assert shown["neighbours"]["by"] == "msoa"
    assert shown["drawn"] == {"as": "schematic", "note": "schematic, not a map", "shapes": 1077}
    assert (tmp_path / "map.svg").stat().st_size > 10_000
    drawing = json.loads((tmp_path / "map.geojson").read_text("utf-8"))
    assert drawing["drawing"] == "schematic, not a map"
    assert len(drawing["features"]) == 1077
    # A schematic is no boundary: it cannot come back as one.
    other = call("init", "--areas", tmp_path / "map.geojson", "--workspace", tmp_path / "other", expected=2)
    assert "is a drawing" in other["error"]


def test_synthetic_workspaces_say_so(call: cycle.Command, tmp_path: Path) -> None:
    call("init", "--areas", write(tmp_path / "areas.csv", "area_code\nA\nB\n"))
    settings = tmp_path / "w" / "strandcast.toml"
    settings.write_text(settings.read_text("utf-8").replace("synthetic = false", "synthetic = true"), encoding="utf-8")
    shown = call("areas", "show", "--shapes", tmp_path / "map.geojson")
    assert shown["marks"] == ["SYNTHETIC: the data are made up."]
    assert json.loads((tmp_path / "map.geojson").read_text("utf-8"))["synthetic"] is True


def test_codes_alone_are_enough(call: cycle.Command, tmp_path: Path) -> None:
    call("init", "--areas", write(tmp_path / "areas.csv", "area_code\nA\nB\n"))
    shown = call("areas", "show", "--picture", tmp_path / "map.png")
    assert (shown["levels"], shown["neighbours"]["by"]) == ([], "none")
    assert shown["drawn"]["as"] == "schematic"


def test_areas_met_in_the_data_are_cells_round_their_points(call: cycle.Command, tmp_path: Path) -> None:
    call("init")
    assert "no area is known yet" in call("areas", "show", expected=2)["error"]
    incidents = cycle.part_of_toronto(tmp_path)
    call("ingest", "incidents", incidents, "--mapping", cycle.TORONTO / "mapping.toml")
    shown = call("areas", "show", "--picture", tmp_path / "map.png")
    assert (shown["areas"], shown["neighbours"]["by"]) == (cycle.AREAS, "points")
    assert shown["drawn"] == {
        "as": "cells",
        "note": "cells round mean points, an approximation",
        "shapes": cycle.AREAS,
    }


def test_points_of_incidents_place_areas_of_a_file_without_any(call: cycle.Command, tmp_path: Path) -> None:
    write(tmp_path / "areas.csv", "area_code\nA\nB\nC\nD\n")
    rows = "".join(
        f"2024-01-05,{code},x,{0.5 + step / 100},{51.7 + step**2 / 1000}\n" for step, code in enumerate("ABCD")
    )
    export = write(tmp_path / "export.csv", "when,where,what,x,y\n" + rows)
    columns = 'occurred_from = "when"\narea_code = "where"\noffence = "what"\nlongitude = "x"\nlatitude = "y"\n'
    mapping = write(tmp_path / "m.toml", f'period = "day"\n[columns]\n{columns}[strands]\n"*" = "*"\n')
    call("init", "--areas", tmp_path / "areas.csv")
    assert call("areas", "show")["drawn"]["as"] == "schematic"
    call("ingest", "incidents", export, "--mapping", mapping)
    assert call("areas", "show")["drawn"]["as"] == "cells"


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_a_grid_becomes_a_workspace_that_places_points(call: cycle.Command, tmp_path: Path, shape: str) -> None:
    grid = tmp_path / "grid.geojson"
    made = call("areas", "grid", "--boundary", square(tmp_path), "--cell", "0.25km", "--shape", shape, "--out", grid)
    assert made["cell_metres"] == 250
    assert call("init", "--areas", grid)["areas"] == made["cells"]
    export = write(tmp_path / "export.csv", "when,what,x,y\n2024-01-05,x,0.51,51.705\n2024-01-05,x,0.6,51.705\n")
    columns = 'occurred_from = "when"\noffence = "what"\nlongitude = "x"\nlatitude = "y"\n'
    mapping = write(tmp_path / "m.toml", f'period = "day"\n[columns]\n{columns}[strands]\n"*" = "*"\n')
    ingested = call("ingest", "incidents", export, "--mapping", mapping)
    assert (ingested["accepted"], ingested["rules"]) == (1, {"outside-areas": 1})
    shown = call("areas", "show", "--picture", tmp_path / "map.png")
    assert (shown["drawn"]["as"], shown["polygons"]) == ("polygons", made["cells"])


@pytest.mark.parametrize("cell", ["250", "0m", "wide"])
def test_a_cell_needs_a_length(call: cycle.Command, tmp_path: Path, cell: str) -> None:
    out = tmp_path / "grid.geojson"
    told = call("areas", "grid", "--boundary", square(tmp_path), "--cell", cell, "--out", out, expected=2)
    assert "250m or 1km" in told["error"]
    assert not out.exists()


def test_counts_are_converted_and_accounted_for(call: cycle.Command, tmp_path: Path) -> None:
    counts = write(tmp_path / "counts.csv", "LSOA11CD,month,count\nA,2024-01,2\nB,2024-01,5\nC,2024-01,1\n")
    lookup, out = write(tmp_path / "lookup.csv", LOOKUP), tmp_path / "out.csv"
    target = write(tmp_path / "areas.csv", "area_code,population\nA,1\nB1,400\nB2,100\n")
    done = call("areas", "convert", counts, "--changes", lookup, "--to", "2021", "--areas", target, "--out", out)
    assert (done["sum_read"], done["sum_written"], done["codes"]["unknown"]) == (8, 8, 1)
    assert out.read_text("utf-8") == "LSOA21CD,month,count\nA,2024-01,2\nB1,2024-01,4\nB2,2024-01,1\nC,2024-01,1\n"
    told = call("areas", "convert", out, "--changes", lookup, "--to", "2021", "--out", out, expected=2)
    assert "of 2021 already" in told["error"]


def test_a_lookup_needs_areas_that_it_knows(call: cycle.Command, tmp_path: Path) -> None:
    lookup = write(tmp_path / "lookup.csv", LOOKUP)
    assert "give --areas too" in call("init", "--area-changes", lookup, expected=2)["error"]
    refused = call("init", "--areas", "essex-lsoa-2011", "--area-changes", lookup, expected=2)
    assert "has no code of the areas" in refused["error"]
    made = call("init", "--areas", write(tmp_path / "areas.csv", "area_code\nA\nB1\n"), "--area-changes", lookup)
    assert made["area_changes"] == "area-changes.csv"
    assert call("areas", "show")["edition"] == "2021"


def test_the_real_county_is_drawn_and_converted(call: cycle.Command, tmp_path: Path) -> None:
    polygons = shared_file("geography/essex-lsoa-2011.geojson")
    call("init", "--areas", polygons)
    shown: dict[str, Any] = call("areas", "show", "--picture", tmp_path / "map.png")
    assert shown["drawn"] == {"as": "polygons", "note": "", "shapes": 1077}
    assert shown["neighbours"]["without"] == 0
    facts, lookup = (
        shared_file(f"geography/{name}") for name in ("essex-lsoa-2011-facts.csv", "lsoa-2011-to-2021.csv.gz")
    )
    narrow = [line.split(",") for line in facts.read_text("utf-8").splitlines()]
    counts = write(tmp_path / "counts.csv", "\n".join(f"{cells[0]},{cells[6]}" for cells in narrow) + "\n")
    options = ("--changes", lookup, "--count-column", "population_2011")
    there = call("areas", "convert", counts, *options, "--to", "2021", "--out", tmp_path / "2021.csv")
    assert (there["sum_read"], there["sum_written"]) == (1_724_950, 1_724_950)
    assert (there["rows_written"], there["codes"]["split"]) == (1111, 28)
    back = call("areas", "convert", tmp_path / "2021.csv", *options, "--to", "2011", "--out", tmp_path / "2011.csv")
    assert back["codes"]["merged_into"] == 28
    assert sorted((tmp_path / "2011.csv").read_text("utf-8").split()) == sorted(counts.read_text("utf-8").split())
