"""A county's programme of hours: 1,111 areas x 9 strands x 11 resources, and a country's: 35,000 areas, one resource.

python -m benchmarks.allocation_scale [CASE ...]

SYNTHETIC: gamma rates by area and strand, minutes an incident by resource and strand, districts and deciles at random.
Each case is a process of its own, whose peak memory is its own. Times are those of the solver without its imports, on
the clock and of the processor, and of the independent check.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, eye_array

from models.allocation.programme.check import check
from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import TOGETHER, Links, Posts
from models.allocation.programme.problem import Blocks, Kind, Problem, Rules, WorstWeeks
from models.allocation.programme.solver import solve
from models.allocation.programme.values import Met, Share
from models.allocation.programme.warm import Warm

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

AREAS, STRANDS, RESOURCES, DISTRICTS, DECILES = 1_111, 9, 11, 14, 10
COUNTRY, FORCES = 35_000, 43
MEAN, DISPERSION, DRAWS = 0.6, 0.4, 50
HOURS = 600.0
SHIFTS = (8.0, 10.0)
# Bytes of a MiB; ru_maxrss counts KiB on Linux.
KIB = 1024
MEMORY_MIB = 2048


def county(rng: np.random.Generator) -> Problem:
    """Return the county's programme: totals, ringfences, floors, caps and disparity, all at once."""
    mean = (rng.gamma(0.8, MEAN / 0.8, (AREAS, 1)) * rng.gamma(2.0, 0.5, (AREAS, STRANDS))).reshape(-1)
    harm = np.array([400.0, 120.0, 60.0, 40.0, 30.0, 20.0, 10.0, 5.0, 3.0])
    value = Met(np.tile(harm, AREAS), np.zeros(len(mean)), mean, np.full(len(mean), DISPERSION))
    each = np.indices((RESOURCES, AREAS, STRANDS)).reshape(3, -1)
    posts = Posts(*(column.astype(np.int64).copy() for column in each))
    minutes = rng.uniform(60, 900, (RESOURCES, STRANDS))
    links = Links(
        np.arange(len(posts)), posts.area * STRANDS + posts.strand, 60.0 / minutes[posts.resource, posts.strand]
    )
    district = np.sort(rng.integers(0, DISTRICTS, AREAS))
    return Problem(
        objective="reached",
        area_codes=tuple(f"A{number:05d}" for number in range(AREAS)),
        strands=tuple(f"S{number}" for number in range(STRANDS)),
        resources=tuple(f"R{number:02d}" for number in range(RESOURCES)),
        posts=posts,
        links=links,
        cell_area=np.repeat(np.arange(AREAS), STRANDS),
        cell_strand=np.tile(np.arange(STRANDS), AREAS),
        value=value,
        rules=_county_rules(rng, posts, district, mean),
    )


def _county_rules(rng: np.random.Generator, posts: Posts, district: I64, mean: F64) -> tuple[Rules, ...]:
    """Return rules that all can be kept: floors a third of an even share, deciles within .8 to 1.25 of their need."""
    total, no_limit = HOURS * RESOURCES, np.inf
    decile = rng.integers(0, DECILES, AREAS)
    need = np.bincount(decile, weights=mean.reshape(AREAS, STRANDS).sum(axis=1), minlength=DECILES) / mean.sum()
    by_decile = _members(decile[posts.area], DECILES)
    everything = csr_matrix(np.ones((1, len(posts))))
    shares = csr_matrix(need[:, None])
    first = posts.resource == 0
    ringfenced = csr_matrix((_members(posts.strand, STRANDS)[[0, 4]]).multiply(first[None, :]))
    return (
        _rules("total", _members(posts.resource, RESOURCES), 0.0, HOURS),
        _rules("ringfence", ringfenced, 0.2 * HOURS, no_limit),
        _rules("floor", _members(district[posts.area], DISTRICTS), total / DISTRICTS / 3, no_limit),
        _rules("floor", _members(posts.strand, STRANDS), total / STRANDS / 3, no_limit),
        _rules("cap", _members(posts.area, AREAS), -no_limit, 60.0),
        _rules("disparity", csr_matrix(by_decile - 0.8 * shares @ everything), 0.0, no_limit),
        _rules("disparity", csr_matrix(by_decile - 1.25 * shares @ everything), -no_limit, 0.0),
    )


def country(rng: np.random.Generator) -> Problem:
    """Return the programme of one patrol that is present in 35,000 areas, with a floor for each force and caps."""
    mean = rng.gamma(0.8, 4 * MEAN / 0.8, COUNTRY)
    area = np.arange(COUNTRY)
    posts = Posts(np.zeros(COUNTRY, dtype=np.int64), area, np.full(COUNTRY, TOGETHER))
    force, total = np.sort(rng.integers(0, FORCES, COUNTRY)), 4.0 * COUNTRY
    return Problem(
        objective="reached",
        area_codes=tuple(f"A{number:05d}" for number in range(COUNTRY)),
        strands=("any",),
        resources=("R00",),
        posts=posts,
        links=Links(area.copy(), area.copy(), np.full(COUNTRY, 1 / 20.0)),
        cell_area=area.copy(),
        cell_strand=np.full(COUNTRY, TOGETHER),
        value=Share(np.ones(COUNTRY), np.zeros(COUNTRY), mean),
        rules=(
            _rules("total", csr_matrix(np.ones((1, COUNTRY))), 0.0, total),
            _rules("floor", _members(force, FORCES), total / FORCES / 2, np.inf),
            _rules("cap", csr_matrix(eye_array(COUNTRY)), -np.inf, 30.0),
        ),
    )


