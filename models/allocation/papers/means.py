"""The resources of a plan with their hours in the period."""

from dataclasses import dataclass

from models.allocation.choices import Choices
from models.allocation.posed import Planned
from models.allocation.programme.plan import Plan
from models.allocation.resources import Resources
from models.allocation.resources.hours import period_hours


@dataclass(frozen=True)
class Means:
    """A resource with its hours in the period.

    Attributes:
        code: Its code.
        name: Its name.
        kind: "patrol", "team" or "caseload".
        owner: Whose it is.
        hours: Hours that there are in the period.
        price: What one more of them would gain; None where no total is a rule.
        units: People or crews, None where hours are given.
        cost_an_hour: What an hour costs; 0 where nothing is said.
    """

    code: str
    name: str
    kind: str
    owner: str
    hours: float
    price: float | None
    units: float | None
    cost_an_hour: float


def means_of(planned: Planned, resources: Resources, choices: Choices) -> dict[str, Means]:
    """Return each resource by its code, in the order of the file.

    Raises:
        AllocationError: The request's hours cannot be.
    """
    prices: dict[str, float] = {}
    for plan in (planned.plan, *(planned.caseloads[code] for code in sorted(planned.caseloads))):
        prices.update(_prices(plan))
    hours = period_hours(resources.resources, choices, planned.posed.demand.weeks).tolist()
    return {
        item.code: Means(
            code=item.code,
            name=item.name,
            kind=item.kind,
            owner=item.owner,
            hours=there_are,
            price=prices.get(item.code),
            units=item.units,
            cost_an_hour=item.cost_an_hour,
        )
        for item, there_are in zip(resources.resources, hours, strict=True)
    }


def _prices(plan: Plan) -> dict[str, float]:
    """Return the price of the total of each resource that has one."""
    found = {}
    posts, codes = plan.problem.posts, plan.problem.resources
    for rules, prices in zip(plan.problem.rules, plan.prices, strict=True):
        if rules.kind != "total":
            continue
        for row, price in enumerate(prices.tolist()):
            columns = rules.matrix.indices[rules.matrix.indptr[row] : rules.matrix.indptr[row + 1]]
            whose = set(posts.resource[columns].tolist())
            if len(whose) == 1:
                found[codes[whose.pop()]] = price
    return found
