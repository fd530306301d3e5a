"""A corner of a SYNTHETIC county that went through a whole weekly cycle: what browsers of tests are shown."""

import fcntl
import json
import shutil
from pathlib import Path
from typing import Any

from strandcast.app import run

FEEDS = ("force-crime", "council-asb")
ROWS, COLUMNS = 3, 4
# Few and small trees: what a page shows of a forecast is the same for a good one.
TREES = "[boosting]\nrounds = 20\nrows_in_leaf = 50\nthreads = 1\n"


def areas() -> dict[str, Any]:
    """Return the areas as GeoJSON: a grid of squares in two districts."""
    return {
        "type": "FeatureCollection",
        "features": [_square(row, column) for row in range(ROWS) for column in range(COLUMNS)],
    }


def _square(row: int, column: int) -> dict[str, Any]:
    district = ("Eastham", "Westham")[column < COLUMNS // 2]
    west, south = 0.5 + column * 0.02, 51.7 + row * 0.012
    east, north = west + 0.02, south + 0.012
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    told = {
        "area_code": f"E0100{row}{column:03d}",
        "name": f"{district} 00{row}{'ABCD'[column]}",
        "msoa": f"{district} 00{row}",
        "district": district,
        "lpa": "Made up",
        "force": "Made up",
        "population": 1500 + 40 * column,
    }
    return {"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def corner(shared: Path, own: Path) -> Path:
    """Return a workspace of one's own, copied from one that is made once for all processes of a test session.

    Args:
        shared: Folder that the processes share.
        own: Folder to make.
    """
    with (shared / "corner.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = shared / "corner"
        if not (made / "finished").exists():
            make(made)
            (made / "finished").touch()
    shutil.copytree(made / "w", own)
    return own


def make(folder: Path) -> None:
    """Make the workspace in `folder`/w: feeds of a twin, a model, its forecasts and tables."""
    folder.mkdir(parents=True)
    grid, trees, twin = folder / "areas.geojson", folder / "trees.toml", folder / "twin"
    grid.write_text(json.dumps(areas()), "utf-8")
    trees.write_text(TREES, "utf-8")
    _call("twin", "--out", twin, "--areas", grid, "--years", 2)

    def call(*words: object) -> None:
        _call(*words, "--workspace", folder / "w")

    named = ("--name", "SYNTHETIC corner", "--attribution", "Invented numbers.", "--taxonomy", "essex-2018")
    call("init", "--synthetic", *named, "--areas", grid, "--period", "week", "--holidays", "GB-ENG")
    for feed in FEEDS:
        call("ingest", feed, twin / feed)
    call("train", "--model", "boosted", "--settings", trees, "--horizons", "1-3")
    call("promote", "--reason", "to look at", "--despite", "nobody works by it")
    call("forecast", "--as-of", "2018-12-23")
    call("forecast")
    call("publish")


def _call(*words: object) -> None:
    said = [str(word) for word in words]
    code = run([*said, "--json"])
    assert code == 0, said
