"""SYNTHETIC panels and incidents with known rates."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.areas.areas import Areas
from features.incidents.incidents import FeedCoverage, Incidents
from features.panel import Panel
from features.periods import PeriodKind
from features.provenance import PROVENANCE, UNKNOWN

FIRST_MONDAY = date(2019, 1, 7)


def areas(n: int, *, districts: int = 0) -> Areas:
    """Return SYNTHETIC areas in a ring, each with its two neighbours; with districts they are dealt out in turn."""
    unknown = np.full(n, np.nan)
    codes = tuple(f"A{i:03d}" for i in range(n))
    parents = {"district": tuple(f"D{i % districts}" for i in range(n))} if districts else {}
    ring = tuple(tuple(sorted({(i - 1) % n, (i + 1) % n} - {i})) for i in range(n))
    return Areas(codes, codes, parents, unknown, unknown, unknown, np.full((n, 2), np.nan), ring)


def panel(
    n_periods: int, n_areas: int, n_strands: int = 2, *, seed: int = 1, kind: PeriodKind = "week", districts: int = 0
) -> Panel:
    """Return SYNTHETIC Poisson counts with gamma rates by area and strand, all observed."""
    rng = np.random.default_rng(seed)
    rates = rng.gamma(2.0, 0.5, size=(n_areas, n_strands))
    counts = rng.poisson(rates, size=(n_periods, n_areas, n_strands)).astype(np.float32)
    first = periods.ordinal(FIRST_MONDAY, kind)
    strands = tuple(f"strand {i}" for i in range(n_strands))
    where = areas(n_areas, districts=districts)
    return Panel.of_counts(
        counts, np.ones(counts.shape, bool), kind, first, where, strands, periods.start(first + n_periods, kind)
    )


def incidents(
    days: list[str], counts: list[int] | None = None, *, spans: list[tuple[str, str]], monthly: bool = False
) -> Incidents:
    """Return SYNTHETIC incidents of one area, strand and feed."""
    n = len(days)
    day = np.array(days, dtype="datetime64[D]")
    covered = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans)
    feed = FeedCoverage("feed", "month" if monthly else "day", ("Theft",), covered, datetime(2030, 1, 1, tzinfo=UTC))
    return Incidents(
        day=day,
        area=np.zeros(n, np.int32),
        strand=np.zeros(n, np.int16),
        also=np.zeros(n, np.int16),
        provenance=np.full(n, PROVENANCE.index(UNKNOWN), np.int8),
        feed=np.zeros(n, np.int16),
        count=np.array(counts or [1] * n, dtype=np.int32),
        known_at=(day + 1).astype("datetime64[s]"),
        longitude=np.full(n, np.nan),
        latitude=np.full(n, np.nan),
        area_codes=("A000",),
        strand_names=("Theft",),
        also_sets=((),),
        feeds=(feed,),
        as_of=None,
        snapshot_hash="synthetic",
    )


def replaced(
    known: Panel, *, counts: NDArray[np.float32] | None = None, observed: NDArray[np.bool_] | None = None
) -> Panel:
    """Return a panel with other counts or another mask."""
    return replace(
        known,
        counts=known.counts if counts is None else counts,
        observed=known.observed if observed is None else observed,
    )
