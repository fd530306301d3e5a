"""The outlook: what is expected next, and what has changed since the forecast of the period before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from features import periods
from features.panel import Panel
from ledger.artefacts import Artefact
from models.books import Books
from models.forecaster import Forecast
from models.levels import FORCE
from models.runs import KIND, ForecastRun, load_run
from models.table import forecast_table

PERIODS_SHOWN = 26


@dataclass(frozen=True)
class StrandOutlook:
    """One strand in the area as a whole; numbers of recorded incidents.

    Attributes:
        strand: The strand, or "all strands".
        expected: In the period to be planned.
        low: In 1 of 10 times it is lower.
        high: In 1 of 10 times it is higher.
        expected_before: What the forecast of the period before expected of the same one; None where there is none.
        last_forecast: What it expected of the newest period that is known by now.
        last_recorded: What was recorded in that, corrected where not all is in.
        last_share: Share of that which is usually in by now.
        fallback: Simple method that stands in for the model, "" where none does.
        recent: What was recorded in the newest periods, oldest first; NaN where nothing was observed.
    """

    strand: str
    expected: float
    low: float
    high: float
    expected_before: float | None
    last_forecast: float | None
    last_recorded: float | None
    last_share: float | None
    fallback: str
    recent: tuple[float, ...]


@dataclass(frozen=True)
class Outlook:
    """What a planner is told.

    Attributes:
        kind: "week" or "month".
        start: First day of the period to be planned.
        strands: Every strand, all together last where that is known.
        before: Name of the run that is compared with; "" where there is none.
        last_start: First day of the newest known period.
        districts: District to expected incidents of all strands together with the range; empty without districts.
    """

    kind: str
    start: date
    strands: tuple[StrandOutlook, ...]
    before: str
    last_start: date
    districts: Mapping[str, tuple[float, float, float]]


def previous_run(books: Books, run: ForecastRun) -> Artefact | None:
    """Return the newest run of an earlier origin, by origin and then by when it was recorded."""
    runs = [item for item in books.ledger.artefacts(KIND) if str(item.meta["origin"]) < str(run.meta["origin"])]
    own = [item for item in runs if item.meta["period"] == run.meta["period"]]
    return max(own, key=lambda item: (str(item.meta["origin"]), own.index(item)), default=None)


def outlook(run: ForecastRun, forecast: Forecast, panel: Panel, books: Books) -> Outlook:
    """Return the outlook of a run.

    Args:
        run: The recorded run.
        forecast: The forecast that it is of, for the ranges of totals.
        panel: What it was forecast from.
        books: Hold the run before.
    """
    horizon = run.next_horizon
    target = panel.first + len(panel.counts) + horizon - 1
    before = previous_run(books, run)
    old = load_run(books.ledger, books.files, before.name).frame if before else None
    newest = panel.first + len(panel.counts) - 1
    table = forecast_table(forecast, panel, level=FORCE, model_version=run.run_id)
    rows = table[table["horizon"] == horizon].to_dict("records")
    return Outlook(
        panel.kind,
        periods.start(target, panel.kind),
        tuple(_strand(row, panel, old, target, newest) for row in rows),
        before.name if before else "",
        periods.start(newest, panel.kind),
        _districts(forecast, panel, horizon),
    )


def _strand(row: Mapping[Any, Any], panel: Panel, old: pd.DataFrame | None, target: int, newest: int) -> StrandOutlook:
    strand = str(row["strand"])
    column = panel.strands.index(strand) if strand in panel.strands else None
    share = None
    if column is None:
        counted, seen = panel.once.sum(axis=(1, 2), dtype=np.float64), panel.observed.any(axis=(1, 2))
    else:
        counted = panel.counts[:, :, column].sum(axis=1, dtype=np.float64)
        seen = panel.observed[:, :, column].any(axis=1)
        share = float(panel.completeness[-1, column])
    recent = np.where(seen, counted, np.nan)[-PERIODS_SHOWN:].tolist()
    return StrandOutlook(
        strand,
        float(row["mean"]),
        float(row["q0.1"]),
        float(row["q0.9"]),
        _total(old, strand, target, panel),
        _total(old, strand, newest, panel),
        None if np.isnan(recent[-1]) else recent[-1],
        share,
        str(row["fallback"]),
        tuple(recent),
    )


def _total(old: pd.DataFrame | None, strand: str, period: int, panel: Panel) -> float | None:
    """Return what an earlier run expected of a strand in a period; None where it did not tell."""
    if old is None:
        return None
    start = pd.Timestamp(periods.start(period, panel.kind))
    rows = old[(old["period_start"] == start) & (old["strand"].astype(str) == strand)]
    return float(rows["mean"].sum()) if len(rows) else None


def _districts(forecast: Forecast, panel: Panel, horizon: int) -> dict[str, tuple[float, float, float]]:
    if "district" not in panel.areas.parents:
        return {}
    table = forecast_table(forecast, panel, level="district", model_version="")
    last = str(table["strand"].astype(str).iloc[-1])
    own = table[(table["horizon"] == horizon) & (table["strand"].astype(str) == last)]
    return {str(r["area_code"]): (float(r["mean"]), float(r["q0.1"]), float(r["q0.9"])) for r in own.to_dict("records")}
