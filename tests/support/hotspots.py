"""SYNTHETIC dated points: a few busy places in a town, an even rest, and near repeats where asked for."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from features.areas.areas import Areas
from features.areas.grids import Grid, square_grid
from features.areas.plane import Plane
from features.incidents.incidents import FeedCoverage, Incidents
from features.provenance import OFFICER_INITIATED, PROVENANCE, UNKNOWN
from models.hotspots.evidence import Evidence
from models.hotspots.lattice import Sources, Spread
from models.hotspots.points import Points

SIDE = 3000.0
FIRST = date(2022, 1, 3)
FIRST_DAY = int(np.datetime64(FIRST).astype(np.int64))
DAYS = 7 * 80
LONGITUDE, LATITUDE = 0.5, 51.7
MAPPING = (
    'period = "day"\n[columns]\noccurred_from = "when"\noffence = "what"\nlongitude = "x"\nlatitude = "y"\n'
    '[strands]\n"*" = "*"\n'
)


def town(n: int = 900, seed: int = 1, days: int = DAYS) -> Points:
    """Return points in metres, a quarter of them at six busy places; a third is of the other strand."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, SIDE, (2, n))
    busy = np.arange(n) < n // 4
    places = np.random.default_rng(99).uniform(300, SIDE - 300, (2, 6))
    at = rng.integers(0, 6, n)
    x[busy], y[busy] = places[0, at[busy]], places[1, at[busy]]
    day = FIRST_DAY + rng.integers(0, days, n)
    return Points.of(day, x, y, rng.random(n) < 2 / 3, np.ones(n))


def grid(cell: float = 100.0) -> Grid:
    """Return the cells of the town."""
    return square_grid((0.0, 0.0, SIDE, SIDE), cell, Plane.flat(1.0))


def evidence(points: Points, cells: Grid, last: int) -> Evidence:
    """Return what the points say."""
    return Evidence(Sources.of(points, cells, Spread.of(cells)), FIRST_DAY, last)


def degrees(points: Points) -> tuple[Any, Any]:
    """Return longitudes and latitudes of a town's points."""
    return Plane.local(LONGITUDE, LATITUDE).from_metres(points.x, points.y)


def incidents(
    points: Points, *, feed: str = "calls", resolution: Any = "day", as_of: date | None = None, **changed: Any
) -> Incidents:
    """Return a view of the points, each known on the day after it."""
    n = len(points)
    x, y = degrees(points)
    last = date.fromordinal((as_of.toordinal() if as_of else FIRST.toordinal() + DAYS) - 1)
    strands = ("burglary", "theft")
    coverage = FeedCoverage(feed, resolution, strands, ((FIRST, last),), datetime(2030, 1, 1, tzinfo=UTC))
    columns: dict[str, Any] = {
        "day": points.day.astype("datetime64[D]"),
        "area": np.zeros(n, np.int32),
        "strand": (~points.own).astype(np.int16),
        "also": np.zeros(n, np.int16),
        "provenance": np.full(n, PROVENANCE.index(UNKNOWN), np.int8),
        "feed": np.zeros(n, np.int16),
        "count": points.count.astype(np.int32),
        "known_at": (points.day + 1).astype("datetime64[D]").astype("datetime64[s]"),
        "longitude": x,
        "latitude": y,
    }
    return Incidents(
        **{**columns, **changed},
        area_codes=("A",),
        strand_names=strands,
        also_sets=((),),
        feeds=(coverage,),
        as_of=as_of,
        snapshot_hash="synthetic",
    )


class Held:
    """A store that knows each incident on the day after it."""

    def __init__(self, points: Points) -> None:
        self.points = points

    def view(self, as_of: Any, areas: Areas | None = None) -> Incidents:
        """Return what was known when a day began."""
        if as_of is None:
            return incidents(self.points)
        return incidents(self.points.before(int(np.datetime64(as_of).astype(np.int64))), as_of=as_of)


def found_by_officers(n: int) -> Any:
    """Return provenance of which the first half came from officers."""
    return np.where(np.arange(n) < n // 2, PROVENANCE.index(OFFICER_INITIATED), PROVENANCE.index(UNKNOWN)).astype(
        np.int8
    )


def write_export(points: Points, path: Path) -> Path:
    """Write the points as a SYNTHETIC partner's export."""
    x, y = degrees(points)
    day = points.day.astype("datetime64[D]").astype(str)
    kind = np.where(points.own, "burglary", "theft")
    rows = [f"{d},{k},{a:.6f},{b:.6f}\n" for d, k, a, b in zip(day, kind, x, y, strict=True)]
    path.write_text("when,what,x,y\n" + "".join(rows), encoding="utf-8")
    return path
