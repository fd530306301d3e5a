"""The attacker: linear programs over everything that was published, for every hidden number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from errors import ModelError
from experiments.disclosure.said import F64, Said

_TOLERANCE = 1e-6
# Of linprog's status.
_UNBOUNDED = 3


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

    Raises:
        ModelError: What was said contradicts itself, so that the attacker has misunderstood something.
    """
    rows = np.array([item.shares.reshape(-1) for item in said])
    low, high = (np.array([getattr(item, end) for item in said]) for end in ("low", "high"))
    upper = np.isfinite(high)
    bounded, limits = np.vstack([rows[upper], -rows]), np.concatenate([high[upper], -low])
    found = []
    for target in targets:
        shares = target.shares.reshape(-1)
        ends = [sign * _best(sign * shares, bounded, limits) for sign in (1.0, -1.0)]
        found.append(Interval(int(np.ceil(ends[0] - _TOLERANCE)), int(np.floor(min(ends[1], 1e9) + _TOLERANCE))))
    return found


def _best(objective: F64, bounded: F64, limits: F64) -> float:
    solved = linprog(objective, A_ub=bounded, b_ub=limits, bounds=(0, None), method="highs")
    if solved.status == _UNBOUNDED:
        return -np.inf
    if solved.status != 0 or solved.fun is None:
        raise ModelError(f"the attacker's program has no solution ({solved.message})", place="disclosure attacker")
    return float(solved.fun)
