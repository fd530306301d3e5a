"""`strandcast allocate evaluate`: what plans of past weeks would have reached, beside simple rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table
from strandcast.plan_values import ResourceHours

if TYPE_CHECKING:
    from rich.table import Table

    from strandcast.deployment import Deployment
    from training.plans.contest import Outcome
    from training.plans.intervals import Interval
    from training.plans.posing import Posing
    from training.plans.told import Told
    from training.plans.week import Week

# Fewer hours than this are shown as none.
_SHOWN = 0.05
_MODEL = "stacked, boosted or a simple method; refitted with what was known then."


@click.command()
@click.option("--period", type=click.Choice(["week", "month"]), help="week or month; by default the workspace's.")
@click.option("--origins", type=int, default=25, show_default=True, help="Number of plans.")
@click.option("--every", type=int, default=1, show_default=True, help="Periods between plans.")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last plan: for the newest period that ends by then.")
@click.option("--model", "name", default="stacked", show_default=True, help=_MODEL)
@click.option("--refit-every", type=int, default=5, show_default=True, help="Refit at every so many plans.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes for the refits.")
@click.option(
    "--hours",
    type=ResourceHours(),
    multiple=True,
    metavar="H|RESOURCE=H",
    help="Hours of a period, of all patrols together or of one resource; may be repeated.",
)
@click.option("--objective", type=click.Choice(["reached", "prevented"]), help="In place of the resources' own.")
@click.option("--effect", type=click.Choice(["low", "central", "high"]), default="central", show_default=True)
@click.option("--weights", metavar="SET", help="Set of harm weights, of harm.toml.")
@click.option(
    "--resources", type=click.Path(path_type=Path), help="Resources, TOML; left out: the workspace's resources.toml."
)
@click.option("--out", type=click.Path(path_type=Path), help="Table, a row a plan and period: .parquet or .csv.")
@click.option("--picture", type=click.Path(path_type=Path), help="Picture: .png or .svg.")
@command_options
def evaluate(context: Context, /, **asked: Any) -> None:
    """Plan past weeks from what was known before each, and score the plans on what happened, beside simple rules.

    Forecasts are a backtest's and are kept as its are: the same command, interrupted, goes on where it stopped.
    """
    from models.table import check_suffix, write_frame
    from strandcast.deployment import Deployment
    from training.plans.contest import contest
    from training.plans.picture import check_picture, draw
    from training.plans.record import record
    from training.plans.told import by_week, document, told

    if asked["out"]:
        check_suffix(asked["out"])
    if asked["picture"]:
        check_picture(asked["picture"])
    with Deployment.open(context) as deployment:
        weeks, posing, meta = _past(context, deployment, asked)
        with context.output.progress("Plans") as advance:
            outcome = contest(weeks, posing.pose, posing.weight, lambda done: advance(done, len(weeks)))
        rows, table = told((outcome,)), by_week(outcome)
        recorded = record(table, meta, deployment.books())
        marks = deployment.marks()
    if asked["out"]:
        write_frame(table, asked["out"])
    if asked["picture"]:
        draw(outcome, rows, asked["picture"], marks)
    written = [f"Wrote {path}." for path in (asked["out"], asked["picture"]) if path]
    answer = {
        "evaluation": recorded.name,
        "audit_id": recorded.audit_id,
        **meta,
        "plans": document(rows),
    }
    context.output.result(
        answer, _table(outcome, rows), lines=[*_lines(outcome, rows, meta["left_out"]), *written, recorded.said()]
    )


def _past(context: Context, deployment: Deployment, asked: dict[str, Any]) -> tuple[list[Week], Posing, dict[str, Any]]:
    """Return the weeks of the past, what poses their programmes, and what they were made from."""
    from models.allocation.choices import Choices
    from models.allocation.resources import load_resources
    from training.backtest import Schedule, run_backtest
    from training.choice import Recipe
    from training.plans.posing import Posing
    from training.plans.week import histories, last_whole, weeks_of, whole

    workspace, end = deployment.workspace, asked["end"]
    resources = load_resources(asked["resources"] or workspace.resources_file, workspace.taxonomy())
    by_resource = _hours(asked["hours"])
    choices = Choices(
        total_hours=by_resource.pop("", None),
        hours=by_resource,
        objective=asked["objective"],
        effect=asked["effect"],
        harm_set=asked["weights"],
    )
    knowledge = deployment.knowledge(asked["period"])
    newest = knowledge.as_recorded().at()
    last = last_whole(newest.panel, end.date() if end else None)
    schedule = Schedule(asked["origins"], asked["every"], (1,), asked["refit_every"], last)
    recipe = Recipe(asked["name"], deployment.calendar(), workspace.settings.seed)
    with context.output.progress(f"Forecasts of {recipe.name}") as advance:
        made = run_backtest(
            knowledge,
            schedule,
            recipe.fit,
            name=recipe.name,
            advance=advance,
            workers=asked["workers"],
            kept=workspace.backtests_folder,
        )
    made_for = list(weeks_of(made, newest.panel, histories(knowledge, made)))
    weeks = whole(made_for, newest.panel)
    spreads = {week.start.isoformat(): spread for week, spread in zip(made_for, made.spreads, strict=True)}
    meta = {
        "model": recipe.name,
        "snapshot": newest.snapshot_hash,
        "period": newest.panel.kind,
        "first": weeks[0].start.isoformat(),
        "last": weeks[-1].start.isoformat(),
        "origins": len(weeks),
        "left_out": len(made_for) - len(weeks),
    }
    return weeks, Posing(resources, choices, workspace.harm(), newest.panel, spreads), meta


def _hours(given: tuple[tuple[str, float], ...]) -> dict[str, float]:
    """Return hours by resource, "" for all patrols together."""
    by_resource = dict(given)
    if len(by_resource) < len(given):
        raise click.UsageError("--hours: hours are given twice for one resource, or for all patrols together")
    return by_resource


def _table(outcome: Outcome, rows: list[Told]) -> Table:
    columns = ["plan", "reached", "regret", "ahead by", "regret saved"]
    printed = [
        [
            row.plan,
            f"{row.reached:.2%}",
            f"{row.regret:.2%}",
            _percent(row.ahead, "+.2f"),
            _percent(row.saved, ".0f"),
        ]
        for row in rows
    ]
    title = f"{len(outcome.starts)} plans from {outcome.starts[0]} to {outcome.starts[-1]}, scored on what happened"
    return plain_table(title, columns, printed, columns[1:], whole=["plan"])


def _percent(interval: Interval | None, form: str) -> str:
    """Return a percentage with its interval."""
    if interval is None:
        return ""
    mean, low, high = (format(100 * value, form) for value in (interval.mean, interval.low, interval.high))
    return f"{mean} ({low} to {high})"


def _lines(outcome: Outcome, rows: list[Told], left_out: int) -> list[str]:
    """Return what has to be said beside the figures."""
    from training.plans.told import best_simple

    best = best_simple(rows)
    lines = [
        "Harm is that of incidents which may draw patrols. Regret is what the clairvoyant, who knows the counts, would",
        "have reached more; leads of the plan are in percentage points, regret saved in per cent, with 95 % intervals",
        "that allow for weeks that go together.",
        f"The best simple rule was {best.plan}.",
    ]
    if left_out:
        lines.append(f"{left_out} periods are left out: not all their records are in, so nobody can say what happened.")
    unplaced = float(outcome.unplaced[0].mean())
    return [*lines, f"The plan left {unplaced:,.1f} hours a period unplaced."] if unplaced >= _SHOWN else lines
