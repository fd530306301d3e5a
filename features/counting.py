"""Counting: from the incidents of a view to a panel."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from errors import DataError
from features import periods
from features.areas.areas import Areas
from features.completeness.changes import RecordingChange, in_force
from features.completeness.delays import knowledge_date
from features.completeness.state import Completeness
from features.completeness.weights import Weights
from features.incidents.incidents import Incidents
from features.months import Months, counted_by_day, first_week
from features.panel import Panel
from features.periods import PeriodKind
from features.provenance import OFFICER_INITIATED, PROVENANCE, UNKNOWN, ProvenanceClass

NEAREST = 6


def period_of(incidents: Incidents, asked: PeriodKind | None) -> PeriodKind:
    """Return the panel's period: the one asked for, else months where a feed gives no finer ones, else weeks."""
    monthly = any(feed.resolution == "month" for feed in incidents.feeds)
    return asked or ("month" if monthly else "week")


def countable(incidents: Incidents, kind: PeriodKind) -> tuple[Incidents, tuple[str, ...]]:
    """Return the incidents of the feeds whose dates can be counted by a period, and the names of the other feeds.

    Months hold no weeks, and weeks straddle months. What monthly feeds tell of weeks is not counted: see `Months`.

    Raises:
        DataError: No feed's can.
    """
    other = "month" if kind == "week" else "week"
    coarse = tuple(feed.name for feed in incidents.feeds if feed.resolution == other)
    if not coarse:
        return incidents, ()
    if len(coarse) == len(incidents.feeds):
        problem = f"gives {other}s, from which no {kind}s can be counted"
        raise DataError(problem, place=f"feed {coarse[0]}", fix=f"use --period {other}, or ingest a dated feed")
    return incidents.without(coarse), coarse


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


def build_panel(incidents: Incidents, kind: PeriodKind, areas: Areas, changes: Sequence[RecordingChange] = ()) -> Panel:
    """Count incidents by period, area and strand; a cell is observed only where every feed of its strand covers it.

    The panel ends with the newest period of which some feed has enough, as known at `as_of`; what is usually still to
    come of it is added by dividing by the share that is in. A feed that is published late moves the origin back: the
    period that holds `as_of` is then horizon 2 or more. Monthly feeds are kept beside the weeks of the others; where
    there are no others the panel holds no weeks, and its origin is the first Monday after the months.

    Args:
        incidents: The view at a date.
        kind: Period.
        areas: The areas of `incidents.area_codes`, in that order.
        changes: Declared recording changes, in the order of their declaration.

    Raises:
        DataError: No period is known of which enough is in, or no feed can be counted by such periods.
    """
    if not any(feed.spans for feed in incidents.feeds) or not len(incidents):
        fix = "ingest some, or ask for a later date"
        raise DataError("holds no incidents known at that date", place="workspace", fix=fix)
    as_of = knowledge_date(incidents)
    monthly = {feed.name for feed in incidents.feeds if feed.resolution == "month" and feed.spans}
    if kind == "week" and monthly:
        return _beside_months(incidents, monthly, areas, changes, as_of)
    return _of_feeds(incidents, kind, areas, changes, as_of)


def _beside_months(
    incidents: Incidents, monthly: Collection[str], areas: Areas, changes: Sequence[RecordingChange], as_of: date
) -> Panel:
    """Count the weeks of dated feeds and keep the months of the others beside them."""
    told = incidents.without([feed.name for feed in incidents.feeds if feed.name not in monthly])
    dated = incidents.without(monthly)
    if not len(told):
        return _of_feeds(dated, "week", areas, changes, as_of)
    months = _of_feeds(told, "month", areas, changes, as_of)
    weeks = _weeks_or_none(dated, areas, changes, as_of)
    if weeks is None:
        return replace(_no_weeks(months), months=Months(months, np.zeros((0, len(months.strands)), dtype=np.float32)))
    strands = tuple(sorted({*weeks.strands, *months.strands}))
    daily = counted_by_day(dated, strands, weeks.first, len(weeks.counts))
    return replace(weeks.only(strands), months=Months(months, daily).before(weeks.origin))


def _weeks_or_none(dated: Incidents, areas: Areas, changes: Sequence[RecordingChange], as_of: date) -> Panel | None:
    """Count the weeks of dated feeds; None where there are none yet, for then the months of others are all there is."""
    if not any(feed.spans for feed in dated.feeds) or not len(dated):
        return None
    try:
        return _of_feeds(dated, "week", areas, changes, as_of)
    except DataError:
        return None


