"""Time in the twin: its weeks, the school year, bank holidays, events, trends and recording shocks."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from experiments.twin.county import Floats
from experiments.twin.parameters import WEEKS_A_YEAR, Parameters
from features import periods
from features.calendar import Calendar

_MONDAY = 0


@dataclass(frozen=True, eq=False)
class Weeks:
    """The Monday weeks of a simulation, those of the burn-in first.

    Attributes:
        first: Ordinal of the first week that is kept.
        count: Weeks that are kept.
        burn_in: Weeks before them.
        holidays: Share of each week's school days that are out of term, burn-in included.
        bank_holidays: Bank holidays in each week, burn-in included.
    """

    first: int
    count: int
    burn_in: int
    holidays: Floats = field(repr=False)
    bank_holidays: Floats = field(repr=False)

    @classmethod
    def ending(cls, end: date, count: int, burn_in: int) -> "Weeks":
        """Return `count` weeks, the last of them the newest that is over on `end`."""
        first = periods.ordinal(end + timedelta(days=1), "week") - count
        ordinals = np.arange(first - burn_in, first + count, dtype=np.int64)
        years = range(periods.start(int(ordinals[0]), "week").year - 1, end.year + 1)
        terms = tuple(term for year in years for term in school_terms(year))
        features = Calendar("GB-ENG", terms).features(ordinals, "week")
        # A school week is five days; weekends between two weeks of a term count as term in the calendar.
        holidays = 1.0 - np.minimum(features[:, 3] * 7 / 5, 1.0)
        return cls(first, count, burn_in, holidays, features[:, 2])

    @property
    def total(self) -> int:
        """Weeks simulated."""
        return self.burn_in + self.count

    @property
    def starts(self) -> NDArray[np.datetime64]:
        """Mondays of the weeks that are kept."""
        return periods.starts(np.arange(self.first, self.first + self.count, dtype=np.int64), "week")

    @property
    def last_day(self) -> date:
        """The last Sunday."""
        return periods.start(self.first + self.count, "week") - timedelta(days=1)

    def at(self, share: float) -> int:
        """Return the index, among the weeks that are kept, of the week at a share of the span."""
        return int(share * self.count)


def rhythm(parameters: Parameters, weeks: Weeks) -> Floats:
    """Return each kind's factor of season, holidays and trend, with mean 1 over the weeks kept; float64[kind, week]."""
    ordinals = np.arange(weeks.first - weeks.burn_in, weeks.first + weeks.count, dtype=np.int64)
    days = periods.starts(ordinals, "week")
    of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64) / 7
    years = (np.arange(weeks.total) - weeks.burn_in - weeks.count / 2) / WEEKS_A_YEAR
    factors = np.empty((len(parameters.kinds), weeks.total))
    for row, kind in zip(factors, parameters.kinds, strict=True):
        season = kind.season * np.cos(2 * np.pi * (of_year - kind.peak_week) / WEEKS_A_YEAR)
        calendar = kind.holidays * weeks.holidays + kind.bank_holiday * weeks.bank_holidays
        row[:] = np.exp(season + calendar + kind.trend * years)
    scaled: Floats = factors / factors[:, weeks.burn_in :].mean(axis=1, keepdims=True)
    return scaled


def recording(parameters: Parameters, weeks: Weeks) -> Floats:
    """Return each kind's factor of recording, 1 on average over the weeks kept; float64[kind, week]."""
    factors = np.ones((len(parameters.kinds), weeks.total))
    for shift in parameters.shifts:
        factors[parameters.index(shift.kind), weeks.burn_in + weeks.at(shift.at) :] *= shift.factor
    scaled: Floats = factors / factors[:, weeks.burn_in :].mean(axis=1, keepdims=True)
    return scaled


def school_terms(autumn: int) -> list[tuple[date, date]]:
    """Return the six half-terms of the school year that begins in an autumn, made by rule in the manner of Essex's."""
    easter = easter_sunday(autumn + 1)
    october = _weekday_from(date(autumn, 10, 21), _MONDAY)
    february = _weekday_from(date(autumn + 1, 2, 12), _MONDAY)
    may = _weekday_from(date(autumn + 1, 5, 25), _MONDAY)
    bounds = [
        (_weekday_from(date(autumn, 9, 3), _MONDAY), october),
        (october + timedelta(days=7), _weekday_from(date(autumn, 12, 20), _MONDAY)),
        (_weekday_from(date(autumn + 1, 1, 3), _MONDAY), february),
        (february + timedelta(days=7), easter - timedelta(days=6)),
        (easter + timedelta(days=8), may),
        (may + timedelta(days=7), _weekday_from(date(autumn + 1, 7, 22), _MONDAY)),
    ]
    # Each bound is the Monday on which the holiday begins; the term's last day is the Friday before.
    return [(first, after - timedelta(days=3)) for first, after in bounds]


def easter_sunday(year: int) -> date:
    """Return Easter Sunday, by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    month, day = divmod(h + k - 7 * ((a + 11 * h + 22 * k) // 451) + 114, 31)
    return date(year, month, day + 1)


def _weekday_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
