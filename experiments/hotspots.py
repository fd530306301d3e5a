"""Question: what places next week's burglaries and vehicle thefts better than a plain count of the cell?

    python -m experiments.hotspots FOLDER [WEEKS]

FOLDER: data of the NIJ challenge of 2017 (Portland). Forecasts WEEKS weeks (156 by default) before 2016-06-01, which no
benchmark scores, each with what came before it, weights fitted again every eighth week, with all components and without
some of them. Printed: log-likelihood an incident, and incidents in the 28, 56, 111, 223 and 446 cells of 250 ft that
were ranked first.

Finding (Portland 2013-06-05 to 2016-05-31, run on 2026-11-24): all components place 20, 46, 82, 136 and 235 of 3,019
burglaries where the count places 18, 34, 66, 111 and 185, and 219, 275, 343, 476 and 649 of 5,159 vehicle thefts
where the count places 208, 259, 319, 439 and 557; log-likelihood -8.4495 and -7.6512 an incident. In each of the
three years the model's 111 cells held as many incidents as the count's or more. What was tried on the way, with
weights fitted on the other two years and the grid also moved by half a cell: components linear in the counts alone
held 71 and 84 burglaries (two grids) and 338 and 336 thefts; thresholds on cells 77 and 80, 343 and 349; on places
too 83 and 78, 342 and 352, and the best likelihood on both grids and strands. Thresholds for the other strand's
counts or the ring of cells, more half-lives (60, 365 days) and LightGBM upon the sum (79 burglaries, 347 thefts on
one grid) gained nothing that lasts. Log-likelihood is the firmer guide: pooled over three years 111 cells still hold
but 80 burglaries.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from features.areas.grids import Grid, square_grid
from features.areas.plane import Plane
from models.hotspots.evidence import COMPONENTS, DAYS_OF_A_WEEK, Evidence
from models.hotspots.intensity import fit
from models.hotspots.lattice import Sources, Spread
from models.hotspots.points import F64, Points
from models.hotspots.ranking import hits
from models.hotspots.study import plain_count

END, WEEKS, EVERY = date(2016, 6, 1), 156, 8
DATA_BEGIN = date(2012, 3, 1)
METRES_A_FOOT, CELL_FEET = 0.3048, 250
CHOSEN = (28, 56, 111, 223, 446)
FILES = {"burglary": "portland-burglary-2012-2017.csv", "vehicle theft": "portland-motor-vehicle-theft-2012-2017.csv"}
# Name of a variant to the beginnings or ends of the components that it lacks.
WITHOUT = {
    "all": (),
    "without places": ("place beyond",),
    "without thresholds": ("place beyond", "cell beyond"),
    "without other strands": ("other strands",),
    "without 14 days": ("strand, 14", "other strands, 14"),
    "without surroundings": ("near", "district"),
}


def number(day: date) -> int:
    """Return days since 1970-01-01."""
    return int(np.datetime64(day).astype(np.int64))


def points_of(folder: Path, category: str) -> Points:
    """Return the points before the last week, one category as the strand that is forecast."""
    table = pd.concat([pd.read_csv(folder / name).assign(own=kind == category) for kind, name in FILES.items()])
    day = pd.to_datetime(table["occurrence_date"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    x, y = (table[name].to_numpy(np.float64) for name in ("easting_ft", "northing_ft"))
    return Points.of(day, x, y, table["own"].to_numpy(bool), np.ones(len(table))).before(number(END))


def score(points: Points, grid: Grid, lacks: tuple[str, ...], weeks: int) -> tuple[float, F64, F64]:
    """Return log-likelihood an incident, and incidents in the cells ranked first, by the model and by a count."""
    evidence = Evidence(Sources.of(points, grid, Spread.of(grid)), number(DATA_BEGIN), number(END))
    keep = np.array([not any(name.startswith(part) or name.endswith(part) for part in lacks) for name in COMPONENTS])
    found, plain, likelihood, incidents = np.zeros(len(CHOSEN)), np.zeros(len(CHOSEN)), 0.0, 0.0
    model = None
    for week in range(weeks):
        day = number(END) - DAYS_OF_A_WEEK * (weeks - week)
        if model is None or week % EVERY == 0:
            model = fit(evidence, day, components=keep)
        expected, truth = model.expected(evidence, day), points.counted(grid, day, day + DAYS_OF_A_WEEK)
        found += [hits(expected, truth, chosen) for chosen in CHOSEN]
        plain += [hits(plain_count(points, grid, day), truth, chosen) for chosen in CHOSEN]
        some = truth > 0
        likelihood += float(truth[some] @ np.log(expected[some]) - expected.sum())
        incidents += float(truth.sum())
    return likelihood / incidents, found, plain


def main(folder: Path, weeks: int) -> None:
    """Print each variant's figures."""
    corners = pd.read_csv(folder / "portland-boundary.csv").to_numpy(np.float64)
    grid = square_grid(shapely.Polygon(corners), CELL_FEET * METRES_A_FOOT, Plane.flat(METRES_A_FOOT))
    for category in FILES:
        points = points_of(folder, category)
        for name, lacks in WITHOUT.items():
            likelihood, found, plain = score(points, grid, lacks, weeks)
            if name == "all":
                print(category, "count, one year", *plain.astype(int), sep="\t")
            print(category, name, f"{likelihood:.4f}", *found.astype(int), sep="\t", flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else WEEKS)
