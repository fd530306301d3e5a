"""Solving a problem again and again with other demand: each time from where the last one ended.

Capacities keep their columns: pieces are laid out once, for the most demand met so far, and only gains change. What
bends is cut anew round the last solution. Bounds are not computed and areas that are alike are not evened: what comes
of this is for searching, and what is told is solved afresh.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.basis import carried
from models.allocation.programme.highs import Highs
from models.allocation.programme.hours import NoPlanError, Solved, solved
from models.allocation.programme.mixture import mixed
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem
from models.allocation.programme.solver import ORDINARY
from models.allocation.programme.straight import Straight, straight
from models.allocation.programme.values import Met

F64 = NDArray[np.float64]

# Layouts are made for somewhat more demand than asked for, so that a search outward does not make one each time.
_ROOM = 3.0


class Warm:
    """Solves problems that differ from each other in expected demand alone."""

    def __init__(self) -> None:
        self._straight: _Straight | None = None
        self._last: Solved | None = None

    def __call__(self, problem: Problem) -> Plan:
        """Return the plan of a problem, in any number of hours.

        Raises:
            NoPlanError: No hours keep the rules.
            AllocationError: HiGHS stopped without an answer.
        """
        problem = replace(problem, blocks=None)
        if problem.straight and problem.worst is None:
            if self._straight is None or not self._straight.holds(problem):
                self._straight = _Straight(problem)
            return self._straight.plan(problem)
        self._last = solved(problem, ORDINARY.gap, self._last)
        return self._last.plan


class _Straight:
    """A programme of capacities kept in HiGHS."""

    def __init__(self, problem: Problem) -> None:
        mean = problem.value.mean
        self._made: Straight = straight(problem)
        self._mean = mean.copy()
        self._most = mean.copy()
        self._columns: F64 | None = None
        self._highs = Highs(self._made.linear(), "simplex")

    def holds(self, problem: Problem) -> bool:
        """Return whether the columns laid out are enough for the demand of a problem."""
        same = problem.rules is self._made.problem.rules and problem.posts is self._made.problem.posts
        return same and bool((problem.value.mean <= self._most).all() or self._widen(problem))

    def plan(self, problem: Problem) -> Plan:
        """Return the plan."""
        made = self._made
        changed = np.flatnonzero(problem.value.mean != self._mean)
        if len(changed):
            columns = np.flatnonzero(np.isin(made.cells.cell, changed)).astype(np.int32)
            rate = self._rates(problem, columns)
            self._highs.gains(columns, rate * made.gain_of_rate[columns])
            self._mean = problem.value.mean.copy()
        found = self._highs.solve()
        if found is None:
            raise NoPlanError("no hours keep all the rules", place="rules", fix="loosen one of them")
        self._columns = found.columns
        rules = made.rule_rows
        sizes = np.cumsum([len(family) for family in problem.rules])[:-1]
        prices = tuple(np.split(found.duals[rules] * made.scale, sizes))
        hours = mixed(problem, made.hours(found.columns))
        return Plan(
            problem,
            hours,
            None,
            bound=float("inf"),
            status="warm",
            prices=prices,
            approximate=False,
            programmes=1,
        )

    def _rates(self, problem: Problem, columns: NDArray[np.int32]) -> F64:
        """Return the rates of pieces under a problem's demand, 0 where an incident is not to be planned for."""
        value, cell = problem.value, self._made.cells.cell[columns]
        if isinstance(value, Met):
            # Only the cells asked for: the chances of all of them take longer than the solution.
            own, cell = np.unique(cell, return_inverse=True)
            columns_of = (value.weight, value.placing, value.mean, value.dispersion)
            value = Met(*(column[own] for column in columns_of))
        pieces = value.pieces()
        starts = np.searchsorted(pieces.cell, np.arange(len(value.mean) + 1))
        at = starts[cell] + self._made.cells.begin[columns].astype(np.int64)
        within = at < starts[cell + 1]
        rate: F64 = np.where(within, np.append(pieces.rate, 0.0)[np.where(within, at, len(pieces.rate))], 0.0)
        return rate

    def _widen(self, problem: Problem) -> bool:
        """Lay out columns for more demand; the next solution begins where the last one ended."""
        value = problem.value
        if not isinstance(value, Met):
            return False
        more = value.mean > self._most
        self._most = np.where(more, _ROOM * value.mean, self._most)
        roomy = replace(problem, value=replace(value, mean=self._most))
        wider = straight(roomy)
        highs = Highs(wider.linear(), "simplex")
        if self._columns is not None:
            highs.begin_at(carried(self._made, self._highs.basis(), self._columns, wider))
        self._made, self._highs = wider, highs
        self._mean = self._most.copy()
        return True
