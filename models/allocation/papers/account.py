"""The account of a plan: hours, expected incidents and what is met of them, by area and strand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.allocation.posed import Posed
from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import TOGETHER
from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Account:
    """What a plan of harm reached or prevented does for each area and strand.

    Attributes:
        expected: Expected incidents, float64[area, strand].
        met: Those of them that are expected to be met, float64[area, strand].
        hours: Hours; those of posts on several strands together are apportioned, float64[area, strand].
        weight: Harm of an incident, NaN where a strand has no weight, float64[strand].
        cell: Cell of each area and strand, -1 where there is none, int64[area, strand].
        open: Whether hours of some post may serve it, bool[area, strand].
        share: Share of each post's hours that is apportioned to each strand, float64[post, strand].
    """

    expected: F64
    met: F64
    hours: F64
    weight: F64
    cell: I64
    open: NDArray[np.bool_]
    share: F64

    @property
    def harm_weight(self) -> F64:
        """Harm of an incident, 0 where a strand has no weight and so adds nothing to harm."""
        return np.nan_to_num(self.weight)

    @property
    def harm(self) -> F64:
        """Expected harm, float64[area, strand]."""
        return self.expected * self.harm_weight

    @property
    def harm_met(self) -> F64:
        """Expected harm met, float64[area, strand]."""
        return self.met * self.harm_weight


def account_of(posed: Posed, plan: Plan) -> Account:
    """Return the account of a plan."""
    cell = cells_of(plan.problem, posed.demand.mean.shape)
    served = cell >= 0
    # A cell of several strands meets the same share of each.
    share = np.divide(plan.met, plan.problem.value.mean, out=np.zeros_like(plan.met), where=plan.problem.value.mean > 0)
    met = np.where(served, posed.demand.mean * share[cell], 0.0)
    apportioned = _apportioned(posed, plan, met)
    hours = np.zeros_like(met)
    np.add.at(hours, plan.problem.posts.area, plan.hours[:, None] * apportioned)
    linked = np.zeros(len(plan.met), dtype=np.bool_)
    linked[plan.problem.links.cell] = True
    return Account(
        expected=posed.demand.mean,
        met=met,
        hours=hours,
        weight=posed.weight,
        cell=cell,
        open=served & linked[cell],
        share=apportioned,
    )


def cells_of(problem: Problem, shape: tuple[int, ...]) -> I64:
    """Return the cell that serves each area and strand, -1 for none: its own, else its area's cell of several."""
    cell = np.full(shape, -1, dtype=np.int64)
    numbers = np.arange(len(problem.cell_area))
    joint = problem.cell_strand < 0
    cell[problem.cell_area[joint]] = numbers[joint, None]
    cell[problem.cell_area[~joint], problem.cell_strand[~joint]] = numbers[~joint]
    return cell


def _apportioned(posed: Posed, plan: Plan, met: F64) -> F64:
    """Return which share of each post's hours each strand has, float64[post, strand]; rows sum to 1.

    A post on one strand is that strand's. One on several together is apportioned by what is met of each of them in its
    area in harm, by incidents where none of them weighs anything, and evenly where nothing is met at all.
    """
    posts = plan.problem.posts
    parts: F64 = np.zeros((len(posts), met.shape[1]))
    single = posts.strand != TOGETHER
    parts[np.flatnonzero(single), posts.strand[single]] = 1.0
    if not single.all():
        reaches = _reaches(plan.problem, met.shape)[~single]
        at, by_harm = posts.area[~single], met * np.nan_to_num(posed.weight)
        value = by_harm[at] * reaches
        for weaker in (met[at] * reaches, reaches, np.ones_like(reaches)):
            value = np.where(value.sum(axis=1, keepdims=True) > 0, value, weaker)
        parts[~single] = value / value.sum(axis=1, keepdims=True)
    return parts


def _reaches(problem: Problem, shape: tuple[int, ...]) -> F64:
    """Return 1 where a link leads from a post to a strand of its area, else 0; float64[post, strand]."""
    cell = cells_of(problem, shape)
    reaches: F64 = np.zeros((len(problem.posts), shape[1]))
    served: F64 = (cell[problem.cell_area[problem.links.cell]] == problem.links.cell[:, None]).astype(np.float64)
    np.maximum.at(reaches, problem.links.post, served)
    return reaches
