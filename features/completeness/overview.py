"""What is known of each feed's completeness, as people and programs are told it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from errors import DataError
from features import periods
from features.areas.areas import Areas
from features.completeness.changes import RecordingChange, in_force
from features.completeness.curves import COMPLETE, expected_range
from features.completeness.delays import F64, LONGEST, knowledge_date, memberships
from features.completeness.outages import Outage
from features.completeness.shifts import LevelShift, level_shifts
from features.completeness.state import Completeness, touched
from features.completeness.weights import rescaled
from features.incidents.coverage import missing_runs
from features.incidents.incidents import Incidents
from features.periods import PeriodKind

ALL = "all"


@dataclass(frozen=True)
class NewestPeriod:
    """A period of which not all is in.

    Attributes:
        strand: The strand, or "all".
        start: Its first day.
        recorded: Incidents recorded so far.
        share: Share that is usually in by now, 0-1.
        expected: Final total to be expected; None where so little is in that nothing can be said.
        low: Lower end of the range that holds the final total 8 times in 10.
        high: Upper end.
        used: Panels count it, corrected; of "all", every strand of it.
    """

    strand: str
    start: date
    recorded: float
    share: float
    expected: float | None
    low: float | None
    high: float | None
    used: bool


@dataclass(frozen=True, eq=False)
class FeedCompleteness:
    """What is known of one feed.

    Attributes:
        name: Name of the feed.
        kind: Period that its totals are watched by: weeks where it gives days, else months.
        spans: First and last day of each covered run.
        missing: Runs of whole months between the spans, as "2018-08".
        outages: Silences within the spans.
        curves: Strand, and "all", to the share in at each age in periods after a period's end; empty where the feed
            gives months.
        newest: Periods of which not all is in, oldest first.
        shifts: Strand to its level shifts.
        changes: Recording changes that the totals are rescaled by.
    """

    name: str
    kind: PeriodKind
    spans: tuple[tuple[date, date], ...]
    missing: tuple[tuple[str, ...], ...]
    outages: tuple[Outage, ...]
    curves: dict[str, F64] = field(repr=False)
    newest: tuple[NewestPeriod, ...]
    shifts: dict[str, tuple[LevelShift, ...]]
    changes: tuple[RecordingChange, ...]

    @property
    def gaps(self) -> tuple[tuple[date, date], ...]:
        """First and last day of each run of days between the spans, of which nothing was delivered."""
        runs = pairwise(self.spans)
        return tuple((before + timedelta(days=1), after - timedelta(days=1)) for (_, before), (after, _) in runs)

    def in_by(self, share: float) -> int | None:
        """Return the weeks (or months) after a period's end by which so large a share is in; None without a curve."""
        return int(np.argmax(self.curves[ALL] >= share)) if ALL in self.curves else None


def overview(
    incidents: Incidents, areas: Areas, changes: Sequence[RecordingChange] = (), only: str | None = None
) -> tuple[FeedCompleteness, ...]:
    """Return what a view says of each feed.

    Args:
        incidents: The view.
        areas: Of `incidents.area_codes`.
        changes: Declared recording changes, in the order of their declaration.
        only: Name of the one feed that is asked for.

    Raises:
        DataError: There is no such feed, or nothing is known.
    """
    names = [feed.name for feed in incidents.feeds]
    if only is not None and only not in names:
        known = ", ".join(names) or "none yet"
        raise DataError(f"'{only}' is not a feed of this workspace", place="--feed", fix=f"name one of: {known}")
    if not len(incidents) or not any(feed.spans for feed in incidents.feeds):
        fix = "ingest some, or ask for a later date"
        raise DataError("holds no incidents known at that date", place="workspace", fix=fix)
    as_of = knowledge_date(incidents)
    held = in_force(changes, names, incidents.as_of)
    found: dict[str, FeedCompleteness] = {}
    kinds: tuple[PeriodKind, ...] = ("week", "month")
    for kind in kinds:
        numbers = [
            number
            for number, feed in enumerate(incidents.feeds)
            if (feed.resolution == "month") == (kind == "month") and only in (None, feed.name) and feed.spans
        ]
        if numbers:
            known_now = Completeness.of(incidents, kind, areas, as_of)
            for number in numbers:
                found[names[number]] = _feed(incidents, known_now, number, held)
    return tuple(found[name] for name in names if name in found)


