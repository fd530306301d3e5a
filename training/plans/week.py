"""A week of the past: what was known before it, and what happened in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features import periods
from features.knowledge import Knowledge
from features.panel import Panel
from features.periods import PERIODS_A_YEAR, PeriodKind
from models.allocation.posed import Demand
from models.patrol import patrol_share
from training.backtest import Backtest

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

DAYS_A_WEEK = 7
# What a simple rule takes for the recent past.
RECENT: dict[PeriodKind, int] = {"week": 4, "month": 1}


@dataclass(frozen=True, eq=False)
class Week:
    """One period that plans are made for.

    Attributes:
        start: Its first day.
        forecast: Its forecast of what is recorded.
        share: Share of each forecast that may draw patrols, float64[area, strand].
        year: Counts of the newest year that was known then, of what may draw patrols; float64[area, strand].
        periods: How many periods they are of.
        recent: The same of the newest four weeks, or the newest month.
        happened: What was recorded in the end that may draw patrols; 0 in cells that were not observed.
        seen: Which cells were observed with all their records; the others count for nobody.
        expected: What the truth expected, where somebody knows it; None: nobody does.
    """

    start: date
    forecast: Demand
    share: F64
    year: F64
    periods: int
    recent: F64
    happened: F64
    seen: Mask
    expected: Demand | None = None

    @property
    def demand(self) -> Demand:
        """The forecast of what may draw patrols; a share drawn at random keeps the dispersion."""
        return replace(self.forecast, mean=self.forecast.mean * self.share)

    @property
    def plain(self) -> Demand:
        """The mean of the newest year, spread as the forecast is: what a planner without forecasts would expect."""
        return replace(self.forecast, mean=self.year / self.periods, draws=None)

    def truth(self) -> Demand:
        """Return what happened as demand."""
        return replace(self.forecast, mean=self.happened, dispersion=np.zeros(self.happened.shape), draws=None)


def weeks_of(backtest: Backtest, panel: Panel, history: Iterable[Panel], *, everything: bool = False) -> Iterator[Week]:
    """Yield the first period that each origin of a backtest forecast.

    Args:
        backtest: Forecasts.
        panel: All that is known now, without recording changes.
        history: What was known at each origin.
        everything: Whether all that is recorded is demand, and not only what may draw patrols.
    """
    at = backtest.targets(panel)[:, 0]
    dispersion = backtest.dispersion()[:, 0]
    recorded = panel.counts if everything else panel.reported
    for number, (then, place) in enumerate(zip(history, at, strict=True)):
        known, seen = _on_strands(then, panel), panel.complete[place]
        before = known.counts if everything else known.reported
        start, end = (periods.start(panel.first + int(place) + step, panel.kind) for step in (0, 1))
        mean = backtest.mean[number, 0]
        yield Week(
            start=start,
            forecast=Demand(panel.strands, mean, dispersion[number], (end - start).days / DAYS_A_WEEK),
            share=np.ones(mean.shape) if everything else patrol_share(known),
            year=_summed(before, PERIODS_A_YEAR[panel.kind]),
            periods=max(1, min(PERIODS_A_YEAR[panel.kind], len(before))),
            recent=_summed(before, RECENT[panel.kind]),
            happened=np.where(seen, recorded[place], 0.0).astype(np.float64),
            seen=seen,
        )


def whole(weeks: Sequence[Week], panel: Panel) -> list[Week]:
    """Return the weeks of which every strand was observed everywhere, where it ever is: others tell a part alone.

    A plan that served what was not counted would look worse than it was, and a clairvoyant better.

    Raises:
        DataError: There is none.
    """
    usual = _usual(panel)
    found = [week for week in weeks if week.seen[:, usual].all()]
    if not found:
        problem = "not all records are in of any period asked for"
        raise DataError(problem, place="--end", fix="ask for earlier periods")
    return found


def last_whole(panel: Panel, end: date | None) -> date | None:
    """Return the last day of the newest period, until `end`, of which every strand is in; `end` where there is none."""
    full = panel.complete[:, :, _usual(panel)].all(axis=(1, 2))
    days = [periods.start(panel.first + int(at) + 1, panel.kind) - timedelta(days=1) for at in np.flatnonzero(full)]
    return max((day for day in days if end is None or day <= end), default=end)


def _usual(panel: Panel) -> Mask:
    """Return the strands that are ever observed with all their records, bool[strand]."""
    return np.asarray(panel.complete.any(axis=(0, 1)), dtype=np.bool_)


def histories(knowledge: Knowledge, backtest: Backtest) -> Iterator[Panel]:
    """Yield the panel that was known at each origin of a backtest, one at a time: they are large."""
    newest = knowledge.as_recorded().at()
    for origin in backtest.origins:
        yield knowledge.at_origin(int(origin), newest).panel


def _on_strands(then: Panel, panel: Panel) -> Panel:
    """Return what was known then on the strands known now: one that nothing was known of had no incidents."""
    return then if then.strands == panel.strands else then.only(panel.strands)


def _summed(counts: NDArray[np.float32], newest: int) -> F64:
    return np.asarray(counts[-newest:].sum(axis=0), dtype=np.float64)
