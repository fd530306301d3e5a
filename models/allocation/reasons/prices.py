"""Prices: what every total and every rule of a plan costs, and which of them it runs into."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
# Hours nearer than this to a limit are at it; the checker holds rules to the same.
AT_LIMIT = 1e-6
# A price this far below the dearest rule's is the solver's rounding, and not a price.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Price:
    """One rule of a plan, and its price.

    Attributes:
        kind: What sort of rule it is.
        name: What it is about.
        place: Where it is written.
        lower: Fewest hours; None: none.
        upper: Most hours; None: none.
        value: Hours that the plan has there.
        price: What the objective would gain if the rule gave way by an hour: positive where its upper limit holds,
            negative where its lower limit does, 0 where neither costs anything.
        binding: The plan is at one of its limits.
        approximate: The price is that of the relaxation without whole shifts.
    """

    kind: Kind
    name: str
    place: str
    lower: float | None
    upper: float | None
    value: float
    price: float
    binding: bool
    approximate: bool

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "kind": self.kind,
            "name": self.name,
            "place": self.place,
            "lower": self.lower,
            "upper": self.upper,
            "value": self.value,
            "price": self.price,
            "binding": self.binding,
            "approximate": self.approximate,
        }


def prices(plan: Plan) -> tuple[Price, ...]:
    """Return every rule with its price, in the order of the problem: family by family, row by row."""
    told: list[Price] = []
    for family, clean in zip(plan.problem.rules, clean_prices(plan), strict=True):
        value = np.asarray(family.matrix @ plan.hours, dtype=np.float64)
        slack = AT_LIMIT * (1.0 + np.abs(value))
        at = (value >= family.upper - slack) | (value <= family.lower + slack)
        columns = (family.names, family.places, family.lower, family.upper, value, clean, at)
        told += [
            Price(family.kind, name, place, _limit(low), _limit(high), float(held), float(price), bool(touches), rough)
            for name, place, low, high, held, price, touches in zip(*columns, strict=True)
            for rough in (plan.approximate,)
        ]
    return tuple(told)


def clean_prices(plan: Plan) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return the plan's prices, family by family, without those that are only the solver's rounding."""
    dearest = max((float(np.abs(family).max(initial=0.0)) for family in plan.prices), default=0.0)
    return [np.where(np.abs(family) > _ROUNDING * dearest, family, 0.0) for family in plan.prices]


def binding(told: Sequence[Price]) -> tuple[Price, ...]:
    """Return the rules that a plan runs into: the dearest first, then by kind and name."""
    held = [price for price in told if price.binding or price.price != 0]
    return tuple(sorted(held, key=lambda price: (-abs(price.price), KINDS.index(price.kind), price.name)))


def _limit(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


Side = Literal["at least", "at most"]


def side(price: Price) -> Side:
    """Return which limit of a rule costs."""
    return "at most" if price.price > 0 else "at least"
