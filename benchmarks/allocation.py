"""Toronto allocation: the share of each week's incidents that plans reach, mean of 25 weeks; and the time of a solve.

python -m benchmarks.allocation ALLOCATION_TOML [FORECASTS]
    ALLOCATION_TOML: hours, bounds, reach curve and weights, fixed so that plans can be compared; FORECASTS: the table
    that `strandcast backtest` writes under the Toronto weekly protocol; left out, the boosted forecaster makes it now

Reach of a plan is the sum over areas and strands of weight x count x (1 - exp(-hours / scale_hours)), over the same sum
without the last factor, on the week's true counts. Plans are made from what was known before the week.
"""

import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.protocol import workspace
from benchmarks.toronto import PROTOCOL
from features import periods
from features.panel import Panel
from models.allocation.curve import F64, ReachCurve
from models.allocation.problem import AllocationProblem
from models.allocation.solver import solve
from models.progress import silent
from models.table import cube
from strandcast.deployment import Deployment
from training.backtest import run_backtest
from training.choice import Recipe

GOAL = 0.6665
# Measured elsewhere under the same protocol.
REFERENCES = {
    "equal": 0.5756,
    "top_k": 0.5724,
    "proportional_4": 0.6559,
    "proportional_52": 0.6620,
    "optimum of the 52-week mean": 0.6663,
    "optimum of the forecast": 0.6672,
    "clairvoyant": 0.7121,
}


def problem(fixed: Mapping[str, Any], demand: F64, strands: tuple[str, ...], total: float) -> AllocationProblem:
    """Return the benchmark's problem for an expected demand, float64[area, strand]."""
    areas = len(demand)
    return AllocationProblem(
        area_codes=tuple(f"{number:05d}" for number in range(areas)),
        strands=strands,
        demand=demand,
        weights=np.array([fixed["weight"][strand] for strand in strands], dtype=np.float64),
        weights_source="the benchmark",
        curve=ReachCurve(float(fixed["scale_hours"]), "the benchmark"),
        total_hours=total,
        minimum_hours=np.full(areas, float(fixed["minimum_hours"])),
        maximum_hours=np.full(areas, float(fixed["maximum_hours"])),
        district=None,
        district_minimum={},
    )


def within_bounds(share: Callable[[float], F64], fixed: Mapping[str, Any]) -> F64:
    """Return share(c) clipped to the bounds, with the c at which all hours are spent; share grows with c."""
    low, high = 0.0, 1e9
    hours = share(0.0)
    for _ in range(200):
        middle = (low + high) / 2
        hours = np.clip(share(middle), fixed["minimum_hours"], fixed["maximum_hours"])
        low, high = (middle, high) if hours.sum() < fixed["total_hours"] else (low, middle)
    return hours


def top_k(counts: F64, fixed: Mapping[str, Any]) -> F64:
    """Return the minimum everywhere and the rest at the maximum in the areas with most incidents.

    Four weeks tie often: lower area codes first gives .5716, higher ones first .5729; the reference lies between.
    """
    hours = np.full(len(counts), float(fixed["minimum_hours"]))
    left = fixed["total_hours"] - hours.sum()
    for area in np.argsort(-counts, kind="stable"):
        hours[area] += min(left, fixed["maximum_hours"] - fixed["minimum_hours"])
        left = fixed["total_hours"] - hours.sum()
    return hours


def plans(panel: Panel, at: int, forecast: F64, fixed: Mapping[str, Any]) -> dict[str, F64]:
    """Return the hours of every rule for the week at index `at` of the panel."""
    counts = panel.counts.astype(np.float64)
    months, year = (counts[at - weeks : at].sum(axis=(0, 2)) for weeks in (4, 52))

    def optimum(demand: F64) -> F64:
        return solve(problem(fixed, demand, panel.strands, float(fixed["total_hours"]))).hours

    return {
        "equal": np.full(len(year), fixed["total_hours"] / len(year)),
        "top_k": top_k(months, fixed),
        "proportional_4": within_bounds(lambda c: c * months, fixed),
        "proportional_52": within_bounds(lambda c: c * year, fixed),
        "optimum of the 52-week mean": optimum(counts[at - 52 : at].mean(axis=0)),
        "optimum of the forecast": optimum(forecast),
        "clairvoyant": optimum(counts[at]),
    }


def forecasts(deployment: Deployment, named: list[str]) -> pd.DataFrame:
    """Return the forecasts of horizon 1, read or made."""
    if named:
        read = pd.read_parquet if named[0].endswith(".parquet") else pd.read_csv
        table: pd.DataFrame = read(named[0])
    else:
        recipe = Recipe("boosted", deployment.calendar(), deployment.workspace.settings.seed)
        knowledge = deployment.knowledge("week")
        done = run_backtest(knowledge, PROTOCOL.schedule, recipe.fit, name="boosted", advance=silent)
        table = done.table(knowledge.as_recorded().at().panel)
    return table[table["horizon"] == 1]


def reaches(panel: Panel, table: pd.DataFrame, fixed: Mapping[str, Any]) -> pd.DataFrame:
    """Return the share that each rule reached, a row a week."""
    rows = []
    weights = np.array([fixed["weight"][strand] for strand in panel.strands], dtype=np.float64)
    for origin, week in table.groupby("origin"):
        at = periods.ordinal(pd.Timestamp(str(origin)).date(), "week") - panel.first
        mean, areas, strands, _ = cube(week)
        if (areas, strands) != (panel.areas.codes, panel.strands):
            raise SystemExit("the forecasts are of other areas or strands")
        truth = panel.counts[at].astype(np.float64) @ weights
        made = plans(panel, at, mean[0], fixed)
        for hours in made.values():
            if abs(hours.sum() - fixed["total_hours"]) > 1e-6:
                raise SystemExit("a rule did not spend all hours")
        rows.append({name: truth @ -np.expm1(-h / fixed["scale_hours"]) / truth.sum() for name, h in made.items()})
    return pd.DataFrame(rows)


def print_times(fixed: Mapping[str, Any]) -> None:
    """Print the time of a solve at the size of a city and of a county, on SYNTHETIC demand."""
    strands = tuple(fixed["weight"])
    for areas in (140, 1_111):
        demand = np.random.default_rng(1).gamma(0.7, 4.0, (areas, len(strands)))
        asked = problem(fixed, demand, strands, 17.0 * areas)
        began = perf_counter()
        plan = solve(asked)
        spent = perf_counter() - began
        gap = plan.gap / plan.objective
        print(f"{areas:,} areas: {spent:.2f} s, {plan.rounds} programmes, gap {gap:.1e} of the optimum")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    rules = tomllib.loads(Path(sys.argv[1]).read_text("utf-8"))
    ingest = ["ingest", "incidents", "examples/toronto/incidents.parquet", "--mapping", "examples/toronto/mapping.toml"]
    with workspace(["init", "--holidays", "CA-ON"], ingest) as deployed:
        found = reaches(deployed.knowledge("week").at().panel, forecasts(deployed, sys.argv[2:]), rules)
    print(f"share reached, mean of {len(found)} weeks (reference); difference to the forecast's optimum +- 1.96 se")
    for rule, reach in found.mean().items():
        apart = found["optimum of the forecast"] - found[rule]
        error = 1.96 * apart.std(ddof=1) / len(found) ** 0.5
        print(f"{rule:30s} {reach:.4f} ({REFERENCES[str(rule)]:.4f})  {apart.mean():+.4f} +- {error:.4f}")
    reached = float(found["optimum of the forecast"].mean())
    print(f"goal {GOAL:g}: {'reached' if reached >= GOAL else 'NOT reached'}")
    print_times(rules)
