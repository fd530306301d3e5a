"""Backtests: forecasts from past origins with what was known then, refitted as time goes on."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError
from features import periods
from features.knowledge import Knowledge, Known
from features.panel import Panel
from models.distribution import quantiles
from models.forecaster import Forecast
from models.progress import Advance
from models.spread import Spread
from models.table import COLUMNS, forecast_table
from training.evaluate import Scored
from training.kept import KeptRun
from training.refits import Answer, Fit, PanelAt, Refit, in_turn
from training.workers import side_by_side

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Simple methods that stand beside every model; what beats none of them has learnt nothing.
BESIDE: dict[periods.PeriodKind, tuple[str, ...]] = {
    "week": ("mean-52", "weighted-0.05", "shrunken"),
    "month": ("mean-12", "weighted-0.15", "shrunken"),
}

# By method and number of the refit.
Answers = dict[tuple[str, int], list[Answer]]


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
        if panel.months and not panel.complete.any():
            problem = "give months alone, so no week was ever seen that a forecast could be measured on"
            raise DataError(problem, place="feeds", fix="use --period month, or ingest a dated feed")
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


@dataclass(frozen=True, eq=False)
class Backtest:
    """Forecasts of one method from past origins.

    Invariants: one forecast and one tuple of notices an origin; every forecast is of the same grid.

    Attributes:
        name: Of the method, written as `model_version`.
        origins: int64[origin], ordinals, ascending.
        horizons: Horizons, counted from each origin.
        forecasts: Without factors. Where feeds were late a forecast's own horizons are so many periods longer, counted
            from the first period that was not known yet.
        notices: Codes that hold for every row of an origin.
    """

    name: str
    origins: I64
    horizons: tuple[int, ...]
    forecasts: tuple[Forecast, ...]
    notices: tuple[tuple[str, ...], ...]

    @cached_property
    def mean(self) -> F64:
        """float64[origin, horizon, area, strand], expected counts."""
        return np.stack([forecast.mean for forecast in self.forecasts])

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """How counts spread about the means, an origin each."""
        return tuple(forecast.spread for forecast in self.forecasts)

    @property
    def fallback(self) -> tuple[tuple[str, ...], ...]:
        """What stood in for the model at each origin, as `Forecast.fallback`."""
        return tuple(forecast.fallback for forecast in self.forecasts)

    def dispersion(self) -> F64:
        """Return the dispersion of one area's counts, float64[origin, horizon, area, strand]."""
        return np.stack([forecast.dispersion for forecast in self.forecasts])

    def targets(self, panel: Panel) -> I64:
        """Return the position of each target in a panel, int64[origin, horizon]."""
        positions: I64 = self.origins[:, None] + np.array(self.horizons)[None, :] - 1 - panel.first
        return positions

    def table(self, panel: Panel, *, level: str | None = None) -> pd.DataFrame:
        """Return the forecast table, rows in the order origin, horizon, area, strand.

        Args:
            panel: All that is known now, on whose grid the forecasts are.
            level: The areas' own level, or one above; by default their own.

        Raises:
            DataError: The areas have no such level.
        """
        tables: list[pd.DataFrame] = []
        for number, forecast in enumerate(self.forecasts):
            origin = int(self.origins[number])
            late = forecast.horizons[0] - self.horizons[0]
            day = periods.start(origin, panel.kind)
            then = replace(panel.until(origin - late), as_of=day)
            table = forecast_table(
                forecast, then, level=level or panel.areas.level, model_version=self.name, notices=self.notices[number]
            )
            table["origin"] = pd.Timestamp(day)
            table["horizon"] -= late
            tables.append(table)
        return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def run_backtest(
    knowledge: Knowledge,
    schedule: Schedule,
    fit: Fit,
    *,
    name: str,
    advance: Advance,
    workers: int = 1,
    kept: Path | None = None,
) -> Backtest:
    """Forecast from every origin of a schedule with one method, as `run_backtests` does with several."""
    return run_backtests(knowledge, schedule, {name: fit}, advance=advance, workers=workers, kept=kept)[name]


