"""Outages: a feed, one of its strands or one of its districts goes silent although it is usually busy.

Silence is an outage where the probability of none is below 1e-8 under the group's own usual rate. The count of a
silence is taken as negative binomial about that rate, with the dispersion of the group's own weeks, so that a group
whose level swings with the seasons must be silent for longer: a quiet summer that comes every year is no outage. A
group that was not busy has no outages, whatever its silences: one incident says nothing of the year after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.completeness.delays import memberships
from features.completeness.usual import F64, I64, Grid, dispersion_of, usual
from features.incidents.coverage import first_day, ordinal_of, ordinals_of
from features.incidents.incidents import FeedCoverage, Incidents, Resolution

# -log of the probability of none below which silence is an outage.
UNLIKELY = -np.log(1e-8)
# Usual units that a silence lasts at least: an office that closes for a bank holiday loses no records.
_LEAST: dict[Resolution, float] = {"day": 3.0, "week": 1.0, "month": 1.0}

FEED, STRAND = "feed", "strand"


@dataclass(frozen=True)
class Outage:
    """A silence that is missing records, not a quiet time.

    Attributes:
        feed: Name of the feed.
        group: "feed", "strand", "district" or "area": what went silent.
        name: Its name; the feed's own for the whole feed.
        first: First silent day.
        last: Last silent day, inclusive.
        expected: Incidents that were to be expected in it.
    """

    feed: str
    group: str
    name: str
    first: date
    last: date
    expected: float


def area_groups(areas: Areas) -> tuple[str, tuple[str, ...], I64]:
    """Return the level whose members are watched, their names, and the member of each area: districts where known."""
    if "district" not in areas.parents:
        return "area", areas.codes, np.arange(len(areas))
    names, member = np.unique(np.asarray(areas.parents["district"]), return_inverse=True)
    return "district", tuple(str(name) for name in names), member


def outages(incidents: Incidents, areas: Areas, in_by_now: tuple[F64, ...], as_of: date) -> tuple[Outage, ...]:
    """Return every outage of every feed, its strands and its districts, in the order of feeds and days.

    Args:
        incidents: The view.
        areas: Of `incidents.area_codes`; without districts each area is watched by itself.
        in_by_now: For each feed the share in by now of its newest days, newest last; older ones are complete, and all
            of a feed that gives no days.
        as_of: Units that have not ended by then are left out.
    """
    level, names, member = area_groups(areas)
    belonging, strand = memberships(incidents)
    found: list[Outage] = []
    for number, feed in enumerate(incidents.feeds):
        mine = np.flatnonzero(incidents.feed == number)
        unit = _covered_units(feed, as_of)
        if not len(unit) or not len(mine):
            continue
        own = incidents.feed[belonging] == number
        groups = {
            FEED: ((feed.name,), mine, np.zeros(len(mine), dtype=np.int64)),
            STRAND: (incidents.strand_names, belonging[own], strand[own]),
            level: (names, mine, member[incidents.area[mine]]),
        }
        whole: list[tuple[int, int]] = []
        for group, (members, rows, index) in groups.items():
            facts = (incidents.day[rows], incidents.count[rows], index)
            grid = _grid(feed, unit, facts, len(members), in_by_now[number], whole=group == FEED)
            for row, start, stop, expected in _silences(grid):
                # What the whole feed's silence explains is not told again for each of its parts.
                if not any(a <= start and stop <= b for a, b in whole):
                    first, last = _days(int(unit[start]), int(unit[stop - 1]), feed.resolution)
                    found.append(Outage(feed.name, group, members[row], first, last, expected))
                    whole += [(start, stop)] * (group == FEED)
    return tuple(sorted(found, key=lambda item: (item.feed, item.first, item.group, item.name)))


def _covered_units(feed: FeedCoverage, as_of: date) -> I64:
    runs = [np.arange(*(ordinal_of(day, feed.resolution) for day in span)) for span in feed.spans]
    ends = [ordinal_of(last, feed.resolution) for _, last in feed.spans]
    units = np.concatenate([np.empty(0, dtype=np.int64), *runs, ends]).astype(np.int64)
    return np.sort(units[units < ordinal_of(as_of, feed.resolution)])


def _grid(
    feed: FeedCoverage,
    unit: I64,
    facts: tuple[NDArray[np.datetime64], NDArray[np.int32], I64],
    members: int,
    in_by_now: F64,
    *,
    whole: bool,
) -> Grid:
    day, number, index = facts
    own = ordinals_of(day, feed.resolution)
    at = np.searchsorted(unit, own)
    # A retraction is no sign of life: only what was counted speaks.
    inside = (at < len(unit)) & (unit[np.minimum(at, len(unit) - 1)] == own) & (number > 0)
    flat = np.bincount(index[inside] * len(unit) + at[inside], number[inside], members * len(unit))
    count = flat.reshape(members, len(unit)).astype(np.float64)
    weight = np.ones(len(unit))
    if feed.resolution == "day":
        weekday = unit % 7
        by_weekday = np.bincount(weekday, count.sum(axis=0), 7) / np.maximum(np.bincount(weekday, minlength=7), 1)
        weight = by_weekday[weekday] / max(float(by_weekday[weekday].mean()), 1e-12)
    newest = min(len(in_by_now), len(unit))
    if newest:
        weight[-newest:] *= in_by_now[-newest:]
    return Grid(count, unit, weight, feed.resolution, whole)


def _silences(grid: Grid) -> Iterator[tuple[int, int, int, float]]:
    """Yield group, first and past-the-last index, and expected incidents of each outage."""
    silent = np.pad(grid.count <= 0, ((0, 0), (1, 1)))
    edges = np.diff(silent.astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    stops = np.nonzero(edges == -1)[1]
    before = np.concatenate([[0.0], np.cumsum(grid.weight)])
    in_it, whole = before[stops] - before[starts], before[-1]
    total = grid.count.sum(axis=1)
    roughly = total[rows] * in_it / np.maximum(whole - in_it, 1e-12)
    lasting = in_it >= _LEAST[grid.resolution] - 1e-9
    candidates = np.flatnonzero((roughly >= UNLIKELY) & lasting & (total[rows] > 0))
    for row in np.unique(rows[candidates]):
        runs = [(int(starts[c]), int(stops[c])) for c in candidates if rows[c] == row]
        dispersion = dispersion_of(grid, row, runs)
        if dispersion is None:
            continue
        for start, stop in runs:
            expected = usual(grid, row, start, stop)
            if expected is not None and np.log1p(dispersion * expected) / dispersion >= UNLIKELY:
                yield int(row), start, stop, expected


def _days(first: int, last: int, resolution: Resolution) -> tuple[date, date]:
    return first_day(first, resolution), first_day(last + 1, resolution) - timedelta(days=1)
