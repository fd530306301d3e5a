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
    partners = list(table.own.values())
    # Somebody without records of its own cannot tell what is small from what a partner could take its own records off;
    # nor can one of several partners.
    readers = [_reader(places, table, own, visible, measure, sure=len(partners) == 1) for own in partners]
    nothing = np.zeros_like(table.values)
    readers.append(_reader(places, table, nothing, visible, measure, sure=not partners))
    # Children come before the place that they lie in.
    for place in np.flatnonzero(~bottom & visible).tolist():
        beneath = places.beneath(place)
        hidden = beneath[np.isnan(numbers[beneath])]
        value = float(table.values[place])
        for number, step in _candidates(places, readers[-1], place, value, measure):
            if all(_hides(places, reader, place, (number, step), hidden, measure) for reader in readers):
                numbers[place], steps[place] = number, step
                for reader in readers:
                    reader.low[place], reader.high[place] = _said(reader, place, (number, step), measure)
                break
    return Shown(numbers, steps)


def large_enough(table: Table, measure: Measure) -> Bools:
    """Return which numbers are not hidden for what they are themselves: bool[place]."""
    visible = table.may & (table.values >= measure.minimum)
    for own in table.own.values():
        visible &= table.values - own >= measure.minimum
    return visible


def _reader(places: Places, table: Table, own: F64, visible: Bools, measure: Measure, *, sure: bool) -> Reader:
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
        sure: Nobody knows more than this reader: what is hidden is hidden from it, and so below the minimum.
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
        for number in sorted((times * float(step) for times in multiples), key=lambda one: (abs(one - value), one)):
            yield number, step


def _hides(places: Places, reader: Reader, place: int, told: tuple[float, int], hidden: I64, measure: Measure) -> bool:
    """Return whether a total, shown as this, leaves enough to all that is hidden beneath it."""
    low, high = reader.low.copy(), reader.high.copy()
    low[place], high[place] = _said(reader, place, told, measure)
    tight_low, tight_high = tightest(places, low, high)
    if (tight_low > tight_high).any():
        return False
    whole = (tight_low <= 0) & (tight_high >= measure.minimum - 1)
    wide = (tight_high - tight_low >= measure.minimum - 1) | ~places.bottom
    return bool(np.where(reader.small, whole, wide)[hidden].all())
