"""Backtests: forecasts from past origins with what was known then, refitted as time goes on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from errors import DataError
from features import periods
from features.knowledge import Knowledge
from features.panel import Panel
from models.forecaster import DemandForecaster
from models.progress import Advance
from models.table import COLUMNS, QUANTILES, forecast_table
from training.evaluate import Scored

Fit = Callable[[Panel, tuple[int, ...]], DemandForecaster]


@dataclass(frozen=True)
class Schedule:
    """Which origins are forecast from.

    Attributes:
        origins: How many.
        every: Periods from one to the next.
        horizons: Horizons forecast from each.
        refit_every: The model is refitted at every so many origins.
        end: The last target is the newest complete period whose last day is on or before this; None: the newest.
    """

    origins: int
    every: int
    horizons: tuple[int, ...]
    refit_every: int
    end: date | None = None

    def __post_init__(self) -> None:
        """Refuse a schedule that is empty.

        Raises:
            DataError: A number is not positive.
        """
        for name in ("origins", "every", "refit_every"):
            if getattr(self, name) < 1:
                raise DataError(
                    "must be 1 or more", place=f"--{name.replace('_', '-')}", fix="give a whole number above 0"
                )

    def ordinals(self, panel: Panel) -> list[int]:
        """Return the ordinals of the origins, oldest first; the largest horizon of the last falls on the last target.

        The last target is complete in some cell: a period whose records are not all in is no truth.

        Raises:
            DataError: The history is too short for so many.
        """
        whole = np.flatnonzero(panel.complete.any(axis=(1, 2)))
        target = panel.first + (int(whole[-1]) if len(whole) else -1)
        if self.end is not None:
            while target >= panel.first and periods.start(target + 1, panel.kind) > _after(self.end):
                target -= 1
        last = target - max(self.horizons) + 1
        found = [last - self.every * k for k in range(self.origins)][::-1]
        if found[0] <= panel.first:
            room = max(0, (last - panel.first - 1) // self.every + 1)
            raise DataError(
                f"{self.origins} origins every {self.every} {panel.kind}s reach back before the history, which begins "
                f"{periods.start(panel.first, panel.kind)}",
                place="--origins",
                fix=f"ask for at most {room}, or for fewer horizons",
            )
        return found


def run_backtest(knowledge: Knowledge, schedule: Schedule, fit: Fit, *, name: str, advance: Advance) -> pd.DataFrame:
    """Forecast from every origin of a schedule and return the forecast table.

    Only what was known at the beginning of the origin is used. Where feeds are late the newest periods before the
    origin are not known yet: the model is then fitted for, and asked for, so many horizons more, and the rows say
    "late-data"; where some were corrected for what was not in yet they say "incomplete-corrected"; where rows
    were erased since, "erased-rows".

    Args:
        knowledge: What was known when.
        schedule: Origins, horizons and refits.
        fit: Fits a forecaster to a panel for some horizons.
        name: Written as `model_version`.
        advance: Told of progress.

    Raises:
        DataError: The history is too short for the schedule.
        ModelError: The history is too short for the model.
    """
    newest = knowledge.as_recorded().at()
    origins = schedule.ordinals(newest.panel)
    tables: list[pd.DataFrame] = []
    model: DemandForecaster | None = None
    for number, origin in enumerate(origins):
        advance(number, len(origins))
        panel = knowledge.at_origin(origin, newest).panel
        late = origin - panel.first - len(panel.counts)
        needed = tuple(horizon + late for horizon in schedule.horizons)
        if model is None or number % schedule.refit_every == 0 or model.horizons != needed:
            model = fit(panel, needed)
        marks = {
            "late-data": late > 0,
            "incomplete-corrected": panel.corrected,
            "erased-rows": bool(panel.erased),
        }
        notices = [code for code, holds in marks.items() if holds]
        forecast = model.forecast(panel)
        table = forecast_table(forecast, panel, level=panel.areas.level, model_version=name, notices=notices)
        table["origin"] = pd.Timestamp(periods.start(origin, panel.kind))
        table["horizon"] -= late
        tables.append(table)
    advance(len(origins), len(origins))
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def measured(table: pd.DataFrame, knowledge: Knowledge) -> list[dict[str, Any]]:
    """Return the measures of a backtest against what is recorded now, overall and by strand and horizon.

    Cells that were not observed are left out, and those of which not all records are in: neither a corrected nor a
    rescaled count is a truth.
    """
    panel = knowledge.as_recorded().at().panel
    values = table.sort_values(["origin", "horizon"], kind="stable")
    shape = (values["origin"].nunique(), values["horizon"].nunique(), len(panel.areas), len(panel.strands))
    origins = np.array(sorted({periods.ordinal(day.date(), panel.kind) for day in values["origin"].unique()}))
    horizons = tuple(sorted(int(h) for h in values["horizon"].unique()))
    at = origins[:, None] + np.array(horizons)[None, :] - 1 - panel.first
    found = values[["mean", *QUANTILES]].to_numpy(np.float64).reshape(*shape, -1)
    count, seen = panel.counts[at].astype(np.float64), panel.complete[at]
    return Scored(count, found[..., 0], seen, found[..., 1:], horizons, panel.strands).rows()


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
