"""Hours of a resource before they are laid out: its posts, what they would have by their profiles, its least cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.allocation.posed import Posed
from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import TOGETHER
from models.allocation.resources.effect import EVERY
from models.allocation.roster.calendar import Calendar
from models.allocation.roster.duty import Duty

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Code of a resource and a district to its fewest hours, float64[cell of the week].
LeastHours = Mapping[tuple[str, str], F64]

_A_QUARTER = 0.25
_MINUTES_AN_HOUR = 60


@dataclass(frozen=True, eq=False)
class Frame:
    """What all resources are laid out by: `district` of each area, and shares float64[district, strand, cell]."""

    posed: Posed
    district: I64
    districts: tuple[str, ...]
    shares: F64
    calendar: Calendar
    cover: LeastHours


@dataclass(frozen=True, eq=False)
class Unlaid:
    """One resource before it is laid out.

    Attributes:
        ground: What it is laid out by.
        plan: The plan.
        duty: The resource.
        rows: Its posts with hours.
        district: District of each row.
        hours: Hours of each row.
        pattern: Hours of each row by its own profile, float64[row, cell].
        least: Least cover, float64[district, cell].
        quarters: Quarter hours of each row; None: there are none.
    """

    ground: Frame
    plan: Plan
    duty: Duty
    rows: I64
    district: I64
    hours: F64
    pattern: F64
    least: F64
    quarters: I64 | None

    @property
    def longest(self) -> F64:
        """Hours of people of a crew that is there for a whole shift, float64[cell]."""
        shifts = self.ground.calendar.shifts.shifts
        return np.tile(
            [self.duty.crew * shift.minutes / _MINUTES_AN_HOUR for shift in shifts], self.ground.calendar.days
        )

    @classmethod
    def of(cls, ground: Frame, plan: Plan, at: int, duty: Duty, quarter_hours: F64 | None) -> "Unlaid":
        """Return the resource of a number."""
        posts = plan.problem.posts
        some = plan.hours > 0 if quarter_hours is None else (plan.hours > 0) | (quarter_hours > 0)
        rows = np.flatnonzero((posts.resource == at) & some).astype(np.int64)
        district, hours = ground.district[posts.area[rows]], plan.hours[rows]
        mix = _mix(ground.posed, duty, posts.area[rows], posts.strand[rows])
        pattern = np.zeros((len(rows), len(ground.calendar)))
        for number in np.unique(district).tolist():
            own = district == number
            pattern[own] = mix[own] @ ground.shares[number]
        least = np.zeros((len(ground.districts), len(ground.calendar)))
        for number, name in enumerate(ground.districts):
            if (duty.code, name) in ground.cover:
                least[number] = ground.cover[duty.code, name][ground.calendar.of_week]
        quarters = None if quarter_hours is None else np.round(quarter_hours[rows] / _A_QUARTER).astype(np.int64)
        return cls(ground, plan, duty, rows, district, hours, hours[:, None] * pattern, least, quarters)


def strands_of(duty: Duty, strands: Sequence[str]) -> list[int]:
    """Return the numbers of the strands that a resource works on."""
    return [at for at, name in enumerate(strands) if EVERY in duty.strands or name in duty.strands]


def _mix(posed: Posed, duty: Duty, area: I64, strand: I64) -> F64:
    """Return the shares of strands in the hours of posts, float64[row, strand], which sum to 1.

    Hours on several strands together follow their expected harm in the area; where there is none, their expected
    incidents; and where nothing is expected, none before the other.
    """
    served = np.zeros(len(posed.demand.strands))
    served[strands_of(duty, posed.demand.strands)] = 1.0
    incidents = posed.demand.mean[area] * served
    mix = incidents * np.nan_to_num(posed.weight)
    for weaker in (incidents, np.broadcast_to(served, mix.shape), np.ones(mix.shape)):
        mix = np.where(mix.sum(axis=1, keepdims=True) > 0, mix, weaker)
    single = strand != TOGETHER
    mix[single] = 0.0
    mix[np.flatnonzero(single), strand[single]] = 1.0
    result: F64 = mix / mix.sum(axis=1, keepdims=True)
    return result
