"""Shares of a week pooled from district to force to all strands, with the range of each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from models.shares import concentration

F64 = NDArray[np.float64]

NOMINAL = 0.8


@dataclass(frozen=True, eq=False)
class Pooled:
    """Dirichlet distributions of groups' shares.

    Attributes:
        count: float64[group, cell], incidents.
        parent: float64[group, cell], shares of the larger group.
        pull: How many incidents the larger group's shares stand for.
        sureness: How many incidents the larger group's own shares rest on; infinite where they are certain.
    """

    count: F64
    parent: F64
    pull: float
    sureness: float = np.inf

    @classmethod
    def of(cls, count: F64, parent: F64, sureness: float = np.inf) -> "Pooled":
        """Pool groups with their larger group, whose shares are float64[cell]; rows of `count` are not negative.

        The pull is the concentration of the Dirichlet-multinomial by moments, estimated from these groups; see
        `models.shares`.
        """
        shares = np.broadcast_to(parent, count.shape)
        return cls(count, shares, concentration(count, shares), sureness)

    @property
    def share(self) -> F64:
        """Expected shares, (count + pull x parent) / (incidents + pull); rows sum to 1."""
        mean: F64 = (self.count + self.pull * self.parent) / self._total[:, None]
        return mean

    @property
    def own(self) -> F64:
        """How much of each group's shares rests on its own incidents, 0 to 1; float64[group]."""
        weight: F64 = 1.0 - self.pull / self._total
        return weight

    @property
    def rests_on(self) -> F64:
        """How many incidents each group's shares rest on, float64[group].

        A group that is drawn to its larger group is no surer than that one: by the law of total variance the parts
        1 / (incidents + pull + 1), given the larger group's shares, and (1 - own)^2 / (sureness + 1), of their own
        uncertainty, add up; a Dirichlet distribution of that variance is taken.
        """
        variance = 1.0 / (self._total + 1.0) + (1.0 - self.own) ** 2 / (self.sureness + 1.0)
        incidents: F64 = 1.0 / variance - 1.0
        return incidents

    def range(self) -> tuple[F64, F64]:
        """Return the bounds between which each share lies with probability `NOMINAL`, as much beyond either.

        A share of a Dirichlet distribution is a beta variable of its own parameter against the sum of the others'.
        """
        share, size = self.share, self.rests_on[:, None]
        tail = (1 - NOMINAL) / 2
        low = np.asarray(betaincinv(size * share, size * (1 - share), tail), np.float64)
        high = np.asarray(betaincinv(size * share, size * (1 - share), 1 - tail), np.float64)
        return low, high

    @property
    def _total(self) -> F64:
        total: F64 = self.count.sum(axis=1) + self.pull
        return total