def _feed(incidents: Incidents, known: Completeness, number: int, held: Sequence[RecordingChange]) -> FeedCompleteness:
    feed, kind = incidents.feeds[number], known.triangle.kind
    told = feed.resolution != "month"
    own = [incidents.strand_names.index(strand) for strand in feed.strands]
    curves = {incidents.strand_names[strand]: known.curves.share[number, strand] for strand in own}
    return FeedCompleteness(
        name=feed.name,
        kind=kind,
        spans=feed.spans,
        missing=missing_runs(feed.spans),
        outages=tuple(outage for outage in known.outages if outage.feed == feed.name),
        curves={ALL: known.curves.feed_share[number], **curves} if told else {},
        newest=_newest(incidents, known, number, own) if told else (),
        shifts=_shifts(incidents, known, number, held),
        changes=tuple(change for change in held if change.feed == feed.name),
    )


def _newest(incidents: Incidents, known: Completeness, number: int, own: Sequence[int]) -> tuple[NewestPeriod, ...]:
    """Return the periods that the feed covers and of which not all is in, for all strands and for each."""
    found, curves = known.triangle, known.curves
    ages = LONGEST[found.kind] + 1
    first = found.first + found.count.shape[2] - ages
    covered = known.covered(incidents, first, ages)[number]
    # (name, recorded, share, spread, usable), each by period, oldest first.
    recorded, usable = found.count[number, :, -ages:].sum(axis=2), curves.usable[number][:, ::-1]
    whole = (found.whole[number, -ages:].sum(axis=1), curves.feed_share[number, ::-1], curves.feed_spread[number, ::-1])
    rows = [(ALL, *whole, usable[own].min(axis=0), covered.all(axis=0))]
    for strand in own:
        each = (recorded[strand], curves.share[number, strand, ::-1], curves.spread[number, strand, ::-1])
        rows.append((incidents.strand_names[strand], *each, usable[strand], covered[strand]))
    periods_told = []
    for at in range(ages):
        for name, count, share, spread, use, delivered in rows:
            if delivered[at] and share[at] < COMPLETE:
                start = periods.start(first + at, found.kind)
                so_far = max(float(count[at]), 0.0)
                told = _corrected(so_far, float(share[at]), float(spread[at]))
                periods_told.append(NewestPeriod(name, start, so_far, float(share[at]), *told, bool(use[at] > 0)))
    return tuple(periods_told)


def _corrected(recorded: float, share: float, spread: float) -> tuple[float | None, float | None, float | None]:
    if share <= 0 or not np.isfinite(spread):
        return None, None, None
    low, high = expected_range(np.array([recorded]), np.array([share]), np.array([spread]))[0]
    return recorded / share, float(low), float(high)


def _shifts(
    incidents: Incidents, known: Completeness, number: int, held: Sequence[RecordingChange]
) -> dict[str, tuple[LevelShift, ...]]:
    """Return the level shifts of a feed's strands, looked for in periods that are complete."""
    kind, feed = known.triangle.kind, incidents.feeds[number]
    first = periods.ordinal(feed.spans[0][0], kind)
    n = known.triangle.first + known.triangle.count.shape[2] - first
    if n < 1:
        return {}
    rows, strand = memberships(incidents)
    period = periods.ordinal_of(incidents.day, kind)[rows] - first
    mine = (incidents.feed[rows] == number) & (period >= 0) & (period < n)
    shape = (len(incidents.strand_names), n)
    weight = rescaled(incidents, rows[mine], strand[mine], held)
    total = np.bincount(strand[mine] * n + period[mine], weight, int(np.prod(shape))).reshape(shape)
    whole = known.covered(incidents, first, n)[number] & (known.usable(first, n)[number] == 1)
    begin = periods.starts(np.arange(first, first + n + 1), kind)
    for outage in known.outages:
        if outage.feed == feed.name and outage.group == "district":
            whole &= ~touched(outage, begin)
    strands = [incidents.strand_names.index(strand) for strand in feed.strands]
    shifts = {feed.strands[k]: level_shifts(total[s], whole[s], first, kind) for k, s in enumerate(strands)}
    return {strand: steps for strand, steps in shifts.items() if steps}
