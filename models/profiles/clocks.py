"""The incidents of a workspace that tell when within a week they happened, and one sentence where none do."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.completeness.delays import knowledge_date
from features.incidents.incidents import Incidents
from features.provenance import OFFICER_INITIATED, PROVENANCE

# A feed of which fewer incidents than this share tell a clock time gives whole days: the rest are slips.
LEAST_TIMED = 0.2
# Less than this share of a feed's times is no heap, whatever stands beside it.
_HEAP = 0.005
_DAYS_A_WEEK = 7
_HOUR = 3600
_DAY = 24 * _HOUR
_MINUTE = 60
# 1970-01-05 was a Monday.
_FIRST_MONDAY = 4


@dataclass(frozen=True, eq=False)
class Clocked:
    """Incidents and when within the week they lie; arrays have one entry an incident.

    Attributes:
        incidents: Those of feeds that give clock times.
        counts: bool; which lie in the weeks looked at, without what officers found.
        known: bool; which of these carry a clock time.
        begins: Minute of the week at which each began; of meaning where `known`.
        minutes: Length of the interval in which it lies, 0 for an instant.
        as_of: Knowledge date.
        first, last: First and last day looked at.
        weeks: Whole weeks looked at, of the feed that covers most.
        left_out: Feeds without clock times.
        weekly_only: Strands of which no feed gives clock times.
        partly: Strands of which feeds without clock times speak too; of what these tell nothing is known here.
        heaped: Feeds whose times are heaped at 00:00; such a time is taken for none.
        midnight: Incidents without a clock time for that.
        long: Incidents without a clock time as their interval is too long.
        found_by_officers: Incidents left out because officers found them themselves.
    """

    incidents: Incidents
    counts: NDArray[np.bool_]
    known: NDArray[np.bool_]
    begins: NDArray[np.float64]
    minutes: NDArray[np.float64]
    as_of: date
    first: date
    last: date
    weeks: int
    left_out: tuple[str, ...]
    weekly_only: tuple[str, ...]
    partly: tuple[str, ...]
    heaped: tuple[str, ...]
    midnight: int
    long: int
    found_by_officers: int


def clocked(whole: Incidents, weeks: int, longest_hours: float) -> Clocked:
    """Return the incidents of the newest whole weeks by when within the week they lie.

    Args:
        whole: A view that was read with its clock times.
        weeks: Weeks to look back on.
        longest_hours: Intervals longer than this carry no clock time.

    Raises:
        DataError: No feed gives clock times, or none covers a whole week.
    """
    if not len(whole):
        raise DataError("holds no incidents known at that date", place="workspace", fix="ingest some")
    as_of = knowledge_date(whole)
    window = _Window.of(whole, as_of, weeks)
    left_out = _without_clocks(whole, window, longest_hours)
    if len(left_out) == len(whole.feeds):
        raise _only_weekly(left_out)
    told = whole.without(left_out)
    window = _Window.of(told, as_of, weeks)
    if not window.inside.any():
        problem = "holds no whole week, Monday to Sunday, with incidents known at that date"
        raise DataError(problem, place="workspace", fix="ingest more, or ask for more --weeks")
    times = _Times.of(told, window.inside, longest_hours)
    officers = told.provenance == PROVENANCE.index(OFFICER_INITIATED)
    counts = window.inside & ~officers
    untimed = {strand for feed in whole.feeds if feed.name in left_out for strand in feed.strands}
    return Clocked(
        told,
        counts,
        counts & times.known,
        times.begins,
        times.minutes,
        as_of,
        window.first,
        window.last,
        window.weeks,
        tuple(left_out),
        tuple(name for name in whole.strand_names if name not in told.strand_names),
        tuple(name for name in told.strand_names if name in untimed),
        tuple(told.feeds[number].name for number in times.heaped),
        int(told.count[counts & times.midnight].sum()),
        int(told.count[counts & times.long].sum()),
        int(told.count[window.inside & officers].sum()),
    )


@dataclass(frozen=True, eq=False)
class _Window:
    """The newest weeks that feeds cover whole: parts of weeks would make the days that they hold look busy.

    Attributes:
        inside: bool, one a fact; which lie in weeks that their feed covers.
        first, last: First and last day.
        weeks: Whole weeks of the feed that covers most.
    """

    inside: NDArray[np.bool_]
    first: date
    last: date
    weeks: int

    @classmethod
    def of(cls, incidents: Incidents, as_of: date, weeks: int) -> "_Window":
        """Return the weeks before a date."""
        covered = max((last for feed in incidents.feeds for _, last in feed.spans), default=as_of)
        ends = min(as_of, covered + timedelta(days=1))
        monday = ends - timedelta(days=ends.weekday())
        first = monday - timedelta(weeks=weeks)
        inside, most = np.zeros(len(incidents), np.bool_), 0
        for number, feed in enumerate(incidents.feeds):
            own, seen = incidents.feed == number, 0
            for begin, last in feed.spans:
                after = min(last + timedelta(days=1), monday)
                low = max(begin + timedelta(days=-begin.weekday() % _DAYS_A_WEEK), first)
                high = after - timedelta(days=after.weekday())
                if low < high:
                    inside |= own & (incidents.day >= np.datetime64(low)) & (incidents.day < np.datetime64(high))
                    seen += (high - low).days // _DAYS_A_WEEK
            most = max(most, seen)
        return cls(inside, monday - timedelta(weeks=most), monday - timedelta(days=1), most)


def _without_clocks(incidents: Incidents, window: _Window, longest_hours: float) -> list[str]:
    """Return the feeds that give months, weeks or whole days."""
    times = _Times.of(incidents, window.inside, longest_hours)
    feeds = len(incidents.feeds)
    # Where no week is covered, what there is tells whether times are given.
    looked_at = window.inside if window.inside.any() else np.ones(len(incidents), np.bool_)
    total = np.bincount(incidents.feed[looked_at], minlength=feeds)
    known = np.bincount(incidents.feed[looked_at & times.known], minlength=feeds)
    told = known + np.bincount(incidents.feed[looked_at & times.long], minlength=feeds)
    return [
        feed.name
        for number, feed in enumerate(incidents.feeds)
        if feed.resolution != "day" or known[number] == 0 or told[number] < LEAST_TIMED * total[number]
    ]


@dataclass(frozen=True, eq=False)
class _Times:
    """When each incident lies, and why it tells nothing where it does not; all bool or float64, one a fact."""

    known: NDArray[np.bool_]
    midnight: NDArray[np.bool_]
    long: NDArray[np.bool_]
    begins: NDArray[np.float64]
    minutes: NDArray[np.float64]
    heaped: tuple[int, ...]

    @classmethod
    def of(cls, incidents: Incidents, inside: NDArray[np.bool_], longest_hours: float) -> "_Times":
        """Look at the clock times of a view, heaping by what lies `inside` the weeks looked at."""
        nothing = np.full(len(incidents), np.datetime64("NaT", "s"))
        began = nothing if incidents.began is None else incidents.began
        until = nothing if incidents.until is None else incidents.until
        given, ended = ~np.isnat(began), ~np.isnat(until)
        start, end = began.astype(np.int64), until.astype(np.int64)
        # An end before the beginning is a day without a clock time: it says no more than the beginning.
        seconds = np.where(given & ended, np.maximum(end - start, 0), 0)
        midnight, heaped = np.zeros(len(incidents), np.bool_), []
        for number in range(len(incidents.feeds)):
            own = incidents.feed == number
            begin_heaped = _is_heaped(start[own & inside & given] % _DAY)
            end_heaped = _is_heaped(end[own & inside & given & (seconds > 0)] % _DAY)
            midnight |= own & given & begin_heaped & (start % _DAY == 0)
            midnight |= own & (seconds > 0) & end_heaped & (end % _DAY == 0)
            if begin_heaped or end_heaped:
                heaped.append(number)
        long = given & ~midnight & (seconds > longest_hours * _HOUR)
        week = (start // _MINUTE - _FIRST_MONDAY * (_DAY // _MINUTE)) % (_DAYS_A_WEEK * _DAY // _MINUTE)
        begins = np.where(given, week, 0).astype(np.float64)
        return cls(given & ~midnight & ~long, midnight, long, begins, seconds / _MINUTE, tuple(heaped))


def _is_heaped(second: NDArray[np.int64]) -> bool:
    """Return whether times of day stand at 00:00 far more often than at the full hours beside it.

    People round to full hours; only a program, or somebody who does not know, writes midnight where no time is known.
    """
    midnight, before, after = (int((second == hour * _HOUR).sum()) for hour in (0, 23, 1))
    usual = (before + after) / 2
    return midnight > max(_HEAP * len(second), 2 * usual + 3 * float(np.sqrt(usual + 1)))


def _only_weekly(feeds: list[str]) -> DataError:
    problem = "gives no clock times, so that only weekly plans can be made"
    place = f"feed {feeds[0]}"
    if len(feeds) > 1:
        problem, place = problem.replace("gives", "give"), f"feeds {', '.join(feeds)}"
    return DataError(problem, place=place, fix="ingest a dated export with the time of day of each incident")
