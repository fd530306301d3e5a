"""Equity: how hours lie against need, over all areas and by deprivation.

Need is expected harm, or expected incidents where no strand has a weight. Three measures, none of which says what is
fair: the ratio of a decile's share of hours to its share of need; the Gini index of hours against need (areas in order
of hours for a unit of need; 0 where every unit of need has the same hours); and the concentration index of hours
against need (areas in order of deprivation, the most deprived first; below 0: hours lean to the more deprived beyond
their need; Kakwani, Wagstaff & van Doorslaer 1997, Journal of Econometrics 77:87).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.papers.account import Account

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Equity:
    """How hours lie against need.

    Attributes:
        ratio: Deprivation decile -> its share of hours over its share of need; None where it has no need.
        gini: Gini index of hours against need; None where there are none.
        concentration: Concentration index by deprivation; None where no decile is known.
    """

    ratio: dict[int, float | None]
    gini: float | None
    concentration: float | None

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        deciles = [{"decile": decile, "ratio": value} for decile, value in self.ratio.items()]
        return {"deciles": deciles, "gini": self.gini, "concentration": self.concentration}


def need_of(account: Account) -> F64:
    """Return the need of each area, float64[area]."""
    harm: F64 = account.harm.sum(axis=1)
    expected: F64 = account.expected.sum(axis=1)
    return harm if harm.sum() > 0 else expected


def equity_of(hours: F64, need: F64, decile: F64) -> Equity:
    """Return the measures.

    Args:
        hours: float64[area].
        need: float64[area].
        decile: Deprivation decile, NaN where unknown; float64[area].
    """
    ratios: dict[int, float | None] = {}
    known = ~np.isnan(decile)
    all_hours, all_need = float(hours[known].sum()), float(need[known].sum())
    for number in sorted({int(value) for value in decile[known]}):
        own = decile == number
        part = float(need[own].sum()) / all_need if all_need > 0 else 0.0
        ratios[number] = float(hours[own].sum()) / all_hours / part if part > 0 and all_hours > 0 else None
    worth = need > 0
    order = np.argsort((hours / np.where(worth, need, 1.0))[worth], kind="stable")
    gini = _index(hours[worth][order], need[worth][order])
    if not known.any():
        return Equity(ratios, gini, None)
    # Within a decile nothing tells areas apart, so each decile is one point of the curve.
    names = sorted(ratios)
    by_hours = np.array([hours[decile == number].sum() for number in names])
    by_need = np.array([need[decile == number].sum() for number in names])
    return Equity(ratios, gini, _index(by_hours, by_need))


def _index(hours: F64, need: F64) -> float | None:
    """Return 1 less twice the area under the curve of hours' shares over need's shares, in the order given."""
    if hours.sum() <= 0 or need.sum() <= 0:
        return None
    across = np.concatenate([[0.0], np.cumsum(need) / need.sum()])
    up = np.concatenate([[0.0], np.cumsum(hours) / hours.sum()])
    return float(1.0 - np.sum(np.diff(across) * (up[1:] + up[:-1])))
