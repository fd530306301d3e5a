"""Prices: what every total and every rule of a plan costs, and which of them it runs into."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Kind, Rules, Unit

F64 = NDArray[np.float64]

KINDS: tuple[Kind, ...] = get_args(Kind)
# Hours nearer than this to a limit are at it; the checker holds rules to the same.
AT_LIMIT = 1e-6
# A relative row turns what an hour at a post does into a price by a factor near 1: with room for it, a price up to so
# many times what the placing aid alone makes of an hour is the aid's.
_AID = 2.0
# A price this far below the dearest rule's is the solver's rounding, and not a price.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Price:
    """One rule of a plan, and its price.

    Attributes:
        kind: What sort of rule it is.
        name: What it is about.
        place: Where it is written.
        lower: Least, in `unit`; None: none.
        upper: Most; None: none.
        value: What the plan has there.
        price: What the harm met would gain if the rule gave way by an hour: positive where its upper limit holds,
            negative where its lower limit does, 0 where neither costs harm.
        binding: The plan is at one of its limits.
        approximate: The price is that of the relaxation without whole shifts.
        unit: Hours, money, or a share of the hours that are placed.
        of: What hours a share is of; empty: the limits are no shares.
        aid: An hour's give would only bring hours to strands without a harm weight.
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
    unit: Unit = "hours"
    of: str = ""
    aid: bool = False

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
            "unit": self.unit,
            "of": self.of,
        }


def prices(plan: Plan) -> tuple[Price, ...]:
    """Return every rule with its price, in the order of the problem: family by family, row by row."""
    told: list[Price] = []
    for family, worth, harm in zip(plan.problem.rules, clean_prices(plan), harm_prices(plan), strict=True):
        lower, upper, value = family.told(plan.hours)
        of = "" if family.shares is None else family.shares.what
        aid = (worth != 0) & (harm == 0)
        columns = (family.names, family.places, lower, upper, value, harm, at_limit(family, plan.hours), aid)
        told += [
            Price(
                kind=family.kind,
                name=name,
                place=place,
                lower=_limit(low),
                upper=_limit(high),
                value=float(held),
                price=float(price),
                binding=bool(touches),
                approximate=plan.approximate,
                unit=family.unit,
                of=of,
                aid=bool(placing),
            )
            for name, place, low, high, held, price, touches, placing in zip(*columns, strict=True)
        ]
    return tuple(told)


def at_limit(family: Rules, hours: F64) -> NDArray[np.bool_]:
    """Return which rows of a family are at one of their limits, bool[row]."""
    value = np.asarray(family.matrix @ hours, dtype=np.float64)
    slack = AT_LIMIT * (1.0 + np.abs(family.own(hours)))
    at: NDArray[np.bool_] = (value >= family.upper - slack) | (value <= family.lower + slack)
    return at


def clean_prices(plan: Plan) -> list[F64]:
    """Return the plan's prices, in worth, family by family, without those that are only the solver's rounding."""
    dearest = max((float(np.abs(family).max(initial=0.0)) for family in plan.prices), default=0.0)
    return [np.where(np.abs(family) > _ROUNDING * dearest, family, 0.0) for family in plan.prices]


def harm_prices(plan: Plan) -> list[F64]:
    """Return the plan's prices in harm: 0 where only the placing aid of strands without a harm weight makes them.

    Where no strand has a weight, incidents are what is met, and prices are theirs.
    """
    problem, clean = plan.problem, clean_prices(plan)
    if not problem.value.placing.any() or not problem.value.weight.any():
        return clean
    links, first = problem.links, problem.value.slope(np.zeros(len(problem.value.mean)))
    hour = links.rate if links.ceiling is None else links.rate * links.ceiling
    gains = np.bincount(links.post, (problem.value.placing * first)[links.cell] * hour, len(problem.posts))
    aid = _AID * float(gains.max(initial=0.0))
    told = []
    for family, price in zip(problem.rules, clean, strict=True):
        factor = np.asarray(abs(family.matrix).max(axis=1).toarray(), dtype=np.float64).ravel()
        told.append(np.where(np.abs(price) * factor > aid, price, 0.0))
    return told


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
