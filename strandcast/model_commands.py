"""`strandcast train`: a data scientist's first command."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table
from strandcast.ranges import HORIZONS

if TYPE_CHECKING:
    from strandcast.deployment import Deployment
    from training.record import Tracker


@click.command()
@click.option("--model", "name", default="stacked", show_default=True, help="stacked, boosted, or a simple method.")
@click.option("--horizons", type=HORIZONS, help="Horizons to serve: 1-4, or 1,2,8; left out: 1-13 weeks or 1-3 months.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Learn only from what was known at this date.")
@click.option("--no-tracking", is_flag=True, help="Leave MLflow out.")
@command_options
def train(
    context: Context, name: str, horizons: tuple[int, ...] | None, as_of: datetime | None, no_tracking: bool
) -> None:
    """Train a model on all that is known, track the run in MLflow, and make it the challenger."""
    from strandcast.deployment import Deployment
    from training.choice import SERVED, Recipe
    from training.train import train as run_training

    with Deployment.open(context) as deployment:
        known = deployment.knowledge().at(as_of.date() if as_of else None)
        recipe = Recipe(name, deployment.calendar(), deployment.workspace.settings.seed)
        trained = run_training(
            known,
            recipe,
            horizons or SERVED[known.panel.kind],
            tracker=tracker_of(deployment, off=no_tracking),
            ledger=deployment.ledger,
            files=deployment.files,
            actor=deployment.actor,
            tell=context.output.say,
        )
    overall = {key: value for key, value in trained.metrics.items() if "/" not in key}
    document = {
        "version": trained.version,
        "alias": "challenger",
        "mlflow_run": trained.tracked_as,
        "audit_id": trained.audit_id,
        "metrics": trained.metrics,
    }
    rows = [[key, f"{value:.4f}"] for key, value in overall.items()]
    table = plain_table("On periods that the model had not seen", ["measure", "value"], rows, ["value"])
    lines = [
        f"{trained.version} is challenger. Recorded as {trained.audit_id}.",
        "Next: strandcast promote --reason REASON",
    ]
    context.output.result(document, *([table] if rows else []), lines=lines)


def tracker_of(deployment: Deployment, *, off: bool) -> Tracker:
    """Return where training runs are tracked; `off` leaves MLflow out."""
    from training.record import Untracked

    if off:
        return Untracked()
    from training.tracking import MlflowTracker

    return MlflowTracker(deployment.workspace.mlflow_uri, deployment.workspace.mlartifacts)
