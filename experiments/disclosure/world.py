"""SYNTHETIC worlds: a few places, strands and weeks, with all that makes small numbers hard to hide.

Wards inside districts, rare strands and busy ones, a place with hardly any residents, a partner that knows its own
records, a strand that lies within another one, records that come in late.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.areas.areas import Areas
from features.incidents.incidents import FeedCoverage, Incidents
from features.panel import Panel
from models.disclosure.rules import Rules

FIRST = date(2024, 1, 1)
WEEKS = 9
# Publications, each a week after the one before; the last knows of all weeks.
PUBLICATIONS = 4
HISTORY = WEEKS - PUBLICATIONS
STRANDS = ("inside", "other", "violence")
INSIDE, VIOLENCE = 0, 2
OURS, COUNCIL = 0, 1
PARTNER = "council"

I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class World:
    """Counts and how they came to be known.

    Attributes:
        areas: The lowest places, each an area of its own.
        counts: int64[feed, week, strand, area]: records of the force and of the council.
        late: int64[feed, week, strand, area]: of them, those that come in two weeks late.
        nested: Every incident of the strand "inside" is one of violence too, and counted once.
        method: How the next week is forecast from those before: "newest", "mean" or "weighted".
        weights: Of strands in hours, as everybody knows them.
        rules: What may be shown.
    """

    areas: Areas
    counts: I64
    late: I64
    nested: bool
    method: str
    weights: tuple[float, ...]
    rules: Rules

    @property
    def totals(self) -> NDArray[np.float64]:
        """float64[week, strand, area]: what is counted in the end, each incident once."""
        return np.asarray(self.counts.sum(axis=0), dtype=np.float64)

    def seen(self, counts: I64) -> NDArray[np.float64]:
        """Return records in every strand that they belong to, as they are forecast: float64[week, strand, area]."""
        found: NDArray[np.float64] = counts.sum(axis=0).astype(np.float64)
        if self.nested:
            found[:, VIOLENCE] += found[:, INSIDE]
        return found

    def own(self) -> NDArray[np.float64]:
        """Return what the council knows of it: float64[week, strand, area]."""
        return np.asarray(self.counts[COUNCIL], dtype=np.float64)

    def known(self, week: int) -> I64:
        """Return the records known at the beginning of a week: int64[feed, week, strand, area]."""
        known = self.counts.copy()
        known[:, max(week - 2, 0) :] -= self.late[:, max(week - 2, 0) :]
        known[:, week:] = 0
        return known

    def incidents(self, week: int) -> Incidents:
        """Return the view at the beginning of a week."""
        known = self.known(week)
        feed, at, strand, area = np.nonzero(known)
        day = periods.starts(at + periods.ordinal(FIRST, "week"), "week")
        n = len(day)
        also = np.where((strand == INSIDE) & self.nested, 1, 0)
        start = periods.start(periods.ordinal(FIRST, "week") + week, "week")
        spans = ((FIRST, date.fromordinal(start.toordinal() - 1)),)
        received = datetime(2024, 1, 1, tzinfo=UTC)
        shared = STRANDS if self.counts[COUNCIL].any() else ()
        told = ((COUNCIL, "b-council", shared), (OURS, "a-force", STRANDS))
        feeds = tuple(FeedCoverage(name, "day", strands, spans, received) for _, name, strands in sorted(told))
        return Incidents(
            day=day,
            area=area.astype(np.int32),
            strand=strand.astype(np.int16),
            also=also.astype(np.int16),
            provenance=np.zeros(n, dtype=np.int8),
            feed=feed.astype(np.int16),
            count=known[feed, at, strand, area].astype(np.int32),
            known_at=day.astype("datetime64[s]"),
            longitude=np.full(n, np.nan),
            latitude=np.full(n, np.nan),
            area_codes=self.areas.codes,
            strand_names=STRANDS,
            also_sets=((), (VIOLENCE,)),
            feeds=feeds,
            as_of=start,
            snapshot_hash="made-up",
        )

    def panel(self, week: int) -> Panel:
        """Return the panel at the beginning of a week; a week is complete once nothing more is to come."""
        counts = np.moveaxis(self.seen(self.known(week))[:week], 1, 2).astype(np.float32)
        whole = Panel.of_counts(
            counts,
            np.ones(counts.shape, dtype=np.bool_),
            "week",
            periods.ordinal(FIRST, "week"),
            self.areas,
            STRANDS,
            periods.start(periods.ordinal(FIRST, "week") + week, "week"),
        )
        if self.late.any():
            whole.completeness.setflags(write=True)
            whole.completeness[max(week - 2, 0) :] = 0.9
        return whole


def make_world(rng: np.random.Generator) -> World:
    """Draw a world."""
    wards = bool(rng.integers(2))
    districts = int(rng.integers(2, 4)) if wards else int(rng.integers(3, 9))
    n = districts * int(rng.integers(2, 5)) if wards else districts
    codes = tuple(f"P{number:02d}" for number in range(n))
    named = tuple(f"D{number % districts}" for number in range(n))
    parents = {"ward": codes, "district": named} if wards else {"district": codes}
    residents = np.full(n, 2_000.0)
    if rng.integers(2):
        residents[rng.integers(n)] = 2.0
    unknown = np.full(n, np.nan)
    areas = Areas(codes, codes, parents, residents, unknown, unknown, np.full((n, 2), np.nan), ((),) * n)
    level = rng.choice([0.5, 2.0, 6.0, 15.0], size=(len(STRANDS), 1)) * rng.gamma(2.0, 0.5, size=(len(STRANDS), n))
    both = rng.poisson(level, size=(WEEKS, len(STRANDS), n))
    # A partner shares some records of every strand in two worlds of three.
    share = rng.choice([0.0, 0.3, 0.9])
    council = rng.binomial(both, share)
    counts = np.stack([both - council, council]).astype(np.int64)
    late = rng.binomial(counts, 0.1) if rng.integers(2) else np.zeros_like(counts)
    minimum, step = ((5, 5), (5, 3), (10, 5), (3, 3), (5, 10))[rng.integers(5)]
    rules = Rules(
        version=1,
        level="ward" if wards else "district",
        minimum_count=minimum,
        round_to=step,
        hours_round_to=5,
        share_round_to=10,
        minimum_residents=1_000,
        periods_together=int(rng.integers(1, 3)),
        recent_periods=4,
        first_periods=HISTORY,
    )
    method = ("newest", "mean", "weighted")[rng.integers(3)]
    weights = tuple(float(value) for value in rng.choice([0.5, 1.0, 5.0], len(STRANDS)))
    return World(areas, counts, late.astype(np.int64), bool(rng.integers(2)), method, weights, rules)
