"""How far a week may come out from what is expected: harm reached and unmet in drawn weeks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.allocation.choices import Choices
from models.allocation.papers.account import Account
from models.allocation.posed import Demand, Ground, Posed
from models.allocation.posing.demand import demand_of, drawn_weeks
from models.allocation.posing.record import recorded
from models.allocation.programme.plan import Plan
from models.runs import SPREAD, ForecastRun

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Drawn = Literal["joint", "independent"]

# In 8 of 10 weeks what happens lies between these.
LEVELS = (0.1, 0.9)
_MOST_DRAWS, _FEWEST_DRAWS = 500, 100
_MOST_NUMBERS = 20_000_000
_AT_ONCE = 50
SEED = 20_120
_LEAST_DISPERSION = 1e-6


@dataclass(frozen=True, eq=False)
class Ranges:
    """Sums over drawn weeks, each float64[draw].

    Attributes:
        drawn: "joint" where areas and strands were drawn together as the forecast's own ranges are, "independent" where
            each was drawn by itself: then sums spread less than they should.
        harm: Harm of all incidents.
        reached: Harm of those that are met.
        incidents: Incidents.
        met: Incidents that are met.
        by_district: Incidents by district and strand, float64[draw, district, strand].
    """

    drawn: Drawn
    harm: F64
    reached: F64
    incidents: F64
    met: F64
    by_district: F64

    @property
    def unmet(self) -> F64:
        """Harm that is not met."""
        return self.harm - self.reached


def drawn_demand(run: ForecastRun, posed: Posed, choices: Choices) -> Demand:
    """Return the demand with joint draws, where the run was recorded with how its areas vary together.

    Raises:
        AllocationError: The run and the request do not go together.
    """
    if run.meta.get(SPREAD) is None:
        return replace(posed.demand, draws=None)
    known = recorded(run, choices.horizon)
    number = _draws(posed.demand)
    weeks = drawn_weeks(run, known, posed.ground, choices.horizon, number, SEED)
    return demand_of(known, choices.demand, weeks)


def _draws(demand: Demand) -> int:
    return int(np.clip(_MOST_NUMBERS // max(demand.mean.size, 1), _FEWEST_DRAWS, _MOST_DRAWS))


def ranges_of(demand: Demand, plan: Plan, account: Account, group: NDArray[np.int64]) -> Ranges:
    """Return the sums over the demand's joint draws, else over independent ones with a fixed seed.

    Args:
        demand: What is expected.
        plan: The plan.
        account: Its account.
        group: Index of each area's district.
    """
    groups = int(group.max(initial=0)) + 1
    member = np.zeros((len(group), groups))
    member[np.arange(len(group)), group] = 1.0
    parts = [_sums(plan, account, counts, member) for counts in _weeks(demand)]
    harm, reached, incidents, met, by_group = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Ranges("independent" if demand.draws is None else "joint", harm, reached, incidents, met, by_group)


def interval(values: F64) -> list[float]:
    """Return the ends of the range that holds 8 of 10 values."""
    return [float(value) for value in np.quantile(values, LEVELS)]


def group_of(ground: Ground) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the districts in their order, "" for areas of which none is known, and the index of each area's."""
    names, group = np.unique(ground.district or ("",) * len(ground.area_codes), return_inverse=True)
    return tuple(names.tolist()), group.astype(np.int64)


def _weeks(demand: Demand) -> Iterator[I32]:
    """Yield drawn weeks some at a time, int32[draw, area, strand]."""
    if demand.draws is not None:
        for begin in range(0, len(demand.draws), _AT_ONCE):
            yield demand.draws[begin : begin + _AT_ONCE]
        return
    rng = np.random.default_rng(SEED)
    size = 1.0 / np.maximum(demand.dispersion, _LEAST_DISPERSION)
    chance = size / (size + demand.mean)
    left = _draws(demand)
    while left > 0:
        now = min(left, _AT_ONCE)
        yield rng.negative_binomial(size, chance, (now, *demand.mean.shape)).astype(np.int32)
        left -= now


def _sums(plan: Plan, account: Account, counts: I32, member: F64) -> tuple[F64, F64, F64, F64, F64]:
    problem, served = plan.problem, account.cell >= 0
    at = np.where(served, account.cell, 0)
    numbers = np.arange(int(served.sum()))
    into = csr_matrix((np.ones(len(numbers), dtype=np.int32), (numbers, at[served])), (len(numbers), len(plan.met)))
    in_cell: I32 = np.asarray(counts[:, served] @ into, dtype=np.int32)
    met = problem.value.met_of(plan.dose, in_cell)
    # Several strands in one cell are met alike.
    share = np.divide(met, in_cell, out=np.zeros(in_cell.shape), where=in_cell > 0)
    reached = np.where(served, counts * share[:, at], 0.0)
    weight = account.harm_weight
    return (
        counts.sum(axis=1) @ weight,
        reached.sum(axis=1) @ weight,
        counts.sum(axis=(1, 2), dtype=np.float64),
        reached.sum(axis=(1, 2)),
        np.einsum("kas,ad->kds", counts.astype(np.float64), member, optimize=True),
    )
