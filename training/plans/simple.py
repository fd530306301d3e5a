"""Simple rules: what planners do without a programme. Each keeps the rules that the programme keeps."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.posts import TOGETHER, Posts
from models.allocation.programme.problem import Problem
from training.plans.lawful import Limits, lawful, spent
from training.plans.value import works_on
from training.plans.week import Week

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

EQUAL, YEAR, RECENT, HARM, TOP = (
    "equal hours",
    "last year in proportion",
    "last four weeks in proportion",
    "harm in proportion",
    "top-k",
)
# Share of areas that the last hours of a top-k rule go to where nothing limits an area.
TOP_SHARE = 0.05

Key = Callable[[Week, F64], F64]
# What each rule goes by, float64[area, strand], of a week and the strands' harm weights.
KEYS: Mapping[str, Key] = {
    EQUAL: lambda week, _: np.ones(week.year.shape),
    YEAR: lambda week, _: week.year,
    RECENT: lambda week, _: week.recent,
    HARM: lambda week, weight: week.year * np.nan_to_num(weight),
    TOP: lambda week, _: week.recent,
}


def simple_hours(rule: str, week: Week, problem: Problem, weight: F64) -> F64:
    """Return the hours of every post by a simple rule.

    Each resource spends its own hours over areas within the limits of an area, and within an area over its posts by the
    same counts, evenly where nothing happened. Where other rules of the problem are broken, the hours are moved as
    little as they ask for.

    Args:
        rule: One of `KEYS`.
        week: The week.
        problem: Posts and rules.
        weight: Harm weight of each strand, NaN where it has none.
    """
    posts, limits = problem.posts, Limits.of(problem)
    key = _of_posts(KEYS[rule](week, weight), posts, works_on(problem))
    hours = np.zeros(len(posts))
    for resource, total in enumerate(limits.total):
        own = np.flatnonzero(posts.resource == resource)
        area, place = np.unique(posts.area[own], return_inverse=True)
        place = place.reshape(-1)
        by_area = np.bincount(place, weights=key[own]).astype(np.float64)
        low, high = limits.low[resource, area], limits.high[resource, area]
        if rule == EQUAL:
            by_area = np.ones(len(area))
        given = _top(by_area, total, low, high) if rule == TOP else spent(by_area, total, low, high)
        part = key[own] / np.where(by_area > 0, by_area, 1.0)[place]
        even = 1.0 / np.bincount(place)[place]
        hours[own] = given[place] * np.where((by_area > 0)[place] & (rule != EQUAL), part, even)
    return lawful(problem, hours)


def _of_posts(cells: F64, posts: Posts, serves: Mask) -> F64:
    together = cells @ serves.T.astype(np.float64)
    alone = cells[posts.area, np.maximum(posts.strand, 0)]
    return np.where(posts.strand == TOGETHER, together[posts.area, posts.resource], alone)


def _top(key: F64, total: float, low: F64, high: F64) -> F64:
    """Return the least everywhere and the rest, as far as it goes, where most happened; ties to the first area.

    Without a most in an area, the rest is shared evenly by the busiest `TOP_SHARE` of areas.
    """
    hours, left = low.copy(), total - float(low.sum())
    order = np.argsort(-key, kind="stable")
    if not (high < total).all():
        busiest = order[: max(1, round(TOP_SHARE * len(key)))]
        hours[busiest] += max(left, 0.0) / len(busiest)
        return hours
    for area in order:
        more = min(left, float(high[area] - hours[area]))
        hours[area] += more
        left -= more
        if left <= 0:
            break
    return hours
