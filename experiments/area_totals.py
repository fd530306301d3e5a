"""Question: how are the area totals of a week's plan best formed, and how far could any forecast go?

    python -m experiments.area_totals WORKSPACE

A plan by presence needs each area's total over strands. 208 weekly origins of Toronto, targets of 2017 to 2020 (none of
which a benchmark scores), refitted every 13 weeks; hours, bounds and curve of the allocation benchmark. Reach of a plan
is maximised by hours in the logarithm of the totals, so what costs reach is the square of their relative error: by the
second order about a third (the share not reached at the margin) of half the mean of (error / total)^2.

Finding (bundled Toronto incidents, run on 2026-11-24): the sum of the stack's strands is as good as anything tried, and
the benchmark's goal of .6685 in 2021, .0012 above it, is out of reach of forecasts from these counts. Differences in
reach to the stack's optimum (.6646), in 10,000, with 95 % intervals over 208 paired weeks:

| totals | difference |
|---|---|
| boosted member alone | -0.2 +- 0.3 |
| shrunken 26-week mean | -0.7 +- 0.8 |
| shrunken mean of all weeks | -10.3 +- 1.8 |
| exponentially weighted, 0.05 | -3.1 +- 1.4 |
| mean of 52 weeks | -4.2 +- 1.3 |
| area totals weighted with 0.03 directly, 15 % of a geometric mean | +0.2 +- 0.1 |
| sharpened to the power 1.03, flattened to .97 | -0.3 +- 0.3, -0.5 +- 0.3 |
| times past recorded over forecast of the area, half-life 2 weeks, prior of 160 incidents | +0.4 +- 0.3 |
| the same, half-life 16 weeks, prior of 80 | -1.1 +- 0.9 |
| the same, of the same season of past years (+-6 weeks, prior of 160; 156 weeks) | -0.8 +- 1.0 |
| trees on top, which see these ratios by area and strand (130 weeks) | +0.5 +- 0.8 |
| for orientation: ratios of the weeks before and after, half-life 1 week, prior of 80 | +0.5 +- 0.4 |
| for orientation: the mean of the calendar year itself, the scored week included | +14 to +21 by year |
| clairvoyant | +398 +- 9 |

Relative errors vary by .055 beyond Poisson noise, yet neighbouring weeks' errors go together by .011 at most and those
of a quarter apart not at all: four fifths of it are a week's own (incidents that come in clusters) and nothing of
before tells them. A smoother that also sees the weeks after gains .5 in 10,000, so better forecasts of a level that
moves cannot gain 12; the goal is about what knowing each area's mean of the very year in advance would give. Nothing is
kept: +0.2 to +0.5 are within what looking at a dozen ideas finds, and worth .00005.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.development import LAST
from experiments.knowledge import weekly_knowledge
from features import periods
from features.calendar import Calendar
from features.panel import Panel
from models.boosted import BoostingSettings, grow, raw_scores
from models.stacked import StackedForecaster
from training.choice import Recipe

F64 = NDArray[np.float64]

ORIGINS, REFIT_EVERY, SEED = 208, 13, 1
HOURS, LEAST, MOST, SCALE = 2400.0, 4.0, 60.0, 20.0
TREES_FROM, TREES_EVERY = 78, 26
TREES = BoostingSettings(rounds=150, leaves=8, threads=1)


def reach(totals: F64, counts: F64) -> F64:
    """Return the share reached in each week by the hours that are best for totals, float64[week, area]."""
    found = np.empty(len(counts))
    for week, (total, count) in enumerate(zip(np.maximum(totals, 1e-9), counts, strict=True)):
        low, high = -20.0, 20.0
        hours = np.zeros(len(total))
        for _ in range(80):
            middle = (low + high) / 2
            hours = np.clip(SCALE * (np.log(total) + middle), LEAST, MOST)
            low, high = (middle, high) if hours.sum() < HOURS else (low, middle)
        found[week] = count @ -np.expm1(-hours / SCALE) / count.sum()
    return found


def forecasts(panel: Panel, at: NDArray[np.int64]) -> tuple[F64, dict[str, F64]]:
    """Return the stack's means, float64[week, area, strand], and each member's totals, float64[week, area]."""
    recipe, means = Recipe("stacked", Calendar("CA-ON"), SEED), []
    members: dict[str, list[F64]] = {}
    model: StackedForecaster | None = None
    for number, origin in enumerate(at):
        known = panel.until(panel.first + int(origin))
        if number % REFIT_EVERY == 0:
            fitted = recipe.fit(known, (1,))
            model = fitted if isinstance(fitted, StackedForecaster) else None
        if model is None:
            raise SystemExit("the history is too short")
        means.append(model.forecast(known).mean[0])
        for member in model.members:
            members.setdefault(member.method, []).append(member.forecast(known).mean[0].sum(axis=-1))
    return np.stack(means), {name: np.stack(parts) for name, parts in members.items()}


def ratios(counts: F64, totals: F64, half_life: float, prior: float, *, after: bool = False) -> F64:
    """Return recorded over forecast of the weeks before each (and after it), fading, drawn to 1 by prior incidents."""
    apart = np.subtract.outer(np.arange(len(counts)), np.arange(len(counts)))
    weight = 0.5 ** (np.abs(apart) / half_life) * ((apart != 0) if after else (apart > 0))
    above, below = (np.tensordot(weight, values, axes=1) + prior for values in (counts, totals))
    return np.asarray(above / below, dtype=np.float64)


def seasonal(counts: F64, totals: F64, half_width: int, prior: float) -> F64:
    """Return recorded over forecast of the same season of past years."""
    found = np.ones(totals.shape)
    for week in range(52, len(counts)):
        spans = [
            slice(max(week - back - half_width, 0), week - back + half_width + 1) for back in range(52, week + 1, 52)
        ]
        above, below = (sum(values[span].sum(axis=0) for span in spans) + prior for values in (counts, totals))
        found[week] = above / below
    return found


def with_trees(counts: F64, means: F64) -> F64:
    """Return totals that trees have corrected, fitted twice a year to all weeks before."""
    recorded, totals = counts.sum(axis=-1), means.sum(axis=-1)
    columns = [np.log(totals), *(np.log(ratios(recorded, totals, life, 15.0)) for life in (1, 3, 8, 20, 40))]
    for s in range(means.shape[-1]):
        columns += [np.log(ratios(counts[..., s], means[..., s], life, 8.0)) for life in (3, 20)]
        columns.append(means[..., s] / totals)
    features, corrected = np.stack(columns, axis=-1).astype(np.float32), totals.copy()
    for first in range(TREES_FROM, len(totals), TREES_EVERY):
        past, own = slice(20, first), slice(first, first + TREES_EVERY)
        rows = features[past].reshape(-1, features.shape[-1])
        booster = grow(rows, recorded[past].reshape(-1), np.log(totals[past]).reshape(-1), TREES, SEED)
        scores = raw_scores(booster, features[own].reshape(-1, features.shape[-1]))
        corrected[own] = totals[own] * np.exp(scores).reshape(totals[own].shape)
    return np.asarray(corrected, dtype=np.float64)


def weighted(counts: F64, at: NDArray[np.int64], alpha: float) -> F64:
    """Return exponentially weighted means of the areas' own totals."""
    found = []
    for origin in at:
        weight = (1 - alpha) ** np.arange(origin)[::-1]
        found.append(weight @ counts[:origin] / weight.sum())
    return np.asarray(np.stack(found), dtype=np.float64)


