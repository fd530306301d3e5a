"""Fitting the forecaster of weeks where monthly feeds speak."""

from collections.abc import Callable

import numpy as np

from features.calendar import Calendar
from features.panel import Panel
from models.beside_months import BesideMonths, PartForecaster, months_ahead, months_of
from models.day_weights import DayWeights

# A panel later in its month reaches one month further with the same number of weeks.
_SPARE = 1


def fit_beside_months(
    panel: Panel,
    horizons: tuple[int, ...],
    calendar: Calendar,
    fit: Callable[[Panel, tuple[int, ...]], PartForecaster],
) -> BesideMonths:
    """Fit a model of months, then one of weeks where dated feeds tell some, and the weights of days.

    Args:
        panel: Weeks, with months beside them.
        horizons: In weeks.
        calendar: Of the place.
        fit: Fits one model to a panel of one kind.

    Raises:
        ModelError: A history is too short.
    """
    months = months_of(panel)
    ahead = months_ahead(panel, horizons) + _SPARE
    monthly = fit(months.panel, tuple(range(1, ahead + 1)))
    dated = dated_strands(panel)
    weekly = fit(panel.only(dated), horizons) if dated else None
    days = DayWeights.fit(panel, calendar)
    return BesideMonths(horizons, panel.strands, dated, weekly, monthly, days, calendar)


def dated_strands(panel: Panel) -> tuple[str, ...]:
    """Return the strands of which some week was observed."""
    seen = np.flatnonzero(panel.observed.any(axis=(0, 1)))
    return tuple(panel.strands[column] for column in seen)
