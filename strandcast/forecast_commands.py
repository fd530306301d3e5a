"""`strandcast forecast`: the next periods, recorded."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strandcast.command import Context, command_options
from strandcast.output import erased_lines, plain_table
from strandcast.ranges import HORIZONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd
    from rich.table import Table

_MOST_AREAS_SHOWN = 12


@click.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Use only what was known at this date.")
@click.option("--horizons", type=HORIZONS, help="Write and show only these; by default all that the champion serves.")
@click.option("--level", help="Level of the table: the areas' own, or msoa, ward, district, lpa, force.")
@click.option("--out", type=click.Path(path_type=Path), help="Forecast table: .parquet or .csv.")
@command_options
def forecast(
    context: Context, as_of: datetime | None, horizons: tuple[int, ...] | None, level: str | None, out: Path | None
) -> None:
    """Forecast the next periods with the champion; the run is recorded before it is shown."""
    from models.levels import FORCE
    from models.preflight import take_up
    from models.registry import CHAMPION
    from models.stand_in import in_force
    from models.table import check_suffix, forecast_table, write_table
    from models.week import notices_of, run_forecast
    from strandcast.deployment import Deployment

    if out:
        check_suffix(out)
    with Deployment.open(context) as deployment:
        settings = deployment.workspace.settings
        asked = as_of.date() if as_of else None
        known = deployment.knowledge().at(asked)
        champion = in_force(take_up(deployment.ledger, deployment.files, CHAMPION), deployment.ledger)
        run = run_forecast(
            known,
            champion,
            notices=notices_of(known.panel, champion, synthetic=settings.synthetic, proxies=deployment.proxies()),
            attribution=settings.attribution,
            ledger=deployment.ledger,
            files=deployment.files,
            actor=deployment.actor,
        )
    expected, notices = champion.model.forecast(known.panel), run.meta["notices"]

    def at_level(name: str) -> pd.DataFrame:
        table = forecast_table(expected, known.panel, level=name, model_version=champion.version, notices=notices)
        return table[table["horizon"].isin(horizons or expected.horizons)]

    table = at_level(level or known.panel.areas.level)
    if out:
        write_table(table, out)
    document = {"run_id": run.run_id, "audit_id": run.audit_id, **run.meta, "rows": len(table), "out": str(out or "")}
    document["erased"] = [item.sentence() for item in known.panel.erased]
    lines = [
        f"Run {run.run_id} by {champion.version}, from what was known at {known.panel.as_of}.",
        f"Recorded as {run.audit_id}.",
        *([f"Notices: {', '.join(notices)}."] if notices else []),
        *_fallback_lines(run.meta),
        *([champion.suspension.sentence()] if champion.suspension else []),
        *erased_lines(known.panel.erased),
        *([settings.attribution] if settings.attribution else []),
        *([f"Wrote {out}."] if out else []),
        "Next: strandcast allocate --hours HOURS",
    ]
    context.output.result(document, _totals(at_level(FORCE), known.panel.kind), _areas(table), lines=lines)


def _fallback_lines(meta: Mapping[str, Any]) -> list[str]:
    """Return in sentences where a simple method stands in for the model."""
    levels = {"areas": meta["fallback"], **meta["level_fallback"]}
    return [
        f"{level.capitalize()}: {strand} is forecast by the simple method {method}."
        for level, methods in levels.items()
        for strand, method in methods.items()
    ]


def _totals(table: pd.DataFrame, kind: str) -> Table:
    """Return the force's total of each strand and horizon with its range."""
    columns = ["strand", f"{kind} from", "expected", "8 in 10 times"]
    rows = []
    for row in table.to_dict("records"):
        within = f"{row['q0.1']:.0f}-{row['q0.9']:.0f}"
        rows.append([str(row["strand"]), f"{row['period_start']:%Y-%m-%d}", f"{row['mean']:.1f}", within])
    return plain_table(f"Expected recorded incidents, all areas, by {kind}", columns, rows, columns[2:])


def _areas(table: pd.DataFrame) -> Table:
    """Return the areas with most expected incidents in the first period, all strands together."""
    from models.levels import ALL_STRANDS

    first = table[(table["horizon"] == table["horizon"].min()) & (table["strand"] != ALL_STRANDS)]
    ranked = first.groupby("area_code", observed=True)["mean"].sum().sort_values(ascending=False, kind="stable")
    rows = [[str(code), f"{value:.1f}"] for code, value in ranked.head(_MOST_AREAS_SHOWN).items()]
    title = f"Most expected from {first['period_start'].iloc[0]:%Y-%m-%d} ({len(rows)} of {len(ranked)} areas)"
    return plain_table(title, ["area", "expected"], rows, ["expected"])


@click.command()
@click.option("--area", "area_code", help="Code of an area; left out: the total of all areas.")
@click.option("--strand", required=True, help="The strand.")
@click.option("--horizon", type=click.IntRange(1), help="1 begins at the origin; left out: the next still to come.")
@click.option("--run", "run_id", help="Name of a forecast run; by default the newest.")
@command_options
def explain(context: Context, area_code: str | None, strand: str, horizon: int | None, run_id: str | None) -> None:
    """Show what a forecast rests on: base x multipliers x calibration; the look is recorded."""
    from models.explanation.contributions import explain_run
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        explained = explain_run(
            deployment.ledger,
            deployment.files,
            run_id,
            area_code=area_code,
            strand=strand,
            horizon=horizon,
            actor=deployment.actor,
        )
    factors = {"base": explained.explanation.base, **explained.explanation.multipliers}
    rows = [[name, f"{value:.3f}" if name == "base" else f"×{value:.3f}"] for name, value in factors.items()]
    rows.append(["calibration", f"×{explained.explanation.calibration:.3f}"])
    rows.append(["expected", f"{explained.explanation.mean:.3f}"])
    table = plain_table(
        f"{strand} in {area_code or 'all areas'}, horizon {explained.horizon}", ["factor", "value"], rows, ["value"]
    )
    notices = [f"Notices: {', '.join(explained.notices)}."] if explained.notices else []
    lines = [explained.explanation.sentence(), *notices, f"Run {explained.run_id}. Recorded as {explained.audit_id}."]
    context.output.result(explained.document(), table, lines=lines)
