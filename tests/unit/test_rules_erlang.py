"""Erlang's waiting formula against published numbers, exact sums, and a simulated queue."""

import heapq
from fractions import Fraction

import numpy as np
import pytest

from models.allocation.rules.erlang import answered_within, units_needed, wait_probability


def exact(load: int, units: int) -> float:
    """Return the waiting probability in whole numbers, by the formula as it stands in the textbooks."""
    term, below = Fraction(1), Fraction(0)
    for k in range(units):
        below += term
        term = term * load / (k + 1)
    top = term * Fraction(units, units - load)
    return float(top / (below + top))


def test_the_printed_example_of_the_r_package_erlangc() -> None:
    # CRAN, ErlangC 0.1.0, README: 100 calls in half an hour, 180 s a call, 14 advisors, 20 s.
    assert wait_probability(10.0, 14) == pytest.approx(0.1741319, abs=5e-8)
    assert answered_within(200.0, 3.0, 14, 1 / 3) == pytest.approx(0.88835, abs=5e-6)
    # And its first row of the search for the number of advisors: 11.
    assert wait_probability(10.0, 11) == pytest.approx(0.6821182, abs=5e-8)
    assert answered_within(200.0, 3.0, 11, 1 / 3) == pytest.approx(0.3896138, abs=5e-8)


@pytest.mark.parametrize(("load", "units"), [(1, 2), (3, 4), (10, 14), (48, 55), (100, 101), (900, 930), (2990, 3000)])
def test_it_is_the_formula_in_whole_numbers(load: int, units: int) -> None:
    assert wait_probability(float(load), units) == pytest.approx(exact(load, units), rel=1e-9)


def test_one_unit_makes_a_call_wait_as_often_as_it_is_busy() -> None:
    load = np.linspace(0.01, 0.99, 30)
    assert wait_probability(load, 1) == pytest.approx(load, rel=1e-12)


def test_units_that_are_no_more_than_the_load_never_catch_up() -> None:
    assert wait_probability([5.0, 5.0, 0.0], [5, 4, 0]).tolist() == [1, 1, 0]
    assert answered_within(5.0, 60.0, 5, 10.0) == 0


@pytest.mark.parametrize("calls", [0.001, 0.4, 3.0, 47.0, 650.0, 9000.0])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.99])
def test_the_units_needed_are_enough_and_one_fewer_is_not(calls: float, share: float) -> None:
    units = int(units_needed(calls, 45.0, 5.0, share))
    assert answered_within(calls, 45.0, units, 5.0) >= share
    assert answered_within(calls, 45.0, units - 1, 5.0) < share


def test_nobody_is_needed_where_nobody_calls() -> None:
    assert units_needed([0.0, 1.0], 30.0, 10.0, 0.9).tolist() == [0, 2]


def simulated(calls_an_hour: float, minutes_a_call: float, units: int, minutes: float, calls: int) -> float:
    """Return the share of calls answered in time by units that take the longest-waiting call when they are free."""
    rng = np.random.default_rng(7)
    arrivals = np.cumsum(rng.exponential(60 / calls_an_hour, calls))
    lengths = rng.exponential(minutes_a_call, calls)
    free = [0.0] * units
    in_time = 0
    for arrival, length in zip(arrivals, lengths, strict=True):
        begin = max(arrival, heapq.heappop(free))
        in_time += begin - arrival <= minutes
        heapq.heappush(free, begin + length)
    return in_time / calls


@pytest.mark.parametrize(("calls", "minutes_a_call", "units"), [(6.0, 40.0, 5), (20.0, 30.0, 12), (90.0, 20.0, 32)])
def test_a_simulated_queue_answers_as_many_in_time(calls: float, minutes_a_call: float, units: int) -> None:
    share = simulated(calls, minutes_a_call, units, 5.0, 200_000)
    assert share == pytest.approx(float(answered_within(calls, minutes_a_call, units, 5.0)), abs=0.01)
