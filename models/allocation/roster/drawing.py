"""Drawing one district's visits: how many, on which days and shifts, in which order and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.allocation.roster.calendar import Calendar
from models.allocation.roster.chance import rounded
from models.allocation.roster.duty import Visits
from models.allocation.roster.fitting import fitted

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_MINUTES_AN_HOUR = 60
# Visits nearer than this to a whole number are whole.
_WHOLE = 1e-6


@dataclass(frozen=True, eq=False)
class District:
    """The hours of one resource in a district.

    Attributes:
        areas: Its areas, int64[area].
        hours: Hours by area and cell, float64[area, cell].
        calendar: Days and shifts.
    """

    areas: I64
    hours: F64
    calendar: Calendar


def drawn(
    district: District, crew: int, way: Visits, spots: Mapping[int, Sequence[int]], rng: np.random.Generator
) -> I64:
    """Draw a district's visits.

    Args:
        district: Its hours.
        crew: People of a patrol.
        way: How it visits.
        spots: Area to its spots.
        rng: Draws.

    Returns:
        int64[visit, 5]: cell, patrol from 1, minute of the day of its shift, area, and spot or -1; in this order.
    """
    shifts = len(district.calendar.shifts)
    minutes = np.array([shift.minutes for shift in district.calendar.shifts.shifts])
    begins = np.array([shift.begins for shift in district.calendar.shifts.shifts])
    each = way.minutes + way.travel_minutes
    by_cell = district.hours.sum(axis=0).reshape(-1, shifts)
    patrols = np.ceil(by_cell * _MINUTES_AN_HOUR / (crew * minutes) - _WHOLE).astype(np.int64)
    expected = district.hours.reshape(len(district.areas), -1, shifts) * _MINUTES_AN_HOUR / (crew * each)
    count = _counts(expected, patrols * (minutes // each), rng)
    parts: list[I64] = [np.zeros((0, 5), dtype=np.int64)]
    for day in range(district.calendar.days):
        of_day = _Spots(spots, rng)
        for shift in range(shifts):
            order = rng.permutation(np.repeat(np.arange(len(district.areas)), count[:, day, shift]))
            for patrol, own in enumerate(np.array_split(order, max(int(patrols[day, shift]), 1)), start=1):
                areas = district.areas[own]
                cell = np.full(len(own), day * shifts + shift)
                at = begins[shift] + _times(len(own), int(minutes[shift]), way, rng)
                spot = np.array([of_day.next(area) for area in areas.tolist()], dtype=np.int64)
                parts.append(np.column_stack([cell, np.full(len(own), patrol), at, areas, spot]))
    return np.concatenate(parts)


def _counts(expected: F64, most: I64, rng: np.random.Generator) -> I64:
    """Return how often each area is visited in each day and shift, int64[area, day, shift].

    Args:
        expected: Visits that the hours make, float64[area, day, shift].
        most: Most visits of each day and shift, int64[day, shift].
        rng: Draws.
    """
    there = expected.sum(axis=0)
    held = expected * np.minimum(np.divide(most, there, out=np.ones_like(there), where=there > 0), 1.0)
    total = float(np.floor(held.sum() + _WHOLE))
    held = held * (total / held.sum() if held.sum() > 0 else 0.0)
    by_day = rounded(held.sum(axis=2), rng)
    result = np.zeros(expected.shape, dtype=np.int64)
    for day, counts in enumerate(by_day.T):
        some = np.flatnonzero(counts)
        if len(some):
            target = _by_shift(held[:, day].sum(axis=0), int(counts.sum()), most[day])
            table = fitted(held[some, day], counts[some].astype(np.float64), target)
            result[some, day] = rounded(table, rng)
    return result


def _by_shift(expected: F64, total: int, most: I64) -> F64:
    """Return a day's visits by shift, as expected but for what rounding the day added or took; within `most`."""
    lacks = total - float(expected.sum())
    room: F64 = expected if lacks < 0 else np.maximum(most - expected, 0.0)
    result: F64 = expected + lacks * (room / room.sum() if room.sum() > 0 else 0.0)
    return result


def _times(count: int, minutes: int, way: Visits, rng: np.random.Generator) -> I64:
    """Return at which minutes of a shift visits begin, each after its way there; any that fit are as likely."""
    each = way.minutes + way.travel_minutes
    free = minutes - count * each
    # Places of so many among so many more tell how long was waited before each, every way of waiting once.
    waited = np.sort(rng.choice(free + count, count, replace=False)) - np.arange(count)
    result: I64 = waited + np.arange(count) * each + way.travel_minutes
    return result


class _Spots:
    """Hands out a day's spots of areas: each once in an order by chance, and then again in another."""

    def __init__(self, spots: Mapping[int, Sequence[int]], rng: np.random.Generator) -> None:
        self._spots = spots
        self._rng = rng
        self._left: dict[int, list[int]] = {}

    def next(self, area: int) -> int:
        """Return the next spot of an area, -1 where it has none."""
        if area not in self._spots:
            return -1
        if not self._left.get(area):
            self._left[area] = self._rng.permutation(np.array(self._spots[area])).tolist()
        return self._left[area].pop()
