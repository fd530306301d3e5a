"""Solving again with other demand in one area: one programme is kept in the solver, and only its gains are changed."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.programme.highs import Highs
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem
from models.allocation.programme.straight import TIE, PostPieces, Straight, straight
from models.allocation.programme.values import Met, Pieces, Share

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Pieces of the one area where values or effects bend: its hours are to be told apart to a fraction of a step.
_FINE = 400
_ENDLESS = 40.0


class Resolving:
    """Hours of one area by the multiplier of its demand, each solved from where the last solution ended.

    Everything but the gains of the area's own pieces stays in the solver, so that one solution takes a fraction of a
    fresh one. Where values bend, pieces are fine round the plan's hours and over all of the one area. Whole shifts are
    relaxed, and of worst weeks the expectation is kept alone: what is stated of a plan is solved afresh all the same.
    """

    def __init__(self, plan: Plan, area: int, most: float) -> None:
        """Write the programme.

        Args:
            plan: The plan.
            area: Index of the area.
            most: The largest multiplier that will be asked for.
        """
        self._area = area
        problem = replace(plan.problem, blocks=None, worst=None)
        self._own = np.flatnonzero(problem.cell_area == area)
        factor = np.where(problem.cell_area == area, most, 1.0)
        value = problem.value
        if not isinstance(value, Met | Share):
            raise AllocationError("its demand cannot be changed", place="flip point", fix="report it")
        self._value: Met | Share = value
        problem = replace(problem, value=replace(value, mean=value.mean * factor))
        self._made = _made(problem, plan, area)
        cells = self._made.cells
        self._columns = np.flatnonzero(np.isin(cells.cell, self._own)).astype(np.int32)
        self._highs = Highs(self._made.linear(), "simplex")
        # As the programme does: a cell that comes later counts a hair less.
        order = np.empty(len(value.mean))
        order[np.lexsort((problem.cell_strand, problem.cell_area))] = np.arange(len(order))
        self._worth = (problem.worth * (1.0 - TIE * order / max(len(order), 1)) / self._made.scale)[
            cells.cell[self._columns]
        ]

    def __call__(self, multiplier: float) -> float:
        """Return the area's hours.

        Raises:
            AllocationError: HiGHS stopped without an answer.
        """
        self._highs.gains(self._columns, self._worth * self._rates(multiplier))
        found = self._highs.solve()
        if found is None:
            raise AllocationError("no hours keep all the rules", place="rules", fix="report it")
        posts = self._made.problem.posts
        return float(self._made.hours(found.columns)[posts.area == self._area].sum())

    def _rates(self, multiplier: float) -> F64:
        """Return incidents met by a unit of dose along each of the area's pieces."""
        cells, own, value = self._made.cells, self._own, self._value
        mean = value.mean[own] * multiplier
        at = np.searchsorted(own, cells.cell[self._columns])
        if isinstance(value, Share):
            begin, width = cells.begin[self._columns], cells.width[self._columns]
            rates: F64 = mean[at] * np.exp(-begin) * -np.expm1(-width) / width
            return rates
        alone = Met(value.weight[own], value.placing[own], mean, value.dispersion[own]).pieces()
        counts = np.zeros(
            (len(own), int(max(cells.begin[self._columns].max(initial=0), alone.begin.max(initial=0))) + 1)
        )
        counts[alone.cell, alone.begin.astype(np.int64)] = alone.rate
        return counts[at, cells.begin[self._columns].astype(np.int64)]


def _made(problem: Problem, plan: Plan, area: int) -> Straight:
    """Return the programme in pieces that hold for every multiplier up to the largest."""
    if problem.straight:
        return straight(problem)
    near = straight(problem) if plan.windows is None else straight(problem, plan.hours, plan.windows)
    if not isinstance(problem.value, Share):
        return replace(near, posts=_fine_posts(near, problem, area))
    return replace(near, cells=_fine_cells(near.cells, problem, area), posts=_fine_posts(near, problem, area))


def _fine_cells(near: Pieces, problem: Problem, area: int) -> Pieces:
    """Return pieces of which those of the area are fine over all doses, evenly in what they meet."""
    own = np.flatnonzero(problem.cell_area == area)
    grid = -2.0 * np.log(np.linspace(1.0, np.exp(-_ENDLESS / 2), _FINE + 1))
    kept = ~np.isin(near.cell, own)
    begin, width = np.tile(grid[:-1], len(own)), np.tile(np.diff(grid), len(own))
    cell = np.concatenate([near.cell[kept], np.repeat(own, _FINE)])
    rate = problem.value.mean[np.repeat(own, _FINE)] * np.exp(-begin) * -np.expm1(-width) / width
    columns = (near.begin[kept], begin), (near.width[kept], width), (near.rate[kept], rate)
    order = np.argsort(cell, kind="stable")
    first, second, third = (np.concatenate(pair)[order] for pair in columns)
    return Pieces(cell[order], first, second, third)


def _fine_posts(near: Straight, problem: Problem, area: int) -> PostPieces:
    """Return columns of hours of which those of the area's posts are fine, where effects bend."""
    posts = near.posts
    if problem.links.ceiling is None:
        return posts
    own = np.flatnonzero(problem.posts.area == area)
    kept = ~np.isin(posts.post, own)
    ends = np.asarray(problem.rules[0].upper, dtype=np.float64)[problem.posts.resource[own]]
    grid = ends[:, None] * np.linspace(0.0, 1.0, _FINE + 1) ** 2
    post = np.concatenate([posts.post[kept], np.repeat(own, _FINE)])
    begin = np.concatenate([posts.begin[kept], grid[:, :-1].reshape(-1)])
    width = np.concatenate([posts.width[kept], np.diff(grid, axis=1).reshape(-1)])
    order = np.argsort(post, kind="stable")
    some = width[order] > 0
    return PostPieces(post[order][some], begin[order][some], width[order][some])
