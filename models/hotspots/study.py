"""Hot spots of a workspace: the newest forecast of every cell, the refits before it, and what repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely

from errors import DataError
from features.areas.areas import Areas
from features.areas.grids import Grid, Shape, hexagon_grid, square_grid
from features.areas.plane import Plane
from features.knowledge import Store
from models.hotspots.evidence import COMPONENTS, DAYS_OF_A_WEEK, Evidence
from models.hotspots.intensity import Intensity, fit
from models.hotspots.lattice import Sources, Spread
from models.hotspots.located import Located, located
from models.hotspots.near_repeat import NearRepeats, near_repeats
from models.hotspots.points import F64, Points
from models.hotspots.ranking import COUNT_HALF_LIFE, Ranking, Refit, cells_of_area
from models.hotspots.snapping import check_coordinates
from models.progress import Advance, silent

REFITS = 8
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class HotspotRequest:
    """What is asked.

    Attributes:
        shape: Shape of the cells.
        cell_metres: Their width.
        strand: The strand; None: all, every incident once.
        horizon: Weeks ahead; 1 begins on the knowledge date.
        square_metres: Area to choose; None: by `share` or `top`.
        share: Share of the cells to choose.
        top: Number of cells to choose.
        refits: Weekly refits to look back on.
        seed: Of the permutations.
    """

    shape: Shape
    cell_metres: float
    strand: str | None = None
    horizon: int = 1
    square_metres: float | None = None
    share: float | None = None
    top: int | None = None
    refits: int = REFITS
    seed: int = 0

    def chosen(self, grid: Grid) -> int:
        """Return how many cells are to be chosen."""
        if self.top is not None:
            return min(self.top, len(grid))
        if self.square_metres is not None:
            return cells_of_area(len(grid), grid.hectares, self.square_metres)
        return max(1, round((self.share or 0.0) * len(grid)))


@dataclass(frozen=True, eq=False)
class Hotspots:
    """A forecast of cells.

    Attributes:
        request: What was asked.
        grid: The cells.
        boundary: What they cover: "areas", "file" or "incidents" (round the incidents, as no polygon is known).
        ranking: Cells ranked.
        model: The newest weights.
        located: What it rests on.
        repeats: Repeats and near repeats.
    """

    request: HotspotRequest
    grid: Grid
    boundary: str
    ranking: Ranking
    model: Intensity
    located: Located
    repeats: NearRepeats

    @property
    def week(self) -> date:
        """First day of the week that is forecast."""
        return day_of(self.ranking.refits[0].week)

    def rests_on(self) -> dict[str, float]:
        """Return which share of the expected incidents each kind of evidence brought, over the weeks learnt from."""
        kinds: dict[str, float] = {}
        for name, share in zip(COMPONENTS, self.model.shares.tolist(), strict=True):
            kinds[_kind(name)] = kinds.get(_kind(name), 0.0) + share
        return {name: round(share, 4) for name, share in sorted(kinds.items(), key=lambda item: -item[1])}


def day_of(number: int) -> date:
    """Return the date of a number of days since 1970-01-01."""
    return _EPOCH + timedelta(days=int(number))


def extent_of(polygons: Sequence[Any], points: Points) -> tuple[Any, str]:
    """Return what to lay the grid over: the union of polygons, else the surroundings of the incidents."""
    known = [shape for shape in polygons if shape is not None]
    if known:
        return shapely.union_all(known), "areas"
    hull = shapely.convex_hull(shapely.multipoints(np.column_stack([points.x, points.y])))
    # About half a kilometre, so that points on the edge have cells, and a line of points an extent.
    return hull.buffer(0.005), "incidents"


def study(
    store: Store,
    areas: Areas | None,
    polygons: Sequence[Any],
    request: HotspotRequest,
    as_of: date | None,
    *,
    given: bool = False,
    advance: Advance = silent,
) -> Hotspots:
    """Forecast every cell, with refits a week apart, each from what was known at its date.

    Args:
        store: Incidents.
        areas: The closed list of areas; None: the codes met in the data.
        polygons: What the grid covers; none known: the surroundings of the incidents.
        request: What is asked.
        as_of: Knowledge date; None: all that is known.
        given: The polygons are a boundary that was given, not the areas.
        advance: Told of each refit.

    Raises:
        DataError: The data cannot carry such cells, or are too few.
    """
    now = located(store.view(as_of, areas), request.strand)
    extent, boundary = extent_of(polygons, now.points)
    plane = Plane.local(*((np.array(extent.bounds[:2]) + np.array(extent.bounds[2:])) / 2).tolist())
    check_coordinates(now.points, plane, request.cell_metres, degrees=True)
    grid = (square_grid if request.shape == "square" else hexagon_grid)(extent, request.cell_metres)
    spread = Spread.of(grid)
    refits, model = [], None
    for back in range(request.refits + 1):
        advance(back, request.refits + 1)
        date_back = day_of(now.as_of - DAYS_OF_A_WEEK * back)
        try:
            then = now if back == 0 else located(store.view(date_back, areas), request.strand)
            fitted, refit = _refit(then, now, grid, spread, request.horizon)
        except DataError:
            if back == 0:
                raise
            break  # too little was known so early
        model = model or fitted
        refits.append(refit)
    if model is None:
        raise DataError("no forecast was made", place="workspace")
    ranking = Ranking(refits, request.chosen(grid))
    repeats = near_repeats(now.points, grid.plane, np.random.default_rng(request.seed))
    return Hotspots(request, grid, "file" if given else boundary, ranking, model, now, repeats)


def _refit(then: Located, now: Located, grid: Grid, spread: Spread, horizon: int) -> tuple[Intensity, Refit]:
    week = then.as_of + DAYS_OF_A_WEEK * (horizon - 1)
    evidence = Evidence(Sources.of(then.points.before(then.end), grid, spread), then.first, then.end)
    model = fit(evidence, then.end, week - then.end)
    over = week + DAYS_OF_A_WEEK <= now.end
    count = now.points.counted(grid, week, week + DAYS_OF_A_WEEK) if over else None
    return model, Refit(week, model.expected(evidence, then.end), count, plain_count(then.points, grid, then.end))


def plain_count(points: Points, grid: Grid, day: int) -> F64:
    """Return the own incidents before a day in each cell, an incident a year old counting half; float64[cell]."""
    kept = points.chosen(points.own & (points.day < day))
    cell = grid.place(kept.x, kept.y)
    left = kept.count * 2.0 ** (-(day - kept.day) / COUNT_HALF_LIFE)
    counts: F64 = np.bincount(cell[cell >= 0], left[cell >= 0], len(grid)).astype(np.float64)
    return counts


def _kind(name: str) -> str:
    if name.startswith("other"):
        return "other strands"
    if name.startswith(("cell", "place")) or name.endswith("same cell"):
        return "the same cell or place"
    if name.endswith(("next cells", "cells after")):
        return "the cells around"
    return "spread evenly" if name == "even" else "the wider surroundings"
