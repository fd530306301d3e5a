"""What is usual of a group, and whether it was busy enough for its silence to mean anything.

A group's usual rate is the lowest of the two months before a silence, the two months after, and the same days of other
years. It is known only where the group was busy on both sides: for two months on each (one, of a whole feed), with
incidents in most weeks and not few of them. Where the data begin or end with the silence there is one side alone, and
that must have been busy for longer; longest where the silence comes first, for what begins is mostly new. Of all other
groups nothing is usual, and their zeros are zeros.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.incidents.incidents import Resolution

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Window = tuple[int, int]

# Units (days, or the weeks or months of a feed that gives no days) of a window that gives a rate, of a block whose
# totals give the dispersion, of a year, of a silence that a season could explain, and by which a season may move.
_NEAR: dict[Resolution, int] = {"day": 56, "week": 8, "month": 6}
_BLOCK: dict[Resolution, int] = {"day": 7, "week": 1, "month": 1}
_YEAR: dict[Resolution, int] = {"day": 364, "week": 52, "month": 12}
_SEASON: dict[Resolution, int] = {"day": 273, "week": 39, "month": 9}
_ASIDE: dict[Resolution, int] = {"day": 7, "week": 1, "month": 0}
# A whole feed's side counts from half a window on, and every window only with so much of its weight in by now.
_LONG_ENOUGH = 0.5
# A window is busy with so many incidents, and some in so large a share of blocks.
_FEWEST_INCIDENTS = 20
_MOST_BLOCKS = 0.75
# Busy windows, one after the other, that must stand before a silence up to the end, and after one from the beginning:
# of a part of a feed; a whole feed, whose spans say that it delivered, needs one side.
_BEFORE, _AFTER = 3, 6
# Below so many blocks nobody knows how rough a group is.
_FEWEST_BLOCKS = 6
_LEAST_DISPERSION = 0.01
_QUIET = 0.5


@dataclass(frozen=True, eq=False)
class Grid:
    """Incidents of one feed by group and covered unit.

    Attributes:
        count: float64[group, unit].
        unit: Number of each covered unit since 1970; ascending.
        weight: float64[unit]; a unit's usual share of a mean one: its day of the week, and what is in of it by now.
        resolution: Of the feed.
        whole: The one group is the feed.
    """

    count: F64
    unit: I64
    weight: F64
    resolution: Resolution
    whole: bool


def dispersion_of(grid: Grid, row: int, runs: list[Window]) -> float | None:
    """Return how much more a group's weeks vary than Poisson counts would, seasons and trends included.

    Args:
        grid: Of the feed.
        row: The group.
        runs: Its silences, which are left out.

    Returns:
        The negative binomial's dispersion; None where too few weeks were heard.
    """
    size = _BLOCK[grid.resolution]
    heard = np.ones(len(grid.unit), dtype=np.bool_)
    for start, stop in runs:
        heard[start:stop] = False
    blocks = len(grid.unit) // size
    count = grid.count[row, : blocks * size].reshape(blocks, size).sum(axis=1)
    count = count[heard[: blocks * size].reshape(blocks, size).all(axis=1)]
    if len(count) < _FEWEST_BLOCKS:
        return None
    mean = float(count.mean())
    return max((float(count.var(ddof=1)) - mean) / max(mean, 1e-12) ** 2, _LEAST_DISPERSION)


def usual(grid: Grid, row: int, start: int, stop: int) -> float | None:
    """Return the incidents to be expected in a run: the least that its neighbourhood and its season would give.

    Args:
        grid: Of the feed.
        row: The group.
        start: First unit of the run.
        stop: The one past its last.

    Returns:
        None where the group was not busy beside the run.
    """
    held = np.concatenate([[0.0], np.cumsum(grid.weight)])
    counted = np.concatenate([[0.0], np.cumsum(grid.count[row])])
    beside = _beside(grid, held, start, stop)
    if not beside or not all(_busy(grid, row, window) for window in beside):
        return None

    def rates(windows: list[Window]) -> list[float]:
        return [float((counted[b] - counted[a]) / (held[b] - held[a])) for a, b in windows if _long(held, a, b)]

    rate = min(rates(beside), default=0.0)
    season = min(rates(list(_seasons(grid, start, stop))), default=rate)
    # The least of many windows is low by chance alone; a season that explains a silence is far below the usual.
    return float(held[stop] - held[start]) * (season if season < _QUIET * rate else rate)


def _long(held: F64, first: int, last: int) -> bool:
    """Return whether at least half of what a window weighs is in by now, so that nothing is divided by almost 0."""
    return last > first and bool(held[last] - held[first] >= _LONG_ENOUGH * (last - first))


def _beside(grid: Grid, held: F64, start: int, stop: int) -> list[Window]:
    """Return the windows beside a run that must have been busy; none where not enough is known to say."""
    near, n = _NEAR[grid.resolution], len(grid.unit)
    before, after = (max(start - near, 0), start), (stop, min(stop + near, n))
    least = _LONG_ENOUGH * near if grid.whole else near
    enough = [last - first >= least and _long(held, first, last) for first, last in (before, after)]
    if all(enough):
        return [before, after]
    if grid.whole:
        return [before] * enough[0] or [after] * enough[1]
    if enough[0] and start >= _BEFORE * near:
        return [(start - (k + 1) * near, start - k * near) for k in range(_BEFORE)]
    if enough[1] and n - stop >= _AFTER * near:
        return [(stop + k * near, stop + (k + 1) * near) for k in range(_AFTER)]
    return []


def _busy(grid: Grid, row: int, window: Window) -> bool:
    """Return whether a group had enough incidents in a window, and some in most of its weeks."""
    size = _BLOCK[grid.resolution]
    count = grid.count[row, slice(*window)]
    blocks = count[: len(count) // size * size].reshape(-1, size).sum(axis=1)
    return bool(count.sum() >= _FEWEST_INCIDENTS and (blocks > 0).mean() >= _MOST_BLOCKS)


def _seasons(grid: Grid, start: int, stop: int) -> Iterator[Window]:
    """Yield the windows of the same days in other years, and some days earlier or later: Easter and weekdays move."""
    kind, unit = grid.resolution, grid.unit
    if stop - start > _SEASON[kind]:
        return
    low, high = int(unit[start]), int(unit[stop - 1]) + 1
    back, ahead = (low - int(unit[0])) // _YEAR[kind] + 1, (int(unit[-1]) - high) // _YEAR[kind] + 1
    for years in range(-back, ahead + 1):
        for aside in range(-_ASIDE[kind], _ASIDE[kind] + 1):
            moved = years * _YEAR[kind] + aside
            first, last = np.searchsorted(unit, [low + moved, high + moved])
            if years and last - first == high - low:
                yield int(first), int(last)
