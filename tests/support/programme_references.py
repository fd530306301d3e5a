"""The worth and the optimum of small programmes by other means than the product's.

Worth is added up number by number. The optimum is bounded from above by programmes of another shape, solved by scipy:
columns are the hours, what every cell meets, and what every drawn week leaves unmet; each lies under planes that touch
the concave functions from above, where the product puts chords below them. Planes are added where the last solution was
until its own worth comes up to the bound (Kelley 1960, "The cutting-plane method for solving convex programs").
"""

from dataclasses import dataclass, replace
from itertools import product
from math import ceil, exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix
from scipy.stats import nbinom

from models.allocation.programme.problem import Problem, Rules
from models.allocation.programme.values import Met

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_ROUNDS = 200
# The chance of so many incidents is none.
_NEVER = 1e-13


@dataclass(frozen=True)
class Best:
    """Hours, their worth, and what no hours can be worth more than."""

    hours: F64
    worth: float
    bound: float


def breaches(problem: Problem, hours: F64, room: float = 1e-6) -> list[str]:
    """Return the rules that hours break."""
    found = ["hours"] if (hours < 0).any() else []
    for family in problem.rules:
        for row, name in enumerate(family.names):
            had = sum(float(family.matrix[row, post]) * float(hours[post]) for post in range(len(hours)))
            low, high = float(family.lower[row]), float(family.upper[row])
            if had < low - room * max(1.0, abs(low)) or had > high + room * max(1.0, abs(high)):
                found.append(name)
    return found


def worth(problem: Problem, hours: F64) -> float:
    """Return what was maximised, added up cell by cell and week by week."""
    dose = _doses(problem, hours)[0]
    value, worst = problem.value, problem.worst
    each = [float(w + p) for w, p in zip(value.weight, value.placing, strict=True)]
    expected = sum(w * _met(problem, cell, dose[cell]) for cell, w in enumerate(each))
    if worst is None:
        return expected
    losses = []
    for week in worst.counts:
        met = [min(u, y) if isinstance(value, Met) else y * (1 - exp(-u)) for u, y in zip(dose, week, strict=True)]
        losses.append(sum(w * (float(y) - m) for w, y, m in zip(each, week, met, strict=True)))
    wanted, left, tail = (1 - worst.level) * len(losses), (1 - worst.level) * len(losses), 0.0
    for loss in sorted(losses, reverse=True):
        taken = min(left, 1.0)
        tail, left = tail + taken * loss, left - taken
        if left <= 0:
            break
    return (1 - worst.weight) * expected - worst.weight * tail / wanted


def size(problem: Problem) -> float:
    """Return the worth of all that is expected and of the largest week drawn: what a tolerance is a share of."""
    each = problem.value.weight + problem.value.placing
    weeks = [] if problem.worst is None else [float(each @ week) for week in problem.worst.counts]
    return max(1.0, float(each @ problem.value.mean), *weeks)


def best(problem: Problem, share: float = 1e-6) -> Best:
    """Return the optimum for any hours, whole shifts aside: worth and bound apart by a share of the size at most."""
    programme, room = _Planes(problem), share * size(problem)
    for hours in (0.0, 1.0, 5.0):
        programme.touch(np.full(len(problem.posts), hours))
    found = latest = programme.solve()
    for _ in range(_ROUNDS):
        if found.bound - found.worth <= room:
            break
        programme.touch(latest.hours)
        programme.touch((latest.hours + found.hours) / 2)
        latest = programme.solve()
        found = replace(latest if latest.worth > found.worth else found, bound=latest.bound)
    return found


