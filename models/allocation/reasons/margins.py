"""Margins: what the next hour of every post would do, and what it costs elsewhere."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.plan import Plan
from models.allocation.reasons.prices import clean_prices

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Margins:
    """What the next hour of each post would do.

    Attributes:
        plan: The plan.
    """

    plan: Plan

    @cached_property
    def slope(self) -> F64:
        """What the objective would gain by an hour at each post, at the margin: float64[post], in worth.

        The derivative to the right. Of worst weeks, which draw on a few weeks alone, it takes the expectation only.
        """
        problem = self.plan.problem
        links = problem.links
        gain = (problem.worth * problem.value.slope(self.plan.dose))[links.cell] * links.rate
        if links.ceiling is not None:
            visits = links.rate * self.plan.hours[links.post]
            gain = gain * links.ceiling / ((visits + 1.0) * (visits + 1.0 - links.ceiling * visits))
        return np.bincount(links.post, weights=gain, minlength=len(problem.posts)).astype(np.float64)

    @cached_property
    def next_hour(self) -> F64:
        """Harm that one whole hour more at each post would add, all else as it is: float64[post].

        Less than `slope` where an hour is more than the incidents that are still to meet.
        """
        problem, plan = self.plan.problem, self.plan
        links, met = problem.links, self.plan.met
        more = links.doses(plan.hours + 1.0) - links.doses(plan.hours)
        resource = problem.posts.resource[links.post]
        gain = np.zeros(len(problem.posts))
        # A resource has one post at most that works on a cell, so all of its posts can be given their hour at once.
        for number in range(len(problem.resources)):
            mine = np.flatnonzero(resource == number)
            dose = plan.dose.copy()
            dose[links.cell[mine]] += more[mine]
            added = problem.value.weight * (problem.value.met(dose) - met)
            gain += np.bincount(links.post[mine], weights=added[links.cell[mine]], minlength=len(gain))
        return gain

    @cached_property
    def cost(self) -> F64:
        """What the rules together ask for an hour at each post: float64[post], in worth."""
        cost = np.zeros(len(self.plan.problem.posts))
        for family, price in zip(self.plan.problem.rules, clean_prices(self.plan), strict=True):
            cost += np.asarray(family.matrix.T @ price, dtype=np.float64)
        return cost

    @cached_property
    def elsewhere(self) -> F64:
        """Price of the totals and budgets that an hour at each post draws on: what the same hour would do elsewhere."""
        cost = np.zeros(len(self.plan.problem.posts))
        for family, price in zip(self.plan.problem.rules, clean_prices(self.plan), strict=True):
            if family.kind in ("total", "budget"):
                cost += np.asarray(family.matrix.T @ price, dtype=np.float64)
        return cost
