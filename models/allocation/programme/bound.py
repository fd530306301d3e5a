"""A bound that does not trust the solver: what no plan can exceed, from any prices of rules and doses.

For prices y of the rules (y_i >= 0 where the upper limit holds, <= 0 where the lower), c >= 0 of the doses and weights
q_k >= 0 of the drawn weeks, sum q_k <= lambda, each q_k <= lambda / ((1 - alpha) K), no plan that keeps the rules is
worth more than

    sum_c max over u >= 0 of (V_c(u) - c_c u)  +  max over hours of (sum_l c_l phi_l(x) - y A x)
        +  sum_i (y_i hi_i if y_i > 0 else y_i lo_i)  -  sum_k q_k w Y_k,

V_c(u) = (1 - lambda) w E[met(u)] + w sum_k q_k met(u, Y_k), by Lagrangian duality (the last term and V's second come
from the dual of CVaR). Hours of a resource sum to no more than its total, within which the second maximum is taken.
"""

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.problem import Problem
from models.allocation.programme.straight import most_hours

F64 = NDArray[np.float64]

_HALVINGS = 60


def upper_bound(problem: Problem, dose_price: F64, rule_price: F64, week_weight: F64 | None) -> float:
    """Return what no plan can exceed; valid for any arguments, near the optimum for those of a solved programme.

    Args:
        problem: The problem.
        dose_price: Price of a unit of dose, float64[cell].
        rule_price: Price of an hour of each rule, in the order of the problem's families, float64[rule].
        week_weight: How much each drawn week counts, float64[week]; None without protection.
    """
    price = _signed(problem, rule_price)
    lower = np.concatenate([rules.lower for rules in problem.rules])
    upper = np.concatenate([rules.upper for rules in problem.rules])
    given = float(price @ np.where(price > 0, upper, np.where(price < 0, lower, 0.0)))
    cost = _cost(problem, price)
    dose_price = np.maximum(dose_price, 0.0)
    value, unmet = problem.value, 0.0
    if problem.worst is not None and week_weight is not None:
        worst = problem.worst
        most = worst.weight / ((1.0 - worst.level) * len(worst.counts))
        weights = np.clip(week_weight, 0.0, most)
        weights *= min(1.0, worst.weight / weights.sum()) if weights.sum() > 0 else 1.0
        value = value.mixed(1.0 - worst.weight, worst.counts, weights)
        unmet = float(weights @ (worst.counts @ problem.worth))
    met = float(value.most_worth(dose_price).sum())
    return met + _best_hours(problem, dose_price, cost) + given - unmet


def settled(problem: Problem, dose_price: F64, rule_price: F64) -> F64:
    """Return prices with what a post would still gain by the last hour of its resource, added to the total's.

    The bound is the same, or better: within it a post has at most its resource's hours, and what they gain is either in
    the price of the total or beside it. Only in the price does it say what an hour more would do.
    """
    links, posts = problem.links, problem.posts
    price = _signed(problem, rule_price)
    hours = most_hours(problem)[links.post]
    rise = links.slopes(np.arange(len(links.post)), hours, np.zeros(len(links.post)))
    gain = np.bincount(links.post, weights=np.maximum(dose_price, 0.0)[links.cell] * rise, minlength=len(posts))
    left = np.zeros(len(problem.resources))
    np.maximum.at(left, posts.resource, gain - _cost(problem, price))
    price[: len(left)] += left
    return price


def _signed(problem: Problem, rule_price: F64) -> F64:
    """Return prices without those of limits that there are not."""
    endless_upper = np.concatenate([np.isinf(rules.upper) for rules in problem.rules])
    endless_lower = np.concatenate([np.isinf(rules.lower) for rules in problem.rules])
    price = np.where(endless_upper, np.minimum(rule_price, 0.0), rule_price)
    result: F64 = np.where(endless_lower, np.maximum(price, 0.0), price)
    return result


def _cost(problem: Problem, price: F64) -> F64:
    """Return what an hour of each post costs at the prices of the rules."""
    cost, at = np.zeros(len(problem.posts)), 0
    for rules in problem.rules:
        cost += np.asarray(rules.matrix.T @ price[at : at + len(rules)])
        at += len(rules)
    return cost


def _best_hours(problem: Problem, dose_price: F64, cost: F64) -> float:
    """Return the most that hours can gain at these prices."""
    links, posts = problem.links, problem.posts
    most = most_hours(problem)
    if links.ceiling is None:
        gain = np.bincount(links.post, weights=dose_price[links.cell] * links.rate, minlength=len(posts)) - cost
        best = np.zeros(len(problem.resources))
        np.maximum.at(best, posts.resource, gain)
        totals = np.asarray(problem.rules[0].upper, dtype=np.float64)
        return float(best @ totals)
    return float(_fading(problem, dose_price, cost, most).sum())


def _fading(problem: Problem, dose_price: F64, cost: F64, most: F64) -> F64:
    """Return no less than the best of each post alone: its slope falls, so halving finds where it is 0."""
    links, posts = problem.links, len(problem.posts)

    def slope(hours: F64) -> F64:
        rise = links.slopes(np.arange(len(links.post)), hours[links.post], np.zeros(len(links.post)))
        return np.bincount(links.post, weights=dose_price[links.cell] * rise, minlength=posts) - cost

    low, high = np.zeros(posts), most.copy()
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = slope(middle) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    value = np.bincount(links.post, weights=dose_price[links.cell] * links.doses(low), minlength=posts) - cost * low
    return value + np.maximum(slope(low), 0.0) * (high - low)
