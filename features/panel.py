"""The panel: counts by period, area and strand, and which of them were observed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from errors import DataError
from features import periods
from features.areas.areas import Areas
from features.incidents.incidents import FeedCoverage, Incidents
from features.periods import PeriodKind
from features.provenance import PROVENANCE, UNKNOWN, ProvenanceClass


@dataclass(frozen=True, eq=False)
class Panel:
    """Counts known at `as_of`.

    Invariants: arrays are read-only; the last period ends on the day before `origin`; a cell that was not
    observed holds 0 in `counts` and False in `observed`; `classes` sums to `counts`; `once` is nowhere more than it.

    Attributes:
        counts: float32[period, area, strand]; an incident counts in every strand that it belongs to.
        once: float32[period, area, strand]; every incident in one strand only, so that sums over strands are totals.
        classes: Class of provenance -> float32[period, area, strand]: `counts` by how the incidents came to notice;
            only classes that occur.
        observed: bool[period, area, strand]; False means *missing*, not zero.
        kind: "week" or "month".
        first: Ordinal of the first period.
        areas: The areas of axis 1.
        strands: The strands of axis 2.
        as_of: Knowledge date: only facts known before this day are counted.
    """

    counts: NDArray[np.float32]
    once: NDArray[np.float32]
    classes: Mapping[ProvenanceClass, NDArray[np.float32]]
    observed: NDArray[np.bool_]
    kind: PeriodKind
    first: int
    areas: Areas
    strands: tuple[str, ...]
    as_of: date

    @classmethod
    def of_counts(
        cls,
        counts: NDArray[np.float32],
        observed: NDArray[np.bool_],
        kind: PeriodKind,
        first: int,
        areas: Areas,
        strands: tuple[str, ...],
        as_of: date,
    ) -> "Panel":
        """Return the panel of incidents that are each of one strand, and came to notice nobody knows how."""
        return cls(counts, counts, {UNKNOWN: counts}, observed, kind, first, areas, strands, as_of)

    @property
    def origin(self) -> date:
        """First day of the period after the last one: the forecast's origin."""
        return periods.start(self.first + len(self.counts), self.kind)

    def until(self, origin: int) -> "Panel":
        """Return the panel without the periods from `origin` (an ordinal) on."""
        return self.between(0, origin - self.first)

    def between(self, first: int, end: int) -> "Panel":
        """Return the periods from position `first` to before position `end`."""
        kept = slice(first, end)
        return replace(
            self,
            counts=self.counts[kept],
            once=self.once[kept],
            classes={name: counts[kept] for name, counts in self.classes.items()},
            observed=self.observed[kept],
            first=self.first + first,
        )


# A silence is an outage, not a quiet time, where this many incidents were to be expected in it: the probability of none
# is below 1e-8 for a Poisson count.
OUTAGE_INCIDENTS = 20.0
# A day counts as covered once this share of its records is usually in; how late they come is learnt from facts older
# than SETTLED_DAYS, of which next to nothing is still to come.
COMPLETE_SHARE = 0.95
SETTLED_DAYS = 120
NEAREST = 6


def period_of(incidents: Incidents, asked: PeriodKind | None) -> PeriodKind:
    """Return the panel's period: the one asked for, else months where a feed gives no finer ones, else weeks.

    Raises:
        DataError: A feed's weeks or months cannot be counted by the other.
    """
    coarse: dict[PeriodKind, list[str]] = {
        kind: [feed.name for feed in incidents.feeds if feed.resolution == kind] for kind in ("week", "month")
    }
    wanted = asked or ("month" if coarse["month"] else "week")
    other: PeriodKind = "month" if wanted == "week" else "week"
    if coarse[other]:
        problem = f"gives {other}s, from which no {wanted}s can be counted"
        raise DataError(problem, place=f"feed {coarse[other][0]}", fix=f"use --period {other}, or another workspace")
    return wanted


def flat_areas(incidents: Incidents) -> Areas:
    """Return the areas met in the data, one flat level; neighbours are the nearest by mean point, if known."""
    n = len(incidents.area_codes)
    known = np.isfinite(incidents.longitude) & np.isfinite(incidents.latitude)
    area = incidents.area[known]
    met = np.bincount(area, minlength=n).astype(np.float64)
    with np.errstate(invalid="ignore"):
        points = np.column_stack(
            [np.bincount(area, values[known], n) / met for values in (incidents.longitude, incidents.latitude)]
        )
    unknown = np.full(n, np.nan)
    codes = incidents.area_codes
    return Areas(codes, codes, {}, unknown, unknown, unknown, points, _nearest(points))


