"""Year-on-year rates of strands and places, with what is sure about them.

Only cells that were observed in both years are compared, each with the same week or month of the year before, so that
neither a gap nor the season makes a rate. Counts vary more than by chance alone; by how much is read from the blocks of
four weeks (or months) that the two years are made of. With totals A and B of r = A / B, the variance of log r is
phi (1/A + 1/B), and phi is the mean square of (a - r b) / sqrt(r (a + b)) over the blocks, never less than one
(McCullagh and Nelder 1989, Generalized Linear Models, section 4.5); its few degrees of freedom are Student's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from features import periods
from features.panel import Panel
from features.periods import PERIODS_A_YEAR, PeriodKind
from models.levels import ALL_STRANDS, FORCE, level_members

F64 = NDArray[np.float64]

CONFIDENCE = 0.95
DISTRICT = "district"
# Below these a rate would say nothing: incidents of each year, and share of the two years that was observed in both.
LEAST_COUNT = 10.0
LEAST_SHARE = 0.5
_BLOCK: Mapping[PeriodKind, int] = {"week": 4, "month": 1}
TOO_FEW, UNSEEN = "too few", "not observed"


@dataclass(frozen=True)
class Rate:
    """One strand in one place, this year and the year before.

    Attributes:
        level: "force" or "district".
        place: Name of the member.
        strand: The strand, or all together, each incident counted once.
        now: Incidents of the newest year, of the cells that are compared.
        before: Of the year before it.
        share: Share of the cells of both years that is compared.
        rate: Change, of one; None where it would say nothing.
        low: Lower end of its interval.
        high: Upper end.
        why: Why there is no rate: "too few" or "not observed"; "" where there is one.
    """

    level: str
    place: str
    strand: str
    now: float
    before: float
    share: float
    rate: float | None
    low: float | None
    high: float | None
    why: str

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def year_on_year(panel: Panel) -> list[Rate]:
    """Return the rates of the force and its districts, strand by strand, all together last; none of under two years.

    Strands that monthly feeds speak of are told by month.
    """
    own = _rates(panel, [s for s, split in zip(panel.strands, panel.from_months.tolist(), strict=True) if not split])
    months = panel.months.panel if panel.months else None
    monthly = _rates(months, list(months.strands)) if months else []
    everything = [] if months else _together(panel)
    order = {name: at for at, name in enumerate((*panel.strands, ALL_STRANDS))}
    found = [*own, *monthly, *everything]
    return sorted(found, key=lambda one: (one.level != FORCE, one.place, order.get(one.strand, len(order))))


def span(panel: Panel) -> tuple[str, str, str, str]:
    """Return the first and last days of the newest year and of the year before it, ISO 8601."""
    year, end = PERIODS_A_YEAR[panel.kind], panel.first + len(panel.counts)
    firsts = [periods.start(at, panel.kind).toordinal() for at in (end - 2 * year, end - year, end)]
    days = [firsts[1], firsts[2] - 1, firsts[0], firsts[1] - 1]
    told = [panel.origin.fromordinal(day).isoformat() for day in days]
    return told[0], told[1], told[2], told[3]


def rate_of(now: F64, before: F64) -> tuple[float, float, float] | None:
    """Return the change from one year to the next with the ends of its interval; None of too few incidents.

    Args:
        now: float64[block], counts of the newest year.
        before: The same of the year before, block for block.
    """
    total, earlier = float(now.sum()), float(before.sum())
    if min(total, earlier) < LEAST_COUNT or len(now) < 2:
        return None
    ratio = total / earlier
    both = now + before
    squares = np.where(both > 0, (now - ratio * before) ** 2 / np.where(both > 0, ratio * both, 1.0), 0.0)
    freedom = len(now) - 1
    excess = max(1.0, float(squares.sum()) / freedom)
    reach = float(student.ppf(0.5 + CONFIDENCE / 2, freedom)) * float(np.sqrt(excess * (1 / total + 1 / earlier)))
    return ratio - 1, float(ratio * np.exp(-reach)) - 1, float(ratio * np.exp(reach)) - 1


def _rates(panel: Panel, strands: list[str]) -> list[Rate]:
    found = []
    for strand in strands:
        at = panel.strands.index(strand)
        found += _of_places(panel, strand, panel.counts[:, :, at : at + 1], panel.observed[:, :, at : at + 1])
    return found


def _together(panel: Panel) -> list[Rate]:
    return _of_places(panel, ALL_STRANDS, panel.once, panel.observed)


def _of_places(panel: Panel, strand: str, counts: NDArray[np.float32], observed: NDArray[np.bool_]) -> list[Rate]:
    """Return the rates of every place; arrays are [period, area, strand]."""
    year = PERIODS_A_YEAR[panel.kind]
    if len(counts) < 2 * year:
        return []
    compared = observed[-year:] & observed[-2 * year : -year]
    now, before = (np.where(compared, part, 0).sum(axis=2, dtype=np.float64) for part in _years(counts, year))
    size = _BLOCK[panel.kind]
    found = []
    for level, place, areas in _places(panel):
        this, last = (_blocks(part[:, areas].sum(axis=1), size) for part in (now, before))
        found.append(_rate((level, place, strand), this, last, float(compared[:, areas].mean())))
    return found


def _years(counts: NDArray[np.float32], year: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return counts[-year:], counts[-2 * year : -year]


def _blocks(values: F64, size: int) -> F64:
    summed: F64 = values.reshape(-1, size).sum(axis=1)
    return summed


def _places(panel: Panel) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    for level in (FORCE, DISTRICT):
        if level == FORCE or level in panel.areas.parents:
            for place, areas in level_members(panel.areas, level).items():
                if place:
                    yield level, place, areas


def _rate(what: tuple[str, str, str], now: F64, before: F64, share: float) -> Rate:
    found = rate_of(now, before) if share >= LEAST_SHARE else None
    rate, low, high = found or (None, None, None)
    why = "" if found else (TOO_FEW if share >= LEAST_SHARE else UNSEEN)
    return Rate(*what, float(now.sum()), float(before.sum()), share, rate, low, high, why)
