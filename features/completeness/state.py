"""What is complete in a view: the delay curves, the outages, and which cells of a panel were observed."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.areas.areas import Areas
from features.completeness.curves import Curves, curves_of
from features.completeness.delays import LONGEST, WINDOW, Triangle, memberships, triangle
from features.completeness.outages import FEED, STRAND, Outage, area_groups, outages
from features.incidents.incidents import FeedCoverage, Incidents
from features.periods import Days, PeriodKind

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Completeness:
    """What is complete in one view, learnt from that view alone.

    Attributes:
        triangle: Incidents of the newest periods by period and delay.
        curves: Shares in by age.
        outages: Silences that are missing records.
        areas: The view's areas.
    """

    triangle: Triangle
    curves: Curves
    outages: tuple[Outage, ...]
    areas: Areas

    @classmethod
    def of(cls, incidents: Incidents, kind: PeriodKind, areas: Areas, as_of: date) -> "Completeness":
        """Learn it from a view.

        Args:
            incidents: The view.
            kind: Period of the triangle.
            areas: Of `incidents.area_codes`.
            as_of: The view's knowledge date.
        """
        found = triangle(incidents, kind, as_of)
        curves = curves_of(incidents, found)
        in_by_now = tuple(
            np.empty(0) if feed.resolution != "day" else _in_by_now(curves.feed_share[number], found)
            for number, feed in enumerate(incidents.feeds)
        )
        return cls(found, curves, outages(incidents, areas, in_by_now, as_of), areas)

    def usable(self, first: int, n: int) -> F64:
        """Return what counts are divided by, float64[feed, strand, period]: 1 if complete, 0 if not to be used.

        Args:
            first: Ordinal of the first period.
            n: Periods; the last is the newest that has ended.
        """
        by_age = self.curves.usable
        shares = np.ones((*by_age.shape[:2], n))
        newest = min(n, by_age.shape[2])
        shares[:, :, n - newest :] = by_age[:, :, :newest][:, :, ::-1]
        return shares

    def observed(self, incidents: Incidents, first: int, n: int) -> Bool:
        """Return bool[period, area, strand]: every feed that speaks of the cell covers its whole period.

        A period is covered where it lies in the feed's spans, enough of its records is usually in, and neither the feed
        nor the strand or district is out. A feed speaks of the areas that it has records in, so that one force's
        missing month leaves another force's areas alone; of areas that no feed of the strand has met, all its feeds
        speak.
        """
        begin = periods.starts(np.arange(first, first + n + 1), self.triangle.kind)
        covered = self.covered(incidents, first, n) & (self.usable(first, n) > 0)
        silent = self._silent_areas(incidents, begin)
        seen = np.zeros((n, len(self.areas), len(incidents.strand_names)), dtype=bool)
        met = np.zeros((len(incidents.feeds), len(self.areas)), dtype=bool)
        met[incidents.feed, incidents.area] = True
        for column, strand in enumerate(incidents.strand_names):
            feeds = [number for number, feed in enumerate(incidents.feeds) if strand in feed.strands and feed.spans]
            if not feeds:
                continue
            spoken = met[feeds]
            spoken[:, ~spoken.any(axis=0)] = True
            missing = np.zeros(seen.shape[:2], dtype=bool)
            for row, number in enumerate(feeds):
                out = ~covered[number, column][:, None] | silent.get(number, np.False_)
                missing |= out & spoken[row]
            seen[:, :, column] = ~missing
        return seen

    def shares(self, incidents: Incidents, first: int, n: int) -> NDArray[np.float32]:
        """Return the share of each strand's records that is usually in, float32[period, strand]; exactly 1 if complete.

        Feeds weigh as their records in the strand do; one that cannot be used yet is left out.
        """
        shape = (len(incidents.feeds), len(incidents.strand_names))
        rows, strand = memberships(incidents)
        pair = incidents.feed[rows].astype(np.int64) * shape[1] + strand
        held = np.maximum(np.bincount(pair, incidents.count[rows], int(np.prod(shape))), 0.0).reshape(shape)
        usable = self.usable(first, n)
        weight = held[:, :, None] * (usable > 0)
        lacking = (weight * (1.0 - usable)).sum(axis=0)
        total = weight.sum(axis=0)
        share = 1.0 - np.divide(lacking, total, out=np.zeros_like(total), where=total > 0)
        by_period: NDArray[np.float32] = share.T.astype(np.float32)
        return by_period

    def covered(self, incidents: Incidents, first: int, n: int) -> Bool:
        """Return bool[feed, strand, period]: the feed delivered all of the period, and nothing was out."""
        begin = periods.starts(np.arange(first, first + n + 1), self.triangle.kind)
        covered = np.ones((len(incidents.feeds), len(incidents.strand_names), n), dtype=bool)
        for number, feed in enumerate(incidents.feeds):
            covered[number] &= _whole(feed, begin, self.triangle.as_of)
        names = [feed.name for feed in incidents.feeds]
        for outage in self.outages:
            if outage.group in (FEED, STRAND):
                rows = slice(None) if outage.group == FEED else incidents.strand_names.index(outage.name)
                covered[names.index(outage.feed), rows] &= ~touched(outage, begin)
        return covered

    def _silent_areas(self, incidents: Incidents, begin: Days) -> dict[int, Bool]:
        """Return bool[period, area] of each feed that is silent in some areas."""
        _, members, member = area_groups(self.areas)
        names = [feed.name for feed in incidents.feeds]
        silent: dict[int, Bool] = {}
        for outage in self.outages:
            if outage.group not in (FEED, STRAND):
                number = names.index(outage.feed)
                own = silent.setdefault(number, np.zeros((len(begin) - 1, len(self.areas)), dtype=bool))
                own |= touched(outage, begin)[:, None] & (member == members.index(outage.name))[None, :]
        return silent


def _in_by_now(share: F64, found: Triangle) -> F64:
    """Return the share in by now of each day of the newest periods; of the one that has not ended, nothing counts."""
    ages = LONGEST[found.kind]
    newest = found.first + WINDOW[found.kind] + ages - 1
    begin = periods.starts(np.array([newest - ages]), found.kind)[0]
    days = np.arange(begin, np.datetime64(found.as_of))
    age = newest - periods.ordinal_of(days, found.kind)
    return np.where(age < 0, 0.0, share[np.maximum(age, 0)])


def _whole(feed: FeedCoverage, begin: Days, as_of: date) -> Bool:
    """Return which periods a feed covers whole."""
    whole = np.zeros(len(begin) - 1, dtype=bool)
    today = np.datetime64(as_of)
    for first_day, last_day in feed.spans:
        after = min(np.datetime64(last_day) + 1, today)
        whole |= (begin[:-1] >= np.datetime64(first_day)) & (begin[1:] <= after)
    return whole


def touched(outage: Outage, begin: Days) -> Bool:
    """Return which periods hold a day of an outage."""
    return (begin[:-1] <= np.datetime64(outage.last)) & (begin[1:] > np.datetime64(outage.first))
