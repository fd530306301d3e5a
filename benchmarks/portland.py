"""Portland, weekly micro-places: 250 ft cells, .25 square miles a week, 52 weeks from 2016-06-01, pooled.

python -m benchmarks.portland FOLDER [--first DATE --weeks N] [--hexagon]
    FOLDER: burglaries, vehicle thefts and boundary of the NIJ challenge of 2017; --first and --weeks: other weeks, to
    choose on weeks before the protocol's

Each week is forecast with what came before it; the weights are fitted again every week. The lattice begins at the
least easting and northing of the boundary. PAI = (hits / incidents) / (area of the chosen cells / 147.7 square miles):
the given boundary line runs about 500 ft outside the city and would make it 9 % higher. PEI = hits / most hits
that as many cells could have had. Intervals: 2,000 draws of weeks with replacement, the same for every method.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import shapely
from rich.console import Console
from rich.table import Table
from scipy.ndimage import gaussian_filter

from features.areas.grids import Grid, hexagon_grid, square_grid
from features.areas.plane import Plane
from models.hotspots.evidence import Evidence
from models.hotspots.intensity import fit
from models.hotspots.lattice import Sources, Spread
from models.hotspots.points import F64, Points
from models.hotspots.ranking import cells_of_area, hits, most_hits
from models.hotspots.study import plain_count

FIRST, WEEKS = date(2016, 6, 1), 52
METRES_A_FOOT = 0.3048
CELL_FEET, SQUARE_MILES, CITY_SQUARE_MILES = 250, 0.25, 147.7
SQUARE_METRES_A_SQUARE_MILE = 1609.344**2
DRAWS = 2000
DATA_BEGIN = date(2012, 3, 1)
FILES = {"burglary": "portland-burglary-2012-2017.csv", "vehicle theft": "portland-motor-vehicle-theft-2012-2017.csv"}
# Measured elsewhere under the same protocol: PAI of the count with a half-life of one year, of the kernel density.
REFERENCES = {"burglary": (11.8, 10.6), "vehicle theft": (39.8, 25.3)}
GOALS = {"burglary": (11.8, 14.0), "vehicle theft": (39.8, 44.0)}
COUNT, KERNEL, MODEL = "count, one year", "kernel 250 ft, one year", "hot spots"


@dataclass(frozen=True, eq=False)
class Held:
    """What each week's chosen cells held.

    Attributes:
        hits: Method to float64[week].
        most: Most that as many cells could have held; float64[week].
        incidents: float64[week].
    """

    hits: Mapping[str, F64]
    most: F64
    incidents: F64


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return int(np.datetime64(day).astype(np.int64))


def read_points(folder: Path, category: str) -> Points:
    """Return the points of both categories, one of them as the strand that is forecast."""
    frames = [pd.read_csv(folder / name).assign(own=kind == category) for kind, name in FILES.items()]
    table = pd.concat(frames)
    day = pd.to_datetime(table["occurrence_date"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    x, y = (table[name].to_numpy(np.float64) for name in ("easting_ft", "northing_ft"))
    return Points.of(day, x, y, table["own"].to_numpy(bool), np.ones(len(table)))


def city_grid(folder: Path, *, hexagon: bool = False) -> Grid:
    """Return the cells that meet the boundary."""
    corners = pd.read_csv(folder / "portland-boundary.csv").to_numpy(np.float64)
    lay = hexagon_grid if hexagon else square_grid
    return lay(shapely.Polygon(corners), CELL_FEET * METRES_A_FOOT, Plane.flat(METRES_A_FOOT))


def run(points: Points, grid: Grid, first: date, weeks: int) -> Held:
    """Forecast each week and count what the chosen cells held."""
    begin = day_number(first)
    chosen = cells_of_area(len(grid), grid.hectares, SQUARE_MILES * SQUARE_METRES_A_SQUARE_MILE)
    evidence = Evidence(
        Sources.of(points.before(begin + 7 * weeks), grid, Spread.of(grid)), day_number(DATA_BEGIN), begin + 7 * weeks
    )
    found: dict[str, list[float]] = {COUNT: [], KERNEL: [], MODEL: []}
    most, incidents = [], []
    for week in range(weeks):
        day = begin + 7 * week
        truth = points.counted(grid, day, day + 7)
        count = plain_count(points, grid, day)
        values = {COUNT: count, KERNEL: _smoothed(count, grid), MODEL: fit(evidence, day).expected(evidence, day)}
        for method, value in values.items():
            found[method].append(hits(value, truth, chosen))
        most.append(most_hits(truth, chosen))
        incidents.append(float(truth.sum()))
    return Held({name: np.array(held) for name, held in found.items()}, np.array(most), np.array(incidents))


def _smoothed(count: F64, grid: Grid) -> F64:
    """Return a kernel density with a standard deviation of one cell."""
    lattice = np.zeros(grid.rows * grid.columns)
    lattice[grid.cells] = count
    smoothed = gaussian_filter(lattice.reshape(grid.rows, grid.columns), 1.0, mode="constant").reshape(-1)
    result: F64 = smoothed[grid.cells]
    return result


def pai(held: F64, incidents: F64, grid: Grid) -> F64:
    """Return the pooled PAI along the last axis."""
    chosen = cells_of_area(len(grid), grid.hectares, SQUARE_MILES * SQUARE_METRES_A_SQUARE_MILE)
    area = chosen * grid.hectares * 10_000 / SQUARE_METRES_A_SQUARE_MILE
    result: F64 = held.sum(axis=-1) / incidents.sum(axis=-1) / (area / CITY_SQUARE_MILES)
    return result


def report(category: str, held: Held, grid: Grid, *, protocol: bool) -> Table:
    """Return the table of a category."""
    draws = np.random.default_rng(1).integers(0, len(held.most), (DRAWS, len(held.most)))
    table = Table(title=f"Portland, {category}: {held.incidents.sum():.0f} incidents", title_justify="left")
    for name in ("method", "hits", "PAI", "90 % interval", "PEI", "PAI less the count's", "reference"):
        table.add_column(name, justify="left" if name == "method" else "right")
    references = dict(zip((COUNT, KERNEL), REFERENCES[category], strict=True)) if protocol else {}
    drawn = {name: pai(values[draws], held.incidents[draws], grid) for name, values in held.hits.items()}
    for name, values in held.hits.items():
        found = float(pai(values, held.incidents, grid))
        low, high = np.quantile(drawn[name], [0.05, 0.95])
        less = found - float(pai(held.hits[COUNT], held.incidents, grid))
        less_low, less_high = np.quantile(drawn[name] - drawn[COUNT], [0.05, 0.95])
        table.add_row(
            name,
            f"{values.sum():.0f}",
            f"{found:.1f}",
            f"{low:.1f} to {high:.1f}",
            f"{values.sum() / held.most.sum():.3f}",
            "" if name == COUNT else f"{less:+.1f} ({less_low:+.1f} to {less_high:+.1f})",
            f"{references[name]:g}" if name in references else "",
        )
    return table


def main() -> None:
    """Print the protocol's figures, or those of other weeks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=date.fromisoformat, default=FIRST)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--hexagon", action="store_true")
    asked = parser.parse_args()
    grid = city_grid(asked.folder, hexagon=asked.hexagon)
    protocol = (asked.first, asked.weeks, asked.hexagon) == (FIRST, WEEKS, False)
    print(f"{len(grid):,} cells meet the boundary; weeks from {asked.first}, {asked.weeks}")
    for category in FILES:
        began = process_time()
        held = run(read_points(asked.folder, category), grid, asked.first, asked.weeks)
        Console(width=130).print(report(category, held, grid, protocol=protocol))
        print(f"{process_time() - began:.1f} s of CPU")
        if protocol:
            found = float(pai(held.hits[MODEL], held.incidents, grid))
            for word, goal in zip(("at least", "goal"), GOALS[category], strict=True):
                print(f"{category} PAI {found:.1f}, {word} {goal:g}: {'reached' if found >= goal else 'NOT reached'}")


if __name__ == "__main__":
    main()
