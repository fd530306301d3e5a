"""Fitting the forecaster of weeks where monthly feeds speak."""

from collections.abc import Callable

from features.calendar import Calendar
from features.panel import Panel
from models.beside_months import BesideMonths, months_ahead, months_of
from models.day_weights import DayWeights
from models.forecaster import DemandForecaster
from training.evaluate import HoldOut

# A panel later in its month reaches one month further with the same number of weeks.
_SPARE = 1


def fit_beside_months(
    panel: Panel,
    horizons: tuple[int, ...],
    calendar: Calendar,
    fit: Callable[[Panel, tuple[int, ...]], tuple[DemandForecaster, HoldOut | None]],
) -> tuple[BesideMonths, HoldOut | None]:
    """Fit a model of months, one of weeks where dated feeds tell some, and the weights of days.

    Args:
        panel: Weeks, with months beside them.
        horizons: In weeks.
        calendar: Of the place.
        fit: Fits one model to a panel of one kind.

    Returns:
        The forecaster, and the hold-out of its weeks, or of its months where it has none: months split into weeks have
        no truth to be checked on.

    Raises:
        ModelError: A history is too short.
    """
    months = months_of(panel)
    ahead = months_ahead(panel, horizons) + _SPARE
    monthly, checked = fit(months.panel, tuple(range(1, ahead + 1)))
    dated = dated_strands(panel)
    weekly = None
    if dated:
        weekly, checked = fit(panel.only(dated), horizons)
    days = DayWeights.fit(panel, calendar)
    return BesideMonths(horizons, panel.strands, dated, weekly, monthly, days, calendar), checked


def dated_strands(panel: Panel) -> tuple[str, ...]:
    """Return the strands of which some week was observed."""
    seen = panel.observed.any(axis=(0, 1))
    return tuple(strand for strand, known in zip(panel.strands, seen, strict=True) if known)
