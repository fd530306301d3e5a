"""Erlang's waiting formula: how many units answer calls that come at random.

Calls come independently of each other at a steady rate, last exponentially long, and wait in the order in which they
come for one of n units, none giving up (M/M/n). With an offered load of a = calls an hour x hours a call,

    B(n, a) = (a^n / n!) / sum over k <= n of a^k / k!             Erlang's loss formula
    C(n, a) = B / (1 - (a / n) (1 - B)),   n > a                   probability that a call waits
    P(wait <= t) = 1 - C exp(-(n - a) t / minutes a call)          share of calls answered within t

Source: A. K. Erlang (1917), "Solution of some problems in the theory of probabilities of significance in automatic
telephone exchanges", Elektroteknikeren 13; in this form in R. B. Cooper (1981), Introduction to Queueing Theory, 2nd
ed., ch. 3. B is the Poisson probability of n over that of at most n, so that no power or factorial overflows.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, gammaln, xlogy

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def wait_probability(load: ArrayLike, units: ArrayLike) -> F64:
    """Return the probability that a call waits; 1 where units are no more than the load, so that queues only grow.

    Args:
        load: Calls an hour times hours a call (erlangs).
        units: Units on duty.
    """
    a, n = np.broadcast_arrays(np.asarray(load, dtype=np.float64), np.asarray(units, dtype=np.float64))
    stable = n > a
    servers = np.where(stable, n, 1.0)
    offered = np.where(stable, a, 0.0)
    lost = np.exp(xlogy(servers, offered) - offered - gammaln(servers + 1)) / gammaincc(servers + 1, offered)
    waiting = lost / (1 - offered / servers * (1 - lost))
    result: F64 = np.where(stable, waiting, np.where(a > 0, 1.0, 0.0))
    return result


def answered_within(calls_an_hour: ArrayLike, minutes_a_call: float, units: ArrayLike, minutes: float) -> F64:
    """Return the share of calls for which a unit is free within so many minutes."""
    load = np.asarray(calls_an_hour, dtype=np.float64) * minutes_a_call / 60
    spare = np.maximum(np.asarray(units, dtype=np.float64) - load, 0.0)
    result: F64 = 1 - wait_probability(load, units) * np.exp(-spare * minutes / minutes_a_call)
    return result


def units_needed(calls_an_hour: ArrayLike, minutes_a_call: float, minutes: float, share: float) -> I64:
    """Return the fewest units that answer at least a share of calls within so many minutes; 0 where nobody calls.

    The share answered rises with the units, so the fewest lie between two counts, halved until they meet.
    """
    calls = np.asarray(calls_an_hour, dtype=np.float64)
    load = calls * minutes_a_call / 60
    low = np.floor(load).astype(np.int64)
    high = low + 1
    while (short := answered_within(calls, minutes_a_call, high, minutes) < share).any():
        high = np.where(short, high + (high - low), high)
    while (high - low > 1).any():
        middle = (low + high) // 2
        enough = answered_within(calls, minutes_a_call, middle, minutes) >= share
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    result: I64 = np.where(calls > 0, high, 0)
    return result
