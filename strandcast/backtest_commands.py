"""`strandcast backtest`: how good forecasts of the past would have been, beside simple methods."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import erased_lines, plain_table
from strandcast.ranges import HORIZONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from features.incidents.incidents import Erased
    from features.periods import PeriodKind
    from strandcast.deployment import Deployment
    from training.backtest import Backtest
    from training.choice import Recipe

_MODEL = "stacked, boosted, a simple method, or champion or a version for its method; refitted."
_PERIOD = click.Choice(["week", "month"])
_WORKERS = "Processes that share the refits; each needs memory for a fit of its own."


@click.command()
@click.option("--period", type=_PERIOD, help="week or month; by default the workspace's.")
@click.option("--origins", type=int, default=25, show_default=True, help="Number of origins.")
@click.option("--every", type=int, default=2, show_default=True, help="Periods between origins.")
@click.option("--horizons", type=HORIZONS, default="1-4", show_default=True, help="Horizons: 1-4, or 1,2,8.")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last target: the newest period that ends by then.")
@click.option("--model", "name", default="stacked", show_default=True, help=_MODEL)
@click.option("--refit-every", type=int, default=5, show_default=True, help="Refit at every so many origins.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help=_WORKERS)
@click.option("--level", help="Level of the table and its ranges: the areas' own, or msoa, ward, district, lpa, force.")
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
    level: str | None,
    out: Path,
) -> None:
    """Forecast from past origins with what was known then, and write the forecast table.

    What is finished is kept: the same backtest, interrupted or asked for again, goes on where it stopped.
    """
    from features.incidents.batch import DEMAND, deliveries
    from features.incidents.erasures import erased_since
    from features.periods import start
    from models.levels import FORCE, level_members
    from models.table import check_suffix, write_table
    from strandcast.deployment import Deployment
    from training.backtest import BESIDE, Schedule, measured, run_backtests
    from training.choice import Recipe
    from training.honesty import Ranges

    check_suffix(out)
    schedule = Schedule(origins, every, horizons, refit_every, end.date() if end else None)
    with Deployment.open(context) as deployment:
        knowledge = deployment.knowledge(period)
        panel = knowledge.as_recorded().at().panel
        level_members(panel.areas, level or FORCE)
        recipe = _recipe(deployment, name)
        beside = [Recipe(method, recipe.calendar, recipe.seed) for method in BESIDE[panel.kind]]
        fits = {recipe.name: recipe.fit} | {simple.name: simple.fit for simple in beside}
        kept = deployment.workspace.backtests_folder
        with context.output.progress(f"Backtest of {recipe.name}") as advance:
            done = run_backtests(knowledge, schedule, fits, advance=advance, workers=workers, kept=kept)
        held = [item for _, item in deliveries(deployment.archive()) if item.use == DEMAND]
    made = done.pop(recipe.name)
    table = made.table(panel, level=level)
    write_table(table, out)
    days = [start(int(origin), panel.kind) for origin in made.origins]
    erased = sorted({item for day in days for item in erased_since(held, day)})
    others = {method: measured(test, panel) for method, test in done.items()}
    levels = dict.fromkeys((panel.areas.level, level or FORCE, FORCE))
    ranges = [row for own in levels for row in Ranges.of_backtest(made, panel, own).rows(recipe.seed)]
    _print_backtest(context, made, measured(made, panel), others, ranges, erased, len(table), out)


def _recipe(deployment: Deployment, name: str) -> Recipe:
    """Return what to fit; a registered model gives its recipe, for its own fit may have seen the periods asked for."""
    from models.registry import CHALLENGER, CHAMPION, KIND, read_manifest
    from training.choice import Recipe

    versions = {artefact.name for artefact in deployment.ledger.artefacts(KIND)}
    if name in {CHAMPION, CHALLENGER, *versions}:
        return Recipe.of_manifest(read_manifest(deployment.ledger, deployment.files, name))
    return Recipe(name, deployment.calendar(), deployment.workspace.settings.seed)


Rows = list[dict[str, Any]]


def _print_backtest(
    context: Context,
    made: Backtest,
    rows: Rows,
    others: Mapping[str, Rows],
    ranges: Rows,
    erased: Sequence[Erased],
    written: int,
    out: Path,
) -> None:
    columns = ["strand", "horizon", "poisson_deviance", "pinball", "rmse", "bias", "pai_5"]
    printed = [
        [row["strand"], str(row["horizon"] or "all"), *("" if row[c] is None else f"{row[c]:.4f}" for c in columns[2:])]
        for row in rows
    ]
    document = {
        "out": str(out),
        "rows": written,
        "origins": len(made.origins),
        "measures": rows,
        "simple": others,
        "ranges": ranges,
        "erased": [item.sentence() for item in erased],
    }
    title = f"{made.mean.size:,} forecasts from {len(made.origins)} origins against what was recorded"
    tables = [plain_table(title, columns, printed, columns[1:]), _beside(made.name, rows, others), _ranges(ranges)]
    context.output.result(document, *tables, lines=[*erased_lines(erased), f"Wrote {out}."])


def _beside(name: str, rows: Rows, others: Mapping[str, Rows]) -> Table:
    """Return for each strand, over all horizons, the model beside the best simple method of the same origins."""
    from training.backtest import over_horizons

    columns = ["strand", "measure", name, "best simple", "method", "difference"]
    mine = over_horizons(rows)
    simple = {method: over_horizons(found) for method, found in others.items()}
    printed = []
    for strand, own in mine.items():
        for measure in ("poisson_deviance", "pinball"):
            best = min(simple, key=lambda method, s=strand, m=measure: simple[method][s][m])  # type: ignore[misc]
            theirs = simple[best][strand][measure]
            apart = f"{own[measure] / theirs - 1:+.1%}" if theirs else ""
            printed.append(
                [strand, measure.removeprefix("poisson_"), f"{own[measure]:.4f}", f"{theirs:.4f}", best, apart]
            )
    return plain_table("Beside simple methods from the same origins", columns, printed, [*columns[2:4], "difference"])


def _ranges(rows: Rows) -> Table:
    """Return how honest the ranges are, by level and strand over all horizons."""
    columns = ["level", "strand", "8 in 10 held", "interval", "PIT distance", "CRPS", "width", "bias"]
    printed = [
        [
            row["level"],
            row["strand"],
            f"{row['coverage_80']:.1%}",
            f"{row['coverage_80_low']:.0%}-{row['coverage_80_high']:.0%}",
            f"{row['pit_distance']:.3f}",
            f"{row['crps']:.3f}",
            f"{row['width_80']:.1f}",
            "" if row["bias"] is None else f"{row['bias']:+.1%}",
        ]
        for row in rows
        if not row["horizon"]
    ]
    return plain_table("How honest the ranges are: randomised PIT, all horizons", columns, printed, columns[2:])