def _no_weeks(months: Panel) -> Panel:
    """Return a weekly panel that has counted nothing yet, from the first week after some months."""
    counts = np.zeros((0, len(months.areas), len(months.strands)), dtype=np.float32)
    seen = np.zeros(counts.shape, dtype=np.bool_)
    empty = Panel.of_counts(counts, seen, "week", first_week(months), months.areas, months.strands, months.as_of)
    return replace(empty, changes=months.changes, erased=months.erased)


def _of_feeds(
    incidents: Incidents, kind: PeriodKind, areas: Areas, changes: Sequence[RecordingChange], as_of: date
) -> Panel:
    incidents, left_out = countable(incidents, kind)
    spans = [span for feed in incidents.feeds for span in feed.spans]
    if not spans or not len(incidents):
        fix = "ingest some, or ask for a later date"
        raise DataError("holds no incidents known at that date", place="workspace", fix=fix)
    first = periods.ordinal(min(begin for begin, _ in spans) - timedelta(days=1), kind) + 1
    n = periods.ordinal(as_of, kind) - first
    if n < 1:
        raise DataError(f"has no complete {kind} before {as_of}", place="workspace", fix="ingest a longer history")
    shape = (n, len(areas), len(incidents.strand_names))
    period = periods.ordinal_of(incidents.day, kind) - first
    inside = (period >= 0) & (period < n)
    known = Completeness.of(incidents, kind, areas, as_of)
    held = in_force(changes, [feed.name for feed in incidents.feeds], incidents.as_of)
    seen = known.observed(incidents, first, n)
    weights = Weights(incidents, period, known.usable(first, n), held)
    once, reported, classes = _counted(incidents, period, inside, shape, weights)
    once *= seen
    reported *= seen
    for mine in classes.values():
        np.multiply(mine, seen, out=mine)
    counts = np.asarray(np.sum(list(classes.values()), axis=0, dtype=np.float32))
    share = known.shares(incidents, first, n)
    for array in (counts, once, reported, seen, share, *classes.values()):
        array.setflags(write=False)
    strands = incidents.strand_names
    panel = Panel(
        counts,
        once,
        reported,
        classes,
        seen,
        kind,
        first,
        areas,
        strands,
        as_of,
        share,
        held,
        left_out,
        incidents.erased,
    )
    return _trimmed(panel)


def _counted(
    incidents: Incidents,
    period: NDArray[np.int64],
    inside: NDArray[np.bool_],
    shape: tuple[int, int, int],
    weights: Weights,
) -> tuple[NDArray[np.float32], NDArray[np.float32], dict[ProvenanceClass, NDArray[np.float32]]]:
    """Return counts under the one strand of each incident, of all and of those that officers did not find themselves.

    Both are float32[shape]; the third are counts under all strands of each incident, by class.

    A retraction may meet a period that never held its incident; a count cannot be below none.
    """
    size = int(np.prod(shape))
    cell = (period[inside] * shape[1] + incidents.area[inside]) * shape[2]
    strand, also, kind = incidents.strand[inside], incidents.also[inside], incidents.provenance[inside]
    row = np.flatnonzero(inside)
    count = weights.under(row, strand)

    def totals(mine: NDArray[np.bool_], *, every: bool) -> NDArray[np.float32]:
        flat = np.bincount((cell + strand)[mine], count[mine], size)
        for number, members in enumerate(incidents.also_sets if every else ()):
            also_here = np.flatnonzero(mine & (also == number)) if members else ()
            for member in members:
                flat += np.bincount(cell[also_here] + member, weights.under(row[also_here], member), size)
        return np.maximum(flat, 0.0).astype(np.float32).reshape(shape)

    met = np.unique(kind)
    found = met.tolist() or [PROVENANCE.index(UNKNOWN)]
    classes = {PROVENANCE[number]: totals(kind == number, every=True) for number in found}
    everyone = np.ones(len(cell), dtype=bool)
    once = totals(everyone, every=False)
    officers = kind == PROVENANCE.index(OFFICER_INITIATED)
    reported = np.minimum(totals(~officers, every=False), once) if officers.any() else once.copy()
    return once, reported, classes


def _trimmed(panel: Panel) -> Panel:
    """Drop periods at both ends in which nothing is observed, so that the origin is the first unseen period."""
    some = np.flatnonzero(panel.observed.any(axis=(1, 2)))
    if not len(some):
        raise DataError(f"has no complete {panel.kind}", place="workspace", fix="ingest a longer history")
    return panel.between(int(some[0]), int(some[-1]) + 1)
