"""Outages on SYNTHETIC strands whose truth is known: rare ones that are called silent, busy ones that are silent.

python -m benchmarks.outages [REPLICATES]
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.completeness import THREE_YEARS, show
from experiments.late_records import FIRST_MONDAY, Demand, Lateness, late_incidents
from features.areas.areas import Areas
from features.completeness.outages import STRAND, outages

# Variance of the log level beyond Poisson noise, its memory from week to week, and the amplitude of the yearly wave.
ROUGHNESS = ((0.0, 0.0, 0.0), (0.3, 0.3, 0.3), (1.0, 0.0, 0.3), (1.0, 0.9, 0.3), (2.0, 0.95, 0.5))
RARE = (0.02, 0.1, 0.3, 1.0, 2.0)
BUSY = (5.0, 10.0, 20.0, 50.0)
AT_ONCE = 50


def silent_strands(totals: Sequence[NDArray[np.float64]], rng: np.random.Generator) -> set[str]:
    """Return the strands, named by their number from 1, that are out somewhere, beside one that never is."""
    n, unknown = len(totals), np.full(1, np.nan)
    areas = Areas(("A000",), ("A000",), {}, unknown, unknown, unknown, np.full((1, 2), np.nan), ((),))
    feed = late_incidents([200.0] + [0.0] * n, [Lateness(1.0)] * (n + 1), THREE_YEARS, rng)
    week = np.concatenate([np.repeat(np.arange(THREE_YEARS), total.astype(np.int64)) for total in totals])
    own = np.repeat(np.arange(1, n + 1), [int(total.sum()) for total in totals])
    size = len(feed) + len(week)
    day = np.datetime64(FIRST_MONDAY) + week * 7 + rng.integers(0, 7, len(week))
    zeros = np.zeros(size, np.int16)
    known = replace(
        feed,
        day=np.concatenate([feed.day, day]),
        strand=np.concatenate([feed.strand, own]).astype(np.int16),
        area=zeros.astype(np.int32),
        count=np.ones(size, np.int32),
        also=zeros,
        provenance=zeros.astype(np.int8),
        feed=zeros,
        known_at=np.full(size, np.datetime64("2025-01-01", "s")),
        longitude=np.full(size, np.nan),
        latitude=np.full(size, np.nan),
    )
    as_of = FIRST_MONDAY + timedelta(weeks=THREE_YEARS)
    found = outages(known, areas, (np.empty(0),), as_of)
    return {outage.name for outage in found if outage.group == STRAND}


def share_out(demand: Demand, replicates: int, rng: np.random.Generator, gap: slice | None = None) -> float:
    """Return the share of strands that are out somewhere, `gap` taken out of each."""
    found = 0
    for _ in range(replicates // AT_ONCE):
        totals = [demand.totals(THREE_YEARS, rng) for _ in range(AT_ONCE)]
        for total in totals:
            total[gap or slice(0)] = 0.0
        found += len(silent_strands(totals, rng))
    return found / (replicates // AT_ONCE * AT_ONCE)


def false_outages(replicates: int) -> Iterator[tuple[str, ...]]:
    """Measure in how many strands of three years, nothing lost, an outage is seen."""
    rng = np.random.default_rng(11)
    for rough in ROUGHNESS:
        shares = [share_out(Demand(mean, *rough), replicates, rng) for mean in (*RARE, *BUSY)]
        yield ", ".join(f"{value:g}" for value in rough), *(f"{share:.2%}" for share in shares)


def power(replicates: int) -> Iterator[tuple[str, ...]]:
    """Measure how often strands that lose some weeks are found out, in the middle and at the newest end."""
    rng = np.random.default_rng(12)
    for weeks in (2, 4, 8, 13):
        for place, first in (("middle", 90), ("newest", THREE_YEARS - weeks)):
            gap = slice(first, first + weeks)
            for rough in ((0.0, 0.0, 0.0), (0.03, 0.3, 0.2)):
                shares = [share_out(Demand(mean, *rough), replicates, rng, gap) for mean in (2.0, *BUSY)]
                said = f"{weeks} weeks, {place}", ", ".join(f"{value:g}" for value in rough)
                yield *said, *(f"{share:.0%}" for share in shares)


def main(replicates: int) -> None:
    """Print both measures."""
    about = "log variance, memory, season"
    means = [f"{mean:g} a week" for mean in (*RARE, *BUSY)]
    show(f"Strands with a false outage, {replicates} a cell", (about, *means), false_outages(replicates))
    show(f"Outages found, {replicates // 5} a cell", ("lost", about, *means[4:]), power(replicates // 5))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
