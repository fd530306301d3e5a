"""Periods: Monday weeks and calendar months, counted as integers.

A period is an *ordinal*: weeks since Monday 1970-01-05, months since 1970-01. Integers make lags and horizons plain
arithmetic, and the same code serves both kinds.
"""

from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

PeriodKind = Literal["week", "month"]
Days = NDArray[np.datetime64]

_FIRST_MONDAY = np.datetime64("1970-01-05", "D")
PERIODS_A_YEAR: dict[PeriodKind, int] = {"week": 52, "month": 12}


def ordinal_of(days: Days, kind: PeriodKind) -> NDArray[np.int64]:
    """Return the ordinal of the period that each day falls in."""
    if kind == "week":
        return ((days.astype("datetime64[D]") - _FIRST_MONDAY).astype(np.int64)) // 7
    return days.astype("datetime64[M]").astype(np.int64)


def ordinal(day: date, kind: PeriodKind) -> int:
    """Return the ordinal of the period that `day` falls in."""
    return int(ordinal_of(np.array([day], dtype="datetime64[D]"), kind)[0])


def starts(ordinals: NDArray[np.int64], kind: PeriodKind) -> Days:
    """Return the first day of each period, as datetime64[D]."""
    if kind == "week":
        return _FIRST_MONDAY + (ordinals * 7).astype("timedelta64[D]")
    return ordinals.astype("datetime64[M]").astype("datetime64[D]")


def start(number: int, kind: PeriodKind) -> date:
    """Return the first day of one period."""
    day: date = starts(np.array([number], dtype=np.int64), kind)[0].item()
    return day
