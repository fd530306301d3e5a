"""Question: is an area's rate better drawn to its district's, and that to the strand's, than to the strand's alone?

    python -m experiments.hierarchy twin
    python -m experiments.hierarchy essex WORKSPACE

Both levels are gamma-Poisson with variances by moments; half-lives are the shipped offset's. Forecasts are compared
without trees, by the starting point alone, and with trees grown from it, which see neighbours as well.

Finding (run on 2026-11-24): differences in mean Poisson deviance, in 10,000, with 95 % intervals over paired origins.
SYNTHETIC twins of the seeds 1 to 3: 1,077 areas in 14 districts, 75 origins, horizons 1 and 4, one fit a twin. Essex:
the same areas by police.uk's months, six origins from July 2018 to February 2019, six to eleven months known, a fit
each.

| | twins, start alone | twins, with trees | Essex, start alone | Essex, with trees |
|---|---|---|---|---|
| shrunken to the strand | .57518 | .57464 | 1.09865 | 1.04815 |
| and the district's as one more column | | -1.5 +- 0.9 | | -32.2 +- 19.5 |
| the district's as the offset | -1.6 +- 0.4 | -0.9 +- 0.8 | -74.4 +- 21.6 | -14.5 +- 29.6 |

As one more column it gains in both, .03 % with a year and a half known and .3 % with some months; as the offset the
trees win most of it by themselves. Six months are few: by Student's t the interval of -32.2 is +- 26. A column is worth
building for months and short histories. It is not built yet. Toronto, whose areas have no districts, cannot tell.
"""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from experiments.development import F64, I64, said
from experiments.knowledge import weekly_knowledge
from experiments.likelihood import twins
from experiments.past_rows import PastRows
from features import periods
from features.calendar import Calendar
from features.panel import Panel
from features.rates import by_strand
from models.spread import shock_groups

# Share of the strand's squared mean that no variance is taken to lie below.
LEAST = 1e-6
# The shipped offset's.
HALF_LIVES = {"week": 78.0, "month": 18.0}
# Twelve months of police.uk (none of August or September) that no benchmark scores; the first are for learning.
MONTHS = (date(2018, 1, 1), date(2019, 3, 1))
FEWEST_MONTHS = 6


class Weighted:
    """Weighted sums of each area's counts, carried from period to period as `features.kernels` carries them."""

    def __init__(self, half_life: float, shape: tuple[int, int]) -> None:
        self.decay = 0.5 ** (1 / half_life)
        self.total, self.weight, self.square = np.zeros(shape), 0.0, 0.0

    def add(self, counts: F64, seen: float) -> None:
        """Take in a period, float64[strand, area]; of one that was not observed `seen` and counts are 0."""
        self.total = self.total * self.decay + counts
        self.weight, self.square = self.weight * self.decay + seen, self.square * self.decay**2 + seen


def drawn(rate: F64, periods: float, district: I64) -> F64:
    """Return area rates drawn to their district's, float64[strand, area].

    Gamma-Poisson at both levels, variances by moments: districts about the strand, areas about their district. The
    second is one for all districts, relative to their rates.

    Args:
        rate: float64[strand, area], weighted means.
        periods: How many periods they rest on.
        district: int64[area].
    """
    sizes = np.bincount(district)
    of_district = np.stack([np.bincount(district, one) for one in rate]) / sizes
    mean = np.maximum(rate.mean(axis=1, keepdims=True), 1e-6)
    inner = rate - of_district[:, district]
    # Within-district squares lose a degree of freedom in each district.
    lost = len(district) / (len(district) - len(sizes))
    within = (inner**2).mean(axis=1, keepdims=True) * lost - mean / periods
    relative = np.maximum(within, LEAST * mean**2) / np.mean(of_district**2, axis=1, keepdims=True)
    # What a district's mean of areas has of noise: its incidents', and that of which areas lie in it.
    noise = (of_district / periods + relative * of_district**2) / sizes
    between = np.maximum(((of_district - mean) ** 2 - noise).mean(axis=1, keepdims=True), LEAST * mean**2)
    centre = mean + (of_district - mean) * between / (between + noise)
    prior, about = 1 / relative, np.maximum(centre, LEAST * mean)[:, district]
    return np.asarray((prior + rate * periods) / (prior / about + periods))