def _nearest(points: NDArray[np.float64]) -> tuple[tuple[int, ...], ...]:
    placed = np.flatnonzero(np.isfinite(points).all(axis=1))
    neighbours: list[tuple[int, ...]] = [()] * len(points)
    if len(placed) > NEAREST:
        # Degrees of longitude shrink with latitude; within one force this flat approximation orders neighbours well.
        flat = points[placed] * [np.cos(np.radians(points[placed, 1].mean())), 1.0]
        found = np.asarray(cKDTree(flat).query(flat, NEAREST + 1)[1])
        for row, area in enumerate(placed):
            neighbours[area] = tuple(sorted(int(placed[i]) for i in found[row] if i != row)[:NEAREST])
    return tuple(neighbours)


def build_panel(incidents: Incidents, kind: PeriodKind, areas: Areas) -> Panel:
    """Count incidents by period, area and strand; a cell is observed only where every feed of its strand covers it.

    The panel ends with the newest period that some feed covers whole, as known at `as_of`. A feed that is published
    late thus moves the origin back: the period that holds `as_of` is then horizon 2 or more.

    Args:
        incidents: The view at a date.
        kind: Period.
        areas: The areas of `incidents.area_codes`, in that order.

    Raises:
        DataError: No complete period is known.
    """
    spans = [span for feed in incidents.feeds for span in feed.spans]
    if not spans or not len(incidents):
        fix = "ingest some, or ask for a later date"
        raise DataError("holds no incidents known at that date", place="workspace", fix=fix)
    as_of = incidents.as_of or _everything_known(incidents, max(last for _, last in spans))
    as_of = as_of.date() if isinstance(as_of, datetime) else as_of
    incidents = replace(incidents, feeds=tuple(_complete(incidents, n, as_of) for n in range(len(incidents.feeds))))
    first = periods.ordinal(min(begin for begin, _ in spans) - timedelta(days=1), kind) + 1
    n = periods.ordinal(as_of, kind) - first
    if n < 1:
        raise DataError(f"has no complete {kind} before {as_of}", place="workspace", fix="ingest a longer history")
    shape = (n, len(areas), len(incidents.strand_names))
    period = periods.ordinal_of(incidents.day, kind) - first
    inside = (period >= 0) & (period < n)
    seen = _observed(incidents, kind, first, shape)
    once, classes = _counted(incidents, period, inside, shape)
    once *= seen
    for mine in classes.values():
        np.multiply(mine, seen, out=mine)
    counts = np.asarray(np.sum(list(classes.values()), axis=0, dtype=np.float32))
    for array in (counts, once, seen, *classes.values()):
        array.setflags(write=False)
    return _trimmed(Panel(counts, once, classes, seen, kind, first, areas, incidents.strand_names, as_of))


def _counted(
    incidents: Incidents, period: NDArray[np.int64], inside: NDArray[np.bool_], shape: tuple[int, int, int]
) -> tuple[NDArray[np.float32], dict[ProvenanceClass, NDArray[np.float32]]]:
    """Return counts under the one strand of each incident, float32[shape], and by class under all of its strands.

    A retraction may meet a period that never held its incident; a count cannot be below none.
    """
    size = int(np.prod(shape))
    cell = (period[inside] * shape[1] + incidents.area[inside]) * shape[2]
    strand, also, kind = incidents.strand[inside], incidents.also[inside], incidents.provenance[inside]
    count = incidents.count[inside]

    def totals(mine: NDArray[np.bool_], *, every: bool) -> NDArray[np.float32]:
        flat = np.bincount((cell + strand)[mine], count[mine], size)
        for number, members in enumerate(incidents.also_sets if every else ()):
            also_here = np.flatnonzero(mine & (also == number)) if members else ()
            for member in members:
                flat += np.bincount(cell[also_here] + member, count[also_here], size)
        return np.maximum(flat, 0.0).astype(np.float32).reshape(shape)

    met = np.unique(kind)
    found = met.tolist() or [PROVENANCE.index(UNKNOWN)]
    classes = {PROVENANCE[number]: totals(kind == number, every=True) for number in found}
    return totals(np.ones(len(cell), dtype=bool), every=False), classes


