"""Forecasts of SYNTHETIC counties whose truth is known: CRPS over the oracle's, and how often the ranges hold.

python -m benchmarks.twin_forecasts [--model NAME] [SEED ...]

Each seed is a twin of three years with all that makes records late, lost and corrected; 25 origins, every second week,
from what was known at each, one refit half way. Truth is what is recorded in the end. The oracle knows the intensity
of each cell given all that happened before the target week, and the patrols of that week; its dispersion by strand is
fitted to the very cells that are scored. Seeds 1 to 3 by default, which no scoring uses.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.protocol import workspace
from benchmarks.ranges import SEED, coverage_table, pooled
from experiments.twin.county import essex
from experiments.twin.parameters import Parameters
from experiments.twin.twin import DEFAULT_END, WEEKS_A_TWIN_YEAR, Twin, make_twin
from experiments.twin.writing import write_twin
from features import periods
from features.panel import Panel
from models.distribution import crps, fit_dispersion
from models.levels import ALL_STRANDS, FORCE
from models.progress import silent
from training.backtest import Backtest, Schedule, run_backtest
from training.choice import Recipe
from training.evaluate import ALL
from training.honesty import Ranges, interval_of_ratio

F64 = NDArray[np.float64]
FEEDS = ("force-crime", "council-asb", "deliberate-fires", "stats19", "action-fraud")
SCHEDULE = Schedule(25, 2, (1, 2, 4), 13)
LEVELS = ("lsoa", "district", "lpa", FORCE)


@dataclass(frozen=True)
class World:
    """What one seed gives.

    Attributes:
        seed: Which.
        levels: Ranges by level, in the order of `LEVELS`.
        score, oracle: CRPS of the forecasts and of the oracle, summed by origin; float64[origin].
    """

    seed: int
    levels: tuple[Ranges, ...]
    score: F64
    oracle: F64


def world(seed: int, model: str) -> World:
    """Make a twin, take its feeds in, and forecast."""
    twin = make_twin(essex(), seed, DEFAULT_END, 3 * WEEKS_A_TWIN_YEAR, Parameters.load(), silent)
    with tempfile.TemporaryDirectory(prefix="strandcast-twin-") as folder:
        write_twin(twin, Path(folder), silent)
        init = ["init", "--synthetic", "--taxonomy", "essex-2018", "--areas", f"{folder}/areas.csv"]
        ingests = [["ingest", feed, f"{folder}/{feed}"] for feed in FEEDS]
        with workspace([*init, "--period", "week", "--holidays", "GB-ENG"], *ingests) as deployment:
            knowledge = deployment.knowledge("week")
            recipe = Recipe(model, deployment.calendar(), deployment.workspace.settings.seed)
            made = run_backtest(knowledge, SCHEDULE, recipe.fit, name=model, advance=silent)
            panel = knowledge.as_recorded().at().panel
    levels = tuple(Ranges.of_backtest(made, panel, level) for level in LEVELS)
    return World(seed, levels, *_scores(levels[0], expected(twin, made, panel)))


def expected(twin: Twin, made: Backtest, panel: Panel) -> F64:
    """Return the records that the truth expects in the end, float64[origin, horizon, area, strand]."""
    first = int(periods.ordinal_of(twin.scene.weeks.starts[:1].astype("datetime64[D]"), "week")[0])
    week = made.origins[:, None] + np.array(made.horizons)[None, :] - 1 - first
    order = [twin.scene.county.codes.index(code) for code in panel.areas.codes]
    found = np.zeros((*week.shape, len(order), len(panel.strands)))
    for part in twin.truth:
        if part.feed in FEEDS and part.strand in panel.strands:
            found[..., panel.strands.index(part.strand)] += part.recorded[week][..., order]
    return found


def _scores(bottom: Ranges, truth: F64) -> tuple[F64, F64]:
    seen = bottom.seen
    dispersion = np.zeros(truth.shape)
    for s in range(len(bottom.strands)):
        own = seen[..., s]
        dispersion[..., s] = fit_dispersion(bottom.count[..., s][own], truth[..., s][own])

    def by_origin(mean: F64, spread: F64) -> F64:
        cells = np.zeros(seen.shape)
        cells[seen] = crps(bottom.count[seen], mean[seen], spread[seen])
        return np.asarray(cells.sum(axis=(1, 2, 3)))

    return by_origin(bottom.mean, bottom.dispersion), by_origin(truth, dispersion)


def report(worlds: Sequence[World]) -> None:
    """Print each seed's figures and all together."""
    for one in worlds:
        held = [f"{level} {pooled([ranges], ALL)[0]:.1%}" for level, ranges in zip(LEVELS, one.levels, strict=True)]
        total = pooled([one.levels[-1]], ALL_STRANDS)[0]
        ratio = one.score.sum() / one.oracle.sum()
        print(f"seed {one.seed}: CRPS over the oracle's {ratio:.4f}; held: {', '.join(held)}, force total {total:.1%}")
    score, oracle = (np.stack([getattr(one, name) for one in worlds]) for name in ("score", "oracle"))
    low, high = interval_of_ratio(score, oracle, np.random.default_rng(SEED))
    print(f"all seeds: CRPS over the oracle's {score.sum() / oracle.sum():.4f} ({low:.4f}-{high:.4f})")
    by_level = [[one.levels[k] for one in worlds] for k in range(len(LEVELS))]
    seeds = " ".join(str(one.seed) for one in worlds)
    Console(width=150).print(coverage_table(f"SYNTHETIC twins, seeds {seeds}, nominal 80 %", by_level))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Forecasts of SYNTHETIC counties.")
    parser.add_argument("--model", default="boosted")
    parser.add_argument("seeds", type=int, nargs="*", default=[1, 2, 3])
    asked = parser.parse_args()
    made_worlds = []
    for number in asked.seeds:
        made_worlds.append(world(number, asked.model))
        print(f"seed {number} done", flush=True)
    report(made_worlds)
