"""How honest ranges are: CRPS, randomised PIT, coverage and width at every level, by strand and horizon.

A rarely occurring count has a wide atom at 0, so that counting how often it falls into a quantile range says more
of the atom than of the forecast: a perfect one "covers" 95 % at nominal 80 %. Coverage is therefore the share of
randomised PIT values in (0.1, 0.9], which is 80 % for a right forecast whatever the mean.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.panel import Panel
from models.distribution import crps, quantiles, randomised_pit
from models.levels import ALL_STRANDS, at_level, level_members, level_moments
from training.evaluate import ALL, ALL_HORIZONS, HoldOut

if TYPE_CHECKING:
    from training.backtest import Backtest

F64 = NDArray[np.float64]

NOMINAL = 0.8
# Misses of neighbouring origins go together: the bootstrap draws runs of so many.
BLOCK = 4
RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Ranges:
    """Negative binomial forecasts of one level beside the counts that their model had not seen.

    Attributes:
        level: Name of the level.
        codes: Members of the level.
        strands: Strands; above the bottom the last is `ALL_STRANDS`, with incidents counted once.
        horizons: Horizons.
        count: float64[origin, horizon, member, strand], whole.
        mean: float64[origin, horizon, member, strand].
        dispersion: float64[origin, horizon, member, strand].
        seen: bool[origin, horizon, member, strand]; a total is seen if all its cells are.
    """

    level: str
    codes: tuple[str, ...]
    strands: tuple[str, ...]
    horizons: tuple[int, ...]
    count: F64
    mean: F64
    dispersion: F64
    seen: NDArray[np.bool_]

    @classmethod
    def of_backtest(cls, backtest: "Backtest", panel: Panel, level: str) -> "Ranges":
        """Return a backtest's forecasts of a level beside what is recorded in the end.

        Args:
            backtest: Forecasts.
            panel: All that is known now, without recording changes.
            level: The areas' own, or one above.

        Raises:
            DataError: The areas have no such level.
        """
        at = backtest.targets(panel)
        count, seen = panel.counts[at].astype(np.float64), panel.complete[at]
        if level == panel.areas.level:
            names, mean, dispersion = panel.strands, backtest.mean, backtest.dispersion()
            return cls(level, panel.areas.codes, names, backtest.horizons, np.rint(count), mean, dispersion, seen)
        found = [at_level(forecast, panel.areas, level) for forecast in backtest.forecasts]
        members = list(level_members(panel.areas, level).values())
        by_strand = np.stack([count[:, :, m].sum(axis=2) for m in members], axis=2)
        once = panel.once[at].astype(np.float64)
        together = np.stack([once[:, :, m].sum(axis=(2, 3)) for m in members], axis=2)
        whole = np.stack([seen[:, :, m].all(axis=2) for m in members], axis=2)
        return cls(
            level,
            found[0].codes,
            (*panel.strands, ALL_STRANDS),
            backtest.horizons,
            np.rint(np.concatenate([by_strand, together[..., None]], axis=-1)),
            np.stack([one.mean for one in found]),
            np.stack([one.dispersion for one in found]),
            np.concatenate([whole, whole.all(axis=-1, keepdims=True)], axis=-1),
        )

    @classmethod
    def of_hold_out(cls, hold_out: HoldOut, areas: Areas, level: str) -> "Ranges":
        """Return a hold-out's forecasts of a level beside the counts, by strand; its spread was fitted to them.

        Raises:
            DataError: The areas have no such level.
        """
        members = level_members(areas, level)
        mean, variance = level_moments(
            hold_out.mean, hold_out.spread, hold_out.horizons, areas, tuple(members.values())
        )
        mean, variance = mean[..., :-1], variance[..., :-1]
        squares = np.maximum(mean, 1e-12) ** 2
        return cls(
            level,
            tuple(members),
            hold_out.strands,
            hold_out.horizons,
            np.rint(np.stack([hold_out.count[:, :, m].sum(axis=2) for m in members.values()], axis=2)),
            mean,
            np.maximum(variance - mean, 0.0) / squares,
            np.stack([hold_out.seen[:, :, m].all(axis=2) for m in members.values()], axis=2),
        )

    def pit(self, rng: np.random.Generator) -> F64:
        """Return the randomised PIT, float64[origin, horizon, member, strand]; NaN where nothing was seen."""
        found = np.full(self.mean.shape, np.nan)
        found[self.seen] = randomised_pit(self.count[self.seen], self.mean[self.seen], self.dispersion[self.seen], rng)
        return found

    def rows(self, seed: int) -> list[dict[str, Any]]:
        """Return the measures of all strands' rows together, of each strand, and of each strand and horizon.

        The total over strands is no part of "all": it is a strand of its own.

        Args:
            seed: Of the randomised PIT and the bootstrap.
        """
        pit = self.pit(np.random.default_rng(seed))
        score = np.full(self.mean.shape, np.nan)
        score[self.seen] = crps(self.count[self.seen], self.mean[self.seen], self.dispersion[self.seen])
        ends = quantiles(self.mean, self.dispersion, ((1 - NOMINAL) / 2, (1 + NOMINAL) / 2))
        width = ends[..., 1] - ends[..., 0]
        each = [s for s, strand in enumerate(self.strands) if strand != ALL_STRANDS]
        asked = [(ALL, ALL_HORIZONS, slice(None), each)]
        asked += [(ALL, h, slice(k, k + 1), each) for k, h in enumerate(self.horizons)]
        for s, strand in enumerate(self.strands):
            asked.append((strand, ALL_HORIZONS, slice(None), [s]))
            asked += [(strand, h, slice(k, k + 1), [s]) for k, h in enumerate(self.horizons)]
        rows = []
        for strand, horizon, at, own in asked:
            seen = self.seen[:, at][..., own]
            if not seen.any():
                continue
            count, mean, own_pit = self.count[:, at][..., own], self.mean[:, at][..., own], pit[:, at][..., own]
            low, high = coverage_interval(own_pit, np.random.default_rng(seed))
            rows.append(
                {
                    "level": self.level,
                    "strand": strand,
                    "horizon": horizon,
                    "cells": int(seen.sum()),
                    "crps": float(score[:, at][..., own][seen].mean()),
                    "bias": float(mean[seen].sum() / count[seen].sum() - 1) if count[seen].sum() > 0 else None,
                    "coverage_80": float(inside(own_pit[seen]).mean()),
                    "coverage_80_low": low,
                    "coverage_80_high": high,
                    "pit_distance": distance(own_pit[seen]),
                    "width_80": float(width[:, at][..., own][seen].mean()),
                }
            )
        return rows


def inside(pit: F64) -> NDArray[np.bool_]:
    """Return which PIT values lie within the nominal 80 % range."""
    return np.asarray((pit > (1 - NOMINAL) / 2) & (pit <= (1 + NOMINAL) / 2))


def distance(pit: F64) -> float:
    """Return the largest distance of the values' distribution to the uniform one (Kolmogorov's)."""
    ordered, n = np.sort(pit), len(pit)
    steps = np.arange(n + 1) / n
    return float(max(np.abs(ordered - steps[:-1]).max(), np.abs(ordered - steps[1:]).max()))


def coverage_interval(pit: F64, rng: np.random.Generator, share: float = 0.95) -> tuple[float, float]:
    """Return the bootstrap interval of the coverage, from resampled runs of `BLOCK` origins (Kuensch 1989).

    Args:
        pit: float64[origin, ...], NaN where nothing was seen.
        rng: Randomness.
        share: Of the interval.
    """
    flat = pit.reshape(len(pit), -1)
    cells = np.isfinite(flat).sum(axis=1)
    hits = (inside(flat) & np.isfinite(flat)).sum(axis=1)
    return interval_of_ratio(hits[None], cells[None], rng, share)


def interval_of_ratio(
    above: NDArray[Any], below: NDArray[Any], rng: np.random.Generator, share: float = 0.95
) -> tuple[float, float]:
    """Return the block-bootstrap interval of a ratio of sums over origins, of one world or of several pooled.

    Args:
        above: [world, origin], summed over the line.
        below: [world, origin].
        rng: Randomness.
        share: Of the interval.
    """
    worlds, n = above.shape
    length = min(BLOCK, n)
    first = rng.integers(0, n - length + 1, size=(RESAMPLES, worlds, -(-n // length)))
    at = (first[..., None] + np.arange(length)).reshape(RESAMPLES, worlds, -1)[..., :n]
    world = np.arange(worlds)[None, :, None]
    sums = below[world, at].sum(axis=(1, 2))
    ratio = above[world, at].sum(axis=(1, 2)) / np.maximum(sums, 1e-12)
    low, high = np.quantile(ratio[sums > 0], [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
