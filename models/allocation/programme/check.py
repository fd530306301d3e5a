"""An independent check of every plan: what the solver says is recomputed from the problem's arrays, in another way.

Nothing of the solver is used here, nor any method of `Value`, `Links` or `Plan` but to be compared with. What incidents
a capacity meets is summed from the probabilities of counts, sum of y P(Y = y) below the dose and the dose times the
chance of as many or more, where the programme sums survival; doses that fade are a difference of two logarithms; the
worst weeks are sorted and averaged; rules are taken row by row. A mistake in the one is then not repeated in the other.
"""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from errors import AllocationError
from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import Links
from models.allocation.programme.problem import Problem, Rules, WorstWeeks
from models.allocation.programme.values import Met, Share

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Hours by which a limit may be missed, beside limits of up to an hour; above, this share of the limit.
_KEPT = 1e-6
# Share by which two ways to compute the same figure may differ.
_EQUAL = 1e-9
# What a price times the hours spare below its limit may come to, as a share of the worth: else the price is no price.
_PRICED = 1e-5
# A dispersion below this is as good as none; the programme takes it as this.
_LEAST_DISPERSION = 1e-6
# Standard deviations, and lengths over which the tail falls by e, beyond which no double tells the tail from none.
_FAR = 40.0


@dataclass(frozen=True)
class _Worth:
    """What is recomputed of a plan: incidents met in each cell, harm met, mean unmet harm of the worst weeks, worth."""

    met: F64
    harm: float
    worst_unmet: float | None
    objective: float
    size: float


def check(plan: Plan) -> None:
    """Recompute a plan, and let nothing pass that is not as it says.

    Kept are: every rule within 1e-6 hours, or 1e-6 of a limit above an hour; no negative hours; whole shifts, whose
    hours are those of their roster's posts. Equal within 1e-9 are: incidents met, harm, objective and the worst weeks'
    unmet harm. The bound is no less than the objective. A price stands only on a limit that is reached.

    Raises:
        AllocationError: Something is not so; names the rule or part, and says the numbers.
    """
    hours = _hours(plan)
    for rules in plan.problem.rules:
        _rules(rules, hours)
    _shifts(plan, hours)
    worth = _recomputed(plan.problem, hours)
    _worth(plan, worth)
    _prices(plan, hours, worth)


def _refuse(place: str, problem: str) -> NoReturn:
    raise AllocationError(f"the plan is not what it says: {problem}", place=place, fix="report it with the request")


def _hours(plan: Plan) -> F64:
    hours, posts = plan.hours, plan.problem.posts
    if hours.shape != (len(posts.area),):
        _refuse("hours", f"it has {len(hours):,} hours for {len(posts.area):,} posts")
    odd = np.flatnonzero(~np.isfinite(hours) | (hours < 0))
    if len(odd):
        post = int(odd[0])
        where = f"{plan.problem.resources[posts.resource[post]]} in {plan.problem.area_codes[posts.area[post]]}"
        _refuse("hours", f"{where} has {hours[post]:.10g} hours, and hours are 0 or more")
    return hours


def _rules(rules: Rules, hours: F64) -> None:
    """Refuse hours that miss a limit of a family."""
    matrix = rules.matrix
    if matrix.shape[1] != len(hours):
        _refuse(rules.kind, f"its rules are about {matrix.shape[1]:,} posts and there are {len(hours):,}")
    row = np.repeat(np.arange(len(rules.names)), np.diff(matrix.indptr))
    had = np.bincount(row, weights=matrix.data * hours[matrix.indices], minlength=len(rules.names))
    for limit, short, word in ((rules.lower, rules.lower - had, "least"), (rules.upper, had - rules.upper, "most")):
        room = _KEPT * np.where(np.isfinite(limit), np.maximum(1.0, np.abs(limit)), 1.0)
        broken = np.flatnonzero(short > room)
        if len(broken):
            worst = int(broken[np.argmax(short[broken])])
            problem = f"{had[worst]:,.10g} where at {word} {limit[worst]:,.10g} is asked for, {short[worst]:.3g} off"
            _refuse(rules.places[worst], f"{rules.kind} {rules.names[worst]} comes to {problem}")


def _shifts(plan: Plan, hours: F64) -> None:
    blocks, shifts = plan.problem.blocks, plan.shifts
    if (blocks is None) != (shifts is None):
        _refuse("shifts", "whole shifts are asked for and none are told, or the other way round")
    if blocks is None or shifts is None:
        return
    if shifts.shape != blocks.block_hours.shape or not np.issubdtype(shifts.dtype, np.integer) or (shifts < 0).any():
        _refuse("shifts", f"{len(blocks.block_hours):,} whole numbers of shifts from 0 are wanted, and it has {shifts}")
    rosters = len(blocks.roster)
    held = blocks.of_post >= 0
    posts = np.bincount(blocks.of_post[held], weights=hours[held], minlength=rosters)
    whole = np.bincount(blocks.block_roster, weights=blocks.block_hours * shifts, minlength=rosters)
    off = np.abs(posts - whole)
    broken = np.flatnonzero(off > _KEPT * np.maximum(1.0, whole))
    if len(broken):
        worst = int(broken[np.argmax(off[broken])])
        _refuse(
            "shifts",
            f"{blocks.roster[worst]} has {whole[worst]:,.10g} hours of whole shifts and {posts[worst]:,.10g} in posts",
        )


