"""One patrol that is present for all strands of an area: the problem of the allocation benchmarks."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.allocation.posed import Demand
from models.allocation.programme.posts import TOGETHER, Links, Posts
from models.allocation.programme.problem import Problem, Rules
from models.allocation.programme.values import Share

F64 = NDArray[np.float64]


def one_patrol(
    demand: Demand, weight: F64, *, hours: float, scale: float, bounds: tuple[float, float] | None = None
) -> Problem:
    """Return the problem of a demand.

    Args:
        demand: What is expected.
        weight: Harm weight of each strand.
        hours: Hours there are.
        scale: Hours in one area that reach 63 % of its incidents.
        bounds: Fewest and most hours of any area; None: any number.
    """
    # Every strand of an area is reached alike, so an area is one cell, of weighted incidents.
    areas, total = len(demand.mean), demand.mean.sum(axis=1)
    number = np.arange(areas)
    names = tuple(f"{at:05d}" for at in number)
    one = csr_matrix(np.ones((1, areas)))
    rules = [Rules("total", ("patrol",), ("hours",), one, np.array([-np.inf]), np.array([hours]))]
    if bounds is not None:
        low, high = (np.full(areas, bound) for bound in bounds)
        rules.append(Rules("cap", names, names, csr_matrix(np.eye(areas)), low, high))
    weighted = demand.mean @ weight / np.where(total > 0, total, 1.0)
    return Problem(
        objective="reached",
        area_codes=names,
        strands=demand.strands,
        resources=("patrol",),
        posts=Posts(np.zeros(areas, dtype=np.int64), number, np.full(areas, TOGETHER)),
        links=Links(number, number, np.full(areas, 1.0 / scale)),
        cell_area=number,
        cell_strand=np.full(areas, TOGETHER),
        value=Share(weighted, np.zeros(areas), total),
        rules=tuple(rules),
    )
