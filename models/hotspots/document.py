"""Hot spots as documents: GeoJSON, a table, and a summary."""

import csv
import io
from typing import Any

import numpy as np
import shapely

from features.cells import guarded
from ledger.texts import compact
from models.hotspots.study import Hotspots, day_of

_DIGITS = 6  # of a degree: about 10 cm
COLUMNS = (
    "rank",
    "cell",
    "longitude",
    "latitude",
    "hectares",
    "strand",
    "week_from",
    "expected",
    "low",
    "high",
    "chosen_share",
    "rank_best",
    "rank_worst",
    "notices",
    "attribution",
)
ALL_STRANDS = "all strands"


def rows(found: Hotspots, notices: list[str], attribution: str) -> list[dict[str, Any]]:
    """Return a row for each chosen cell, by rank; JSON values under `COLUMNS`."""
    best, grid = found.ranking.best(), found.grid
    share, first, last = found.ranking.stability()
    bounds, centres = found.ranking.cell_range(), grid.centres()
    return [
        {
            "rank": rank,
            "cell": grid.codes[cell],
            "longitude": round(float(centres[cell, 0]), _DIGITS),
            "latitude": round(float(centres[cell, 1]), _DIGITS),
            "hectares": round(grid.hectares, 4),
            "strand": found.request.strand or ALL_STRANDS,
            "week_from": found.week.isoformat(),
            "expected": round(float(found.ranking.expected[cell]), 5),
            "low": int(bounds[cell, 0]),
            "high": int(bounds[cell, 1]),
            "chosen_share": round(float(share[cell]), 4),
            "rank_best": int(first[cell]),
            "rank_worst": int(last[cell]),
            "notices": ";".join(notices),
            "attribution": attribution,
        }
        for rank, cell in enumerate(best.tolist(), start=1)
    ]


def to_csv(table: list[dict[str, Any]]) -> bytes:
    """Return rows as CSV, in which a spreadsheet takes no text for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table:
        cells = [row[name] for name in COLUMNS]
        writer.writerow(guarded(cells))
    return text.getvalue().encode()


def to_geojson(found: Hotspots, table: list[dict[str, Any]], about: dict[str, Any]) -> bytes:
    """Return the chosen cells as a FeatureCollection in WGS 84 (RFC 7946), by rank.

    Args:
        found: Hot spots.
        table: Its rows.
        about: Members of the collection beside its features.
    """
    shapes = found.grid.polygons()[found.ranking.best()]
    rounded = shapely.transform(shapes, lambda coordinates: np.round(coordinates, _DIGITS))
    features = [
        f'{{"type":"Feature","properties":{_text(row)},"geometry":{geometry}}}'
        for row, geometry in zip(table, shapely.to_geojson(rounded).tolist(), strict=True)
    ]
    head = _text({"type": "FeatureCollection", **about})[:-1]
    return (head + ',"features":[\n' + ",\n".join(features) + "\n]}\n").encode()


def summary(found: Hotspots, notices: list[str], attribution: str) -> dict[str, Any]:
    """Return what was asked, found and relied on, without the cells; JSON values."""
    ranking, grid, rests = found.ranking, found.grid, found.located
    total, low, high = ranking.total()
    again = ranking.overlap()
    return {
        "strand": found.request.strand or ALL_STRANDS,
        "as_of": day_of(rests.as_of).isoformat(),
        "known_to": day_of(rests.end - 1).isoformat(),
        "week_from": found.week.isoformat(),
        "horizon": found.request.horizon,
        "shape": grid.shape,
        "cell_metres": round(grid.cell_metres, 6),
        "boundary": found.boundary,
        "cells": len(grid),
        "hectares": round(len(grid) * grid.hectares, 2),
        "chosen": ranking.chosen,
        "chosen_hectares": round(ranking.chosen * grid.hectares, 4),
        "expected": {
            "all_cells": round(float(ranking.expected.sum()), 3),
            "in_chosen": round(total, 3),
            "low": low,
            "high": high,
        },
        "refits": len(ranking.refits) - 1,
        "chosen_again": None if again is None else round(again, 4),
        "record": {name: round(value, 3) for name, value in ranking.record().items()},
        "rests_on": found.rests_on(),
        "learnt_from_weeks": found.model.weeks,
        "incidents": {
            "located": int(rests.points.count[rests.points.own].sum()),
            "outside": outside(found),
            "without_coordinates": rests.nowhere,
            "found_by_officers": rests.found_by_officers,
        },
        "feeds_left_out": list(rests.left_out),
        "near_repeats": {
            "incidents": found.repeats.incidents,
            "permutations": found.repeats.permutations,
            "table": found.repeats.rows(),
        },
        "snapshot_hash": rests.snapshot_hash,
        "notices": notices,
        "attribution": attribution,
    }


def outside(found: Hotspots) -> int:
    """Return the incidents of the strand that lie in no cell."""
    own = found.located.points.chosen(found.located.points.own)
    return int(own.count[found.grid.place(own.x, own.y) < 0].sum())


def _text(document: dict[str, Any]) -> str:
    return compact(document).decode()
