"""Ways out of a clash: what each of its rules would have to give so that every rule there is can be kept.

A smallest clashing set says where it pinches, and what keeps the set may still break rules outside of it. So each rule
of the set gives here while all others are held, those outside of the set too. Where it alone cannot be enough, the
rules outside of the set may give with it, as little in sum as they must.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.feasibility import Elastic, Gives, Rows
from models.allocation.programme.problem import Kind
from models.allocation.rules.clash import ClashRule, any_of

I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
Way = tuple[ClashRule, ...]

# Hours that solvers leave over and no planner means.
_NOTHING = 1e-6
# Gives are told to a hundredth of an hour.
_SAME = 0.005


@dataclass(frozen=True, eq=False)
class Written:
    """Rows of all families, with what is told of them."""

    kinds: tuple[Kind, ...]
    places: tuple[str, ...]
    names: tuple[str, ...]
    shares: tuple[tuple[float, str], ...]
    rows: Rows

    def told(self, mine: I64, give: float) -> ClashRule:
        """Return rows of one rule as they are told.

        Args:
            mine: Indices of the rows that bear on the clash.
            give: By how much the rule would have to give.
        """
        lower, upper = self.rows.lower[mine], self.rows.upper[mine]
        alike = bool((lower == lower[0]).all() and (upper == upper[0]).all())
        names = tuple(self.names[row] for row in mine)
        first = int(mine[0])
        return ClashRule(
            self.kinds[first],
            names,
            self.places[first],
            float(lower.sum()),
            float(upper.sum()),
            give,
            alike,
            parts=tuple(self.shares[row][0] for row in mine if self.shares[row][1]),
            what=self.shares[first][1],
        )


def ways_out(written: Written, every: Elastic, told: Mapping[int, ClashRule], order: Sequence[int]) -> tuple[Way, ...]:
    """Return a way out for each rule of a clash, and one for all of its totals; () where one was not found.

    Args:
        written: The rules.
        every: All of them, in the programme in which they clash.
        told: Number of each rule of the clash to what is told of it.
        order: These numbers, as they are told.
    """
    outside = np.array([number not in told for number in range(every.rules)])
    totals = [number for number in order if told[number].kind == "total"]
    ways = []
    for number in order:
        if number in totals:
            continue
        way = _way(written, every, told, [number], outside)
        if way is None:
            return ()
        ways.append((_place(order, number), way))
    if totals:
        way = _by_totals(written, every, told, totals, outside)
        if way is None:
            return ()
        ways.append((_place(order, totals[0]), way))
    return tuple(way for _, way in sorted(ways, key=lambda item: item[0]))


def _place(order: Sequence[int], number: int) -> int:
    return list(order).index(number)


def _way(
    written: Written, every: Elastic, told: Mapping[int, ClashRule], mine: Sequence[int], outside: Bools
) -> Way | None:
    """Return what some rules of the clash must give, and what must give with them; None where it was not found."""
    free = np.isin(np.arange(every.rules), mine)
    gives = every.least(free) or every.least(free | outside)
    if gives is None:
        return None
    own = [replace(told[number], give=float(gives.give[number])) for number in mine if gives.give[number] > _NOTHING]
    return (*own, *_further(written, gives, outside))


def _further(written: Written, gives: Gives, outside: Bools) -> list[ClashRule]:
    """Return the rules outside of the clash that give, with those of their rows that make them."""
    found = []
    for number in np.flatnonzero(outside & (gives.give > _NOTHING)):
        rows = np.flatnonzero(written.rows.rule == number)
        pressed = rows[gives.price[rows] > _NOTHING]
        found.append(written.told(pressed if len(pressed) else rows, float(gives.give[number])))
    return found


def _by_totals(
    written: Written, every: Elastic, told: Mapping[int, ClashRule], totals: Sequence[int], outside: Bools
) -> Way | None:
    """Return the fewest hours that would do, of the resources of which one alone does; else of several together."""
    alone = {}
    for number in totals:
        gives = every.least(np.arange(every.rules) == number)
        if gives is not None:
            alone[number] = float(gives.give[number])
    if not alone:
        return _way(written, every, told, totals, outside)
    fewest = min(alone.values())
    same = [number for number in totals if number in alone and alone[number] <= fewest + _SAME]
    names = tuple(name for number in same for name in told[number].names)
    among = any_of(names, [name for number in totals for name in told[number].names])
    return (replace(told[same[0]], names=names, give=max(alone[number] for number in same), among=among),)
