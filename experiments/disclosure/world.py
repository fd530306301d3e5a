"""SYNTHETIC worlds: a few places, strands and weeks, with all that makes small numbers hard to hide.

Wards inside districts, rare strands and busy ones, a place with hardly any residents, a partner that knows its own
records, a second one or the same one by another spelling, a strand that lies within another one, a strand that is away
for a while, records that come in late.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.areas.areas import Areas
from features.incidents.incidents import FeedCoverage, Incidents
from features.panel import Panel
from models.disclosure.recorded import Terms
from models.disclosure.rules import Rules

FIRST = date(2024, 1, 1)
WEEKS = 9
# Publications, each a week after the one before; the last knows of all weeks.
PUBLICATIONS = 4
HISTORY = WEEKS - PUBLICATIONS
STRANDS = ("inside", "other", "violence")
INSIDE, VIOLENCE = 0, 2
OURS, COUNCIL = 0, 1
OTHER = 1
FORCE_FEED = "a-force"
# A second partner, or the first one by another spelling.
SECOND = ("fire service", "The  Council")
PARTNER = "the council"

I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class World:
    """Counts and how they came to be known.

    Attributes:
        areas: The lowest places, each an area of its own.
        counts: int64[feed, week, strand, area]: records of the force, of the council, and of a second partner if any.
        partners: Whose the feeds after the first are.
        late: int64[feed, week, strand, area]: of them, those that come in two weeks late.
        nested: Every incident of the strand "inside" is one of violence too, and counted once.
        away: Weeks at whose beginning the strand "inside" was out of the taxonomy, its incidents in "other".
        method: How the next week is forecast from those before: "last", "mean-N" or "weighted-formula".
        weights: Of strands in hours, as everybody knows them.
        rules: What may be shown.
    """

    areas: Areas
    counts: I64
    partners: tuple[str, ...]
    late: I64
    nested: bool
    away: frozenset[int]
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

    def own(self, *feeds: int) -> NDArray[np.float64]:
        """Return what the partners of some feeds know of it together: float64[week, strand, area]."""
        return np.asarray(self.counts[list(feeds)].sum(axis=0), dtype=np.float64)

    def feeds_of(self, number: int) -> tuple[int, ...]:
        """Return the feeds of a partner of whom records are shared: the first is number 0."""
        names = [name.casefold().split() for name in self.partners]
        one = [name for at, name in enumerate(names) if name not in names[:at]]
        if number >= len(one):
            return ()
        feeds = tuple(at + 1 for at, name in enumerate(names) if name == one[number])
        return tuple(feed for feed in feeds if self.counts[feed].any())

    def strands(self, week: int) -> tuple[str, ...]:
        """Return the strands of the taxonomy at the beginning of a week."""
        return tuple(name for name in STRANDS if week not in self.away or name != STRANDS[INSIDE])

    def told(self, week: int, counts: I64) -> I64:
        """Return counts [feed, week, strand, area] in the strands of the taxonomy at the beginning of a week."""
        if week not in self.away:
            return counts
        merged = counts.copy()
        merged[:, :, OTHER] += merged[:, :, INSIDE]
        return np.delete(merged, INSIDE, axis=2)

    def known(self, week: int) -> I64:
        """Return the records known at the beginning of a week: int64[feed, week, strand, area]."""
        known = self.counts.copy()
        known[:, max(week - 2, 0) :] -= self.late[:, max(week - 2, 0) :]
        known[:, week:] = 0
        return known

    def incidents(self, week: int) -> Incidents:
        """Return the view at the beginning of a week."""
        known, strands = self.told(week, self.known(week)), self.strands(week)
        feed, at, strand, area = np.nonzero(known)
        day = periods.starts(at + periods.ordinal(FIRST, "week"), "week")
        n = len(day)
        also = np.where((strand == INSIDE) & self.nested, 1, 0)
        start = periods.start(periods.ordinal(FIRST, "week") + week, "week")
        spans = ((FIRST, date.fromordinal(start.toordinal() - 1)),)
        received = datetime(2024, 1, 1, tzinfo=UTC)
        names = (FORCE_FEED, *self.terms(week).partner)
        feeds = tuple(
            FeedCoverage(name, "day", strands if self.counts[at].any() else (), spans, received)
            for at, name in enumerate(names)
        )
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
            strand_names=strands,
            also_sets=((), (VIOLENCE,)) if len(strands) == len(STRANDS) else ((),),
            feeds=feeds,
            as_of=start,
            snapshot_hash="made-up",
        )

    def terms(self, week: int) -> Terms:
        """Return what contracts ask for, and whose each feed is."""
        partner = {f"b-{at}": name for at, name in enumerate(self.partners)}
        return Terms(dict.fromkeys(self.strands(week), self.rules.minimum_count), partner)

    def panel(self, week: int) -> Panel:
        """Return the panel at the beginning of a week; a week is complete once nothing more is to come."""
        counts = np.moveaxis(self.seen(self.told(week, self.known(week)))[:week], 1, 2).astype(np.float32)
        whole = Panel.of_counts(
            counts,
            np.ones(counts.shape, dtype=np.bool_),
            "week",
            periods.ordinal(FIRST, "week"),
            self.areas,
            self.strands(week),
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
    counts, partners = _shared(rng, both)
    # A strand leaves the taxonomy for two weeks and comes back.
    away = frozenset({HISTORY + 1, HISTORY + 2} if not rng.integers(4) else ())
    late = rng.binomial(counts, 0.1) if not away and rng.integers(2) else np.zeros_like(counts)
    minimum, step = ((5, 5), (5, 3), (10, 5), (3, 3), (5, 10), (3, 4), (5, 4))[rng.integers(7)]
    rules = Rules(
        version=1,
        level="ward" if wards else "district",
        minimum_count=minimum,
        round_to=step,
        hours_round_to=5,
        share_round_to=10,
        minimum_residents=1_000,
        periods_together=1 if away else int(rng.integers(1, 3)),
        recent_periods=4,
        first_periods=HISTORY,
    )
    method = ("last", "mean-4", "mean-5", "mean-7", "weighted-formula")[rng.integers(5)]
    weights = tuple(float(value) for value in rng.choice([0.5, 1.0, 5.0, 30.0], len(STRANDS)))
    nested = not away and bool(rng.integers(2))
    return World(areas, counts, partners, late.astype(np.int64), nested, away, method, weights, rules)


def _shared(rng: np.random.Generator, both: I64) -> tuple[I64, tuple[str, ...]]:
    """Return int64[feed, week, strand, area] and the partners: none, one or two, everywhere or in some places."""
    share = rng.choice([0.0, 0.3, 0.9])
    council = rng.binomial(both, share)
    if not share or not rng.integers(2):
        return np.stack([both - council, council]).astype(np.int64), (PARTNER,)
    works = rng.random(both.shape[-1]) < rng.choice([0.3, 0.6, 1.0])
    council = council * works
    works = rng.random(both.shape[-1]) < rng.choice([0.3, 1.0])
    second = rng.binomial(both - council, rng.choice([0.2, 0.6])) * works
    name = SECOND[int(rng.integers(4) == 0)]
    return np.stack([both - council - second, council, second]).astype(np.int64), (PARTNER, name)
