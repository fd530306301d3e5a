"""The panel: counts by period, area and strand, and which of them were observed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from features.incidents.incidents import Erased, Incidents
from features.periods import PeriodKind
from features.provenance import OFFICER_INITIATED, PROVENANCE, UNKNOWN, ProvenanceClass


@dataclass(frozen=True, eq=False)
class Panel:
    """Counts known at `as_of`.

    Invariants: arrays are read-only; the last period ends on the day before `origin`; a cell that was not
    observed holds 0 in `counts` and False in `observed`; `classes` sums to `counts`; nowhere is `once` more than
    `counts`, nor `reported` more than `once`; where `completeness` is below 1, counts are what was recorded divided by
    the share that is usually in by then, and no truth to measure a forecast on.

    Attributes:
        counts: float32[period, area, strand]; an incident counts in every strand that it belongs to.
        once: float32[period, area, strand]; every incident in one strand only, so that sums over strands are totals.
        reported: float32[period, area, strand]; `once` without the incidents that officers found themselves.
        classes: Class of provenance -> float32[period, area, strand]: `counts` by how the incidents came to notice;
            only classes that occur.
        observed: bool[period, area, strand]; False means *missing*, not zero.
        kind: "week" or "month".
        first: Ordinal of the first period.
        areas: The areas of axis 1.
        strands: The strands of axis 2.
        as_of: Knowledge date: only facts known before this day are counted.
        completeness: float32[period, strand], share of the records that is usually in by `as_of`; 1 = complete.
        changes: Recording changes that earlier periods are rescaled by.
        left_out: Feeds that give coarser periods than these, and are therefore not counted.
        erased: What was erased after the view, of days that the panel counts: there it is not exact.
    """

    counts: NDArray[np.float32]
    once: NDArray[np.float32]
    reported: NDArray[np.float32]
    classes: Mapping[ProvenanceClass, NDArray[np.float32]]
    observed: NDArray[np.bool_]
    kind: PeriodKind
    first: int
    areas: Areas
    strands: tuple[str, ...]
    as_of: date
    completeness: NDArray[np.float32]
    changes: tuple[RecordingChange, ...] = ()
    left_out: tuple[str, ...] = ()
    erased: tuple[Erased, ...] = ()

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
        """Return the complete panel of incidents that are each of one strand, and came to notice nobody knows how."""
        complete = np.ones((len(counts), len(strands)), dtype=np.float32)
        return cls(counts, counts, counts, {UNKNOWN: counts}, observed, kind, first, areas, strands, as_of, complete)

    @property
    def origin(self) -> date:
        """First day of the period after the last one: the forecast's origin."""
        return periods.start(self.first + len(self.counts), self.kind)

    @property
    def complete(self) -> NDArray[np.bool_]:
        """bool[period, area, strand]: observed, and as good as all records are in; only these are truth."""
        full: NDArray[np.bool_] = self.observed & (self.completeness == 1)[:, None, :]
        return full

    @property
    def corrected(self) -> bool:
        """Whether some period is counted before all its records are in."""
        return bool((self.completeness < 1).any())

    def of_strands(self, strands: tuple[str, ...]) -> "Panel":
        """Return the panel with these strands in this order; one that it does not have was never observed."""
        place = np.array([self.strands.index(name) if name in self.strands else -1 for name in strands])

        def taken(values: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.where(place >= 0, values[..., place], np.float32(0))

        return replace(
            self,
            counts=taken(self.counts),
            once=taken(self.once),
            reported=taken(self.reported),
            classes={name: taken(counts) for name, counts in self.classes.items()},
            observed=self.observed[..., place] & (place >= 0),
            completeness=np.where(place >= 0, self.completeness[:, place], np.float32(1)),
            strands=strands,
        )

    def until(self, origin: int) -> "Panel":
        """Return the panel without the periods from `origin` (an ordinal) on."""
        return self.between(0, origin - self.first)

    def between(self, first: int, end: int) -> "Panel":
        """Return the periods from position `first` to before position `end`."""
        kept = slice(first, end)
        begin = periods.start(self.first + first, self.kind)
        return replace(
            self,
            counts=self.counts[kept],
            once=self.once[kept],
            reported=self.reported[kept],
            classes={name: counts[kept] for name, counts in self.classes.items()},
            observed=self.observed[kept],
            completeness=self.completeness[kept],
            first=self.first + first,
            erased=tuple(item for item in self.erased if item.before > begin),
        )


NEAREST = 6


def period_of(incidents: Incidents, asked: PeriodKind | None) -> PeriodKind:
    """Return the panel's period: the one asked for, else months where a feed gives no finer ones, else weeks."""
    monthly = any(feed.resolution == "month" for feed in incidents.feeds)
    return asked or ("month" if monthly else "week")


def countable(incidents: Incidents, kind: PeriodKind) -> tuple[Incidents, tuple[str, ...]]:
    """Return the incidents of the feeds whose dates can be counted by a period, and the names of the other feeds.

    Months hold no weeks, and weeks straddle months.

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
    period that holds `as_of` is then horizon 2 or more.

    Args:
        incidents: The view at a date.
        kind: Period.
        areas: The areas of `incidents.area_codes`, in that order.
        changes: Declared recording changes, in the order of their declaration.

    Raises:
        DataError: No period is known of which enough is in, or no feed can be counted by such periods.
    """
    incidents, left_out = countable(incidents, kind)
    spans = [span for feed in incidents.feeds for span in feed.spans]
    if not spans or not len(incidents):
        fix = "ingest some, or ask for a later date"
        raise DataError("holds no incidents known at that date", place="workspace", fix=fix)
    as_of = knowledge_date(incidents)
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
