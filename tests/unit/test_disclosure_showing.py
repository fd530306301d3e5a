"""Every table there is of a few places: what each reader is left with, who knows the rules by heart."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import product
from typing import Any

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


def told(places: Places, lowest: tuple[int, ...], own: tuple[int, ...] | None, measure: Measure) -> tuple[Any, ...]:
    """Return what a partner knows of a table, and what is shown of it, of the lowest places to the last incident."""
    values = places.totals(np.array(lowest, dtype=np.float64))
    mine = {"partner": places.totals(np.array(own, dtype=np.float64))} if own else {}
    numbers = shown(places, Table(values, mine, np.ones(len(places), dtype=np.bool_)), measure)
    exact = np.where(places.bottom, values, numbers.numbers)
    numbered = zip(exact.tolist(), numbers.visible.tolist(), strict=True)
    return (own, *(int(number) if visible else None for number, visible in numbered), *numbers.steps.tolist())


@pytest.mark.parametrize(
    ("parent", "most", "measure"),
    [
        (FORCE_OF_THREE, 9, Measure(3, 3)),
        (FORCE_OF_THREE, 11, Measure(5, 5)),
        (TWO_DISTRICTS, 4, Measure(3, 3)),
    ],
)
def test_whoever_knows_the_rules_is_left_with_every_small_number(
    parent: tuple[int, ...], most: int, measure: Measure
) -> None:
    places = places_of(parent)
    n = int(places.bottom.sum())
    same: dict[tuple[Any, ...], set[tuple[int, ...]]] = defaultdict(set)
    for lowest in product(range(most + 1), repeat=n):
        same[told(places, lowest, None, measure)].add(lowest)
    left = [
        len({lowest[place] for lowest in tables})
        for key, tables in same.items()
        for place in range(n)
        if key[1 + place] is None
    ]
    assert left
    assert min(left) == measure.minimum


def test_a_total_that_was_moved_is_never_refuted_by_the_one_above_it() -> None:
    # The first district's total is moved; the force's, rounded by itself, would be beyond all that it leaves.
    places, measure = places_of((5, 5, 5, 6, 6, 7, 7, -1)), Measure(3, 3)
    same: dict[tuple[Any, ...], set[tuple[int, int]]] = defaultdict(set)
    for first, third in product(range(3), repeat=2):
        same[told(places, (first, 13, third, 24, 4), None, measure)].add((first, third))
    for tables in same.values():
        assert {first for first, _ in tables} == {0, 1, 2}
        assert {third for _, third in tables} == {0, 1, 2}


def test_a_partner_is_left_with_every_small_number_of_the_others_and_nobody_else_with_one() -> None:
    places, measure = places_of((2, 2, -1)), Measure(3, 3)
    by_partner: dict[tuple[Any, ...], set[tuple[int, ...]]] = defaultdict(set)
    by_others: dict[tuple[Any, ...], set[tuple[int, ...]]] = defaultdict(set)
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


@pytest.mark.parametrize(
    ("lowest", "measure"),
    [((1, 4, 4, 7), Measure(5, 10)), ((2, 2, 2, 4), Measure(3, 4)), ((0, 3, 3, 3), Measure(4, 10))],
)
def test_of_even_steps_too_every_small_number_is_left(lowest: tuple[int, ...], measure: Measure) -> None:
    places = places_of((4, 4, 4, 4, -1))
    found = told(places, lowest, None, measure)
    hidden = [place for place in range(4) if found[1 + place] is None]
    left: dict[int, set[int]] = {place: set() for place in hidden}
    for numbers in product(range(measure.minimum), repeat=len(hidden)):
        table = list(lowest)
        for place, number in zip(hidden, numbers, strict=True):
            table[place] = number
        if told(places, tuple(table), None, measure) == found:
            for place in hidden:
                left[place].add(table[place])
    assert {place: len(values) for place, values in left.items()} == dict.fromkeys(hidden, measure.minimum)


def of_two(
    places: Places, rest: tuple[int, ...], owns: Mapping[str, tuple[int, ...]], measure: Measure
) -> tuple[int | None, ...]:
    """Return what is shown where several share records, of the lowest places to the last incident."""
    values = places.totals(np.sum([rest, *owns.values()], axis=0).astype(np.float64))
    own = {name: places.totals(np.array(mine, dtype=np.float64)) for name, mine in owns.items()}
    found = shown(places, Table(values, own, np.ones(len(places), dtype=np.bool_)), measure)
    exact = np.where(places.bottom, values, found.numbers)
    numbered = zip(exact.tolist(), found.visible.tolist(), strict=True)
    return (*(int(number) if visible else None for number, visible in numbered), *found.steps.tolist())


def test_each_of_two_partners_both_together_and_who_knows_where_they_work_are_left_with_every_small_number() -> None:
    places, measure, most = places_of((2, 2, -1)), Measure(3, 3), 9
    shares = list(product((0, 3), repeat=2))
    left: dict[str, dict[Any, set[tuple[int, ...]]]] = {name: defaultdict(set) for name in ("anybody", "one", "both")}
    for one, other in product(shares, shares):
        works = tuple(a + b > 0 for a, b in zip(one, other, strict=True))
        for rest in product(range(most + 1), repeat=2):
            told = of_two(places, rest, {"one": one, "other": other}, measure)
            if any(number is not None and number > most for number in told[:3]):
                continue
            total = tuple(map(sum, zip(rest, one, other, strict=True)))
            left["anybody"][told, works].add(total)
            left["one"][told, one, tuple(number > 0 for number in other)].add(
                tuple(map(sum, zip(rest, other, strict=True)))
            )
            left["both"][told, one, other].add(rest)
    for reader, tables in left.items():
        open_to = [
            {numbers[place] for numbers in found}
            for key, found in tables.items()
            for place in range(2)
            # Where somebody works whom the reader knows nothing of, what is hidden may be of any size.
            if key[0][place] is None and (reader == "both" or not key[-1][place])
        ]
        assert open_to
        assert all({0, 1, 2} <= values for values in open_to), reader


def test_what_two_partners_have_between_them_hides_a_number() -> None:
    # Without the six of each nothing is left; each by itself would leave six.
    found = of_two(places_of((2, 2, -1)), (0, 9), {"one": (6, 0), "other": (6, 0)}, Measure(5, 5))
    assert found[0] is None


def numbers_of(
    parent: tuple[int, ...], lowest: tuple[int, ...], measure: Measure
) -> tuple[list[int | None], list[int]]:
    """Return what is shown of a table, and what each number of it is rounded to."""
    places = places_of(parent)
    values = places.totals(np.array(lowest, dtype=np.float64))
    found = shown(places, Table(values, {}, np.ones(len(places), dtype=np.bool_)), measure)
    return [None if np.isnan(number) else int(number) for number in found.numbers.tolist()], found.steps.tolist()


def test_a_total_that_would_tell_is_rounded_to_coarser_multiples() -> None:
    # As 20, rounded to 5, the total of 7, 7 and 4 would leave the third place 4 alone to whoever knows the others.
    assert numbers_of(FORCE_OF_THREE, (7, 7, 4), Measure(5, 5)) == ([5, 5, None, 20], [5, 5, 5, 20])


def test_a_total_that_would_tell_is_moved_where_another_multiple_would_not() -> None:
    numbers, steps = numbers_of(FORCE_OF_THREE, (8, 0, 0), Measure(5, 5))
    assert (numbers, steps[-1]) == ([10, None, None, 10], 5)
    numbers, steps = numbers_of(FORCE_OF_THREE, (7, 0, 0), Measure(5, 5))
    assert (numbers, steps[-1]) == ([5, None, None, 10], 5)


def test_a_total_of_which_every_multiple_would_tell_is_withheld() -> None:
    assert numbers_of((2, 2, -1), (6, 2), Measure(10, 3)) == ([None, None, None], [3, 3, 3])


def test_zeros_and_small_numbers_look_the_same() -> None:
    assert len({str(numbers_of(FORCE_OF_THREE, (30, 20, small), Measure(5, 5))[0][:3]) for small in range(5)}) == 1


def test_a_place_that_may_show_nothing_shows_nothing_however_large() -> None:
    places = places_of(FORCE_OF_THREE)
    values = places.totals(np.array([30.0, 40.0, 50.0]))
    may = np.array([True, False, True, True])
    assert shown(places, Table(values, {}, may), Measure(5, 5)).visible.tolist() == [True, False, True, True]


def test_large_numbers_are_rounded_each_by_itself() -> None:
    assert numbers_of(FORCE_OF_THREE, (12, 12, 12), Measure(5, 5))[0] == [10, 10, 10, 35]
