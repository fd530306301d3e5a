"""Showing: which numbers of a table are shown, and as what, so that no hidden one can be worked out from them.

A number is hidden where it is below the minimum, zeros too; where a partner, taking its own records off, would be left
with less; and where its place may show nothing. Whether it is hidden depends on itself alone, and never on its
neighbours: a rule that hid a second number beside a lone small one would tell that it had been needed.

What could tell of a hidden number are the totals. A total is rounded by itself, not summed from rounded parts. If, as
rounded, it would rule out any value of some hidden number between 0 and the minimum less one, it is moved to the
nearest multiple that rules out none; where there is no such multiple it is withheld. Which multiples those are depends
on what else is shown alone, so every table that is shown as this one without being moved is a table that this one could
be: even who knows these rules by heart is left with the whole range.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from models.disclosure.bounds import tightest
from models.disclosure.measure import Measure
from models.disclosure.places import F64, I64, Bools, Places


@dataclass(frozen=True, eq=False)
class Table:
    """One strand in one period, in all places.

    Attributes:
        values: float64[place]; every place holds the sum of those in it.
        own: Partner to float64[place]: what it knows of them, its own records.
        may: bool[place]: places that may be shown at all.
    """

    values: F64
    own: Mapping[str, F64]
    may: Bools


@dataclass(frozen=True, eq=False)
class Reader:
    """What somebody knows of a table beside what is shown; arrays of [place].

    Attributes:
        own: What is its own.
        small: What is not its own is below the minimum, or, of a total, could be: nothing beneath it is shown.
        low: Smallest that what is not its own can be.
        high: Largest.
    """

    own: F64
    small: Bools
    low: F64
    high: F64


def shown(places: Places, table: Table, measure: Measure) -> F64:
    """Return the numbers as shown, NaN where hidden: float64[place]."""
    visible = large_enough(table, measure)
    result = np.where(visible, measure.rounded(table.values), np.nan)
    bottom = places.bottom
    result[~bottom] = np.nan
    everyone = (np.zeros_like(table.values), *table.own.values())
    readers = [_reader(places, table, own, visible, measure) for own in everyone]
    for place in np.flatnonzero(bottom & visible).tolist():
        _learn(readers, place, float(result[place]), measure)
    # Children come before the place that they lie in.
    for place in np.flatnonzero(~bottom & visible).tolist():
        beneath = places.beneath(place)
        hidden = beneath[np.isnan(result[beneath])]
        told = next(
            (
                value
                for value in _multiples(places, readers[0], place, float(table.values[place]), measure)
                if all(_hides(places, reader, place, value, hidden, measure) for reader in readers)
            ),
            None,
        )
        if told is not None:
            result[place] = told
            _learn(readers, place, told, measure)
    return result


def large_enough(table: Table, measure: Measure) -> Bools:
    """Return which numbers are not hidden for what they are themselves: bool[place]."""
    visible = table.may & (table.values >= measure.minimum)
    for own in table.own.values():
        visible &= table.values - own >= measure.minimum
    return visible


def _reader(places: Places, table: Table, own: F64, visible: Bools, measure: Measure) -> Reader:
    """Return a reader to whom nothing is shown yet, who knows which hidden numbers are hidden for being small.

    Of a total nothing is known but what its parts tell: one that is small and one that is withheld look the same.
    """
    bottom = places.bottom
    small = ~visible & table.may & (table.values - own < measure.minimum)
    for place in np.flatnonzero(~bottom).tolist():
        beneath = places.beneath(place)
        small[place] = not visible[beneath[bottom[beneath]]].any()
    low = np.where(bottom & ~visible & table.may & ~small, float(measure.minimum), 0.0)
    high = np.where(bottom & small, measure.most_hidden, np.inf)
    return Reader(own, small, low, high)


def _learn(readers: list[Reader], place: int, value: float, measure: Measure) -> None:
    low, high = measure.interval(np.array(value))
    for reader in readers:
        reader.low[place], reader.high[place] = low - reader.own[place], high - reader.own[place]


def _multiples(places: Places, anyone: Reader, place: int, value: float, measure: Measure) -> Iterator[float]:
    """Yield the multiples that a total can be shown as, the nearest first: all that those beneath allow."""
    low, high = tightest(places, anyone.low, anyone.high)
    children = places.children(place)
    least, most = low[children].sum(), high[children].sum()
    # Numbers without an upper bound leave every larger total open, and then none is ever moved far.
    most = max(value, least + 2 * measure.minimum) if np.isinf(most) else most
    step = measure.round_to
    steps = range(max(int(least // step) - 1, 1), int(most // step) + 3)
    yield from sorted((number * float(step) for number in steps), key=lambda other: (abs(other - value), other))


def _hides(places: Places, reader: Reader, place: int, value: float, hidden: I64, measure: Measure) -> bool:
    """Return whether a total, shown as this, leaves the whole range to all that is hidden beneath it."""
    low, high = reader.low.copy(), reader.high.copy()
    bounds = measure.interval(np.array(value))
    low[place], high[place] = (bound - reader.own[place] for bound in bounds)
    tight_low, tight_high = tightest(places, low, high)
    if (tight_low > tight_high).any():
        return False
    enough = tight_high[hidden] >= reader.low[hidden] + measure.minimum - 1
    free = ~reader.small[hidden] | (tight_low[hidden] <= 0)
    return bool((enough & free).all())
