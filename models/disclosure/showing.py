"""Showing: which numbers of a table are shown, and as what, so that no hidden one can be worked out from them.

A number is hidden where it is below the minimum, zeros too; where a partner, taking its own records off, would be left
with less; and where its place may show nothing. Whether it is hidden depends on itself alone, and never on its
neighbours: a rule that hid a second number beside a lone small one would tell that it had been needed.

What could tell of a hidden number are the totals. A total is rounded by itself, not summed from rounded parts. If, as
rounded, it would rule out any value of some hidden number between 0 and the minimum less one, it is moved to the
nearest multiple that rules out none; where there is no such multiple it is rounded to coarser ones, and else withheld.
Which multiples those are depends on what else is shown alone, so every table that is shown as this one without being
moved is a table that this one could be: even who knows these rules by heart, and every shown number of the lowest
places exactly, is left with the whole range.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from models.disclosure.bounds import tightest
from models.disclosure.measure import COARSER, Measure
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
class Shown:
    """A table as it is shown.

    Attributes:
        numbers: float64[place], NaN where hidden.
        steps: int64[place]: what each is rounded to.
    """

    numbers: F64
    steps: I64

    @property
    def visible(self) -> Bools:
        """bool[place]: the number is shown."""
        return ~np.isnan(self.numbers)


class Left(Enum):
    """What a total leaves to a reader: too little, enough, or the knowledge that not all that is hidden is small."""

    TOO_LITTLE = 0
    ENOUGH = 1
    REFUTED = 2

    def __bool__(self) -> bool:
        """Whether the total may be shown as far as the reader is concerned."""
        return self is not Left.TOO_LITTLE


@dataclass(frozen=True, eq=False)
class Reader:
    """What somebody knows of a table beside what is shown; arrays of [place].

    Attributes:
        own: What is its own.
        small: Hidden places of which what is not its own can be nothing but small, as far as anybody sees: every value
            from 0 to the minimum less one has to stay open.
        low: Smallest that what is not its own can be.
        high: Largest.
    """

    own: F64
    small: Bools
    low: F64
    high: F64


def shown(places: Places, table: Table, measure: Measure) -> Shown:
    """Return the numbers as shown."""
    visible, bottom = large_enough(table, measure), places.bottom
    numbers = np.where(visible & bottom, measure.rounded(table.values), np.nan)
    steps = np.full(len(places), measure.round_to, dtype=np.int64)
    readers = _readers(places, table, visible, measure)
    # Children come before the place that they lie in.
    for place in np.flatnonzero(~bottom & visible).tolist():
        beneath = places.beneath(place)
        hidden = beneath[np.isnan(numbers[beneath])]
        value = float(table.values[place])
        for told in _candidates(places, readers[0], place, value, measure):
            left = [_leaves(places, reader, place, told, table.values, hidden, measure) for reader in readers]
            if all(left):
                numbers[place], steps[place] = told
                for reader, found in zip(readers, left, strict=True):
                    if found is Left.REFUTED:
                        beneath_too = np.append(beneath, place)
                        reader.high[hidden] = np.inf
                        reader.small[beneath_too] = False
                    reader.low[place], reader.high[place] = _said(reader, place, told, measure)
                break
    return Shown(numbers, steps)


def known_to(own: Mapping[str, F64]) -> list[F64]:
    """Return what partners could take off: each its own, and several what all of them have together."""
    each = list(own.values())
    return [*each, np.sum(each, axis=0)] if len(each) > 1 else each


def large_enough(table: Table, measure: Measure) -> Bools:
    """Return which numbers are not hidden for what they are themselves: bool[place]."""
    visible = table.may & (table.values >= measure.minimum)
    for own in known_to(table.own):
        visible &= table.values - own >= measure.minimum
    return visible


def _readers(places: Places, table: Table, visible: Bools, measure: Measure) -> list[Reader]:
    """Return everybody whom a total could tell something; first of them anybody.

    Who knows where partners work may be sure that what is hidden is small, everywhere or only in some places; who does
    not cannot tell it from what a partner could take its own records off. Sure readers are guarded in whatever they
    could be sure of: all places, or all but one or only one of the places that lie directly in the force.
    """
    everywhere = np.ones(len(places), dtype=np.bool_)
    nothing = np.zeros_like(table.values)
    readers = [_reader(places, table, nothing, visible, measure, everywhere if not table.own else ~everywhere)]
    if not table.own:
        return readers
    scopes = [everywhere]
    for place in places.families[-1][1].tolist():
        if len(beneath := places.beneath(place)):
            inside = ~everywhere
            inside[beneath] = True
            scopes += [inside, ~inside]
    for own in [nothing, *known_to(table.own)]:
        readers += [_reader(places, table, own, visible, measure, scope) for scope in scopes]
        readers.append(_reader(places, table, own, visible, measure, ~everywhere))
    return readers


def _reader(places: Places, table: Table, own: F64, visible: Bools, measure: Measure, sure: Bools) -> Reader:
    """Return a reader to whom no total is shown yet.

    Of the lowest places the reader is taken to know what is shown to the last incident: hours, reasons and expected
    numbers may tell more of it than its rounded form. What a reader is taken to know rests on which numbers are shown,
    and on none that is hidden: else what is decided for one reader would tell another one.

    Args:
        places: The places.
        table: The table.
        own: What is the reader's own.
        visible: Numbers that are large enough for every reader.
        measure: How numbers are shown.
        sure: bool[place]: where it is sure that what is hidden is below the minimum, once its own is taken off.
    """
    bottom = places.bottom
    small = bottom & ~visible & table.may & sure
    for place in np.flatnonzero(~bottom).tolist():
        beneath = places.beneath(place)
        small[place] = small[beneath[bottom[beneath]]].all()
    known = bottom & visible
    high = np.where(bottom & small, measure.most_hidden, np.inf)
    return Reader(own, small, np.where(known, table.values - own, 0.0), np.where(known, table.values - own, high))


def _said(reader: Reader, place: int, told: tuple[float, int], measure: Measure) -> tuple[float, float]:
    """Return what a total says to a reader: also that what is not its own is large enough."""
    low, high = measure.interval(*told)
    return max(low - reader.own[place], float(measure.minimum)), high - reader.own[place]


def _candidates(
    places: Places, anyone: Reader, place: int, value: float, measure: Measure
) -> Iterator[tuple[float, int]]:
    """Yield what a total can be shown as and rounded to: all multiples that those beneath allow, the nearest first."""
    low, high = tightest(places, anyone.low, anyone.high)
    children = dict(places.families)[place]
    least, most = low[children].sum(), high[children].sum()
    # Numbers without an upper bound leave every larger total open, and then none is ever moved far.
    most = max(value, least) + 2 * measure.minimum if np.isinf(most) else most
    for step in (factor * measure.round_to for factor in COARSER):
        multiples = range(max(int(least // step) - 1, 1), int(most // step) + 3)
        for number in sorted((times * float(step) for times in multiples), key=lambda one: (abs(one - value), -one)):
            yield number, step


def _leaves(
    places: Places,
    reader: Reader,
    place: int,
    told: tuple[float, int],
    values: F64,
    hidden: I64,
    measure: Measure,
) -> Left:
    """Return whether a total, shown as this, leaves a reader enough of all that is hidden beneath it.

    A reader who was sure that all of it is small may be told that it is not, where that is so. Whether it is so rests
    on the numbers themselves: a total that goes beyond another one that was moved refutes the other total alone.
    """
    low, high = reader.low.copy(), reader.high.copy()
    least, most = _said(reader, place, told, measure)
    _, before = tightest(places, low, high)
    children = dict(places.families)[place]
    sure = hidden[(reader.small & places.bottom)[hidden]]
    together = float((values - reader.own)[sure].sum())
    if least > before[children].sum() and together > len(sure) * measure.most_hidden:
        return Left.REFUTED
    low[place], high[place] = least, most
    tight_low, tight_high = tightest(places, low, high)
    if (tight_low > tight_high).any():
        return Left.TOO_LITTLE
    whole = (tight_low <= 0) & (tight_high >= measure.minimum - 1)
    wide = (tight_high - tight_low >= measure.minimum - 1) | ~places.bottom
    return Left.ENOUGH if np.where(reader.small, whole, wide)[hidden].all() else Left.TOO_LITTLE
