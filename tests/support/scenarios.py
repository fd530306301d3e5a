"""SYNTHETIC plans of an invented county, solved, for tests of what is compared."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix

from models.allocation.posed import Demand, Ground, Planned, Posed
from models.allocation.programme.problem import Problem, Rules
from models.allocation.programme.solver import solve
from models.allocation.scenarios.labels import Labels
from tests.support.reasoned import STRANDS, Invented, capacity, presence

LABELS = Labels("Plan for the week beginning 2024-07-01", synthetic=True, footer=("Invented numbers.",))


def invented(areas: int = 20, strands: int = 3, seed: int = 7, hours: tuple[float, ...] = (30.0, 20.0)) -> Invented:
    """Return an invented county, whose first areas are its most deprived and expect most."""
    rng = np.random.default_rng(seed)
    mean = rng.gamma(1.5, 1.5, (areas, strands)) * np.linspace(2.0, 0.3, areas)[:, None]
    return Invented(mean, np.array([1.0, 5.0, 20.0])[:strands], hours)


def ground(areas: int) -> Ground:
    """Return ground with a district for every four areas, and deciles from the most deprived on."""
    codes = tuple(f"A{number:02d}" for number in range(areas))
    district = tuple(f"District {number // 4}" for number in range(areas))
    decile = 1.0 + np.floor(10 * np.arange(areas) / areas)
    names = tuple(f"Area {number}" for number in range(areas))
    unknown = np.full(areas, np.nan)
    return Ground(codes, names, {"district": district}, ("any",) * areas, decile, unknown)


def planned_of(problem: Problem, county: Invented) -> Planned:
    """Return the plan of a problem of an invented county."""
    areas, strands = county.mean.shape
    demand = Demand(STRANDS[:strands], county.mean, np.full(county.mean.shape, county.dispersion), 1.0)
    posed = Posed(ground(areas), demand, county.weight, problem, {})
    return Planned(posed, solve(problem), {})


def by_capacity(county: Invented) -> Planned:
    """Return the plan by capacity."""
    return planned_of(capacity(county), county)


def by_presence(county: Invented) -> Planned:
    """Return the plan by presence."""
    return planned_of(presence(county), county)


def banded(problem: Problem, county: Invented, band: float | None) -> Problem:
    """Return the problem with each decile's share of hours between 1 / band and band times its share of need."""
    if band is None:
        return problem
    need = county.mean @ county.weight
    decile = ground(len(need)).decile
    rows, names = [], []
    for number in np.unique(decile):
        share = float(need[decile == number].sum() / need.sum())
        inside = (decile[problem.posts.area] == number).astype(np.float64)
        rows += [inside - band * share, share / band - inside]
        names += [f"decile {number:g}, most", f"decile {number:g}, least"]
    zeros = np.zeros(len(rows))
    rules = Rules(
        "disparity", tuple(names), tuple(names), csr_matrix(np.array(rows)), np.full(len(rows), -np.inf), zeros
    )
    return replace(problem, rules=(*problem.rules, rules))
