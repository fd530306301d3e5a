"""The resources of a plan with their hours in the period."""

from dataclasses import dataclass

from models.allocation.choices import Choices
from models.allocation.posed import Planned
from models.allocation.programme.plan import Plan
from models.allocation.reasons.prices import clean_prices, harm_prices
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
        price: Harm that one more of them would meet; None where no total is a rule, and where it would go to strands
            without a harm weight, of which no harm is told.
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
    prices: dict[str, float | None] = {}
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


def _prices(plan: Plan) -> dict[str, float | None]:
    """Return the price of the total of each resource that has one."""
    found: dict[str, float | None] = {}
    columns = zip(plan.problem.rules, clean_prices(plan), harm_prices(plan), strict=True)
    posts, codes = plan.problem.posts, plan.problem.resources
    for rules, worth, harm in columns:
        if rules.kind != "total":
            continue
        for row, price in enumerate(harm.tolist()):
            touched = rules.matrix.indices[rules.matrix.indptr[row] : rules.matrix.indptr[row + 1]]
            whose = set(posts.resource[touched].tolist())
            if len(whose) == 1:
                found[codes[whose.pop()]] = None if worth[row] != 0 and price == 0 else price
    return found
