"""Statements: of every area, what holds its hours where they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Kind, Rules
from models.allocation.reasons.margins import Margins
from models.allocation.reasons.prices import AT_LIMIT, clean_prices

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

Status = Literal[
    "locked",
    "at its floor",
    "capped",
    "held by a rule",
    "at the margin",
    "marginal: the next hour goes elsewhere",
    "nothing is left to meet",
    "no hours",
    "no demand",
    "no post",
]
STATUSES: tuple[Status, ...] = get_args(Status)
# Rules of these kinds are the totals that everybody draws on: told as what an hour does elsewhere.
_COMMON: tuple[Kind, ...] = ("total", "budget")
_SAME = 1e-6
# Of the dearest hour of a plan, below which an hour is worth nothing: pieces end where incidents are that unlikely.
_LEAST = 1e-8
_SAME_ON_A_CURVE = 1e-2
# A coefficient that rounding alone leaves.
_NO_PART = 1e-12


@dataclass(frozen=True)
class Holding:
    """A rule that holds hours of an area.

    Attributes:
        kind: What sort of rule.
        name: What it is about.
        price: What an hour's give of it would gain; see `prices.Price`.
        own: It is about this area alone.
        post: The post at which it weighs most.
    """

    kind: Kind
    name: str
    price: float
    own: bool
    post: int

    @property
    def status(self) -> Status:
        """The status of an area whose hours it holds."""
        if self.kind == "lock":
            return "locked"
        if self.own and self.kind in ("floor", "cap"):
            return "at its floor" if self.kind == "floor" else "capped"
        return "held by a rule"

    @property
    def text(self) -> str:
        """The rule as it is called: its kind and what it is about."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Statement:
    """What holds one area's hours.

    Attributes:
        area_code: The area.
        hours: Its hours, of all resources.
        by_resource: Code of each resource that is here to its hours, most first.
        expected: Expected incidents that the plan may work on.
        met: How many of them are met, reached or prevented.
        holdings: The rules that hold its hours, the dearest first.
        resource: The resource of which the next hour is told; "" where the area has no post.
        next_hour: Harm that one hour more of it here would add, all other hours as they are.
        slope: The same at the margin, to the right, in worth an hour.
        cost: What all rules together ask for that hour.
        elsewhere: What that hour does where it is: the price of the totals it draws on.
        least: Worth of an hour that is nothing: the solver's rounding.
        exact: Worths of hours are exact, as on straight pieces; on a curve the solver stops when little is to gain.
        approximate: Prices are those of the relaxation without whole shifts.
    """

    area_code: str
    hours: float
    by_resource: Mapping[str, float]
    expected: float
    met: float
    holdings: tuple[Holding, ...]
    resource: str
    next_hour: float
    slope: float
    cost: float
    elsewhere: float
    least: float
    exact: bool
    approximate: bool

    @cached_property
    def status(self) -> Status:
        """One of a closed set."""
        if self.holdings:
            return self.holdings[0].status
        if not self.resource:
            return "no post"
        if self.hours <= AT_LIMIT:
            return "no hours" if self.expected > 0 else "no demand"
        if self.met >= self.expected * (1 - _SAME) or max(self.slope, self.cost) <= self.least:
            return "nothing is left to meet"
        same = _SAME if self.exact else _SAME_ON_A_CURVE
        elsewhere = self.cost - self.slope > same * max(self.slope, self.least)
        return "marginal: the next hour goes elsewhere" if elsewhere else "at the margin"

    @property
    def status_text(self) -> str:
        """The status with the name of the dearest rule, where one holds."""
        return f"{self.status}: {self.holdings[0].text}" if self.status == "held by a rule" else self.status

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "status": self.status,
            "rules": [{"kind": rule.kind, "name": rule.name, "price": rule.price} for rule in self.holdings],
            "by_resource": dict(self.by_resource),
            "next_hour": {
                "resource": self.resource,
                "here": self.next_hour,
                "at_the_margin": self.slope,
                "elsewhere": self.elsewhere,
            },
        }


