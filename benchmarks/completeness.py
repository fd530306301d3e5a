"""Completeness on SYNTHETIC records and totals whose truth is known: ranges, alarms, outages, and what it costs.

python -m benchmarks.completeness [REPLICATES]
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter, process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from experiments.late_records import FIRST_MONDAY, Demand, Lateness, late_incidents, seen_at
from features import periods
from features.areas.areas import Areas
from features.completeness.curves import COMPLETE, curves_of, expected_range
from features.completeness.delays import triangle
from features.completeness.overview import overview
from features.completeness.shifts import level_shifts
from features.completeness.state import Completeness
from features.counting import build_panel

AGES, WEEKS = range(6), 80
THREE_YEARS = 156
AS_OF = FIRST_MONDAY + timedelta(weeks=WEEKS)
WEEKLY = (200.0, 60.0, 12.0)


def ranges(replicates: int) -> Iterator[tuple[str, ...]]:
    """Measure how often an 8 in 10 range holds the final total, by how much delays swing and how much is in."""
    for wobble in (0.0, 0.15, 0.3):
        late = [Lateness(mean, wobble=wobble) for mean in (6, 12, 8)]
        found: list[tuple[float, float, bool, bool, float]] = []
        for seed in range(replicates):
            whole = late_incidents(WEEKLY, late, WEEKS + 30, np.random.default_rng([seed, 7]))
            seen = seen_at(whole, AS_OF)
            told = triangle(seen, "week", AS_OF)
            curves = curves_of(seen, told)
            newest = told.first + told.count.shape[2] - 1
            week = periods.ordinal_of(whole.day, "week")
            for age in AGES:
                final = np.bincount(whole.strand[week == newest - age], minlength=len(WEEKLY))
                recorded = told.count[0, :, -1 - age].sum(axis=1)
                share, spread = curves.share[0, :, age], curves.spread[0, :, age]
                low, high = expected_range(recorded, share, spread).T
                rows = zip(share, recorded / share, final < low, final > high, final, strict=True)
                found += [row for row in rows if row[0] < COMPLETE]
        share, expected, below, above, final = np.array(found, dtype=np.float64).T
        for least, most in ((0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, COMPLETE)):
            own = (share >= least) & (share < most)
            if own.any():
                held = 1 - below[own].mean() - above[own].mean()
                bias = expected[own].sum() / final[own].sum() - 1
                sides = f"{below[own].mean():.1%} / {above[own].mean():.1%}"
                yield f"{wobble:.0%}", f"{least:.0%}-{most:.0%}", str(own.sum()), f"{held:.1%}", sides, f"{bias:+.1%}"


def false_alarms(replicates: int) -> Iterator[tuple[str, ...]]:
    """Measure in how many series of three years without a shift one is alarmed."""
    rng, every = np.random.default_rng(5), np.ones(THREE_YEARS, dtype=bool)
    for dispersion, memory in ((0.0, 0.0), (0.01, 0.3), (0.03, 0.0), (0.03, 0.5), (0.01, 0.7)):
        row = []
        for mean in (5.0, 20.0, 80.0, 300.0):
            demands = [Demand(mean, dispersion, memory, season, slope) for season, slope in ((0.0, 0.0), (0.25, 0.1))]
            drawn = [demand.totals(THREE_YEARS, rng) for demand in demands for _ in range(replicates)]
            row.append(f"{np.mean([bool(level_shifts(total, every, 2700, 'week')) for total in drawn]):.1%}")
        yield f"{np.sqrt(dispersion):.0%}", f"{memory:g}", *row


def power(replicates: int) -> Iterator[tuple[str, ...]]:
    """Measure how often a shift is found within six weeks of its date, and the median of ratio over truth."""
    rng, every = np.random.default_rng(6), np.ones(THREE_YEARS, dtype=bool)
    for shift in (0.7, 1.4):
        for dispersion, memory in ((0.0, 0.0), (0.01, 0.3), (0.03, 0.5)):
            row = []
            for mean in (10.0, 20.0, 50.0, 100.0, 300.0):
                sizes = []
                for _ in range(replicates):
                    at = int(rng.integers(20, THREE_YEARS - 20))
                    total = Demand(mean, dispersion, memory, 0.2, 0.05).totals(THREE_YEARS, rng, shift=shift, at=at)
                    near = [s for s in level_shifts(total, every, 2700, "week") if abs(s.period - 2700 - at) <= 6]
                    sizes += [found.ratio / shift for found in near[:1]]
                row.append(f"{len(sizes) / replicates:.0%}" + (f" ({np.median(sizes):.2f})" if sizes else ""))
            yield f"{shift - 1:+.0%}", f"{np.sqrt(dispersion):.0%}, {memory:g}", *row


def cost() -> Iterator[tuple[str, ...]]:
    """Time a county of three years: 1,111 areas in 14 districts, 9 strands."""
    n, unknown = 1111, np.full(1111, np.nan)
    codes = tuple(f"A{number:04d}" for number in range(n))
    district = {"district": tuple(f"D{number % 14:02d}" for number in range(n))}
    areas = Areas(codes, codes, district, unknown, unknown, unknown, np.full((n, 2), np.nan), ((),) * n)
    late = [Lateness(3 + 2 * number) for number in range(9)]
    whole = late_incidents([650.0] * 9, late, THREE_YEARS, np.random.default_rng(8), areas=n)
    as_of: date = FIRST_MONDAY + timedelta(weeks=THREE_YEARS - 1)
    known = replace(seen_at(whole, as_of), area_codes=codes)
    parts: dict[str, Callable[[], object]] = {
        "delays, curves, outages": lambda: Completeness.of(known, "week", areas, as_of),
        "the panel with them": lambda: build_panel(known, "week", areas),
        "all that `completeness show` says": lambda: overview(known, areas),
    }
    for name, part in parts.items():
        part()
        began, spent = perf_counter(), process_time()
        part()
        yield name, f"{len(known):,}", f"{perf_counter() - began:.2f}", f"{process_time() - spent:.2f}"


def main(replicates: int) -> None:
    """Print every measure."""
    means = [f"{mean:g} a week" for mean in (5, 20, 80, 300)]
    sections = (
        (
            "8 in 10 ranges of final totals",
            ("delays swing by", "in", "ranges", "held", "below / above", "bias"),
            ranges,
        ),
        ("Level shifts: false alarms in 3 years", ("rough by", "memory", *means), false_alarms),
        (
            "Level shifts: found within 6 weeks (median ratio over truth)",
            ("shift", "rough by, memory", *(f"{mean} a week" for mean in (10, 20, 50, 100, 300))),
            power,
        ),
    )
    for title, columns, measure in sections:
        show(f"{title}, {replicates} replicates", columns, measure(replicates))
    show("Cost", ("what", "facts", "seconds", "CPU seconds"), cost())


def show(title: str, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    """Print one table."""
    table = Table(title=f"SYNTHETIC. {title}", title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    Console(width=140).print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
