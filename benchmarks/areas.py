"""Placing incidents: points into polygons and grids, codes into a closed list, and codes of another census.

python -m benchmarks.areas POLYGONS LOOKUP

POLYGONS is a GeoJSON of areas (LSOAs of 2011), LOOKUP the table of codes that changed. Points and rows are SYNTHETIC.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import shapely

from features.areas.changes import CodeChanges, read_changes
from features.areas.conversion import Conversion
from features.areas.files import AreaFile, read_area_file
from features.areas.grids import hexagon_grid
from features.areas.polygons import Polygons
from features.feeds.changed_codes import settled_areas
from features.feeds.places import Places
from features.feeds.reading import Setting
from features.feeds.tables import RawTable
from features.feeds.values import Coded
from features.strands import Taxonomy

POINTS, ROWS, RUNS = 1_000_000, 6_000_000, 3


def timed(what: str, work: Callable[[], Any]) -> None:
    """Print the median seconds of a few runs; the first one, which may fill caches, does not count."""
    work()
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    print(f"| {what} | {median(seconds):.3f} |")


def points(file: AreaFile) -> None:
    """Place points near the areas' own ones."""
    rng = np.random.default_rng(1)
    near = file.areas.points[rng.integers(0, len(file.areas), POINTS)] + rng.normal(0, 0.003, (POINTS, 2))
    x, y = near[:, 0].copy(), near[:, 1].copy()
    polygons = Polygons.of(file)
    if polygons is None:
        raise SystemExit("the areas have no polygons")
    timed(f"{POINTS:,} points into {len(file.areas):,} polygons", lambda: polygons.place(x, y))
    outline = shapely.union_all([shape for shape in file.polygons if shape is not None])
    grid = hexagon_grid(outline, 250.0)
    timed(f"{POINTS:,} points into {len(grid):,} hexagons of 250 m", lambda: grid.place(x, y))
    timed(f"neighbours of {len(grid):,} hexagons", grid.neighbours)


def codes(file: AreaFile, changes: CodeChanges) -> None:
    """Place codes of both censuses into the areas of either."""
    rng = np.random.default_rng(2)
    newer = Conversion.of(changes, file.areas.codes, "2021").into
    setting = Setting(
        Places.of(file, changes),
        Taxonomy("open", provisional=False, strands=()),
        b"salt",
        datetime(2024, 1, 1, tzinfo=UTC),
    )
    back = Coded(rng.integers(0, len(newer), ROWS).astype(np.int32), newer)
    weights = back.weights()
    what = f"{ROWS:,} rows of 2021 codes into {len(file.areas):,} areas of 2011"
    timed(what, lambda: setting.places.of_codes(back.values, weights))
    nowhere = np.full(ROWS, np.nan)
    older = Coded(rng.integers(0, len(file.areas), ROWS).astype(np.int32), file.areas.codes)
    places = Places(newer, None, changes)
    kinds = Coded(rng.integers(0, 14, ROWS).astype(np.int32), tuple(f"kind {kind}" for kind in range(14)))
    table = RawTable("rows.csv", (), np.arange(ROWS, dtype=np.int32), {"area_code": older, "offence": kinds}, {})
    setting = Setting(places, setting.taxonomy, setting.salt, setting.received_at)
    what = f"{ROWS:,} rows of 2011 codes, 28 of them split, into {len(newer):,} areas of 2021"
    timed(what, lambda: settled_areas(table, setting, nowhere, nowhere, "benchmark"))


def counts(changes: CodeChanges) -> None:
    """Convert a national panel of counts there."""
    older = sorted(changes.by_code[0])
    panel = np.random.default_rng(3).poisson(1.0, (12, 14, len(older)))
    conversion = Conversion.of(changes, older, "2021")
    timed(f"counts of 12 months x 14 types x {len(older):,} areas", lambda: conversion.apportion(panel))


if __name__ == "__main__":
    print("| what | seconds |\n|---|---|")
    areas, lookup = read_area_file(Path(sys.argv[1])), read_changes(Path(sys.argv[2]))
    points(areas)
    codes(areas, lookup)
    counts(lookup)
