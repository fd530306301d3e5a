"""The price of fairness: the harm given up as deciles' hours are held closer to their need.

The disparity rule asks that each deprivation decile's share of the hours is between 1/b and b times its share of the
need. b falls from no rule at all to 1, exact proportionality. The price at b is the share of the objective that the
rule costs (Bertsimas, Farias & Trichakis 2011, Operations Research 59:17).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from errors import AllocationError
from models.allocation.papers.account import account_of
from models.allocation.posed import Planned
from models.allocation.scenarios.equity import equity_of, need_of
from models.progress import Advance, silent

# Widest first; None: no rule.
BANDS: tuple[float | None, ...] = (None, 3.0, 2.0, 1.5, 1.25, 1.1, 1.05, 1.0)


@dataclass(frozen=True)
class FairnessPoint:
    """The best plan within a band.

    Attributes:
        band: A decile's share of hours is 1 / band to band times its share of need; None: no rule.
        harm: Expected harm met; None: no plan keeps the rules.
        price: Share of the harm without the rule that it costs.
        lowest: Lowest ratio of a decile.
        highest: Highest.
        problem: Why there is no plan.
    """

    band: float | None
    harm: float | None = None
    price: float | None = None
    lowest: float | None = None
    highest: float | None = None
    problem: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "band": self.band,
            "harm": self.harm,
            "price": self.price,
            "lowest": self.lowest,
            "highest": self.highest,
            "problem": self.problem,
        }


def fairness(
    planned: Callable[[float | None], Planned],
    bands: Sequence[float | None] = BANDS,
    advance: Advance = silent,
) -> tuple[FairnessPoint, ...]:
    """Return the best plan within each band.

    Args:
        planned: Plans under a band; None: without the rule.
        bands: Bands, beginning with None.
        advance: Told how far it is.
    """
    points: list[FairnessPoint] = []
    free: float | None = None
    for done, band in enumerate(bands):
        advance(done, len(bands))
        point = _point(planned, band, free)
        free = point.harm if band is None else free
        points.append(point)
    advance(len(bands), len(bands))
    return tuple(points)


def _point(planned: Callable[[float | None], Planned], band: float | None, free: float | None) -> FairnessPoint:
    try:
        made = planned(band)
    except AllocationError as error:
        return FairnessPoint(band, problem=error.problem)
    account = account_of(made.posed, made.plan)
    ratios = equity_of(made.plan.by_area(), need_of(account), made.posed.ground.decile).ratio
    known = [ratio for ratio in ratios.values() if ratio is not None]
    if not known:
        fix = "give the workspace areas with a deprivation_decile column"
        raise AllocationError("no area has a deprivation decile", place="price of fairness", fix=fix)
    harm = made.plan.harm
    price = 0.0 if band is None else None if not free else 1.0 - harm / free
    return FairnessPoint(band, harm, price, min(known), max(known))