def statements(plan: Plan) -> tuple[Statement, ...]:
    """Return the statement of every area, in the order of the problem."""
    problem, margins = plan.problem, Margins(plan)
    areas = len(problem.area_codes)
    holdings = _holdings(plan)
    chosen, least = _told_post(plan, margins, areas), _least(margins)
    expected = np.bincount(problem.cell_area, weights=problem.value.mean, minlength=areas)
    met = np.bincount(problem.cell_area, weights=plan.met, minlength=areas)
    table = np.zeros((len(problem.resources), areas))
    np.add.at(table, (problem.posts.resource, problem.posts.area), plan.hours)
    columns = (margins.next_hour, margins.slope, margins.cost, margins.elsewhere)
    told = []
    for at, code in enumerate(problem.area_codes):
        post = int(chosen[at])
        here, slope, cost, elsewhere = (float(column[post]) if post >= 0 else 0.0 for column in columns)
        order = np.lexsort((np.arange(len(table)), -table[:, at]))
        told.append(
            Statement(
                area_code=code,
                hours=float(table[:, at].sum()),
                by_resource={
                    problem.resources[row]: float(table[row, at]) for row in order if table[row, at] > AT_LIMIT
                },
                expected=float(expected[at]),
                met=float(met[at]),
                holdings=holdings[at],
                resource=problem.resources[int(problem.posts.resource[post])] if post >= 0 else "",
                next_hour=here,
                slope=slope,
                cost=cost,
                elsewhere=elsewhere,
                least=least,
                exact=problem.value.exact,
                approximate=plan.approximate,
            )
        )
    return tuple(told)


def _least(margins: Margins) -> float:
    """Return the worth of an hour that is told from none."""
    return _LEAST * max(float(margins.slope.max(initial=0.0)), float(margins.cost.max(initial=0.0)))


def _told_post(plan: Plan, margins: Margins, areas: int) -> I64:
    """Return the post of which each area's next hour is told, int64[area]; -1 for none.

    That of the resource whose hour here is worth most beside what the rules ask for it, which is what the same hour is
    worth elsewhere: a dear resource and a cheap one are each held against their own price. Of posts that are alike in
    that those that have hours go first.
    """
    posts, least = plan.problem.posts, _least(margins)
    used = plan.hours > AT_LIMIT
    worth = np.where(margins.slope > least, margins.slope, 0.0)
    beside = np.round(worth / np.maximum(margins.cost, np.maximum(worth, least)), 6) if least > 0 else worth
    order = np.lexsort((np.arange(len(posts)), ~used, -beside, posts.area))
    area, first = np.unique(posts.area[order], return_index=True)
    chosen = np.full(areas, -1, dtype=np.int64)
    chosen[area] = order[first]
    return chosen


def _holdings(plan: Plan) -> list[tuple[Holding, ...]]:
    """Return the rules that cost something at the hours of each area, the dearest first; totals are none of them.

    A floor holds where there are hours; a limit from above holds also where it keeps them away.
    """
    found: list[list[Holding]] = [[] for _ in plan.problem.area_codes]
    for family, price in zip(plan.problem.rules, clean_prices(plan), strict=True):
        if family.kind in _COMMON:
            continue
        # What a planner has locked stays locked, whether it costs something or not.
        for row in np.flatnonzero((price != 0) | (family.kind == "lock")):
            _add_row(plan, family, int(row), float(price[row]), found)
    return [tuple(sorted(held, key=lambda rule: (-abs(rule.price), rule.kind, rule.name))) for held in found]


def _add_row(plan: Plan, family: Rules, row: int, price: float, found: list[list[Holding]]) -> None:
    start, end = family.matrix.indptr[row], family.matrix.indptr[row + 1]
    posts, factor = family.matrix.indices[start:end], family.matrix.data[start:end]
    if family.shares is not None:
        # All hours that a share is of stand in its row; it is about those that it asks for.
        of = np.asarray(family.shares.of[row].toarray(), dtype=np.float64).reshape(-1)
        about = np.abs(factor + family.shares.part[row] * of[posts]) > _NO_PART
        posts, factor = posts[about], factor[about]
    area = plan.problem.posts.area[posts]
    own = len(np.unique(area)) == 1
    weight = price * factor
    # Of a row that weighs on several areas in two senses, as a disparity does, each area has what weighs on its hours.
    matters = own | (plan.hours[posts] > AT_LIMIT)
    for number in np.unique(area[matters]):
        mine = posts[(area == number) & matters]
        heaviest = weight[(area == number) & matters]
        at = int(np.argmax(np.abs(heaviest)))
        found[int(number)].append(Holding(family.kind, family.names[row], float(heaviest[at]), own, int(mine[at])))
