"""Shifts: named parts of the day that tile it, laid out over a week."""

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

DEFAULT = "early=07-15,late=15-23,night=23-07"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES_A_DAY = 1440
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
_MINUTES_AN_HOUR = 60
_ONE = re.compile(r"(?P<name>[^=,]*\S)\s*=\s*(?P<from>\d{1,2}(?::\d\d)?)\s*-\s*(?P<to>\d{1,2}(?::\d\d)?)")


@dataclass(frozen=True, order=True)
class Shift:
    """A part of the day.

    Attributes:
        begins: Minute of the day at which it begins.
        minutes: Its length; it may end on the next day.
        name: Its name.
    """

    begins: int
    minutes: int
    name: str

    @property
    def hours(self) -> str:
        """Its clock times, as 23:00-07:00."""
        return f"{_clock(self.begins)}-{_clock((self.begins + self.minutes) % MINUTES_A_DAY)}"


@dataclass(frozen=True)
class Shifts:
    """Shifts in the order in which they begin, which tile the day.

    A cell is a weekday and a shift, numbered from Monday's first shift on; a shift belongs to the day on which it
    begins, so Friday's night shift holds the small hours of Saturday.
    """

    shifts: tuple[Shift, ...]

    @classmethod
    def read(cls, text: str) -> "Shifts":
        """Return the shifts written as "early=07-15,late=15-23,night=23-07"; minutes may be given, as 07:30.

        Raises:
            ValueError: They are not written so or do not tile the day; the message is one sentence.
        """
        shifts = sorted(_read(part.strip()) for part in text.split(","))
        names = [shift.name for shift in shifts]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            msg = f"shifts need a name each, and two are called {twice}"
            raise ValueError(msg)
        for one, following in pairwise([*shifts, shifts[0]]):
            apart = (following.begins - one.begins) % MINUTES_A_DAY or MINUTES_A_DAY * (len(shifts) == 1)
            if apart != one.minutes:
                what = "overlap" if apart < one.minutes else "leave a gap"
                msg = f"shifts must tile the day, and {one.name} ({one.hours}) and {following.name} "
                msg += f"({following.hours}) {what}"
                raise ValueError(msg)
        return cls(tuple(shifts))

    @property
    def text(self) -> str:
        """The shifts as they are written."""
        return ",".join(f"{shift.name}={shift.hours}" for shift in self.shifts)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Minute of the week at which each cell begins, rising."""
        day = np.arange(7)[:, None] * MINUTES_A_DAY
        starts: NDArray[np.int64] = (day + np.array([shift.begins for shift in self.shifts])).ravel()
        return starts

    @property
    def even(self) -> NDArray[np.float64]:
        """Share of the week's minutes in each cell; sums to 1."""
        return np.tile([shift.minutes / MINUTES_A_WEEK for shift in self.shifts], 7)

    def __len__(self) -> int:
        """Return the number of shifts of a day."""
        return len(self.shifts)


def _read(part: str) -> Shift:
    found = _ONE.fullmatch(part)
    if found is None:
        msg = f"write shifts as name=from-to, parted by commas, as {DEFAULT}, not {part!r}"
        raise ValueError(msg)
    begins, ends = (_minute(found[name]) for name in ("from", "to"))
    return Shift(begins % MINUTES_A_DAY, (ends - begins) % MINUTES_A_DAY or MINUTES_A_DAY, found["name"])


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    if int(minute or 0) >= _MINUTES_AN_HOUR or int(hour) * _MINUTES_AN_HOUR + int(minute or 0) > MINUTES_A_DAY:
        msg = f"{text} is no time of day: hours go from 00 to 24, minutes from 00 to 59"
        raise ValueError(msg)
    return int(hour) * _MINUTES_AN_HOUR + int(minute or 0)


def _clock(minute: int) -> str:
    return f"{minute // _MINUTES_AN_HOUR:02}:{minute % _MINUTES_AN_HOUR:02}"
