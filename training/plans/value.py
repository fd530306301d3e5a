"""The value of a programme's cells under another demand: what happened, or what the truth expects."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.allocation.posed import Demand
from models.allocation.programme.posts import TOGETHER
from models.allocation.programme.problem import Problem
from models.allocation.programme.values import Met, Share, Value
from training.plans.certain import Certain

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]


def expecting(problem: Problem, demand: Demand, weight: F64) -> Value:
    """Return what doses are worth under a demand and its own spread.

    Args:
        problem: Gives the cells.
        demand: Of the same areas and strands.
        weight: Harm weight of each strand, NaN where it has none.
    """
    given, area = problem.value, problem.cell_area
    if _merged(problem):
        total = demand.mean.sum(axis=1)
        harm = demand.mean @ np.nan_to_num(weight) / np.where(total > 0, total, 1.0)
        return Share(harm[area], given.placing, total[area])
    mean = demand.mean[area, problem.cell_strand]
    if isinstance(given, Share):
        return Share(given.weight, given.placing, mean)
    return Met(given.weight, given.placing, mean, demand.dispersion[area, problem.cell_strand])


def knowing(problem: Problem, demand: Demand, weight: F64) -> Value:
    """Return what doses are worth when the demand is known to the incident."""
    value = expecting(problem, demand, weight)
    return value if isinstance(value, Share) else Certain(value.weight, value.placing, value.mean)


def under(problem: Problem, value: Value) -> Problem:
    """Return the problem with another value and no protection of worst weeks: those were drawn for the forecast."""
    return replace(problem, value=value, worst=None)


def works_on(problem: Problem) -> Mask:
    """Return which resource serves which strand, bool[resource, strand]."""
    found = np.zeros((len(problem.resources), len(problem.strands)), dtype=np.bool_)
    resource, strand = problem.posts.resource[problem.links.post], problem.cell_strand[problem.links.cell]
    found[np.unique(resource[strand == TOGETHER])] = True
    found[resource[strand >= 0], strand[strand >= 0]] = True
    return found


def _merged(problem: Problem) -> bool:
    return bool((problem.cell_strand == TOGETHER).any())
