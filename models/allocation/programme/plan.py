"""The plan: what the programme decided, with the prices of its rules and a bound on what any plan could do."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Plan:
    """A solved problem.

    Attributes:
        problem: What was asked for.
        hours: Hours of each post, float64[post].
        shifts: Whole shifts of each kind of block, int64[block]; None where hours are any number.
        bound: No plan that keeps the rules is worth more, in `worth` (placing included).
        status: How the solver ended: "optimal", or "gap" where it stopped within the gap or nodes it was given.
        prices: For each family of rules, float64[row]: what the objective would gain by an hour's give. Positive: the
            upper limit holds; negative: the lower limit holds and an hour less of it would gain as much; 0: neither.
        approximate: The prices are those of the relaxation without whole shifts.
        programmes: How many programmes were solved.
        windows: Half widths round doses and hours within which the last pieces lay; None where pieces do not bend.
    """

    problem: Problem
    hours: F64
    shifts: I64 | None
    bound: float
    status: str
    prices: tuple[F64, ...]
    approximate: bool
    programmes: int
    windows: tuple[F64, F64] | None = None

    @cached_property
    def dose(self) -> F64:
        """Dose of every cell."""
        return self.problem.dose(self.hours)

    @cached_property
    def met(self) -> F64:
        """Expected incidents met, float64[cell]."""
        return self.problem.value.met(self.dose)

    @cached_property
    def harm(self) -> float:
        """Expected harm met: what is told of the plan."""
        return float(self.problem.value.weight @ self.met)

    @cached_property
    def worst_unmet(self) -> float | None:
        """Mean unmet harm of the worst weeks drawn; None where none were."""
        worst = self.problem.worst
        if worst is None:
            return None
        return tail_mean(self._unmet(self.problem.value.weight), worst.level)

    @cached_property
    def objective(self) -> float:
        """What was maximised: expected worth, less what the worst weeks leave unmet, by the weight that they have."""
        expected = float(self.problem.worth @ self.met)
        worst = self.problem.worst
        if worst is None:
            return expected
        return (1 - worst.weight) * expected - worst.weight * tail_mean(self._unmet(self.problem.worth), worst.level)

    @property
    def gap(self) -> float:
        """By how much a better plan could at most be better."""
        return max(self.bound - self.objective, 0.0)

    def by_area(self, resource: int | None = None) -> F64:
        """Return the hours of each area, of one resource or of all."""
        posts = self.problem.posts
        chosen = np.ones(len(posts), dtype=bool) if resource is None else posts.resource == resource
        return np.bincount(
            posts.area[chosen], weights=self.hours[chosen], minlength=len(self.problem.area_codes)
        ).astype(np.float64)

    def _unmet(self, worth: F64) -> F64:
        worst, value = self.problem.worst, self.problem.value
        if worst is None:
            return np.zeros(0)
        unmet: F64 = (worst.counts - value.met_of(self.dose, worst.counts)) @ worth
        return unmet


def tail_mean(losses: F64, level: float) -> float:
    """Return CVaR: the mean of the worst `1 - level` of equally likely losses, the last of them taken in part."""
    ordered = np.sort(losses)[::-1]
    n = (1 - level) * len(ordered)
    whole = int(np.floor(n + 1e-9))
    part = n - whole if whole < len(ordered) else 0.0
    return float((ordered[:whole].sum() + part * (ordered[whole] if whole < len(ordered) else 0.0)) / n)
