"""SYNTHETIC records with a known delay, and SYNTHETIC totals with a known level: what completeness is measured on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.incidents.incidents import FeedCoverage, Incidents
from features.provenance import PROVENANCE, UNKNOWN

F64 = NDArray[np.float64]
FIRST_MONDAY = date(2022, 1, 3)
FEED = "synthetic"


@dataclass(frozen=True)
class Lateness:
    """How late the records of a strand come.

    Attributes:
        mean_days: Mean of the delay in days, gamma distributed.
        shape: Of the gamma; below 1 most come at once and some very late.
        wobble: Standard deviation of the log of the mean between weeks: a unit on leave, a backlog cleared.
    """

    mean_days: float
    shape: float = 0.7
    wobble: float = 0.0

    def days(self, week: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw whole days of delay for incidents of these weeks."""
        swing = np.exp(rng.normal(0.0, self.wobble, int(week.max(initial=0)) + 1))
        return rng.gamma(self.shape, self.mean_days * swing[week] / self.shape).astype(np.int64)


def late_incidents(
    weekly: Sequence[float],
    lateness: Sequence[Lateness],
    weeks: int,
    rng: np.random.Generator,
    *,
    dispersion: float = 0.02,
    areas: int = 1,
) -> Incidents:
    """Draw incidents of one feed, everything known: negative binomial weeks, days at random, gamma delays.

    Args:
        weekly: Mean incidents a week of each strand.
        lateness: Of each strand.
        weeks: Whole weeks from `FIRST_MONDAY` on.
        rng: Draws.
        dispersion: Of the weekly totals.
        areas: Areas that incidents fall into at random.
    """
    day, strand, known = [], [], []
    for number, (mean, late) in enumerate(zip(weekly, lateness, strict=True)):
        size = 1.0 / dispersion
        count = rng.poisson(mean * rng.gamma(size, 1.0 / size, weeks))
        week = np.repeat(np.arange(weeks), count)
        on = np.datetime64(FIRST_MONDAY) + week * 7 + rng.integers(0, 7, len(week))
        day.append(on)
        known.append((on + 1 + late.days(week, rng)).astype("datetime64[s]"))
        strand.append(np.full(len(week), number, np.int16))
    days, n = np.concatenate(day), sum(map(len, day))
    names = tuple(f"strand {number}" for number in range(len(weekly)))
    last = date.fromordinal(FIRST_MONDAY.toordinal() + 7 * weeks - 1)
    feed = FeedCoverage(FEED, "day", names, ((FIRST_MONDAY, last),), datetime(2030, 1, 1, tzinfo=UTC))
    return Incidents(
        day=days,
        area=rng.integers(0, areas, n).astype(np.int32),
        strand=np.concatenate(strand),
        also=np.zeros(n, np.int16),
        provenance=np.full(n, PROVENANCE.index(UNKNOWN), np.int8),
        feed=np.zeros(n, np.int16),
        count=np.ones(n, np.int32),
        known_at=np.concatenate(known),
        longitude=np.full(n, np.nan),
        latitude=np.full(n, np.nan),
        area_codes=tuple(f"A{number:03d}" for number in range(areas)),
        strand_names=names,
        also_sets=((),),
        feeds=(feed,),
        as_of=None,
        snapshot_hash="synthetic",
    )


def seen_at(whole: Incidents, as_of: date) -> Incidents:
    """Return what of these incidents was known at a date, its feeds' days cut there as a store does."""
    seen = whole.known_at <= np.datetime64(as_of, "s")
    names = ("day", "area", "strand", "also", "provenance", "feed", "count", "known_at", "longitude", "latitude")
    last = date.fromordinal(as_of.toordinal() - 1)
    feeds = tuple(
        replace(feed, spans=tuple((a, min(b, last)) for a, b in feed.spans if a <= last)) for feed in whole.feeds
    )
    return replace(whole, **{name: getattr(whole, name)[seen] for name in names}, feeds=feeds, as_of=as_of)


@dataclass(frozen=True)
class LateStore:
    """Incidents as a store of them: `view` says what was known when.

    Attributes:
        whole: Everything that is ever known.
    """

    whole: Incidents

    def view(self, as_of: date | None, areas: Areas | None = None) -> Incidents:
        """Return the incidents known at a date; the areas are those of `whole`."""
        return self.whole if as_of is None else seen_at(self.whole, as_of)


@dataclass(frozen=True)
class Demand:
    """How the weekly totals of a strand behave that nobody records otherwise.

    Attributes:
        mean: Incidents a week.
        dispersion: Variance of the log level beyond Poisson noise.
        memory: Autocorrelation of that level from week to week.
        season: Amplitude of the yearly wave, in logs.
        slope: Growth a year, in logs.
    """

    mean: float
    dispersion: float = 0.0
    memory: float = 0.0
    season: float = 0.0
    slope: float = 0.0

    def totals(self, weeks: int, rng: np.random.Generator, *, shift: float = 1.0, at: int = 0) -> F64:
        """Draw weekly totals; from week `at` on the level is `shift` times what it would be."""
        t = np.arange(weeks) / 52
        log = self.slope * t + self.season * np.sin(2 * np.pi * (t + rng.random()))
        log += 0.4 * self.season * np.sin(4 * np.pi * (t + rng.random()))
        noise = rng.normal(0.0, 1.0, weeks)
        level = np.empty(weeks)
        state = rng.normal()
        for week in range(weeks):
            state = self.memory * state + np.sqrt(1 - self.memory**2) * noise[week]
            level[week] = state
        log += np.sqrt(self.dispersion) * level - self.dispersion / 2
        log[at:] += np.log(shift) if at else 0.0
        drawn: F64 = rng.poisson(self.mean * np.exp(log)).astype(np.float64)
        return drawn
