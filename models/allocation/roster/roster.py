"""The roster: a plan's hours by resource, district, area, day and shift."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.posts import TOGETHER
from models.allocation.roster.calendar import Calendar
from models.allocation.roster.duty import Duty
from models.allocation.roster.shares import ProfileShares, rests_on
from models.profiles.shifts import WEEKDAYS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_A_QUARTER = 0.25
# Decimals of an hour that are written where hours are not in quarters.
_DIGITS = 6
_WHOLE_WEEK = "A shift belongs to the day on which it begins, and a whole shift counts where it begins."


@dataclass(frozen=True, eq=False)
class PlacedBlocks:
    """Whole shifts of one roster and length.

    Attributes:
        roster: Name of the roster.
        resource: Code of its resource.
        block_hours: Hours of a block: length of the shift times the crew.
        count: How many begin in each cell, int64[cell].
    """

    roster: str
    resource: str
    block_hours: float
    count: I64


@dataclass(frozen=True)
class Short:
    """A shift that has less than its least cover.

    Attributes:
        resource: Code of the resource.
        district: District.
        cell: Cell of the period.
        asked: Fewest hours.
        given: Hours laid out.
    """

    resource: str
    district: str
    cell: int
    asked: float
    given: float


@dataclass(frozen=True, eq=False)
class Laid:
    """The hours of one resource, laid out.

    Invariants: rows are posts with hours, in the plan's order; `cells` sums to `hours` by row; where there are
    quarters, each is a whole number and they sum to the plan's quarter hours of the post.

    Attributes:
        duty: The resource.
        area: Index of the area of each row.
        strand: Index of its strand, or `TOGETHER`.
        district: Index of its district.
        hours: Hours of each row, float64[row].
        cells: The same by day and shift, float64[row, cell].
        quarters: The same in quarter hours, int64[row, cell]; None where these cannot keep all sums and minima.
    """

    duty: Duty
    area: I64
    strand: I64
    district: I64
    hours: F64
    cells: F64
    quarters: I64 | None

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.area, self.strand, self.district, self.hours, self.cells, self.quarters):
            if array is not None:
                array.setflags(write=False)

    @property
    def shown(self) -> F64:
        """Hours by day and shift as they are shown: in quarter hours where there are any; float64[row, cell]."""
        return self.cells if self.quarters is None else (self.quarters * _A_QUARTER).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Roster:
    """A plan laid out over the days and shifts of its period.

    Attributes:
        calendar: Days and shifts.
        area_codes: Areas.
        strands: Strands.
        districts: Districts; "" for areas of which none is known.
        laid: Resources that are laid out, in the order of the plan.
        weekly: Resources whose hours stay those of the period.
        blocks: Whole shifts, where shifts are whole.
        short: Shifts that have less than their least cover.
        profile: The profiles that the shares come from; None: shares are even.
        without: Strands without a profile.
    """

    calendar: Calendar
    area_codes: tuple[str, ...]
    strands: tuple[str, ...]
    districts: tuple[str, ...]
    laid: tuple[Laid, ...]
    weekly: tuple[Duty, ...]
    blocks: tuple[PlacedBlocks, ...]
    short: tuple[Short, ...]
    profile: ProfileShares | None
    without: tuple[str, ...]

    def sentences(self) -> list[str]:
        """Return what there is to say of the whole roster."""
        lines = [rests_on(self.profile, self.without), _WHOLE_WEEK]
        if self.calendar.days != len(WEEKDAYS):
            lines.append(f"The month's hours are laid out over its {self.calendar.days} days by their weekdays.")
        if self.weekly:
            names = ", ".join(duty.name for duty in self.weekly)
            lines.append(f"Hours of {names} are of the whole period: cases wait for no shift.")
        unquartered = [one.duty.name for one in self.laid if one.quarters is None]
        if unquartered:
            lines.append(f"Hours of {', '.join(unquartered)} are not in quarters, which could not keep every sum.")
        return [*lines, *self._shortages()]

    def document(self) -> dict[str, Any]:
        """Return the roster as JSON values; hours by day and shift are a list for each day, a number for each shift."""
        return {
            **self.calendar.document(),
            "profile": None if self.profile is None else self.profile.document(),
            "strands_without_profile": list(self.without),
            "of_the_period": [duty.code for duty in self.weekly],
            "resources": [self._resource(one) for one in self.laid],
            "short": [
                {
                    "resource": short.resource,
                    "district": short.district,
                    **self.calendar.when(short.cell),
                    "asked": round(short.asked, _DIGITS),
                    "given": round(short.given, _DIGITS),
                }
                for short in self.short
            ],
            "sentences": self.sentences(),
        }

    def _resource(self, one: Laid) -> dict[str, Any]:
        return {
            "resource": one.duty.code,
            "name": one.duty.name,
            "in_quarter_hours": one.quarters is not None,
            "whole_shifts": [
                {"roster": held.roster, "block_hours": held.block_hours, "count": self._by_day(held.count)}
                for held in self.blocks
                if held.resource == one.duty.code
            ],
            "districts": [self._district(one, number) for number in np.unique(one.district).tolist()],
        }

    def _district(self, one: Laid, number: int) -> dict[str, Any]:
        rows, shown = np.flatnonzero(one.district == number), one.shown
        return {
            "district": self.districts[number],
            "hours": round(float(one.hours[rows].sum()), _DIGITS),
            "by_shift": self._by_day(shown[rows].sum(axis=0)),
            "areas": [
                {
                    "area_code": self.area_codes[one.area[row]],
                    "strand": "together" if one.strand[row] == TOGETHER else self.strands[one.strand[row]],
                    "hours": round(float(one.hours[row]), _DIGITS),
                    "by_shift": self._by_day(shown[row]),
                }
                for row in rows.tolist()
            ],
        }

    def _by_day(self, cells: F64 | I64) -> list[list[float]]:
        by_day: list[list[float]] = np.round(cells, _DIGITS).reshape(self.calendar.days, -1).tolist()
        return by_day

    def _shortages(self) -> list[str]:
        lines = []
        for key, group in groupby(self.short, lambda short: (short.resource, short.district)):
            own = list(group)
            worst = max(own, key=lambda short: short.asked - short.given)
            when = self.calendar.when(worst.cell)
            name = next(one.duty.name for one in self.laid if one.duty.code == key[0])
            count = "1 shift has" if len(own) == 1 else f"{len(own)} shifts have"
            most = f"most on {when['day']} {when['shift']}, {worst.given:,.4g} hours of {worst.asked:,.4g}"
            lines.append(f"{key[1] or 'Everywhere'}: {count} less than the least cover of {name}, {most}.")
        return lines
