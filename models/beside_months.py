"""The forecaster of weeks where monthly feeds speak: months forecast and split, and dated feeds' own weeks added."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from errors import ModelError
from features import periods
from features.calendar import Calendar
from features.months import Months
from features.panel import Panel
from features.spec import GROUPS
from models.boosted import BoostedForecaster
from models.day_weights import DayWeights
from models.forecaster import F64, Factors, Forecast
from models.simple import SimpleForecaster
from models.split import Split, mixed, thinned
from models.spread import Spread
from models.stacked import StackedForecaster

PartForecaster = StackedForecaster | BoostedForecaster | SimpleForecaster

CALENDAR = [str(name) for name in GROUPS].index("calendar")
_NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class BesideMonths:
    """Forecasts weeks of strands of which some or all are told by monthly feeds.

    A strand's forecast is the sum of what its dated feeds are expected to count, by a model of weeks, and of what its
    monthly feeds are, by a model of months whose forecasts are split.

    Attributes:
        horizons: Horizons in weeks.
        strands: Strands it knows, in order.
        dated: The strands among them that dated feeds speak of.
        weekly: Model of the dated feeds' weeks; None where there are none.
        monthly: Model of the monthly feeds' months.
        days: What days count for, by `strands`.
        calendar: Of the place.
    """

    horizons: tuple[int, ...]
    strands: tuple[str, ...]
    dated: tuple[str, ...]
    weekly: PartForecaster | None
    monthly: PartForecaster
    days: DayWeights
    calendar: Calendar

    @property
    def method(self) -> str:
        """Name of the method of its parts."""
        return self.monthly.method

    def checked(self, panel: Panel) -> tuple[Panel, PartForecaster]:
        """Return the part that can be measured, and its panel: of its weeks, else of its months.

        Months split into weeks have no truth to be measured on.
        """
        if self.weekly is not None:
            return panel.only(self.dated), self.weekly
        return months_of(panel).panel, self.monthly

    def forecast(self, panel: Panel, *, explain: Sequence[int] = ()) -> Forecast:
        """Forecast the weeks from the panel's origin on.

        Raises:
            ModelError: The panel has other strands, no months beside its weeks, or months that end too early.
        """
        months = months_of(panel)
        if panel.strands != self.strands:
            problem = f"was trained for {len(self.strands)} strands, and this panel has {len(panel.strands)}"
            raise ModelError(problem, place="champion", fix="train again on the present data")
        apart = tuple(horizon for horizon in self.horizons if horizon in explain)
        parts = [self._of_months(months, panel, apart)]
        if self.weekly is not None:
            parts.append(self._of_weeks(self.weekly, panel, apart))
        mean: F64 = np.sum([part.mean for part in parts], axis=0)
        rows = [self.horizons.index(horizon) for horizon in apart]
        fallback = tuple(map(_first_named, zip(*(part.fallback for part in parts), strict=True)))
        return Forecast(
            mean,
            _mixed(parts),
            self.horizons,
            _factors(parts, mean[rows], rows, apart) if apart else None,
            self.method,
            fallback if any(fallback) else (),
        )

    def _of_months(self, months: Months, panel: Panel, apart: tuple[int, ...]) -> "_Part":
        split = Split.of(panel.origin, self.horizons, months.panel, self.days, self.calendar)
        if split.horizons[-1] > max(self.monthly.horizons):
            problem = f"needs months up to horizon {split.horizons[-1]}, and knows {max(self.monthly.horizons)}"
            raise ModelError(problem, place="champion", fix="train again on the present data")
        columns = np.array([self.strands.index(name) for name in months.panel.strands])
        rows = [self.horizons.index(horizon) for horizon in apart]
        needed = tuple(h for m, h in enumerate(split.horizons) if split.plain[rows, m].any())
        ahead = self.monthly.forecast(months.panel, explain=needed)
        share = split.share[:, :, columns]
        month_mean = ahead.mean[[ahead.horizons.index(horizon) for horizon in split.horizons]]
        part = _Part.empty(len(self.horizons), len(apart), panel, thinned(ahead.spread, split.horizons[0]), columns)
        part.mean[..., columns] = np.einsum("wms,mas->was", share, month_mean)
        if ahead.factors is None:
            return replace(part, fallback=_by_column(ahead.fallback, columns, len(self.strands)))
        for number, row in enumerate(rows):
            for m, horizon in enumerate(split.horizons):
                if split.plain[row, m] > 0:
                    found = ahead.factors.horizons.index(horizon)
                    weight = _over(share[row, m] * month_mean[m], part.mean[row][:, columns])
                    logs = np.log(np.maximum(ahead.factors.multipliers[found], _NOTHING))
                    logs[..., CALENDAR] += np.log(share[row, m] / split.plain[row, m])
                    part.logs[number][:, columns] += weight[..., None] * logs
                    part.calibration[number][:, columns] += weight * np.log(ahead.factors.calibration[found])
        return replace(part, fallback=_by_column(ahead.fallback, columns, len(self.strands)))

    def _of_weeks(self, weekly: PartForecaster, panel: Panel, apart: tuple[int, ...]) -> "_Part":
        columns = np.array([self.strands.index(name) for name in self.dated])
        ahead = weekly.forecast(panel.only(self.dated), explain=apart)
        part = _Part.empty(len(self.horizons), len(apart), panel, ahead.spread, columns)
        part.mean[..., columns] = ahead.mean
        if panel.months:
            # Where only monthly feeds have ever met a strand, a dated feed that never did is not one of the place.
            beside = [panel.strands.index(name) for name in panel.months.panel.strands]
            met = panel.months.panel.counts.any(axis=0)
            part.mean[:, :, beside] *= ~met | panel.counts[:, :, beside].any(axis=0)
        if ahead.factors is not None:
            part.logs[:, :, columns] = np.log(np.maximum(ahead.factors.multipliers, _NOTHING))
            part.calibration[:, :, columns] = np.log(ahead.factors.calibration)
        return replace(part, fallback=_by_column(ahead.fallback, columns, len(self.strands)))


@dataclass(frozen=True, eq=False)
class _Part:
    """What one of the two models gives.

    Attributes:
        mean: float64[week, area, strand], 0 for strands that it does not know.
        logs: float64[explained week, area, strand, group], log multipliers.
        calibration: float64[explained week, area, strand], logs.
        spread: How counts spread about its means, for the strands of `columns`.
        columns: Positions of the strands that it knows.
        fallback: Names of simple methods that stand in, by strand.
    """

    mean: F64
    logs: F64
    calibration: F64
    spread: Spread
    columns: NDArray[np.int64]
    fallback: tuple[str, ...] = ()

    @classmethod
    def empty(cls, weeks: int, explained: int, panel: Panel, spread: Spread, columns: NDArray[np.int64]) -> "_Part":
        """Return a part that expects nothing yet."""
        shape = (len(panel.areas), len(panel.strands))
        logs = np.zeros((explained, *shape, len(GROUPS)))
        return cls(np.zeros((weeks, *shape)), logs, np.zeros((explained, *shape)), spread, columns)


def months_of(panel: Panel) -> Months:
    """Return the months beside a panel's weeks.

    Raises:
        ModelError: There are none.
    """
    if panel.months is None:
        problem = "was trained with monthly feeds, and this panel has none"
        raise ModelError(problem, place="champion", fix="train again on the present data")
    return panel.months


def months_ahead(panel: Panel, weeks: Sequence[int]) -> int:
    """Return the largest horizon by months that weeks ahead of a panel lie in.

    Raises:
        ModelError: The panel has no months beside its weeks.
    """
    months = months_of(panel).panel
    last = panel.origin + timedelta(days=7 * max(weeks) - 1)
    return periods.ordinal(last, "month") - (months.first + len(months.counts)) + 1


def _factors(parts: Sequence[_Part], mean: F64, rows: list[int], horizons: tuple[int, ...]) -> Factors:
    """Take the sum of parts apart: logs averaged with their means as weights, and a base that gives the mean."""
    weighted = [(_over(part.mean[rows], mean), part) for part in parts]
    logs = np.sum([weight[..., None] * part.logs for weight, part in weighted], axis=0)
    calibration = np.exp(np.sum([weight * part.calibration for weight, part in weighted], axis=0))
    multipliers = np.exp(logs)
    return Factors(mean / (np.prod(multipliers, axis=-1) * calibration), multipliers, calibration, horizons)


def _mixed(parts: Sequence[_Part]) -> Spread:
    expected = np.array([part.mean.sum(axis=(0, 1)) for part in parts])
    return mixed([part.spread for part in parts], [part.columns for part in parts], expected)


def _over(above: F64, below: F64) -> F64:
    """Divide; 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros(np.broadcast_shapes(above.shape, np.shape(below))), where=below > 0)


def _by_column(names: tuple[str, ...], columns: NDArray[np.int64], strands: int) -> tuple[str, ...]:
    """Spread names by a part's own strands over all strands; none gives no names."""
    named = dict(zip(columns.tolist(), names, strict=False))
    return tuple(named.get(strand, "") for strand in range(strands))


def _first_named(names: tuple[str, ...]) -> str:
    return next((name for name in names if name), "")
