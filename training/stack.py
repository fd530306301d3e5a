"""Fitting the stack: weights by out-of-sample log score, then whether it beats the simple methods.

All of it rests on the hold-out of the boosted member, whose first fit saw nothing of it: the earlier half of its
origins gives the weights and names the best simple method, the later half judges. The weights that are kept are fitted
to both halves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, minimize

from errors import ModelError
from features.areas.areas import Areas
from features.panel import Panel
from features.periods import PeriodKind
from models.distribution import crps, fit_dispersion
from models.levels import totals, upper_levels
from models.ranges import fit_spread, once_share
from models.simple import SimpleForecaster, fit_simple, past_means
from models.stacked import Member, StackedForecaster, geometric, least, level_scale
from training.evaluate import HoldOut
from training.fit import Fit

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIMPLE: Mapping[PeriodKind, tuple[str, ...]] = {
    "week": ("shrunken", "shrunken-all", "weighted-0.05", "mean-52"),
    "month": ("shrunken", "shrunken-all", "weighted-0.1", "mean-12"),
}
# With too short a history for trees every strand is forecast by this.
SHORT = "shrunken-all"

# Standard deviation of a strand's weights about those common to all strands, before its data are seen.
WEIGHT_SPREAD = 0.15
# A stand-in needs this many judged origins on its side of the evidence; fewer say nothing.
FEWEST_JUDGED = 3
# The model gives way where its mean CRPS is above the simple method's by more than this many standard errors of the
# paired differences over the judged origins.
MARGIN = 2.0


@dataclass(frozen=True, eq=False)
class Evidence:
    """Forecasts of a hold-out by every member, beside what was recorded.

    Attributes:
        count: float64[origin, horizon, area, strand].
        seen: bool[origin, horizon, area, strand].
        means: float64[origin, horizon, area, strand] of each member, nowhere below the least that a member may say.
        members: Their names, the boosted one first.
        areas: The areas.
        horizons: Horizons.
    """

    count: F64
    seen: Mask
    means: tuple[F64, ...]
    members: tuple[str, ...]
    areas: Areas
    horizons: tuple[int, ...]

    def part(self, origins: slice) -> "Evidence":
        """Return the evidence of some origins."""
        means = tuple(mean[origins] for mean in self.means)
        return Evidence(self.count[origins], self.seen[origins], means, self.members, self.areas, self.horizons)

    def at(self, level: str, mean: F64) -> tuple[F64, F64, Mask]:
        """Return counts, means and mask of a level's totals, or of the areas themselves."""
        if level == self.areas.level:
            return self.count, mean, self.seen
        count, total = (totals(np.where(self.seen, values, 0.0), self.areas, level) for values in (self.count, mean))
        return count, total, totals(self.seen.astype(np.float64), self.areas, level) > 0


@dataclass(frozen=True, eq=False)
class StackFit:
    """A fitted stack and how it did on periods that its members' first fits had not seen.

    Attributes:
        model: The stack.
        hold_out: Its forecasts beside the counts; None where there is no boosted member and so no first fit.
    """

    model: StackedForecaster
    hold_out: HoldOut | None


def fit_stacked(panel: Panel, horizons: tuple[int, ...], boosted: Callable[[], Fit]) -> StackFit:
    """Fit the stack to all that the panel knows; with too short a history for trees it is one simple method.

    Args:
        panel: Counts known at its `as_of`.
        horizons: Horizons to serve.
        boosted: Fits the boosted member to the same panel and horizons; raises ModelError where it cannot.

    Raises:
        ModelError: The history is too short even for a simple method.
    """
    try:
        fit = boosted()
    except ModelError:
        return _simple_alone(panel, horizons)
    names = SIMPLE[panel.kind]
    evidence = evidence_of(fit, panel, horizons, names)
    half = len(evidence.count) // 2
    judged = Judged.of(evidence.part(slice(None, half)), evidence.part(slice(half, None)))
    weights = stand_in(fit_weights(evidence), evidence.members, judged.fallback)
    mean = geometric(evidence.means, weights)
    mean = mean * level_scale(
        mean, dict(zip(evidence.members, evidence.means, strict=True)), panel.areas, judged.levels
    )
    spread = fit_spread(evidence.count, mean, evidence.seen, panel.areas, horizons, once_share(panel))
    members: tuple[Member, ...] = (fit.model, *(SimpleForecaster(name, horizons, spread) for name in names))
    model = StackedForecaster(panel.strands, members, weights, spread, judged.fallback, judged.levels)
    held = fit.hold_out
    return StackFit(model, HoldOut(held.count, mean, held.seen, spread, held.origins, horizons, panel.strands))


