"""What a plan's document needs of resources and choices, and each resource's hours in the period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from models.allocation.posed import Planned
from models.allocation.programme.plan import Plan


class Resource(Protocol):
    """A resource as the file of resources has it."""

    @property
    def code(self) -> str:
        """Its code."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def kind(self) -> str:
        """What sort it is: "patrol", "team" or "caseload"."""
        ...

    @property
    def owner(self) -> str:
        """Whose it is."""
        ...

    @property
    def units(self) -> float | None:
        """How many people or crews; None where hours are given."""
        ...

    @property
    def weekly_hours(self) -> float | None:
        """Hours in a week; None where a request says."""
        ...

    @property
    def cost_an_hour(self) -> float:
        """What an hour costs; 0 where nothing is said."""
        ...


class Resources(Protocol):
    """The file of resources."""

    @property
    def resources(self) -> Sequence[Resource]:
        """The resources in their order."""
        ...

    def document(self) -> dict[str, Any]:
        """Return all of the file as JSON values."""
        ...


class Choices(Protocol):
    """What a request chose."""

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        ...

    @property
    def effect(self) -> str:
        """Which number of each estimate is reckoned with."""
        ...

    @property
    def harm_set(self) -> str | None:
        """Set of harm weights; None: as the file says."""
        ...

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        ...


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


def means_of(planned: Planned, resources: Resources) -> dict[str, Means]:
    """Return each resource by its code, in the order of the file; hours are those of its total, else of the file."""
    totals: dict[str, tuple[float, float]] = {}
    for plan in (planned.plan, *(planned.caseloads[code] for code in sorted(planned.caseloads))):
        totals.update(_totals(plan))
    weeks = planned.posed.demand.weeks
    found = {}
    for item in resources.resources:
        hours, price = totals.get(item.code, ((item.weekly_hours or 0.0) * weeks, None))
        found[item.code] = Means(
            item.code, item.name, item.kind, item.owner, hours, price, item.units, item.cost_an_hour
        )
    return found


def _totals(plan: Plan) -> Mapping[str, tuple[float, float]]:
    """Return the hours and the price of the total of each resource that has one."""
    found = {}
    posts, codes = plan.problem.posts, plan.problem.resources
    for rules, prices in zip(plan.problem.rules, plan.prices, strict=True):
        if rules.kind != "total":
            continue
        for row, price in enumerate(prices.tolist()):
            columns = rules.matrix.indices[rules.matrix.indptr[row] : rules.matrix.indptr[row + 1]]
            whose = set(posts.resource[columns].tolist())
            if len(whose) == 1:
                found[codes[whose.pop()]] = (float(rules.upper[row]), price)
    return found
