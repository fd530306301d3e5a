"""Every table there is of a few places: what each reader is left with, who knows the rules by heart."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from models.disclosure.measure import Measure
from models.disclosure.places import Places
from models.disclosure.showing import Table, shown

FORCE_OF_THREE = (3, 3, 3, -1)
TWO_DISTRICTS = (4, 4, 5, 5, 6, 6, -1)


def places_of(parent: tuple[int, ...]) -> Places:
    n = len(parent)
    lowest = [place for place in range(n) if place not in parent]
    names = tuple(f"place {number}" for number in range(n))
    return Places(("ward",) * n, names, np.array(parent), np.array(lowest), np.full(n, np.nan))


def told(places: Places, lowest: tuple[int, ...], own: tuple[int, ...] | None, measure: Measure) -> tuple[object, ...]:
    """Return what is shown of a table, and what the partner among its readers knows beforehand."""
    values = places.totals(np.array(lowest, dtype=np.float64))
    mine = {"partner": places.totals(np.array(own, dtype=np.float64))} if own else {}
    numbers = shown(places, Table(values, mine, np.ones(len(places), dtype=np.bool_)), measure)
    return (own, *(None if np.isnan(number) else int(number) for number in numbers.tolist()))


@pytest.mark.parametrize(
    ("parent", "most", "measure"),
    [
        (FORCE_OF_THREE, 17, Measure(3, 3)),
        (FORCE_OF_THREE, 20, Measure(5, 5)),
        (TWO_DISTRICTS, 6, Measure(3, 3)),
    ],
)
def test_whoever_knows_the_rules_is_left_with_every_small_number(
    parent: tuple[int, ...], most: int, measure: Measure
) -> None:
    places = places_of(parent)
    n = int(places.bottom.sum())
    same: dict[tuple[object, ...], set[tuple[int, ...]]] = defaultdict(set)
    for lowest in product(range(most + 1), repeat=n):
        same[told(places, lowest, None, measure)].add(lowest)
    # Of larger shown numbers not every table behind them is among those that were tried.
    whole = [key for key in same if all(number is None or number <= most - measure.round_to for number in key[1:])]
    left = [
        len({lowest[place] for lowest in same[key]}) for key in whole for place in range(n) if key[1 + place] is None
    ]
    assert left
    assert min(left) == measure.minimum


def test_a_partner_is_left_with_every_small_number_of_the_others_and_nobody_else_with_one() -> None:
    places, measure = places_of((2, 2, -1)), Measure(3, 3)
    by_partner: dict[tuple[object, ...], set[tuple[int, ...]]] = defaultdict(set)
    by_others: dict[tuple[object, ...], set[tuple[int, ...]]] = defaultdict(set)
    most = 12
    for own in product(range(0, 7, 2), repeat=2):
        for rest in product(range(most + 1), repeat=2):
            lowest = (own[0] + rest[0], own[1] + rest[1])
            key = told(places, lowest, own, measure)
            if all(number is None or number <= most for number in key[1:]):
                by_partner[key].add(rest)
                by_others[key[1:]].add(lowest)
    small = [
        {rest[place] for rest in found}
        for key, found in by_partner.items()
        for place in range(2)
        if key[1 + place] is None
    ]
    assert small
    assert all({0, 1, 2} <= left for left in small)
    hidden = [
        {lowest[place] for lowest in found}
        for key, found in by_others.items()
        for place in range(2)
        if key[place] is None
    ]
    assert min(map(len, hidden)) >= measure.minimum


def test_a_total_of_rounded_parts_that_would_tell_is_moved() -> None:
    # 7 + 7 + 4: as 20 the total would leave the third place nothing but 4.
    numbers = told(places_of(FORCE_OF_THREE), (7, 7, 4), None, Measure(5, 5))
    assert numbers == (None, 5, 5, None, 15)


def test_a_total_of_which_every_multiple_would_tell_is_withheld() -> None:
    # 5, 6 or 7 and one to four more: 5 rules out 3 and 4, 10 rules out 0.
    assert told(places_of((2, 2, -1)), (6, 2), None, Measure(5, 5)) == (None, 5, None, None)


def test_zeros_and_small_numbers_look_the_same() -> None:
    places = places_of(FORCE_OF_THREE)
    shown_so = {told(places, (30, 20, small), None, Measure(5, 5)) for small in range(5)}
    assert len({key[:4] for key in shown_so}) == 1


def test_a_place_that_may_show_nothing_shows_nothing_however_large() -> None:
    places = places_of(FORCE_OF_THREE)
    values = places.totals(np.array([30.0, 40.0, 50.0]))
    may = np.array([True, False, True, True])
    assert np.isnan(shown(places, Table(values, {}, may), Measure(5, 5))).tolist() == [False, True, False, False]


def test_large_numbers_are_rounded_each_by_itself() -> None:
    assert told(places_of(FORCE_OF_THREE), (12, 12, 12), None, Measure(5, 5)) == (None, 10, 10, 10, 35)