def _everything_known(incidents: Incidents, last_day: date) -> date:
    """Return the first day at whose beginning everything counted was known."""
    newest: np.datetime64 = incidents.known_at.max()
    day = newest.astype("datetime64[D]")
    known: date = (day if day == newest else day + 1).item()
    return max(last_day + timedelta(days=1), known)


def _complete(incidents: Incidents, number: int, as_of: date) -> FeedCoverage:
    """Return a feed's coverage without its newest days, of which too little is recorded yet.

    How late records come is read from the feed's own older facts; a feed without recording times is complete at once.
    """
    feed = incidents.feeds[number]
    mine = incidents.feed == number
    if feed.resolution != "day" or not feed.spans or not mine.any():
        return feed
    day, known_at = incidents.day[mine], incidents.known_at[mine].astype("datetime64[D]")
    today = np.datetime64(as_of)
    late = (known_at - day).astype(np.int64) - 1
    settled = late[day < today - SETTLED_DAYS]
    delay = int(np.quantile(settled, COMPLETE_SHARE, method="higher")) if len(settled) else 0
    last = (today - max(delay, 0) - 1).item()
    spans = tuple((first, min(end, last)) for first, end in feed.spans if first <= last)
    return replace(feed, spans=spans)


def _observed(incidents: Incidents, kind: PeriodKind, first: int, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Return bool[period, area, strand]: every feed that speaks of the cell covers its whole period, without an outage.

    A feed speaks of the areas that it has records in, so that one force's missing month leaves another force's areas
    alone; of areas that no feed of the strand has met, all its feeds speak.
    """
    begin = periods.starts(np.arange(first, first + shape[0] + 1), kind)
    covered = [
        _covered(incidents.day[incidents.feed == number], feed, begin) for number, feed in enumerate(incidents.feeds)
    ]
    observed = np.zeros(shape, dtype=bool)
    for column, strand in enumerate(incidents.strand_names):
        feeds = [number for number, feed in enumerate(incidents.feeds) if strand in feed.strands and feed.spans]
        if not feeds:
            continue
        spoken = np.zeros((len(feeds), shape[1]), dtype=bool)
        for row, number in enumerate(feeds):
            spoken[row, incidents.area[incidents.feed == number]] = True
        spoken[:, ~spoken.any(axis=0)] = True
        missing = ~np.stack([covered[number] for number in feeds])
        observed[:, :, column] = ~np.any(missing[:, :, None] & spoken[:, None, :], axis=0)
    return observed


def _covered(days: NDArray[np.datetime64], feed: FeedCoverage, begin: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    """Return which periods a feed covers whole, outages left out; `begin` has one entry more than there are periods."""
    whole = np.zeros(len(begin) - 1, dtype=bool)
    for first_day, last_day in feed.spans:
        whole |= (begin[:-1] >= np.datetime64(first_day)) & (begin[1:] <= np.datetime64(last_day) + 1)
    for silent_from, silent_to in _silences(days, feed):
        whole &= (begin[1:] <= silent_from) | (begin[:-1] >= silent_to)
    return whole


def _silences(days: NDArray[np.datetime64], feed: FeedCoverage) -> list[tuple[np.datetime64, np.datetime64]]:
    """Return [from, to) of runs of covered days without a single record where records were to be expected."""
    covered = sum((last - begin).days + 1 for begin, last in feed.spans)
    a_day = len(days) / max(covered, 1)
    found = []
    for begin, last in feed.spans:
        low, high = np.datetime64(begin), np.datetime64(last) + 1
        met = np.unique(days[(days >= low) & (days < high)])
        if feed.resolution != "day":
            # A period's records are dated on its first day and speak for all of it.
            length = 31 if feed.resolution == "month" else 7
            met = np.unique((met[:, None] + np.arange(length)).ravel())
        edges = np.concatenate([[low - 1], met, [high]])
        for before, after in pairwise(edges):
            if ((after - before).astype(int) - 1) * a_day >= OUTAGE_INCIDENTS:
                found.append((before + 1, after))
    return found


def _trimmed(panel: Panel) -> Panel:
    """Drop periods at both ends in which nothing is observed, so that the origin is the first unseen period."""
    some = np.flatnonzero(panel.observed.any(axis=(1, 2)))
    if not len(some):
        raise DataError(f"has no complete {panel.kind}", place="workspace", fix="ingest a longer history")
    return panel.between(int(some[0]), int(some[-1]) + 1)
