"""`strandcast train`: a data scientist's first command."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table
from strandcast.ranges import HORIZONS

if TYPE_CHECKING:
    from models.boosted import BoostingSettings
    from strandcast.deployment import Deployment
    from training.record import Tracker


@click.command()
@click.option("--model", "name", default="stacked", show_default=True, help="stacked, boosted, or a simple method.")
@click.option("--horizons", type=HORIZONS, help="Horizons to serve: 1-4, or 1,2,8; left out: 1-13 weeks or 1-3 months.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Learn only from what was known at this date.")
@click.option("--settings", "settings_file", type=click.Path(path_type=Path), help="Settings of trees, TOML.")
@click.option("--study", help="Study of strandcast tune whose best settings are taken.")
@click.option("--no-tracking", is_flag=True, help="Leave MLflow out.")
@command_options
def train(
    context: Context,
    name: str,
    horizons: tuple[int, ...] | None,
    as_of: datetime | None,
    settings_file: Path | None,
    study: str | None,
    no_tracking: bool,
) -> None:
    """Train a model on all that is known, track the run in MLflow, and make it the challenger."""
    from strandcast.deployment import Deployment
    from training.choice import SERVED, Recipe
    from training.train import train as run_training

    with Deployment.open(context) as deployment:
        settings = _settings(deployment, settings_file, study, name)
        known = deployment.knowledge().at(as_of.date() if as_of else None)
        recipe = Recipe(name, deployment.calendar(), deployment.workspace.settings.seed, settings)
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


def _settings(
    deployment: Deployment, settings_file: Path | None, study: str | None, name: str
) -> BoostingSettings | None:
    """Return the settings that were asked for; None: as shipped."""
    if settings_file is None and study is None:
        return None
    from models.simple import NAMES
    from training.studies import best_settings, database_of, read_settings

    if settings_file is not None and study is not None:
        raise click.UsageError("give --settings or --study, not both")
    if name != "boosted" and name.partition("-")[0] in NAMES:
        option = "--settings" if settings_file is not None else "--study"
        raise click.UsageError(f"{option}: {name} grows no trees; leave it out or use --model boosted or stacked")
    if settings_file is not None:
        return read_settings(settings_file)
    return best_settings(database_of(deployment.workspace.root), study or "")


def tracker_of(deployment: Deployment, *, off: bool) -> Tracker:
    """Return where training runs are tracked; `off` leaves MLflow out."""
    from training.record import Untracked

    if off:
        return Untracked()
    from training.tracking import MlflowTracker
    from training.tracking_place import address

    workspace = deployment.workspace
    return MlflowTracker(address(workspace.database_url, workspace.root), workspace.mlartifacts)
