"""Steps: how coarse hours must be told, so that they say no more of demand than a shown count does.

Hours follow expected demand: hours that are told closely are the expected number over again, also where that is hidden.
So they are told in steps of at least what the smallest number that may be shown is given, at the highest rate that the
plan pays where demand is large enough to be shown, and of at least what any place with less is given. Then all that is
below the minimum lies within one step, and who knows a number that is shown learns the rate no better than a rounded
number tells it. Steps are 1, 2 or 5 times a power of ten of the rules' `hours_round_to`: what is hidden moves them
hardly ever.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

_SERIES = (1, 2, 5)
K = TypeVar("K", bound=Hashable)


def step_of(hours: Mapping[K, float], expected: Mapping[K, float], minimum: int, round_to: int) -> int:
    """Return the step in which hours of a strand are told.

    Args:
        hours: Place to the hours that it is given; what is not in it is given none.
        expected: Place to the incidents expected there.
        minimum: The smallest number that may be shown.
        round_to: The finest step.
    """
    given, demand = sum(hours.values()), sum(expected.values())
    rates = [hours.get(place, 0.0) / number for place, number in expected.items() if number >= minimum]
    rates += [given / demand] if demand > 0 else []
    small = [amount for place, amount in hours.items() if expected.get(place, 0.0) < minimum]
    needed = max([0.0, *small, *(rate * minimum for rate in rates)])
    power = 1
    while True:
        for factor in _SERIES:
            if factor * power * round_to >= needed:
                return factor * power * round_to
        power *= 10
