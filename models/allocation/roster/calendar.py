"""The days and shifts of a plan's period, over which hours are laid out."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.periods import PeriodKind
from models.profiles.shifts import WEEKDAYS, Shifts

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Calendar:
    """Shifts of consecutive days.

    A cell is a day and a shift, numbered from the first day's first shift on: 7 x shifts cells of a week, and of a
    month as many as it has days, each with the shares of its weekday. A shift belongs to the day on which it begins.

    Attributes:
        shifts: The shifts of a day.
        first: First day.
        days: How many.
    """

    shifts: Shifts
    first: date
    days: int

    @classmethod
    def of(cls, shifts: Shifts, kind: PeriodKind, start: date) -> "Calendar":
        """Return the calendar of the week or month that begins at `start`."""
        following = periods.start(periods.ordinal(start, kind) + 1, kind)
        return cls(shifts, start, (following - start).days)

    def __len__(self) -> int:
        """Return the number of cells."""
        return self.days * len(self.shifts)

    @cached_property
    def of_week(self) -> I64:
        """Cell of the week, as `Shifts` numbers them, of each cell of the period; int64[cell]."""
        weekday = (self.first.weekday() + np.arange(self.days)) % len(WEEKDAYS)
        return (weekday[:, None] * len(self.shifts) + np.arange(len(self.shifts))).ravel().astype(np.int64)

    def spread(self, week: F64) -> F64:
        """Return shares of the period, float64[..., cell], from shares of a week, float64[..., cell of the week]."""
        shares = week[..., self.of_week]
        result: F64 = shares / shares.sum(axis=-1, keepdims=True)
        return result

    def day(self, number: int) -> date:
        """Return the date of a day by its number, 0 the first."""
        return self.first + timedelta(days=number)

    def when(self, cell: int) -> dict[str, str]:
        """Return the day and shift of a cell, as JSON values."""
        day, shift = divmod(cell, len(self.shifts))
        return {"day": self.day(day).isoformat(), "shift": self.shifts.shifts[shift].name}

    def document(self) -> dict[str, object]:
        """Return the days and shifts as JSON values."""
        return {
            "days": [self.day(number).isoformat() for number in range(self.days)],
            "shifts": [{"shift": shift.name, "hours": shift.hours} for shift in self.shifts.shifts],
        }
