"""The attacker: linear programs over everything that was published, for every hidden number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog

from errors import ModelError
from experiments.disclosure.said import F64, Said

_TOLERANCE = 1e-6
# Of linprog's status.
_UNBOUNDED = 3
# Stands for no bound.
_MOST = 1e9


@dataclass(frozen=True)
class Interval:
    """What can be told of a hidden number.

    Attributes:
        low: Smallest value that everything published allows.
        high: Largest.
    """

    low: int
    high: int

    @property
    def recovered(self) -> bool:
        """Whether there is one value alone."""
        return self.low == self.high

    @property
    def values(self) -> int:
        """How many values there are."""
        return self.high - self.low + 1


def attack(said: Sequence[Said], targets: Sequence[Said]) -> list[Interval]:
    """Return the interval of each target, as tight as everything said makes it.

    Minimise and maximise the target's sum of counts, every count at least 0, every sum that was said within its bounds.
    Nobody is told which totals were moved. The attacker looks at two cases: that none was, where that can be, and the
    true one. It can rule out neither, nor the cases between them, which it is spared: they would only leave it more.

    Raises:
        ModelError: What was said contradicts itself, so that the attacker has misunderstood something.
    """
    truly = [item if item.moved is None else replace(item, low=item.moved[0], high=item.moved[1]) for item in said]
    cases = [_programme(truly)]
    if any(item.moved for item in said):
        unmoved = _programme(said)
        cases += [unmoved] if _possible(*unmoved) else []
    found = []
    for target in targets:
        shares = target.shares.reshape(-1)
        least = min(_best(shares, *case) for case in cases)
        most = max(-_best(-shares, *case) for case in cases)
        found.append(Interval(int(np.ceil(least - _TOLERANCE)), int(np.floor(min(most, _MOST) + _TOLERANCE))))
    return found


def _programme(said: Sequence[Said]) -> tuple[F64, F64]:
    """Return rows and limits of sums that must not exceed them."""
    rows = np.array([item.shares.reshape(-1) for item in said])
    low, high = (np.array([getattr(item, end) for item in said]) for end in ("low", "high"))
    upper = np.isfinite(high)
    return np.vstack([rows[upper], -rows]), np.concatenate([high[upper], -low])


def _possible(bounded: F64, limits: F64) -> bool:
    """Return whether any counts meet what was said."""
    nothing = np.zeros(bounded.shape[1])
    return linprog(nothing, A_ub=bounded, b_ub=limits, bounds=(0, None), method="highs").status == 0


def _best(objective: F64, bounded: F64, limits: F64) -> float:
    solved = linprog(objective, A_ub=bounded, b_ub=limits, bounds=(0, None), method="highs")
    if solved.status == _UNBOUNDED:
        return -np.inf
    if solved.status != 0 or solved.fun is None:
        raise ModelError(f"the attacker's program has no solution ({solved.message})", place="disclosure attacker")
    return float(solved.fun)