def by_district(panel: Panel, half_life: float, at: I64) -> F64:
    """Return hierarchical rates at some positions, float64[strand, area, position]; all areas are observed or none."""
    counts, seen = by_strand(panel)[0].astype(np.float64), np.asarray(panel.observed.any(axis=(1, 2)))
    district, carried = shock_groups(panel.areas), Weighted(half_life, counts.shape[:2])
    found = []
    for period in range(int(at[-1]) + 1):
        if period in at:
            found.append(drawn(carried.total / carried.weight, carried.weight**2 / carried.square, district))
        if period < len(seen):
            carried.add(counts[:, :, period], float(seen[period]))
    return np.stack(found, axis=-1)


def shipped_rate(rows: PastRows) -> F64:
    """Return the offset's own rates, drawn to the strand's alone; float64[strand, area, origin]."""
    start = rows.matrix.start
    if start is None:
        raise SystemExit("needs an offset")
    rate: F64 = (start.own_level * start.strand_mean[:, :, None]).transpose(1, 2, 0)
    return rate


def moved_start(rows: PastRows, moved: F64) -> PastRows:
    """Return the rows with another starting point, the columns that are ratios to it moved along.

    Args:
        rows: As built.
        moved: float64[n], what is added to the logarithm of the starting point.
    """
    values = rows.matrix.values.copy()
    for column, name in enumerate(rows.matrix.names):
        if name == "log offset":
            values[:, column] += moved
        elif name.startswith(("rate ", "neighbours' rate ")):
            values[:, column] -= moved
    return replace(rows, matrix=replace(rows.matrix, values=values), start=rows.start + moved)


def scored(rows: PastRows, scheduled: I64) -> tuple[F64, F64]:
    """Return the mean deviance of each origin: of the starting point alone, and with the trees grown from it."""
    alone, grown = [], []
    for chosen, tested in rows.fits(scheduled):
        alone.append(rows.deviance(tested, np.exp(rows.start[tested])))
        grown.append(rows.deviance(tested, rows.means(rows.grown(chosen), tested)))
    return np.concatenate(alone), np.concatenate(grown)


def essex(root: Path) -> list[tuple[PastRows, I64]]:
    """Return police.uk's months of 2018/19, a fit each."""
    panel = replace(weekly_knowledge(root), period="month").at().panel
    first, end = (periods.ordinal(day, "month") - panel.first for day in MONTHS)
    rows = replace(PastRows.of(panel.between(first, end), (1,), Calendar("GB-ENG")), every=1, refit=1)
    return [(rows, np.flatnonzero(rows.panel.observed.any(axis=(1, 2)))[FEWEST_MONTHS:])]


def told(sets: list[tuple[PastRows, I64]]) -> None:
    """Print a line for each way; a set is a twin or the months of Essex."""
    found: dict[str, list[tuple[F64, F64]]] = {"strand": [], "district, one more column": [], "district, offset": []}
    for rows, scheduled in sets:
        half_life = HALF_LIVES[rows.panel.kind]
        ratio = np.log(by_district(rows.panel, half_life, rows.matrix.origins - rows.panel.first) / shipped_rate(rows))
        found["strand"].append(scored(rows, scheduled))
        found["district, one more column"].append(scored(rows.beside([ratio]), scheduled))
        found["district, offset"].append(scored(moved_start(rows, rows.of_origins(ratio)), scheduled))
    shipped = np.array(found["strand"])
    for name, values in found.items():
        mine = np.array(values)
        for part, what in enumerate(("start alone", "with trees")):
            print(said(f"{name}, {what}", mine[:, part], shipped[:, part]))


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        raise SystemExit(__doc__)
    told(twins() if sys.argv[1] == "twin" else essex(Path(sys.argv[2])))
