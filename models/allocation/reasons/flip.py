"""Flip points: by how much an area's expected demand would have to differ for the plan to give it other hours.

The demand of one area is multiplied, all its strands alike, from 0 to 10 times; everything else stays as it is: the
other areas, the rules and what they were derived from. A change is the multiplier less 1. Sought are the smallest
change that adds hours to the area, and the smallest that takes hours from it, in either direction each: more demand
need not mean more hours where several resources change places.

The search goes outward over fixed changes with a solver that begins where it last ended, then halves the gap. What is
stated is then solved afresh, from nothing, on both sides: at the stated multiplier the area's hours differ by a step or
more, and with 1 % less of the change they do not. Where the fresh solution differs from the warm one, as it may where
several plans are equally good, the fresh one decides and the search goes on with fresh solutions alone. So ties are
broken as `solver.solve` breaks them, which is the same each time. Where equally good plans differ so much that
`MOST_FRESH` solutions do not settle the smallest change, the answer says that, and a change that does it. Hours that
come and go again between two changes of the outward search may be passed over; what is stated holds all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from errors import AllocationError
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem
from models.allocation.programme.values import Met, Share
from models.allocation.reasons.flipped import (
    LEAST_CHANGE,
    LESS,
    MOST,
    MOST_FRESH,
    QUARTER_HOUR,
    Direction,
    FlipPoint,
    Flips,
)

Solve = Callable[[Problem], Plan]
_OUTWARD = (0.05, 0.2, 0.5, 1.0, 3.0, MOST - 1.0)
_WAYS: tuple[tuple[Direction, float], ...] = (("add", 1.0), ("remove", -1.0))
# Near enough to 1 that 1 % less of a change, rounded outward, lies at or below the change that does not flip.
_NARROW = 0.991
_WIDER = 1.02
_SAME = 1e-6


def changed(problem: Problem, area: int, multiplier: float) -> Problem:
    """Return the problem in which the demand of one area is multiplied; the rules stay as they are.

    Counts of drawn weeks are multiplied too, and rounded.
    """
    here = problem.cell_area == area
    factor = np.where(here, multiplier, 1.0)
    if not isinstance(problem.value, Met | Share):
        raise AllocationError("its demand cannot be changed", place="flip point", fix="report it")
    value = replace(problem.value, mean=problem.value.mean * factor)
    worst = problem.worst
    if worst is not None:
        worst = replace(worst, counts=np.rint(worst.counts * factor).astype(np.int32))
    return replace(problem, value=value, worst=worst)


def step_of(problem: Problem, area: int) -> float:
    """Return the hours that count as a difference: the shortest whole shift rostered in this area alone, if any."""
    blocks, posts = problem.blocks, problem.posts
    if blocks is None:
        return QUARTER_HOUR
    inside = set(blocks.of_post[posts.area == area].tolist()) - {-1}
    own = inside - set(blocks.of_post[posts.area != area].tolist())
    shifts = blocks.block_hours[np.isin(blocks.block_roster, sorted(own))]
    return float(shifts.min()) if len(shifts) else QUARTER_HOUR


def flips(plan: Plan, area_code: str, *, warm: Solve, fresh: Solve) -> Flips:
    """Return the flip points of an area.

    Args:
        plan: The plan as solved.
        area_code: The area.
        warm: Solves a changed problem quickly; trusted for nothing that is stated.
        fresh: Solves it from nothing, as the plan was.

    Raises:
        AllocationError: The plan has no such area.
    """
    codes = plan.problem.area_codes
    if area_code not in codes:
        fix = f"use one such as {', '.join(codes[:3])}"
        raise AllocationError(f"the plan has no area '{area_code}'", place="area", fix=fix)
    area = codes.index(area_code)
    base, step = float(plan.by_area()[area]), step_of(plan.problem, area)
    quick, sure = _Hours(plan.problem, area, warm), _Hours(plan.problem, area, fresh)
    # The most demand first: a solver that lays out its columns for what it is asked lays them out once.
    quick(MOST - 1.0)
    found: dict[Direction, FlipPoint] = {}
    for way, sign in _WAYS:
        found[way] = _Search(way, sign, base, step, quick, sure).point()
    return Flips(area_code, base, step, found["add"], found["remove"], len(quick.known) + len(sure.known))


@dataclass(frozen=True, eq=False)
class _Hours:
    """Hours of one area by the change of its demand; each change is solved once."""

    problem: Problem
    area: int
    solve: Solve
    known: dict[float, float] = field(default_factory=dict)

    def __call__(self, change: float) -> float:
        if change not in self.known:
            plan = self.solve(changed(self.problem, self.area, 1.0 + change))
            self.known[change] = float(plan.by_area()[self.area])
        return self.known[change]


@dataclass(frozen=True, eq=False)
class _Search:
    """The search for one flip point."""

    direction: Direction
    sign: float
    base: float
    step: float
    quick: _Hours
    sure: _Hours

    def point(self) -> FlipPoint:
        """Return the flip point, verified, or that there is none."""
        first = self._outward()
        if first is None:
            # What a warm solution passed over at the ends, a fresh one may show.
            ends = [change for change in (MOST - 1.0, -1.0) if self._differs(self.sure, change)]
            return self._narrowed(ends[0]) if ends else FlipPoint(self.direction)
        low, high = first
        return self._narrowed(self._halved(self.quick, low, high))

    def _differs(self, hours: _Hours, change: float) -> bool:
        return self.sign * (hours(change) - self.base) >= self.step - _SAME

    def _outward(self) -> tuple[float, float] | None:
        """Return the first pair of changes of which the outer flips and the inner does not."""
        inner = 0.0
        for size in _OUTWARD:
            # More demand adds hours as a rule, less removes them: of two changes of a size that one is looked at first.
            for change in (self.sign * size, -self.sign * size):
                if change >= -1.0 and self._differs(self.quick, change):
                    return np.copysign(inner, change), change
            inner = size
        return None

    def _halved(self, hours: _Hours, low: float, high: float, limit: float = np.inf) -> float:
        """Return a change that flips, close to one that does not; `high` flips and `low` does not."""
        while abs(low) < _NARROW * abs(high) and abs(high) > LEAST_CHANGE and len(hours.known) < limit:
            middle = (low + high) / 2 if low else high / 4
            low, high = (low, middle) if self._differs(hours, middle) else (middle, high)
        return high

    def _narrowed(self, change: float) -> FlipPoint:
        """Return a flip point near a change, verified by fresh solutions on both sides."""
        change, wider, limit = _rounded(change), _WIDER, len(self.sure.known) + MOST_FRESH
        while not self._differs(self.sure, change):
            if abs(change) >= (MOST - 1.0 if change > 0 else 1.0):
                return FlipPoint(self.direction)
            if len(self.sure.known) >= limit:
                return FlipPoint(self.direction, unsettled=True)
            change, wider = _rounded(change * wider), wider**2
        while abs(change) > LEAST_CHANGE:
            if not self._differs(self.sure, LESS * change):
                hours, before = self.sure(change), self.sure(LESS * change)
                return FlipPoint(self.direction, 1.0 + change, hours, before)
            if len(self.sure.known) >= limit:
                return FlipPoint(self.direction, unsettled=True, at_most=1.0 + LESS * change)
            below = max((known for known in self._not_yet(change)), key=abs, default=0.0)
            change = self._halved(self.sure, below, LESS * change, limit)
            told = _rounded(change)
            change = told if self._differs(self.sure, told) else change
        return FlipPoint(self.direction, tied=True, at_most=1.0 + change)

    def _not_yet(self, change: float) -> list[float]:
        """Return smaller changes of the same sign that are known not to flip."""
        return [at for at in self.sure.known if 0 < at / change < LESS and not self._differs(self.sure, at)]


def _rounded(change: float) -> float:
    """Return a change rounded outward to four digits, and within 0 and 10 times: what is stated is what was solved."""
    digits = 10.0 ** (np.floor(np.log10(abs(change))) - 3)
    size = float(np.ceil(abs(change) / digits - 1e-9) * digits)
    return min(size, MOST - 1.0) if change > 0 else -min(size, 1.0)
