"""The allocation plan: hours by area, what they reach, and what the limits cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from models.allocation.curve import F64
from models.allocation.problem import AllocationProblem

Limit = Literal["", "minimum", "maximum", "fixed", "district_minimum"]

# Hours nearer than this to a limit are at it: a fifth of a second would be 5e-5.
_AT_LIMIT = 1e-6
_NO_PRICE = 1e-12


@dataclass(frozen=True)
class BindingLimit:
    """A rule that the plan runs into.

    Attributes:
        kind: "total", "district_minimum", "area_minimum" or "area_maximum".
        name: The district or area; "" for the total.
        hours: The limit.
        price: Weighted incidents reached more if the rule gave way by one hour, as long as nothing else changes.
    """

    kind: Literal["total", "district_minimum", "area_minimum", "area_maximum"]
    name: str
    hours: float
    price: float


@dataclass(frozen=True, eq=False)
class AllocationPlan:
    """A solved problem.

    Attributes:
        problem: What was asked.
        hours: Hours of each area.
        shadow_price: Weighted incidents that one more hour in total would reach: the dual of the total.
        district_price: District to what one hour less of its minimum would gain: the dual of that minimum.
        bound: No allocation that keeps the rules reaches more weighted incidents than this.
        status: What the solver said of the last programme.
        rounds: How many programmes were solved.
    """

    problem: AllocationProblem
    hours: F64
    shadow_price: float
    district_price: Mapping[str, float]
    bound: float
    status: str
    rounds: int

    @cached_property
    def reach(self) -> F64:
        """Share of each area's demand that is reached."""
        return self.problem.curve.reach(self.hours)

    @cached_property
    def reached(self) -> F64:
        """Weighted incidents reached in each area."""
        return self.problem.weighted_demand * self.reach

    @property
    def objective(self) -> float:
        """Weighted incidents reached in all areas, by the smooth curve."""
        return float(self.reached.sum())

    @property
    def gap(self) -> float:
        """Most weighted incidents by which any other allocation could be better: certified, not estimated."""
        return max(self.bound - self.objective, 0.0)

    @cached_property
    def marginal(self) -> F64:
        """Weighted incidents that the next hour in each area would reach."""
        return self.problem.weighted_demand * self.problem.curve.slope(self.hours)

    @cached_property
    def reduced_cost(self) -> F64:
        """What an hour in each area gains above the price of hours there.

        0 within limits, negative at a minimum that costs, positive at a maximum that costs.
        """
        prices = [self.district_price.get(name, 0.0) for name in self.problem.district or ()]
        return self.marginal - self.shadow_price + (np.array(prices) if prices else 0.0)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Which rule holds the hours of each area, "" where none does."""
        problem = self.problem
        at_minimum = self.hours <= problem.minimum_hours + _AT_LIMIT
        at_maximum = self.hours >= problem.maximum_hours - _AT_LIMIT
        held = {name for name, price in self.district_price.items() if price > _NO_PRICE}
        districts = problem.district or ("",) * len(self.hours)

        def limit(low: bool, high: bool, district: str) -> Limit:  # noqa: FBT001 - called in one place, by position
            if low or high:
                return "fixed" if low and high else "minimum" if low else "maximum"
            return "district_minimum" if district in held else ""

        return tuple(map(limit, at_minimum.tolist(), at_maximum.tolist(), districts))

    def binding_limits(self) -> list[BindingLimit]:
        """Return the rules that the plan runs into: the total, then districts, then areas, by price and name."""
        problem = self.problem
        districts = [
            BindingLimit("district_minimum", name, problem.district_minimum[name], price)
            for name, price in self.district_price.items()
            if price > _NO_PRICE
        ]
        areas = []
        for code, limit, hours, cost in zip(
            problem.area_codes, self.limits, self.hours.tolist(), self.reduced_cost.tolist(), strict=True
        ):
            if limit in ("minimum", "fixed") and cost < -_NO_PRICE:
                areas.append(BindingLimit("area_minimum", code, hours, -cost))
            elif limit in ("maximum", "fixed") and cost > _NO_PRICE:
                areas.append(BindingLimit("area_maximum", code, hours, cost))
        by_price = sorted(areas, key=lambda limit: (-limit.price, limit.name))
        total = BindingLimit("total", "", problem.total_hours, self.shadow_price)
        return [total, *sorted(districts, key=lambda limit: (-limit.price, limit.name)), *by_price]
