"""Which days a file or a feed tells everything of. A day outside them is unknown, never zero.

Exports hold more than they cover: a slip of 1914, late reports of years before the export begins. What a file covers is
therefore read from how densely its rows lie, unless its mapping declares it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import periods
from features.incidents.incidents import Resolution

Spans = tuple[tuple[date, date], ...]
_DAY = timedelta(days=1)
# Within a file a gap is an outage if it lasts a week and so many rows would have been expected that none is impossible
# (Poisson: exp(-20) = 2e-9, far beyond what bursts and quiet weeks can explain).
_OUTAGE_DAYS = 7
_OUTAGE_ROWS = 20.0
# Between two files a gap that would have held fewer rows than this is quiet days at a file's edge.
_EDGE_ROWS = 3.0
# A run with less than this share of the usual rows a day is strays, if some twenty rows would have been expected.
_STRAY_SHARE = 0.2
_ENOUGH_ROWS = 20.0
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Covered:
    """A run of covered days.

    Attributes:
        first: Its first day.
        last: Its last day, inclusive.
        rows: Rows that lie in it.
    """

    first: date
    last: date
    rows: int

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1


def covered_by(
    days: NDArray[np.datetime64], resolution: Resolution, declared: tuple[date | None, date | None] = (None, None)
) -> tuple[Covered, ...]:
    """Return the runs of days that one file covers.

    Args:
        days: The day (or first day of the month) of each row.
        resolution: Resolution of the dates.
        declared: First and last covered day where the mapping declares them.
    """
    if len(days) == 0:
        return ()
    numbers, rows = np.unique(ordinals_of(days, resolution), return_counts=True)
    first, last = (None if day is None else ordinal_of(day, resolution) for day in declared)
    kept = (numbers >= (numbers[0] if first is None else first)) & (numbers <= (numbers[-1] if last is None else last))
    numbers, rows = numbers[kept], rows[kept]
    if len(numbers) == 0:
        return ()
    daily = resolution == "day"
    runs = _without_strays(_runs(numbers, rows, daily=daily), numbers, rows, daily=daily)
    if first is None:
        runs = _without_tail(runs, numbers, rows, daily=daily)
    ends = [[run[0], run[1]] for run in runs]
    ends[0][0] = ends[0][0] if first is None else first
    ends[-1][1] = ends[-1][1] if last is None else last
    return tuple(
        Covered(
            first_day(start, resolution),
            first_day(stop + 1, resolution) - _DAY,
            int(rows[(numbers >= start) & (numbers <= stop)].sum()),
        )
        for start, stop in ends
    )


def joined(runs: Iterable[Covered], resolution: Resolution, every: str = "") -> Spans:
    """Return what several files cover together, runs that touch (or leave only quiet days between them) as one.

    Args:
        runs: What each of them covers.
        resolution: Resolution of their dates.
        every: How often a file comes, "" where nobody says. Between the files of one period and the next nothing is
            missing, so a gap there is quiet unless it is an outage.
    """
    ordered = sorted(runs, key=lambda run: (run.first, run.last))
    total_days = sum(run.days for run in ordered)
    rate = sum(run.rows for run in ordered) / total_days if total_days and resolution == "day" else np.inf
    spans: list[tuple[date, date]] = []
    for run in ordered:
        if spans:
            gap = (run.first - spans[-1][1]).days - 1
            in_turn = bool(every) and _period(run.first, every) - _period(spans[-1][1], every) <= 1
            if gap <= 0 or gap * rate < (_OUTAGE_ROWS if in_turn else _EDGE_ROWS):
                spans[-1] = (spans[-1][0], max(spans[-1][1], run.last))
                continue
        spans.append((run.first, run.last))
    return tuple(spans)


def _period(day: date, every: str) -> int:
    """Return the number of the period of arrival that a day lies in."""
    if every == "day":
        return day.toordinal()
    if every == "week":
        return ordinal_of(day, "week")
    return ordinal_of(day, "month") // _MONTHS[every]


def outside(days: NDArray[np.datetime64], spans: Iterable[tuple[date, date]]) -> NDArray[np.bool_]:
    """Return which days (datetime64[D]) lie in none of the spans."""
    inside = np.zeros(len(days), dtype=np.bool_)
    for first, last in spans:
        inside |= (days >= np.datetime64(first)) & (days <= np.datetime64(last))
    return ~inside


def strays_of(days: NDArray[np.datetime64], covers: Iterable[Covered]) -> NDArray[np.datetime64]:
    """Return the days of rows that lie outside what a file covers, datetime64[D]."""
    days = days.astype("datetime64[D]")
    return days[outside(days, [(run.first, run.last) for run in covers])]


def known_by(spans: Spans, as_of: date, delay_days: int, resolution: Resolution) -> Spans:
    """Return the part of the spans that was known on a day: what had ended, plus the publication delay, before it."""
    next_day = as_of - timedelta(days=delay_days)
    last = first_day(ordinal_of(next_day, resolution), resolution) - _DAY
    return tuple((first, min(end, last)) for first, end in spans if first <= last)


def missing_runs(spans: Spans) -> tuple[tuple[str, ...], ...]:
    """Return the runs of whole months between the first and the last covered day that lie outside the spans."""
    runs = []
    for (_, end), (start, _) in pairwise(spans):
        gap = pd.period_range(end + _DAY, start - _DAY, freq="M")
        whole = [str(month) for month in gap if month.start_time.date() > end and month.end_time.date() < start]
        if whole:
            runs.append(tuple(whole))
    return tuple(runs)


def _runs(numbers: NDArray[np.int64], rows: NDArray[np.int64], *, daily: bool) -> list[tuple[int, int]]:
    """Return runs of days without an outage, or of months without a gap, as first and last number."""
    gaps = np.diff(numbers) - 1
    breaks = (gaps >= _OUTAGE_DAYS) & (gaps * _usual_rate(numbers, rows) > _OUTAGE_ROWS) if daily else gaps > 0
    starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    stops = np.concatenate([np.flatnonzero(breaks), [len(numbers) - 1]])
    return [(int(numbers[a]), int(numbers[b])) for a, b in zip(starts, stops, strict=True)]


def _usual_rate(numbers: NDArray[np.int64], rows: NDArray[np.int64]) -> float:
    """Return rows a day over the middle nine tenths of the rows, which a few wild dates cannot move."""
    share = np.cumsum(rows) / rows.sum()
    low, high = numbers[np.searchsorted(share, 0.05)], numbers[np.searchsorted(share, 0.95)]
    return float(rows[(numbers >= low) & (numbers <= high)].sum() / (high - low + 1))


def _without_strays(
    runs: Sequence[tuple[int, int]], numbers: NDArray[np.int64], rows: NDArray[np.int64], *, daily: bool
) -> list[tuple[int, int]]:
    """Leave out runs that hold next to nothing of what the file usually holds."""
    usual = _usual_rate(numbers, rows)
    held = [int(rows[(numbers >= a) & (numbers <= b)].sum()) for a, b in runs]
    # A run is compared with a week's worth at least: one row on one day covers nothing.
    least, month = (7, 30) if daily else (1, 1)
    kept = [
        run
        for run, count in zip(runs, held, strict=True)
        if usual * month < _ENOUGH_ROWS or count >= _STRAY_SHARE * usual * max(least, run[1] - run[0] + 1)
    ]
    return kept or [runs[int(np.argmax(held))]]


def _without_tail(
    runs: list[tuple[int, int]], numbers: NDArray[np.int64], rows: NDArray[np.int64], *, daily: bool
) -> list[tuple[int, int]]:
    """Cut the thin months at the beginning: late reports of incidents from before the export begins."""
    start = runs[0][0]
    inside = (numbers >= start) & (numbers <= runs[-1][1])
    own, counts = numbers[inside], rows[inside]
    months = own.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) if daily else own
    for month in np.unique(months)[:-1]:
        here, later = months == month, months > month
        usual = float(np.median(np.bincount(own[later] - own[later][0], counts[later])))
        length = (_next_month(int(month)) - int(own[here][0])) if daily else 1
        if usual * length < _ENOUGH_ROWS or counts[here].sum() >= _STRAY_SHARE * usual * length:
            break
        start = int(own[later][0])
    return [(max(a, start), b) for a, b in runs if b >= start]


def _next_month(month: int) -> int:
    return int(np.array([month + 1]).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)[0])


def ordinals_of(days: NDArray[np.datetime64], resolution: Resolution) -> NDArray[np.int64]:
    """Return the number of each day's own period since 1970: a day, a Monday week or a month."""
    if resolution == "day":
        return days.astype("datetime64[D]").astype(np.int64)
    return periods.ordinal_of(days, resolution)


def ordinal_of(day: date, resolution: Resolution) -> int:
    """Return the number of one day's period."""
    return int(ordinals_of(np.array([day], "datetime64[D]"), resolution)[0])


def first_day(number: int, resolution: Resolution) -> date:
    """Return the first day of a period."""
    if resolution == "day":
        day: date = np.array([number]).astype("datetime64[D]")[0].item()
        return day
    return periods.start(number, resolution)
