"""The next hours: what some more of a resource would do and where, by solving the plan again with them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem, Rules
from models.allocation.reasons.flip import Solve
from models.allocation.reasons.prices import AT_LIMIT, harm_prices
from models.allocation.reasons.words import amount, hours_text

F64 = NDArray[np.float64]

MORE = 10.0
# Area hours that differ by less are the same to a planner.
_LEAST_TOLD = 0.01
_NAMED = 5


@dataclass(frozen=True, eq=False)
class NextHours:
    """What more hours of a resource would do.

    Attributes:
        resource: Code of the resource.
        more: Hours more of it.
        placed: How many hours more the new plan places, of all resources.
        harm: Expected harm that the new plan meets more.
        promised: What the price of the total promised at most: price x hours.
        change: Area code to hours gained (or lost, as other rules move hours too), largest gain first.
    """

    resource: str
    more: float
    placed: float
    harm: float
    promised: float
    change: dict[str, float]

    def sentence(self, names: dict[str, str] | None = None) -> str:
        """Return it in words."""
        known = names or {}
        gains = [(code, hours) for code, hours in self.change.items() if hours > 0]
        if not gains:
            return f"{hours_text(self.more)} more of {self.resource} would go nowhere: nothing is left that they meet."
        told = ", ".join(f"{known.get(code, code)} +{hours:.2f}" for code, hours in gains[:_NAMED])
        others = f" and {len(gains) - _NAMED:,} more areas" if len(gains) > _NAMED else ""
        return (
            f"{hours_text(self.more)} more of {self.resource} would meet {amount(self.harm)} more expected harm; "
            f"the plan solved again with them puts hours to {told}{others}."
        )

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "resource": self.resource,
            "more": self.more,
            "placed": self.placed,
            "harm": self.harm,
            "promised": self.promised,
            "areas": self.change,
        }


def next_hours(plan: Plan, resource: str, solve: Solve, more: float = MORE) -> NextHours:
    """Return what `more` hours of a resource would do.

    Raises:
        AllocationError: The plan has no total of this resource, or no plan keeps the rules with these hours.
    """
    row = total_row(plan.problem, resource)
    after = solve(with_more(plan.problem, row, more))
    _verify(after)
    gained = after.by_area() - plan.by_area()
    order = np.lexsort((np.arange(len(gained)), -gained))
    codes = plan.problem.area_codes
    change = {codes[at]: float(gained[at]) for at in order if abs(gained[at]) >= _LEAST_TOLD}
    price = float(harm_prices(plan)[0][row])
    placed = float(after.hours.sum() - plan.hours.sum())
    return NextHours(resource, more, placed, after.harm - plan.harm, price * more, change)


def total_row(problem: Problem, resource: str) -> int:
    """Return the row of the total of a resource: the first of its family that holds posts of this resource alone.

    Raises:
        AllocationError: There is none.
    """
    if resource not in problem.resources:
        fix = f"use one of: {', '.join(problem.resources)}"
        raise AllocationError(f"the plan places no resource '{resource}'", place="resource", fix=fix)
    mine = problem.posts.resource == problem.resources.index(resource)
    family = problem.rules[0]
    for row in range(len(family) if family.kind == "total" else 0):
        posts = family.matrix.indices[family.matrix.indptr[row] : family.matrix.indptr[row + 1]]
        if len(posts) and mine[posts].all():
            return row
    raise AllocationError(f"'{resource}' has no total to add to", place="resource", fix="name another resource")


def with_more(problem: Problem, row: int, more: float) -> Problem:
    """Return the problem with `more` hours in one total; where all had to be placed, these have to be too."""
    family = problem.rules[0]
    held = family.lower[row] >= family.upper[row] - AT_LIMIT
    upper, lower = family.upper.copy(), family.lower.copy()
    upper[row] += more
    lower[row] += more if held else 0.0
    eased = Rules(family.kind, family.names, family.places, family.matrix, lower, upper)
    return replace(problem, rules=(eased, *problem.rules[1:]))


def _verify(plan: Plan) -> None:
    """Refuse a plan that does not keep its rules.

    Raises:
        AllocationError: As said.
    """
    for family in plan.problem.rules:
        value = np.asarray(family.matrix @ plan.hours, dtype=np.float64)
        slack = AT_LIMIT * (1.0 + np.abs(value))
        broken = np.flatnonzero((value > family.upper + slack) | (value < family.lower - slack))
        if len(broken):
            problem = f"the plan solved again breaks the rule of {family.names[broken[0]]}"
            raise AllocationError(problem, place=family.places[broken[0]], fix="report it")