def _recomputed(problem: Problem, hours: F64) -> _Worth:
    value, worst = problem.value, problem.worst
    mean, weight = value.mean, value.weight
    worth = weight + value.placing
    dose = _dose(problem.links, hours, len(mean))
    if isinstance(value, Met):
        met, share = _met(dose, mean, value.dispersion), None
    elif isinstance(value, Share):
        share = 1.0 - np.exp(-dose)
        met = mean * share
    else:
        _refuse("value", f"nobody can check what a {type(value).__name__} is worth")
    harm, expected = float((weight * met).sum()), float((worth * met).sum())
    if worst is None:
        return _Worth(met, harm, None, expected, abs(expected))
    left = worst.counts - (np.minimum(dose, worst.counts) if share is None else worst.counts * share)
    unmet = _tail(worst, (left * weight).sum(axis=1))
    good, bad = (1 - worst.weight) * expected, worst.weight * _tail(worst, (left * worth).sum(axis=1))
    return _Worth(met, harm, unmet, good - bad, abs(good) + abs(bad))


def _dose(links: Links, hours: F64, cells: int) -> F64:
    given = links.rate * hours[links.post]
    if links.ceiling is not None:
        # 1 - ceiling x v / (v + 1) = (1 + (1 - ceiling) x v) / (1 + v).
        given = np.log1p(given) - np.log1p((1.0 - links.ceiling) * given)
    return np.bincount(links.cell, weights=given, minlength=cells).astype(np.float64)


def _met(dose: F64, mean: F64, dispersion: F64) -> F64:
    """Return E[min(dose, Y)]: y P(Y = y) summed over y below the dose, and the dose x P(Y >= dose)."""
    result = np.zeros(len(mean))
    busy = np.flatnonzero((dose > 0) & (mean > 0))
    mean, dispersion = mean[busy], np.maximum(dispersion[busy], _LEAST_DISPERSION)
    size = 1.0 / dispersion
    chance = size / (size + mean)
    far = mean + _FAR * (1.0 + mean * dispersion + np.sqrt(mean + dispersion * mean**2))
    dose = np.minimum(dose[busy], far)
    counts = np.ceil(dose).astype(np.int64)
    cell = np.repeat(np.arange(len(busy)), counts)
    count = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts, counts)
    below = np.bincount(cell, weights=count * nbinom.pmf(count, size[cell], chance[cell]), minlength=len(busy))
    result[busy] = below + dose * nbinom.sf(counts - 1, size, chance)
    return result


def _tail(worst: WorstWeeks, losses: F64) -> float:
    """Return the mean of the worst of equally likely losses; the last of them counts in part."""
    wanted = (1.0 - worst.level) * len(losses)
    part = np.clip(wanted - np.arange(len(losses)), 0.0, 1.0)
    return float((np.sort(losses)[::-1] * part).sum() / part.sum())


def _worth(plan: Plan, worth: _Worth) -> None:
    """Refuse a plan that tells other figures than were recomputed."""
    off = np.abs(plan.met - worth.met)
    broken = np.flatnonzero(~(off <= _EQUAL * np.maximum(1.0, plan.problem.value.mean)))
    if len(broken):
        cell = int(broken[0])
        where = plan.problem.area_codes[plan.problem.cell_area[cell]]
        _refuse("met", f"{plan.met[cell]:.12g} incidents are met in {where}, and {worth.met[cell]:.12g} recomputed")
    if (plan.worst_unmet is None) != (worth.worst_unmet is None):
        _refuse("worst weeks", "it tells of worst weeks that were not drawn, or does not of those that were")
    told = [
        ("harm", plan.harm, worth.harm, abs(worth.harm)),
        ("objective", plan.objective, worth.objective, worth.size),
    ]
    if plan.worst_unmet is not None and worth.worst_unmet is not None:
        told.append(("worst weeks", plan.worst_unmet, worth.worst_unmet, abs(worth.worst_unmet)))
    for place, said, found, size in told:
        if not abs(said - found) <= _EQUAL * max(1.0, size):
            _refuse(place, f"it says {said:.12g}, and {found:.12g} is recomputed")
    if not plan.bound >= worth.objective - _EQUAL * max(1.0, worth.size):
        _refuse(
            "bound", f"no plan is said to be worth more than {plan.bound:.12g}, and it is worth {worth.objective:.12g}"
        )


def _prices(plan: Plan, hours: F64, worth: _Worth) -> None:
    """Refuse prices that are no numbers or, where hours are any number, stand on a limit that is not reached."""
    families = plan.problem.rules
    if [len(prices) for prices in plan.prices] != [len(rules.names) for rules in families]:
        _refuse("prices", "they are not one a rule")
    for rules, prices in zip(families, plan.prices, strict=True):
        if not np.isfinite(prices).all():
            _refuse(rules.kind, "a price is no number")
        if plan.approximate:
            continue
        had = rules.matrix @ hours
        spare = np.where(prices > 0, rules.upper - had, had - rules.lower)
        # Where a limit is endless, hours as many again are spare: a price that is nothing but rounding stays nothing.
        lost = np.abs(prices) * np.minimum(spare, 1.0 + np.abs(had))
        broken = np.flatnonzero(lost > _PRICED * max(1.0, worth.size))
        if len(broken):
            row = int(broken[0])
            problem = f"has a price of {prices[row]:.6g} an hour, and comes to {had[row]:,.10g} hours"
            limits = f"where {rules.lower[row]:,.10g} to {rules.upper[row]:,.10g} are asked for"
            _refuse(rules.places[row], f"{rules.kind} {rules.names[row]} {problem} {limits}")
