"""Reporting delay: how many of a period's records were in, so many periods after it ended.

A triangle counts each feed's and strand's incidents by the period they occurred in and by the first of a row of *views*
that saw them. The views are a period apart and one of them is `as_of` itself, so that the newest periods are compared
with what was known of earlier ones at the same age, on the same day of the week. Only facts known at `as_of` enter.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.incidents.incidents import Incidents
from features.periods import Days, PeriodKind

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Periods that delays are learnt from, and the longest delay that counts: what comes in later still (an offence reported
# years after) is news of the past, not a late record of the newest weeks.
WINDOW: dict[PeriodKind, int] = {"week": 52, "month": 24}
LONGEST: dict[PeriodKind, int] = {"week": 26, "month": 6}

# A load of old records at once says nothing of how late records usually come. A view is a load if it brought this many
# times what others bring, or this share of all late records; periods that had this share of their records from loads
# are left out.
_LOAD_TIMES, _LOAD_LEAST, _LOAD_SHARE = 8.0, 50.0, 1 / 3
_FEWEST_VIEWS = 13
_LOADED_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Triangle:
    """Incidents by period and delay, as known at `as_of`.

    Invariant: a cell whose delay exceeds its period's age is 0; nobody can have seen it.

    Attributes:
        count: float64[feed, strand, period, delay]; periods oldest first, the last one ended by `as_of`. An incident
            counts in every strand that it belongs to.
        whole: float64[feed, period, delay]; every incident once.
        kept: bool[feed, period]; periods that delays may be learnt from.
        first: Ordinal of the first period.
        kind: Period.
        as_of: Knowledge date.
    """

    count: F64
    whole: F64
    kept: NDArray[np.bool_]
    first: int
    kind: PeriodKind
    as_of: date

    @property
    def age(self) -> I64:
        """Age of each period: the views since it ended, 0 for the newest."""
        return np.arange(self.count.shape[2])[::-1]


def knowledge_date(incidents: Incidents) -> date:
    """Return `as_of`, or the first day at whose beginning everything held was known.

    Args:
        incidents: At least one, of feeds of which at least one covers a day.
    """
    if incidents.as_of is not None:
        return incidents.as_of.date() if isinstance(incidents.as_of, datetime) else incidents.as_of
    last_day = max(last for feed in incidents.feeds for _, last in feed.spans)
    known: date = _first_day_known(incidents.known_at.max(keepdims=True))[0].item()
    return max(last_day + timedelta(days=1), known)


def memberships(incidents: Incidents) -> tuple[I64, I64]:
    """Return each fact once for every strand that it belongs to: positions of facts, and the strands."""
    rows, strands = [np.arange(len(incidents))], [incidents.strand.astype(np.int64)]
    for number, members in enumerate(incidents.also_sets):
        own = np.flatnonzero(incidents.also == number) if members else np.empty(0, dtype=np.int64)
        for member in members:
            rows.append(own)
            strands.append(np.full(len(own), member, dtype=np.int64))
    return np.concatenate(rows), np.concatenate(strands)


def triangle(incidents: Incidents, kind: PeriodKind, as_of: date) -> Triangle:
    """Count the incidents of the newest periods by period and delay; feeds that give months hold none."""
    longest = LONGEST[kind]
    newest = periods.ordinal(as_of, kind) - 1
    first = newest - WINDOW[kind] - longest + 1
    n, delays = newest - first + 1, longest + 1
    begin, end = periods.starts(np.array([first, newest + 1]), kind)
    told = np.array([feed.resolution != "month" for feed in incidents.feeds], dtype=np.bool_)
    inside = (incidents.day >= begin) & (incidents.day < end) & told[incidents.feed]
    period = periods.ordinal_of(incidents.day, kind) - first
    ended = _view(periods.starts(np.arange(first, newest + 1) + 1, kind), as_of, kind)
    # A re-coding is no late record: what counts is when the incident was first known.
    known_at = incidents.known_at if incidents.first_known_at is None else incidents.first_known_at
    seen = _view(_first_day_known(known_at), as_of, kind)
    delay = np.maximum(seen - ended[np.where(inside, period, 0)], 0)
    inside &= (delay <= longest) & (seen <= 0)
    cell = period * delays + delay

    def counted(rows: I64, groups: I64, shape: tuple[int, ...]) -> F64:
        kept = inside[rows]
        flat = groups[kept] * (n * delays) + cell[rows[kept]]
        return np.bincount(flat, incidents.count[rows[kept]], int(np.prod(shape))).astype(np.float64).reshape(shape)

    feeds, strands = len(incidents.feeds), len(incidents.strand_names)
    feed = incidents.feed.astype(np.int64)
    whole = counted(np.arange(len(incidents)), feed, (feeds, n, delays))
    rows, strand = memberships(incidents)
    count = counted(rows, feed[rows] * strands + strand, (feeds, strands, n, delays))
    return Triangle(count, whole, _kept(whole), first, kind, as_of)


def _view(days: Days, as_of: date, kind: PeriodKind) -> I64:
    """Return the number of the first view, at `as_of` or so many periods before or after it, at or after each day."""
    if kind == "week":
        return -((np.datetime64(as_of) - days).astype(np.int64) // 7)
    month = days.astype("datetime64[M]")
    later = (days - month.astype("datetime64[D]")).astype(np.int64) + 1 > as_of.day
    number: I64 = month.astype(np.int64) + later - periods.ordinal(as_of, "month")
    return number


def _first_day_known(known_at: NDArray[np.datetime64]) -> Days:
    """Return the first day at whose beginning each fact was known."""
    day = known_at.astype("datetime64[D]")
    first: Days = day + (day < known_at).astype("timedelta64[D]")
    return first


def _kept(count: F64) -> NDArray[np.bool_]:
    """Return which periods of each feed did not have their records from a load of old ones.

    Args:
        count: float64[feed, period, delay].
    """
    _, n, delays = count.shape
    late = np.maximum(count, 0.0)
    late[:, :, 0] = 0.0
    view = np.arange(n)[:, None] + np.arange(delays)[None, :]
    kept = np.ones(count.shape[:2], dtype=np.bool_)
    for feed, own in enumerate(late):
        brought = np.bincount(view.ravel(), own.ravel(), n + delays)
        if np.count_nonzero(count[feed].any(axis=1)) < _FEWEST_VIEWS or not brought.any():
            continue
        many = _LOAD_TIMES * float(np.median(brought[brought > 0])) + _LOAD_LEAST
        load = brought > min(many, max(_LOAD_SHARE * brought.sum(), _LOAD_LEAST))
        loaded = (own * load[view]).sum(axis=1)
        kept[feed] = loaded <= _LOADED_SHARE * np.maximum(count[feed].sum(axis=1), 0.0)
    return kept