def main(root: Path) -> None:
    """Print each way of forming totals beside the stack's sum."""
    panel = weekly_knowledge(root).as_recorded().at().panel
    panel = panel.until(periods.ordinal(LAST, "week"))
    at = np.arange(len(panel.counts) - ORIGINS, len(panel.counts))
    history = panel.counts.sum(axis=-1).astype(np.float64)
    counts = panel.counts[at].astype(np.float64)
    recorded = counts.sum(axis=-1)
    means, members = forecasts(panel, at)
    totals = means.sum(axis=-1)
    base = reach(totals, recorded)
    print(f"{'stack, strands summed':60s} {base.mean():.4f}")

    def show(name: str, tried: F64, since: int = 0) -> None:
        apart = (reach(tried, recorded) - base)[since:]
        print(
            f"{name:60s} {1e4 * apart.mean():+.1f} +- {1.96e4 * apart.std(ddof=1) / len(apart) ** 0.5:.1f}", flush=True
        )

    for name, of_member in members.items():
        show(name, of_member)
    direct = np.maximum(weighted(history, at, 0.03), 0.05)
    show("weighted 0.03 of area totals, 15 %", np.exp(0.85 * np.log(totals) + 0.15 * np.log(direct)))
    for power in (0.97, 1.03):
        show(f"power {power}", totals**power)
    for life, prior in ((2, 160.0), (16, 80.0)):
        show(f"ratios before, half-life {life}, prior {prior:g}", totals * ratios(recorded, totals, life, prior))
    show("same season of past years", totals * seasonal(recorded, totals, 6, 160.0), 52)
    show("trees on top", with_trees(counts, means), TREES_FROM)
    show("for orientation: before and after", totals * ratios(recorded, totals, 1, 80.0, after=True))
    for year, weeks in enumerate(np.array_split(np.arange(ORIGINS), 4)):
        itself = np.broadcast_to(recorded[weeks].mean(axis=0), recorded[weeks].shape)
        gain = (reach(itself, recorded[weeks]) - base[weeks]).mean()
        print(f"for orientation: the mean of year {year + 1} itself {1e4 * gain:+.1f}")
    show("clairvoyant", recorded)
    error, busy = (recorded - totals) / np.maximum(totals, 0.2), totals > 1
    noise = (error**2 - 1 / np.maximum(totals, 0.2))[busy].mean()
    together = [(error[k:] * error[:-k])[busy[k:] & busy[:-k]].mean() for k in (1, 4, 13)]
    print(
        f"relative error beyond Poisson {noise:.3f}; of weeks 1, 4, 13 apart {' '.join(f'{c:.3f}' for c in together)}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
