"""Questions: how often must the trees be grown anew, and from how many horizons of an origin?

    python -m experiments.cadence refits WORKSPACE
    python -m experiments.cadence horizons WORKSPACE

Finding (bundled Toronto incidents, targets of 2018 to 2020, run on 2026-11-24; mean Poisson deviance, differences in
10,000 with 95 % intervals over 75 paired origins).

Refits, horizons 1 to 4: grown anew every 13 origins (26 weeks) .96313; every 5 origins +10.5 +- 8.2 (2018 +0.8, 2019
-2.1, 2020 +32.9); every 25 +11.0 +- 5.8 (+3.0, +6.1, +24.0). Before 2020 the cadence is lost in noise; why 2020
differs was not looked into. Nothing speaks for growing more often than twice a year; the rates and the rhythm are new
at every origin anyhow. Growing at every origin was not run.

Horizons 1 to 13, a fit a year: with about four horizons an origin, in turns, .97367; with all thirteen +1.3 +- 2.9, and
at horizons 1, 2, 4, 8 and 13 +2.6 +- 5.3, +7.2 +- 5.8, +4.9 +- 5.1, -0.1 +- 5.8 and +0.8 +- 5.4. Three times the rows
gain nothing: rows of one origin are of the same weeks. The turns are kept.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.development import F64, HORIZONS, deviances, origins, said, without_scored
from experiments.knowledge import weekly_knowledge
from experiments.past_rows import PastRows
from features.calendar import Calendar
from features.panel import Panel
from training.fit import HORIZONS_AN_ORIGIN

CADENCES = (13, 5, 25)
LONG = tuple(range(1, 14))


def refits(panel: Panel) -> None:
    """Print a line for each cadence after each year; a fit serves every cadence that it belongs to."""
    rows = PastRows.of(panel, HORIZONS, Calendar("CA-ON"))
    at = origins(panel)
    found = {cadence: np.zeros(at.shape) for cadence in CADENCES}
    for year, scheduled in enumerate(at):
        for number, origin in enumerate(scheduled):
            if all(number % cadence for cadence in CADENCES):
                continue
            booster = rows.grown(rows.learnt(int(origin)))
            longest = max(cadence for cadence in CADENCES if number % cadence == 0)
            tested = rows.at(scheduled[number : number + longest])
            deviance = rows.deviance(tested, rows.means(booster, tested))
            for cadence in CADENCES:
                if number % cadence == 0:
                    served = deviance[:cadence]
                    found[cadence][year, number : number + len(served)] = served
        for cadence, values in found.items():
            done = slice(year + 1)
            print(said(f"every {cadence} origins", values[done], found[CADENCES[0]][done]), flush=True)


def turns(rows: PastRows, every: int) -> NDArray[np.bool_]:
    """Return the rows that are left when each origin lends one horizon in so many, in turns."""
    # Origins that are learnt from are two weeks apart.
    return np.asarray((rows.origin // 2 + rows.target - rows.origin) % every == 0)


def horizons(panel: Panel) -> None:
    """Print lines for all horizons and for some, in turns."""
    rows = replace(PastRows.of(panel, LONG, Calendar("CA-ON")), refit=25)
    at = origins(panel) - (len(LONG) - max(HORIZONS))
    ways = {"as shipped": len(LONG) // HORIZONS_AN_ORIGIN, "all horizons": 1}
    found: dict[str, list[F64]] = {name: [] for name in ways}
    for scheduled in at:
        for learnt, tested in rows.fits(scheduled):
            for name, every in ways.items():
                mean = rows.means(rows.grown(learnt & turns(rows, every)), tested)
                found[name].append(rows.by_horizon(tested, deviances(rows.count[tested], mean)))
    told: dict[str, F64] = {name: np.concatenate(parts).reshape(*at.shape, -1) for name, parts in found.items()}
    for name, values in told.items():
        print(said(name, values.mean(axis=2), told["as shipped"].mean(axis=2)))
        for horizon in (1, 2, 4, 8, 13):
            own, shipped = values[..., horizon - 1], told["as shipped"][..., horizon - 1]
            print(said(f"{name}, horizon {horizon}", own, shipped))


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in {"refits", "horizons"}:
        raise SystemExit(__doc__)
    known = without_scored(weekly_knowledge(Path(sys.argv[2])).at().panel)
    (refits if sys.argv[1] == "refits" else horizons)(known)
