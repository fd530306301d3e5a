"""Plans of SYNTHETIC counties whose truth is known: regret against the plan made from the true intensities.

python -m benchmarks.twin_plans [--model NAME] [--teams] [SEED ...]

Each seed is a twin of three years with all that makes records late, lost and corrected; 25 weekly plans, made from what
was known before each week. The truth knows the intensity of each cell given all that happened before the week and the
patrols of that week; its dispersion by strand is fitted to the weeks that are scored. Plans are scored by what the
truth expects them to reach, and by what happened. One patrol by presence, 20 hours a week for 63 % of an area's
incidents, as `resources.toml` has it; --teams: beside it the resources shipped for Essex, with their own rules. Seeds 1
to 3 by default, which no scoring uses.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from benchmarks.presence import one_patrol
from benchmarks.protocol import workspace
from benchmarks.twin_forecasts import FEEDS, expected
from experiments.twin.county import essex
from experiments.twin.parameters import Parameters
from experiments.twin.twin import DEFAULT_END, WEEKS_A_TWIN_YEAR, make_twin
from experiments.twin.writing import write_twin
from features.panel import Panel
from models.allocation.choices import Choices
from models.allocation.resources import resources_of
from models.allocation.resources.shipped import default_text
from models.distribution import fit_dispersion
from models.progress import silent
from training.backtest import Schedule, run_backtest
from training.choice import Recipe
from training.plans.contest import PLAN, Outcome, Pose, contest
from training.plans.posing import Posing
from training.plans.told import Told, best_simple, told
from training.plans.week import Week, histories, weeks_of

F64 = NDArray[np.float64]

SCHEDULE = Schedule(25, 1, (1,), 13)
# Of the one patrol, by area: 5,385 hours a week.
HOURS_AN_AREA, SCALE_HOURS = 5.0, 20.0
PATROL, TEAMS = "one patrol by presence", "the resources shipped for Essex"
LEAST, GOAL = 0.30, 0.50


@dataclass(frozen=True)
class World:
    """What one seed gives.

    Attributes:
        seed: Which.
        outcomes: What plans reached, by who was placed.
        cpu: Seconds of CPU, twin and forecasts included.
    """

    seed: int
    outcomes: Mapping[str, Outcome]
    cpu: float


def world(seed: int, model: str, *, teams: bool) -> World:
    """Make a twin, forecast it, plan and score."""
    began = process_time()
    weeks, panel, posing = past(seed, model)
    placed = {PATROL: one_patrol_of(panel)} | ({TEAMS: (posing.pose, posing.weight)} if teams else {})
    outcomes = {name: contest(weeks, pose, weight, lambda _: None) for name, (pose, weight) in placed.items()}
    return World(seed, outcomes, process_time() - began)


def past(seed: int, model: str) -> tuple[list[Week], Panel, Posing]:
    """Return the weeks of a twin with its truth, its panel, and what poses programmes of the shipped resources."""
    twin = make_twin(essex(), seed, DEFAULT_END, 3 * WEEKS_A_TWIN_YEAR, Parameters.load(), silent)
    with tempfile.TemporaryDirectory(prefix="strandcast-twin-") as folder:
        write_twin(twin, Path(folder), silent)
        init = ["init", "--synthetic", "--taxonomy", "essex-2018", "--areas", f"{folder}/areas.csv"]
        ingests = [["ingest", feed, f"{folder}/{feed}"] for feed in FEEDS]
        with workspace([*init, "--period", "week", "--holidays", "GB-ENG"], *ingests) as deployment:
            knowledge, of_place = deployment.knowledge("week"), deployment.workspace
            recipe = Recipe(model, deployment.calendar(), of_place.settings.seed)
            made = run_backtest(knowledge, SCHEDULE, recipe.fit, name=model, advance=silent)
            panel = knowledge.as_recorded().at().panel
            weeks = list(weeks_of(made, panel, histories(knowledge, made), everything=True))
            resources = resources_of(default_text("essex-2018").decode(), of_place.taxonomy())
            posing = Posing(resources, Choices(), of_place.harm(), panel, {})
    return list(with_truth(weeks, expected(twin, made, panel)[:, 0])), panel, posing


def one_patrol_of(panel: Panel) -> tuple[Pose, F64]:
    """Return the programme of one patrol by presence, every incident counting as one."""
    weight, hours = np.ones(len(panel.strands)), HOURS_AN_AREA * len(panel.areas)
    return lambda week: one_patrol(week.demand, weight, hours=hours, scale=SCALE_HOURS), weight


def with_truth(weeks: Sequence[Week], mean: F64) -> Iterator[Week]:
    """Yield weeks with what the truth expected, float64[week, area, strand], spread as the strand's counts were."""
    count, seen = (np.stack([getattr(week, name) for week in weeks]) for name in ("happened", "seen"))
    dispersion = np.zeros(mean.shape)
    for s in range(mean.shape[-1]):
        own = seen[..., s]
        dispersion[..., s] = fit_dispersion(count[..., s][own], mean[..., s][own])
    for number, week in enumerate(weeks):
        truth = replace(week.forecast, mean=mean[number], dispersion=dispersion[number])
        yield replace(week, expected=truth)


def report(worlds: Sequence[World], placed: str) -> None:
    """Print each seed's figures and all together."""
    print(
        f"\n{placed}; regret: share of a week's expected incidents that the plan from the true intensities reaches more"
    )
    for one in worlds:
        print(f"seed {one.seed}: {line(told((one.outcomes[placed],)))}; CPU {one.cpu:.0f} s")
    rows = told(tuple(one.outcomes[placed] for one in worlds))
    print(
        f"SYNTHETIC twins, seeds {' '.join(str(one.seed) for one in worlds)}, {len(worlds) * SCHEDULE.origins} weeks:"
    )
    for row in rows:
        lead = "" if row.ahead is None else f"{row.ahead.mean:+.5f} ({row.ahead.low:+.5f} to {row.ahead.high:+.5f})"
        less = "" if row.saved is None else f"{row.saved.mean:.1%} ({row.saved.low:.1%} to {row.saved.high:.1%})"
        print(f"{row.plan:30s} reached {row.reached:.4f} regret {row.regret:.5f} plan's lead {lead} saved {less}")
    found = best_simple(rows).saved
    if found is not None:
        for what, figure in (("at least", LEAST), ("goal", GOAL)):
            print(f"{what} {figure:.0%} of the best simple rule's regret saved: {said(found.mean >= figure)}")


def said(reached: bool) -> str:  # noqa: FBT001 - the one thing it is about
    """Return whether a figure is reached, as text."""
    return "reached" if reached else "NOT reached"


def line(rows: list[Told]) -> str:
    """Return one world in a line."""
    best, plan = best_simple(rows), next(row for row in rows if row.plan == PLAN)
    less = "" if best.saved is None else f", {best.saved.mean:.1%} less"
    return f"regret {plan.regret:.5f}, best simple rule ({best.plan}) {best.regret:.5f}{less}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Plans of SYNTHETIC counties.")
    parser.add_argument("--model", default="stacked")
    parser.add_argument("--teams", action="store_true")
    parser.add_argument("seeds", type=int, nargs="*", default=[1, 2, 3])
    asked = parser.parse_args()
    made_worlds = []
    for seed_number in asked.seeds:
        made_worlds.append(world(seed_number, asked.model, teams=asked.teams))
        for name, outcome in made_worlds[-1].outcomes.items():
            print(f"seed {seed_number}, {name}: {line(told((outcome,)))}", flush=True)
    for name in made_worlds[0].outcomes:
        report(made_worlds, name)
