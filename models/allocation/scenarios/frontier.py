"""The frontier: the harm met by the best plan of fewer or of more hours, and the price of an hour along it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from errors import AllocationError
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem
from models.allocation.reasons.flip import Solve
from models.allocation.reasons.prices import harm_prices
from models.progress import Advance, silent

FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5)


@dataclass(frozen=True)
class FrontierPoint:
    """The best plan of some share of the hours.

    Attributes:
        factor: Times the hours that there are.
        hours: Hours that there would be.
        placed: Hours that the plan places.
        harm: Expected harm met; None: no plan keeps the rules.
        price: What an hour more would add, shared over the resources as they are; None: no plan keeps the rules.
        problem: Why there is no plan.
    """

    factor: float
    hours: float
    placed: float | None = None
    harm: float | None = None
    price: float | None = None
    problem: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "factor": self.factor,
            "hours": self.hours,
            "placed": self.placed,
            "harm": self.harm,
            "price": self.price,
            "problem": self.problem,
        }


def frontier(
    problem: Problem, solve: Solve, factors: Sequence[float] = FACTORS, advance: Advance = silent
) -> tuple[FrontierPoint, ...]:
    """Return the best plan at each share of all totals; every other rule stays as it is."""
    points = []
    for done, factor in enumerate(factors):
        advance(done, len(factors))
        points.append(_point(scaled(problem, factor), factor, solve))
    advance(len(factors), len(factors))
    return tuple(points)


def scaled(problem: Problem, factor: float) -> Problem:
    """Return the problem with `factor` times the hours of every resource."""
    family = problem.rules[0]
    lower = np.where(np.isfinite(family.lower), family.lower * factor, family.lower)
    return replace(problem, rules=(replace(family, lower=lower, upper=family.upper * factor), *problem.rules[1:]))


def _point(problem: Problem, factor: float, solve: Solve) -> FrontierPoint:
    hours = float(problem.rules[0].upper.sum())
    try:
        plan = solve(problem)
    except AllocationError as error:
        return FrontierPoint(factor, hours, problem=error.problem)
    return FrontierPoint(factor, hours, float(plan.hours.sum()), plan.harm, _price(plan))


def _price(plan: Plan) -> float:
    """Return the price of an hour that is shared over the resources in proportion to their hours."""
    upper, price = plan.problem.rules[0].upper, harm_prices(plan)[0]
    return float(upper @ price / upper.sum()) if upper.sum() > 0 else 0.0