def run_backtests(
    knowledge: Knowledge,
    schedule: Schedule,
    fits: Mapping[str, Fit],
    *,
    advance: Advance,
    workers: int = 1,
    kept: Path | None = None,
) -> dict[str, Backtest]:
    """Forecast from every origin of a schedule with several methods, each from the same panels.

    Only what was known at the beginning of the origin is used. Where feeds are late the newest periods before the
    origin are not known yet: a model is then fitted for, and asked for, so many horizons more, and the rows say
    "late-data"; where some were corrected for what was not in yet they say "incomplete-corrected"; where rows
    were erased since, "erased-rows".

    Args:
        knowledge: What was known when.
        schedule: Origins, horizons and refits.
        fits: Name of each method, written as `model_version`, to what fits it to a panel for some horizons.
        advance: Told of progress.
        workers: Processes that refits are shared among, with the same forecasts to the bit as of 1, which is this
            process.
        kept: Folder in which finished refits are kept, and found again by the same backtest; None keeps none.

    Returns:
        A backtest a method, by name.

    Raises:
        DataError: The history is too short for the schedule.
        ModelError: The history is too short for a model.
    """
    newest = knowledge.as_recorded().at()
    origins = schedule.ordinals(newest.panel)
    runs = _kept_runs(knowledge, newest, schedule, origins, fits, kept)
    answers, refits = _outstanding(schedule, origins, fits, runs)

    def panel_at(origin: int) -> Panel:
        return knowledge.at_origin(origin, newest).panel

    advance(_origins_done(answers, fits), len(origins))
    made = _made(refits, schedule.horizons, panel_at, workers)
    # Closing ends the processes, whatever ends the loop.
    with closing(made):
        for refit, found in made:
            for name, answer in found.items():
                so_far = answers.setdefault((name, refit.number), [])
                so_far.append(answer)
                if name in runs and len(so_far) == len(refit.origins):
                    runs[name].keep(refit.number, so_far)
            advance(_origins_done(answers, fits), len(origins))
    return {name: _backtest(name, schedule, origins, answers) for name in fits}


def _outstanding(
    schedule: Schedule, origins: Sequence[int], fits: Mapping[str, Fit], runs: Mapping[str, KeptRun]
) -> tuple[Answers, list[Refit]]:
    """Return the answers that were kept, and the refits that are still to be made."""
    answers: Answers = {}
    refits = []
    for number in range(-(-len(origins) // schedule.refit_every)):
        own = tuple(origins[number * schedule.refit_every :][: schedule.refit_every])
        for name, run in runs.items():
            found = run.read(number, own)
            if found is not None:
                answers[name, number] = found
        missing = {name: fit for name, fit in fits.items() if (name, number) not in answers}
        if missing:
            refits.append(Refit(number, own, missing))
    return answers, refits


def _origins_done(answers: Answers, fits: Mapping[str, Fit]) -> int:
    return sum(len(made) for made in answers.values()) // len(fits)


def _made(
    refits: Sequence[Refit], horizons: tuple[int, ...], panel_at: PanelAt, workers: int
) -> Generator[tuple[Refit, dict[str, Answer]]]:
    if workers > 1 and len(refits) > 1:
        return side_by_side(refits, horizons, panel_at, workers)
    return in_turn(refits, horizons, panel_at)


def _kept_runs(
    knowledge: Knowledge,
    newest: Known,
    schedule: Schedule,
    origins: Sequence[int],
    fits: Mapping[str, Fit],
    kept: Path | None,
) -> dict[str, KeptRun]:
    """Return what is kept of each method's run; changes apply to what was known, not to what is measured on."""
    if kept is None:
        return {}
    known, asked = (newest, knowledge.changes), (origins, schedule.horizons, schedule.refit_every)
    runs = {name: KeptRun.of(kept, knowledge=known, schedule=asked, fit=fit) for name, fit in fits.items()}
    for run in runs.values():
        run.tidy()
    return runs


def _backtest(name: str, schedule: Schedule, origins: Sequence[int], answers: Answers) -> Backtest:
    numbers = sorted(number for method, number in answers if method == name)
    mine = [answer for number in numbers for answer in answers[name, number]]
    return Backtest(
        name,
        np.array(origins, dtype=np.int64),
        schedule.horizons,
        tuple(answer.forecast for answer in mine),
        tuple(answer.notices for answer in mine),
    )


def measured(backtest: Backtest, panel: Panel) -> list[dict[str, Any]]:
    """Return the measures of a backtest against what is recorded, overall and by strand and horizon.

    Cells that were not observed are left out, and those of which not all records are in: neither a corrected nor a
    rescaled count is a truth.

    Args:
        backtest: Forecasts.
        panel: All that is known now, without recording changes.
    """
    at = backtest.targets(panel)
    count, seen = panel.counts[at].astype(np.float64), panel.complete[at]
    found = quantiles(backtest.mean, backtest.dispersion())
    return Scored(count, backtest.mean, seen, found, backtest.horizons, panel.strands).rows()


def over_horizons(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the means over all horizons of measures that are means over cells, by strand; "all" is first."""
    strands = dict.fromkeys(str(row["strand"]) for row in rows)
    found = {}
    for strand in strands:
        own = [row for row in rows if row["strand"] == strand]
        cells = sum(row["cells"] for row in own)
        means = ("poisson_deviance", "pinball")
        found[strand] = {name: sum(row[name] * row["cells"] for row in own) / cells for name in means}
    return found


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