def _members(of: I64, n: int) -> csr_matrix:
    return csr_matrix((np.ones(len(of)), (of, np.arange(len(of)))), shape=(n, len(of)))


def _rules(kind: Kind, matrix: csr_matrix, lower: float, upper: float) -> Rules:
    rows = matrix.shape[0]
    names = tuple(f"{kind} {row}" for row in range(rows))
    return Rules(kind, names, names, matrix, np.full(rows, lower), np.full(rows, upper))


def in_whole_shifts(problem: Problem) -> Problem:
    """Return the county's problem with shifts of 8 and 10 hours of every resource in every district."""
    floor = problem.rules[2].matrix
    district = np.asarray(floor.argmax(axis=0)).reshape(-1)
    of_post = problem.posts.resource * DISTRICTS + district
    rosters = RESOURCES * DISTRICTS
    names = tuple(f"R{number // DISTRICTS:02d} in district {number % DISTRICTS}" for number in range(rosters))
    blocks = Blocks(names, of_post, np.repeat(np.arange(rosters), len(SHIFTS)), np.tile(SHIFTS, rosters))
    return replace(problem, blocks=blocks)


def with_worst_weeks(problem: Problem, rng: np.random.Generator) -> Problem:
    """Return the county's problem with drawn weeks: a shock to all areas at once, over each cell's own spread."""
    mean = problem.value.mean
    shock = rng.lognormal(-0.02, 0.2, (DRAWS, 1))
    counts = rng.poisson(mean * shock * rng.gamma(1 / DISPERSION, DISPERSION, (DRAWS, len(mean))))
    return replace(problem, worst=WorstWeeks(counts.astype(np.int32), 0.9, 0.5))


def timed(what: str, limit: float, work: Callable[[], Plan], *, checked: bool = True) -> Plan:
    """Print the seconds of a solve beside its limit, the plan's own figures, and the seconds of its check."""
    begin, busy = time.perf_counter(), time.process_time()
    plan = work()
    solved, busy = time.perf_counter() - begin, time.process_time() - busy
    begin = time.perf_counter()
    if checked:
        check(plan)
    seconds = f"{time.perf_counter() - begin:.2f}" if checked else "-"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
    gap = f"{plan.gap / abs(plan.bound):.1e}" if np.isfinite(plan.bound) else "-"
    figures = [what, f"{solved:.2f}", f"{busy:.2f}", f"{limit:.0f}", f"{peak:,.0f}", gap, plan.status, seconds]
    print(f"| {' | '.join(figures)} |", flush=True)
    return plan


def hours() -> None:
    """Time the county in hours, and a change of the demand of ten areas warm, as searches for flip points do."""
    problem = county(np.random.default_rng(20261124))
    timed("1,111 areas x 9 strands x 11 resources, hours", 5, lambda: solve(problem))
    warm, value = Warm(), problem.value
    if not isinstance(value, Met):
        raise SystemExit("the county is planned by capacity")
    warm(problem)
    for what, areas, factor in (
        ("half as much again in ten areas, warm", 10, 1.5),
        ("half of it in ten areas, warm", 10, 0.5),
        ("twice as much in one area, warm", 1, 2.0),
    ):
        mean = value.mean.copy()
        mean[: areas * STRANDS] *= factor
        other = replace(problem, value=replace(value, mean=mean))
        timed(f"a scenario: {what}", 2, lambda other=other: warm(other), checked=False)  # type: ignore[misc]


def worst() -> None:
    """Time the county with worst-week protection."""
    rng = np.random.default_rng(20261124)
    problem = with_worst_weeks(county(rng), rng)
    timed(f"the county with {DRAWS} drawn weeks", 60, lambda: solve(problem))


def whole() -> None:
    """Time the county in whole shifts."""
    problem = in_whole_shifts(county(np.random.default_rng(20261124)))
    timed("the county in whole shifts", 60, lambda: solve(problem))


def one() -> None:
    """Time the country."""
    problem = country(np.random.default_rng(20261124))
    timed("35,000 areas, one resource that is present", 60, lambda: solve(problem))


CASES = {"hours": hours, "worst": worst, "whole": whole, "one": one}


def main() -> None:
    """Run the cases named, or each in a process of its own."""
    if len(sys.argv) > 1:
        for name in sys.argv[1:]:
            CASES[name]()
        return
    print(f"| what | s | CPU s | limit | peak MiB (limit {MEMORY_MIB:,}) | gap | status | check s |")
    print("|---|---|---|---|---|---|---|---|")
    for name in CASES:
        subprocess.run([sys.executable, "-m", "benchmarks.allocation_scale", name], check=True)


if __name__ == "__main__":
    main()
