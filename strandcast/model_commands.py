"""`strandcast train` and `backtest`: a data scientist's commands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import erased_lines, plain_table
from strandcast.ranges import HORIZONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from features.incidents.incidents import Erased
    from features.knowledge import Knowledge
    from features.periods import PeriodKind
    from strandcast.deployment import Deployment
    from training.backtest import Backtest
    from training.choice import Recipe
    from training.record import Tracker

_MODEL = "boosted, a simple method, or champion or a version for its method; refitted."
_PERIOD = click.Choice(["week", "month"])


@click.command()
@click.option("--model", "name", default="boosted", show_default=True, help="boosted, or a simple method.")
@click.option("--horizons", type=HORIZONS, default="1-4", show_default=True, help="Horizons to serve: 1-4, or 1,2,8.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Learn only from what was known at this date.")
@click.option("--no-tracking", is_flag=True, help="Leave MLflow out.")
@command_options
def train(context: Context, name: str, horizons: tuple[int, ...], as_of: datetime | None, no_tracking: bool) -> None:
    """Train a model on all that is known, track the run in MLflow, and make it the challenger."""
    from strandcast.deployment import Deployment
    from training.choice import Recipe
    from training.train import train as run_training

    with Deployment.open(context) as deployment:
        known = deployment.knowledge().at(as_of.date() if as_of else None)
        recipe = Recipe(name, deployment.calendar(), deployment.workspace.settings.seed)
        trained = run_training(
            known,
            recipe,
            horizons,
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


@click.command()
@click.option("--period", type=_PERIOD, help="week or month; by default the workspace's.")
@click.option("--origins", type=int, default=25, show_default=True, help="Number of origins.")
@click.option("--every", type=int, default=2, show_default=True, help="Periods between origins.")
@click.option("--horizons", type=HORIZONS, default="1-4", show_default=True, help="Horizons: 1-4, or 1,2,8.")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last target: the newest period that ends by then.")
@click.option("--model", "name", default="boosted", show_default=True, help=_MODEL)
@click.option("--refit-every", type=int, default=5, show_default=True, help="Refit at every so many origins.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to share refits.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Forecast table: .parquet or .csv.")
@command_options
def backtest(
    context: Context,
    period: PeriodKind | None,
    origins: int,
    every: int,
    horizons: tuple[int, ...],
    end: datetime | None,
    name: str,
    refit_every: int,
    workers: int,
    out: Path,
) -> None:
    """Forecast from past origins with what was known then, and write the forecast table."""
    from features.incidents.batch import DEMAND, deliveries
    from features.incidents.erasures import erased_since
    from features.periods import start
    from models.table import check_suffix, write_table
    from strandcast.deployment import Deployment
    from training.backtest import Schedule, run_backtest

    check_suffix(out)
    schedule = Schedule(origins, every, horizons, refit_every, end.date() if end else None)
    with Deployment.open(context) as deployment:
        knowledge = deployment.knowledge(period)
        recipe = _recipe(deployment, name)
        with context.output.progress(f"Backtest of {recipe.name}") as advance:
            done = run_backtest(
                knowledge,
                schedule,
                recipe.fit,
                name=recipe.name,
                advance=advance,
                workers=workers,
                kept=deployment.workspace.backtests_folder,
            )
        held = [item for _, item in deliveries(deployment.archive()) if item.use == DEMAND]
    panel = knowledge.as_recorded().at().panel
    write_table(done.table(panel), out)
    days = [start(int(origin), panel.kind) for origin in done.origins]
    erased = sorted({item for day in days for item in erased_since(held, day)})
    _print_backtest(context, done, knowledge, erased, out)


def tracker_of(deployment: Deployment, *, off: bool) -> Tracker:
    """Return where training runs are tracked; `off` leaves MLflow out."""
    from training.record import Untracked

    if off:
        return Untracked()
    from training.tracking import MlflowTracker

    return MlflowTracker(deployment.workspace.mlflow_uri, deployment.workspace.mlartifacts)


def _recipe(deployment: Deployment, name: str) -> Recipe:
    """Return what to fit; a registered model gives its method, for its own fit may have seen the periods asked for."""
    from models.registry import CHALLENGER, CHAMPION, KIND, load
    from training.choice import Recipe

    versions = {artefact.name for artefact in deployment.ledger.artefacts(KIND)}
    if name in {CHAMPION, CHALLENGER, *versions}:
        name = load(deployment.ledger, deployment.files, name).model.method
    return Recipe(name, deployment.calendar(), deployment.workspace.settings.seed)


def _print_backtest(
    context: Context, done: Backtest, knowledge: Knowledge, erased: Sequence[Erased], out: Path
) -> None:
    from training.backtest import measured

    rows = measured(done, knowledge)
    columns = ["strand", "horizon", "poisson_deviance", "pinball", "rmse", "bias", "pai_5"]
    printed = [
        [row["strand"], str(row["horizon"] or "all"), *("" if row[c] is None else f"{row[c]:.4f}" for c in columns[2:])]
        for row in rows
    ]
    document = {
        "out": str(out),
        "rows": done.mean.size,
        "origins": len(done.origins),
        "measures": rows,
        "erased": [item.sentence() for item in erased],
    }
    title = f"{done.mean.size:,} forecasts from {len(done.origins)} origins against what was recorded"
    context.output.result(
        document, plain_table(title, columns, printed, columns[1:]), lines=[*erased_lines(erased), f"Wrote {out}."]
    )
