"""`strandcast tune`: the search for settings of the trees."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.model_commands import tracker_of
from strandcast.output import plain_table
from strandcast.ranges import HORIZONS

if TYPE_CHECKING:
    from features.periods import PeriodKind
    from training.tune import Tuned

_TRIALS_SHOWN = 5


@click.command()
@click.option("--study", "name", default="boosted", show_default=True, help="Name; a study that exists goes on.")
@click.option("--trials", type=int, default=30, show_default=True, help="End after so many more trials.")
@click.option("--minutes", type=float, help="End after so many minutes, if they pass first.")
@click.option("--period", type=click.Choice(["week", "month"]), help="week or month; by default the workspace's.")
@click.option("--origins", type=int, default=13, show_default=True, help="Origins that every trial forecasts from.")
@click.option("--every", type=int, default=4, show_default=True, help="Periods between origins.")
@click.option("--refit-every", type=int, default=7, show_default=True, help="Refit at every so many origins.")
@click.option("--horizons", type=HORIZONS, default="1-4", show_default=True, help="Horizons: 1-4, or 1,2,8.")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last target; left out: a year before the newest.")
@click.option("--out", type=click.Path(path_type=Path), help="Best settings, TOML, for strandcast train --settings.")
@click.option("--no-tracking", is_flag=True, help="Leave MLflow out.")
@command_options
def tune(
    context: Context,
    name: str,
    trials: int,
    minutes: float | None,
    period: PeriodKind | None,
    origins: int,
    every: int,
    refit_every: int,
    horizons: tuple[int, ...],
    end: datetime | None,
    out: Path | None,
    no_tracking: bool,
) -> None:
    """Search the settings of the trees by rolling-origin CRPS, on origins that the gate does not score."""
    from features.workspace import write_whole
    from strandcast.deployment import Deployment
    from training.choice import BOOSTED, Recipe
    from training.search import Budget, Rolling, search_schedule
    from training.studies import database_of
    from training.tune import tune as run_search

    with Deployment.open(context) as deployment:
        knowledge = deployment.knowledge(period)
        schedule = search_schedule(knowledge, origins, every, horizons, refit_every, end.date() if end else None)
        recipe = Recipe(BOOSTED, deployment.calendar(), deployment.workspace.settings.seed)
        with context.output.progress(f"Study {name}") as advance:
            tuned = run_search(
                database_of(deployment.workspace.root),
                name,
                Rolling(knowledge, schedule),
                recipe,
                Budget(trials, minutes),
                tracker=tracker_of(deployment, off=no_tracking),
                advance=advance,
                tell=context.output.say,
            )
    if out and tuned.settings:
        write_whole(out, tuned.settings.encode())
    _print(context, tuned, out)


def _print(context: Context, tuned: Tuned, out: Path | None) -> None:
    rows = [
        [str(number), f"{value:.5f}", ", ".join(f"{key} {setting:g}" for key, setting in params.items())]
        for number, value, params in tuned.best[:_TRIALS_SHOWN]
    ]
    weights = [[key, f"{share:.0%}"] for key, share in tuned.importances.items()]
    counted = ", ".join(f"{number} {state}" for state, number in tuned.counts.items())
    lines = [
        f"Study {tuned.name}: {counted}."
        + (" Interrupted: run the same command to go on." if tuned.interrupted else ""),
        f"Targets up to {tuned.last_target}; what comes later is left to the gate.",
        *([f"Wrote {out}."] if out and tuned.settings else []),
        f"Next: strandcast train --study {tuned.name}" if rows else "No trial was finished: search longer.",
    ]
    document = {
        "study": tuned.name,
        "trials": tuned.counts,
        "best": [{"trial": number, "crps": value, "settings": params} for number, value, params in tuned.best[:1]],
        "importances": tuned.importances,
        "last_target": tuned.last_target,
        "interrupted": tuned.interrupted,
        "mlflow_run": tuned.tracked_as,
        "out": str(out or ""),
    }
    found = [plain_table("Best trials", ["trial", "CRPS", "settings"], rows, ["trial", "CRPS"])] if rows else []
    if weights:
        found.append(plain_table("What the CRPS depended on", ["setting", "share"], weights, ["share"]))
    context.output.result(document, *found, lines=lines)