def best_whole(problem: Problem) -> tuple[Best, I64] | None:
    """Return the best hours with whole shifts of the first resource, all numbers of them tried; None: none will do."""
    blocks = problem.blocks
    assert blocks is not None
    most = float(problem.rules[0].upper[0])
    row = csr_matrix((blocks.of_post == 0).astype(np.float64)[None, :])
    winner: tuple[Best, I64] | None = None
    for numbers in product(*(range(int(most // length) + 1) for length in blocks.block_hours)):
        given = np.array([float(blocks.block_hours @ numbers)])
        if given[0] > most:
            continue
        fixed = Rules("roster", blocks.roster, blocks.roster, row, given, given)
        try:
            found = best(replace(problem, rules=(*problem.rules, fixed), blocks=None))
        except ValueError:
            continue
        if winner is None or found.worth > winner[0].worth:
            winner = (found, np.array(numbers, dtype=np.int64))
    return winner


def _doses(problem: Problem, hours: F64) -> tuple[list[float], list[float]]:
    """Return the dose of each cell, and the slope of each link in its post's hours."""
    links = problem.links
    dose, slopes = [0.0] * len(problem.value.mean), []
    for link in range(len(links.post)):
        rate = float(links.rate[link])
        visits = rate * float(hours[links.post[link]])
        if links.ceiling is None:
            given, slope = visits, rate
        else:
            c = float(links.ceiling[link])
            given = -log(1 - c * visits / (visits + 1))
            slope = rate * c / ((visits + 1) * (visits + 1 - c * visits))
        dose[int(links.cell[link])] += given
        slopes.append(slope)
    return dose, slopes


def _met(problem: Problem, cell: int, dose: float) -> float:
    """Return the incidents met in a cell: of each number of incidents its chance, times those that are met of it."""
    mean = float(problem.value.mean[cell])
    if not isinstance(problem.value, Met):
        return mean * (1 - exp(-dose))
    if mean == 0 or dose == 0:
        return 0.0
    size, chance = _shape(problem.value, cell)
    below = np.arange(ceil(dose))
    all_of_them = float(below @ nbinom.pmf(below, size, chance))
    return all_of_them + dose * float(nbinom.sf(ceil(dose) - 1, size, chance))


def _shape(value: Met, cell: int) -> tuple[float, float]:
    size = 1 / max(float(value.dispersion[cell]), 1e-6)
    return size, size / (size + float(value.mean[cell]))


class _Planes:
    """Columns: hours, incidents met in each cell, and for drawn weeks eta and what each leaves above it; with capacity
    also what each week meets in each cell.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.posts, self.cells = len(problem.posts), len(problem.value.mean)
        self.capacity = isinstance(problem.value, Met)
        self.weeks = 0 if problem.worst is None else len(problem.worst.counts)
        self.eta = self.posts + self.cells
        self.excess = self.eta + 1
        self.week_met = self.excess + self.weeks
        self.columns = self.week_met + (self.weeks * self.cells if self.capacity else 0)
        self.each = problem.value.weight + problem.value.placing
        self.rows: list[F64] = []
        self.limits: list[float] = []
        self._rules()
        self._week_rows()
        self._kinks()

    def _add(self, entries: dict[int, float], limit: float) -> None:
        row = np.zeros(self.columns)
        for column, entry in entries.items():
            row[column] += entry
        self.rows.append(row)
        self.limits.append(limit)

    def _rules(self) -> None:
        for family in self.problem.rules:
            dense = family.matrix.toarray()
            for row, low, high in zip(dense, family.lower, family.upper, strict=True):
                entries = dict(enumerate(row.tolist()))
                if np.isfinite(high):
                    self._add(entries, float(high))
                if np.isfinite(low):
                    self._add({column: -entry for column, entry in entries.items()}, -float(low))

    def _week_rows(self) -> None:
        """Loss of a week - eta <= excess; capacity meets min(u, Y) of a week exactly, for doses are linear."""
        worst, links = self.problem.worst, self.problem.links
        for week in range(self.weeks):
            assert worst is not None
            counts = worst.counts[week].astype(np.float64)
            entries = {self.eta: -1.0, self.excess + week: -1.0}
            for cell in range(self.cells):
                if self.capacity:
                    column = self.week_met + week * self.cells + cell
                    entries[column] = -float(self.each[cell])
                    dose = {
                        int(p): -float(r)
                        for p, r, c in zip(links.post, links.rate, links.cell, strict=True)
                        if c == cell
                    }
                    self._add({column: 1.0, **dose}, 0.0)
                    self._add({column: 1.0}, float(counts[cell]))
                elif self.problem.value.mean[cell] > 0:
                    mean = float(self.problem.value.mean[cell])
                    entries[self.posts + cell] = -float(self.each[cell] * counts[cell]) / mean
            self._add(entries, -float(self.each @ counts))

    def touch(self, hours: F64) -> None:
        """Add the planes that touch what is met at these hours; with capacity they are those of `_kinks` already."""
        if self.capacity:
            return
        dose, slopes = _doses(self.problem, hours)
        for cell in range(self.cells):
            met = _met(self.problem, cell, dose[cell])
            margin = float(self.problem.value.mean[cell]) * exp(-dose[cell])
            self._plane(cell, hours, slopes, met, margin)

    def _kinks(self) -> None:
        """Add all straight pieces of what capacity meets, each drawn out to a line."""
        value = self.problem.value
        if not isinstance(value, Met):
            return
        nothing = np.zeros(self.posts)
        slopes = _doses(self.problem, nothing)[1]
        for cell in np.flatnonzero(value.mean > 0).tolist():
            size, chance = _shape(value, cell)
            begin, more = 0, 1.0
            while more > _NEVER:
                more = float(nbinom.sf(begin, size, chance))
                self._plane(cell, nothing, slopes, _met(self.problem, cell, float(begin)) - more * begin, more)
                begin += 1
        for cell in np.flatnonzero(value.mean == 0).tolist():
            self._add({self.posts + cell: 1.0}, 0.0)

    def _plane(self, cell: int, hours: F64, slopes: list[float], met: float, margin: float) -> None:
        """Add: a cell meets no more than `met`, and by each hour beyond these its slope times the margin."""
        links = self.problem.links
        inside = np.flatnonzero(links.cell == cell).tolist()
        entries = {int(links.post[link]): -margin * slopes[link] for link in inside}
        here = sum(margin * slopes[link] * float(hours[links.post[link]]) for link in inside)
        self._add({self.posts + cell: 1.0, **entries}, met - here)

    def solve(self) -> Best:
        """Solve the programme as it is; raises ValueError where no hours keep the rules."""
        worst = self.problem.worst
        gains = np.zeros(self.columns)
        gains[self.posts : self.eta] = self.each * (1.0 if worst is None else 1 - worst.weight)
        if worst is not None:
            gains[self.eta] = -worst.weight
            gains[self.excess : self.week_met] = -worst.weight / ((1 - worst.level) * self.weeks)
        free = (None, None) if worst is not None else (0.0, 0.0)
        bounds = (
            [(0.0, None)] * self.posts
            + [(0.0, None)] * self.cells
            + [free]
            + [(0.0, None)] * (self.columns - self.excess)
        )
        found = linprog(-gains, np.array(self.rows), self.limits, bounds=bounds, method="highs")
        if found.x is None:
            raise ValueError(found.message)
        hours = np.maximum(found.x[: self.posts], 0.0)
        return Best(hours, worth(self.problem, hours), -float(found.fun or 0.0))