def evidence_of(boosted: Fit, panel: Panel, horizons: tuple[int, ...], names: Sequence[str]) -> Evidence:
    """Return the hold-out's forecasts of a boosted fit and of simple methods."""
    held = boosted.hold_out
    means = [held.mean, *(past_means(name, panel, horizons, held.origins) for name in names)]
    kept = tuple(np.maximum(mean, least(mean)) for mean in means)
    return Evidence(held.count, held.seen, kept, (boosted.model.method, *names), panel.areas, horizons)


def fit_weights(evidence: Evidence) -> F64:
    """Return the weights of each strand, float64[strand, member], drawn to those common to all strands.

    The Poisson log score of a geometric mean is convex in its weights, so there is one best answer. Each strand's score
    is divided by its dispersion about the common answer and by the horizons that share a target, as they are no
    new evidence; with it a Gaussian of `WEIGHT_SPREAD` about the common weights is weighed.
    """
    strands = evidence.count.shape[3]
    logs = [_columns(evidence, s) for s in range(strands)]
    equal = np.full(len(evidence.means), 1 / len(evidence.means))
    divisors = np.array([_divisor(x, y, equal, len(evidence.horizons)) for x, y in logs])

    def everybody(weights: F64) -> tuple[float, F64]:
        parts = [_score(x, y, weights, divisor) for (x, y), divisor in zip(logs, divisors, strict=True)]
        return sum(value for value, _ in parts), np.sum([slope for _, slope in parts], axis=0)

    common = _on_simplex(everybody, equal)

    def one(s: int) -> F64:
        def scored(weights: F64) -> tuple[float, F64]:
            value, slope = _score(*logs[s], weights, divisors[s])
            apart = weights - common
            return value + float(apart @ apart) / (2 * WEIGHT_SPREAD**2), slope + apart / WEIGHT_SPREAD**2

        return _on_simplex(scored, common)

    return np.stack([one(s) for s in range(strands)])


def _columns(evidence: Evidence, s: int) -> tuple[F64, F64]:
    seen = evidence.seen[..., s]
    return np.log(np.stack([mean[..., s][seen] for mean in evidence.means])), evidence.count[..., s][seen]


def _divisor(logs: F64, count: F64, weights: F64, horizons: int) -> float:
    mean = np.exp(weights @ logs)
    spread = float(np.mean((count - mean) ** 2 / mean)) if len(count) else 1.0
    return max(spread, 1.0) * horizons


def _score(logs: F64, count: F64, weights: F64, divisor: float) -> tuple[float, F64]:
    """Return the Poisson log score and its slope in the weights."""
    total = weights @ logs
    mean = np.exp(total)
    return float((mean - count * total).sum()) / divisor, logs @ (mean - count) / divisor


def _on_simplex(scored: Callable[[F64], tuple[float, F64]], start: F64) -> F64:
    """Return the weights, none below 0 and summing to 1, with the least score."""
    scale = max(abs(scored(start)[0]), 1.0)

    def scaled(weights: F64) -> tuple[float, F64]:
        value, slope = scored(weights)
        return value / scale, slope / scale

    sum_to_one = LinearConstraint(np.ones((1, len(start))), 1.0, 1.0)
    found = minimize(
        scaled, start, jac=True, method="SLSQP", bounds=Bounds(0.0, 1.0), constraints=sum_to_one, tol=1e-10
    )
    # Solvers leave dust; what is below a thousandth is none.
    kept = np.where(found.x > 1e-3, found.x, 0.0) if np.all(np.isfinite(found.x)) else start
    return np.asarray(kept / kept.sum(), dtype=np.float64)


def stand_in(weights: F64, members: Sequence[str], fallback: Sequence[str]) -> F64:
    """Return weights in which a strand that falls back rests on its simple method alone."""
    result = weights.copy()
    for s, name in enumerate(fallback):
        if name:
            result[s] = np.array([member == name for member in members], dtype=np.float64)
    return result


