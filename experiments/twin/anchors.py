"""What a twin is held against: how dispersed, how lasting and how concentrated its weekly counts are.

The same measures are taken of real incidents; `python -m benchmarks.twin` prints the two side by side.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.twin.county import Floats, groups
from experiments.twin.parameters import WEEKS_A_YEAR
from experiments.twin.strands import STRANDS
from experiments.twin.twin import Twin

# Category: kinds of the twin that it is made of, named as Toronto names its own where the two are alike.
CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "Assault": ("violence-injury", "violence-no-injury"),
    "Break and Enter": ("burglary-home", "burglary-business"),
    "Auto Theft": ("vehicle",),
    "Robbery": ("robbery",),
}


@dataclass(frozen=True)
class Anchor:
    """Measures of one category's counts by area and week.

    Attributes:
        a_year: Incidents a year in all.
        mean: Incidents an area and week.
        dispersion: a in variance = mean + a mean^2 within areas, by moments: what season, shocks and repeats add to
            chance.
        total_dispersion: The same of the weekly totals of all areas.
        area_lags: Autocorrelation of an area's counts about its own mean, pooled, at lags of 1, 4 and 52 weeks.
        total_lags: Autocorrelation of the weekly totals at the same lags.
        top_5, top_20: Share of the incidents in the 5 % and 20 % of areas that have most.
        gini: Gini coefficient of the areas' totals.
    """

    a_year: float
    mean: float
    dispersion: float
    total_dispersion: float
    area_lags: tuple[float, float, float]
    total_lags: tuple[float, float, float]
    top_5: float
    top_20: float
    gini: float

    @classmethod
    def of(cls, counts: NDArray[np.generic]) -> "Anchor":
        """Measure counts[week, area]; lags that the weeks do not reach are NaN."""
        values = counts.astype(np.float64)
        top_5, top_20, gini = concentration(values.sum(axis=0))
        totals = values.sum(axis=1, keepdims=True)
        return cls(
            float(values.sum() / len(values) * WEEKS_A_YEAR),
            float(values.mean()),
            dispersion(values),
            dispersion(totals),
            lags(values),
            lags(totals),
            top_5,
            top_20,
            gini,
        )

    def document(self) -> dict[str, object]:
        """Return the measures; what cannot be measured is None."""
        return {
            name: [_known(one) for one in value] if isinstance(value, tuple) else _known(value)
            for name, value in asdict(self).items()
        }

    def cells(self) -> tuple[str, ...]:
        """Return what a table shows."""
        shown = (self.dispersion, *self.area_lags, self.top_5, self.top_20, self.gini)
        return (f"{self.a_year:,.0f}", *(f"{value:.3f}" for value in shown))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 5)


def dispersion(counts: Floats) -> float:
    """Return a in variance = mean + a mean^2, by moments within columns, pooled over them."""
    weeks = len(counts)
    means = counts.mean(axis=0)
    excess = ((counts - means) ** 2).sum() - (weeks - 1) * means.sum()
    squares = (weeks - 1) * (means**2).sum()
    return float(excess / squares) if squares > 0 else float("nan")


def lags(counts: Floats, at: tuple[int, int, int] = (1, 4, 52)) -> tuple[float, float, float]:
    """Return the autocorrelation about each column's mean, pooled over columns."""
    departures = counts - counts.mean(axis=0)
    variance = (departures**2).mean()

    def one(lag: int) -> float:
        if len(counts) <= 2 * lag or variance == 0:
            return float("nan")
        return float((departures[lag:] * departures[:-lag]).mean() / variance)

    return one(at[0]), one(at[1]), one(at[2])


def concentration(totals: Floats) -> tuple[float, float, float]:
    """Return the share of the 5 % and of the 20 % of areas that have most, and the Gini coefficient."""
    ordered = np.sort(totals)
    count, total = len(ordered), ordered.sum()
    if total == 0:
        return float("nan"), float("nan"), float("nan")
    top_5, top_20 = (float(ordered[count - max(1, round(count * share)) :].sum() / total) for share in (0.05, 0.2))
    ranks = np.arange(1, count + 1)
    return top_5, top_20, float(2 * (ranks * ordered).sum() / (count * total) - (count + 1) / count)


def twin_counts(twin: Twin, category: str, *, by_msoa: bool) -> NDArray[np.int64]:
    """Return a category's recorded counts by week and area, or by week and MSOA."""
    kinds = [twin.scene.parameters.index(kind) for kind in CATEGORIES[category]]
    counts = twin.demand.recorded[:, kinds].sum(axis=1)
    if not by_msoa:
        by_area: NDArray[np.int64] = counts
        return by_area
    names, msoa = groups(twin.scene.county.msoas)
    summed = np.zeros((len(counts), len(names)), dtype=np.int64)
    np.add.at(summed.T, msoa, counts.T)
    return summed


def twin_anchors(twin: Twin) -> dict[str, Anchor]:
    """Return each category's anchor by MSOA, whose counts are of the size of those of Toronto's neighbourhoods."""
    return {category: Anchor.of(twin_counts(twin, category, by_msoa=True)) for category in CATEGORIES}


def strand_shares(twin: Twin) -> dict[str, float]:
    """Return the records a year of each strand, all its feeds together; an incident may be in several strands."""
    years = twin.scene.weeks.count / WEEKS_A_YEAR
    return {
        strand: sum(float(part.counted.sum()) for part in twin.truth if part.strand == strand) / years
        for strand in STRANDS
    }
