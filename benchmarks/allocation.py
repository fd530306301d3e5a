"""Toronto allocation: the share of each week's incidents that plans reach, mean of 25 weeks, beside simple rules.

python -m benchmarks.allocation ALLOCATION_TOML [--model NAME] [--end DATE] [--origins N] [--every N]
    ALLOCATION_TOML: hours, bounds, reach curve and weights, fixed so that plans can be compared. By default the 25
    origins of the Toronto weekly protocol are scored; choices are made with --end 2020-12-27 or earlier.

Reach of a plan is the sum over areas and strands of weight x count x (1 - exp(-hours / scale_hours)), over the same sum
without the last factor, on the week's true counts. Plans are made from what was known before the week.
"""

import argparse
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from benchmarks.presence import one_patrol
from benchmarks.protocol import workspace
from benchmarks.toronto import PROTOCOL
from models.allocation.posed import Demand
from models.allocation.programme.problem import Problem
from models.progress import silent
from strandcast.deployment import Deployment
from training.backtest import Schedule, run_backtest
from training.choice import Recipe
from training.plans.contest import PLAN, SIMPLE, Outcome, contest
from training.plans.told import told
from training.plans.week import Week, histories, weeks_of

LEAST, GOAL = 0.6670, 0.6685
# Measured elsewhere under the same protocol.
REFERENCES = {
    "plan": 0.6672,
    "equal hours": 0.5756,
    "top-k": 0.5724,
    "last four weeks in proportion": 0.6559,
    "last year in proportion": 0.6620,
    "optimum for last year's mean": 0.6663,
    "clairvoyant": 0.7121,
}


def posed(fixed: Mapping[str, Any], demand: Demand) -> Problem:
    """Return the benchmark's problem."""
    weight = np.array([fixed["weight"][strand] for strand in demand.strands], dtype=np.float64)
    bounds = float(fixed["minimum_hours"]), float(fixed["maximum_hours"])
    hours, scale = float(fixed["total_hours"]), float(fixed["scale_hours"])
    return one_patrol(demand, weight, hours=hours, scale=scale, bounds=bounds)


def past_weeks(deployment: Deployment, schedule: Schedule, model: str) -> list[Week]:
    """Return the weeks of a schedule, forecast by a model."""
    knowledge = deployment.knowledge("week")
    recipe = Recipe(model, deployment.calendar(), deployment.workspace.settings.seed)
    made = run_backtest(knowledge, schedule, recipe.fit, name=model, advance=silent)
    panel = knowledge.as_recorded().at().panel
    return list(weeks_of(made, panel, histories(knowledge, made)))


def silently(_: int) -> None:
    """Tell nobody."""


def report(outcome: Outcome, model: str, *, scored: bool) -> None:
    """Print what each plan reached, and by how much the forecast's optimum was ahead of it."""
    print(f"share reached, mean of {len(outcome.starts)} weeks from {outcome.starts[0]} to {outcome.starts[-1]}, model")
    print(f"{model}; the plan's lead over each other plan with its 95 % interval, paired by week (Newey and West)")
    rows = {row.plan: row for row in told((outcome,))}
    for name, row in rows.items():
        ahead = row.ahead
        lead = "" if ahead is None else f"{ahead.mean:+.4f} ({ahead.low:+.4f} to {ahead.high:+.4f})"
        reference = f"({REFERENCES[name]:.4f})" if scored and name in REFERENCES else ""
        print(f"{name:30s} {row.reached:.4f} {reference:8s} regret {row.regret:.4f}  {lead}")
    reached = rows[PLAN].reached
    for what, figure in (("at least", LEAST), ("goal", GOAL)):
        print(f"{what} {figure:.4f}: {'reached' if reached >= figure else 'NOT reached'}")
    leads = [row.ahead for name, row in rows.items() if name in SIMPLE]
    clear = all(ahead is not None and ahead.low > 0 for ahead in leads)
    print(f"interval against every simple rule excludes zero: {'yes' if clear else 'NO'}")


def main() -> None:
    """Read the arguments, make the weeks and print."""
    parser = argparse.ArgumentParser(description="Toronto allocation.")
    parser.add_argument("rules", type=Path)
    parser.add_argument("--model", default="stacked")
    parser.add_argument("--end", type=date.fromisoformat)
    parser.add_argument("--origins", type=int, default=PROTOCOL.schedule.origins)
    parser.add_argument("--every", type=int, default=PROTOCOL.schedule.every)
    asked = parser.parse_args()
    fixed = tomllib.loads(asked.rules.read_text("utf-8"))
    ingest = ["ingest", "incidents", "examples/toronto/incidents.parquet", "--mapping", "examples/toronto/mapping.toml"]
    schedule = replace(PROTOCOL.schedule, end=asked.end, origins=asked.origins, every=asked.every)
    began = process_time()
    with workspace(["init", "--holidays", "CA-ON"], ingest) as deployed:
        weeks = past_weeks(deployed, schedule, asked.model)
    strands = weeks[0].demand.strands
    weight = np.array([fixed["weight"][strand] for strand in strands], dtype=np.float64)
    outcome = contest(weeks, lambda week: posed(fixed, week.demand), weight, silently)
    report(outcome, asked.model, scored=asked.end is None)
    print(f"CPU time {process_time() - began:.0f} s")


if __name__ == "__main__":
    main()