@dataclass(frozen=True)
class Judged:
    """Where simple methods stand in.

    Attributes:
        fallback: By strand, "" where the stack stays.
        levels: Level to the same, for totals.
    """

    fallback: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, early: Evidence, late: Evidence, margin: float = MARGIN) -> "Judged":
        """Judge the earlier half's weights on the later half: areas first, then each level above as it is served."""
        strands = early.count.shape[3]
        nowhere = ("",) * strands
        if min(len(early.count), len(late.count)) < FEWEST_JUDGED:
            return cls(nowhere, {})
        weights = fit_weights(early)
        fallback = _judge(early, late, weights, early.areas.level, {}, margin)
        weights = stand_in(weights, early.members, fallback)
        levels: dict[str, tuple[str, ...]] = {}
        for level in upper_levels(early.areas):
            levels[level] = _judge(early, late, weights, level, levels, margin)
        return cls(fallback, levels)


def _judge(
    early: Evidence, late: Evidence, weights: F64, level: str, below: Mapping[str, tuple[str, ...]], margin: float
) -> tuple[str, ...]:
    """Return the simple method that stands in at a level, by strand."""

    def served(evidence: Evidence) -> F64:
        mean = geometric(evidence.means, weights)
        named = dict(zip(evidence.members, evidence.means, strict=True))
        return mean * level_scale(mean, named, evidence.areas, below)

    stack = level_crps(early, late, level, served(early), served(late))
    simple = [level_crps(early, late, level, *pair) for pair in zip(early.means[1:], late.means[1:], strict=True)]
    found = []
    for s in range(weights.shape[0]):
        best = int(np.argmin([np.mean(first[:, s]) for first, _ in simple]))
        name = early.members[1 + best]
        alone = level != early.areas.level and weights[s, 1 + best] == 1.0
        found.append("" if alone or holds(stack[1][:, s], simple[best][1][:, s], margin) else name)
    return tuple(found)


def holds(model: F64, simple: F64, margin: float = MARGIN) -> bool:
    """Tell whether a model holds against a simple method: the rule of the fallback, in this one place.

    Args:
        model: float64[origin], mean CRPS at each judged origin.
        simple: float64[origin], the same of the simple method that was best before.
        margin: In standard errors of the mean difference.
    """
    known = np.isfinite(model) & np.isfinite(simple)
    if known.sum() < FEWEST_JUDGED:
        return True
    worse = (model - simple)[known]
    return bool(worse.mean() <= margin * worse.std(ddof=1) / np.sqrt(len(worse)))


def level_crps(early: Evidence, late: Evidence, level: str, before: F64, after: F64) -> tuple[F64, F64]:
    """Return the mean CRPS of each origin and strand in both halves, float64[origin, strand] twice.

    The dispersion of each strand is fitted to the earlier half; an origin of which nothing is seen is NaN.
    """
    count, mean, seen = early.at(level, before)
    strands = range(count.shape[3])
    dispersion = np.array([fit_dispersion(count[..., s][seen[..., s]], mean[..., s][seen[..., s]]) for s in strands])
    return _by_origin(count, mean, seen, dispersion), _by_origin(*late.at(level, after), dispersion)


def _by_origin(count: F64, mean: F64, seen: Mask, dispersion: F64) -> F64:
    cells = np.zeros(count.shape)
    spread = np.broadcast_to(dispersion, count.shape)
    # Counts of before a declared recording change are rescaled, and no longer whole.
    cells[seen] = crps(np.rint(count[seen]), mean[seen], spread[seen])
    number = seen.sum(axis=(1, 2))
    return np.where(number > 0, cells.sum(axis=(1, 2)) / np.maximum(number, 1), np.nan)


def _simple_alone(panel: Panel, horizons: tuple[int, ...]) -> StackFit:
    method = fit_simple(SHORT, panel, horizons)
    everywhere = (SHORT,) * len(panel.strands)
    weights = np.ones((len(panel.strands), 1))
    model = StackedForecaster(panel.strands, (method,), weights, method.spread, everywhere, {})
    return StackFit(model, None)
