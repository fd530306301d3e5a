"""The forecasts that the gate compares: recipes fitted again at past origins, all from the same panels."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from errors import ModelError
from features import periods
from features.areas.areas import Areas
from features.areas.hierarchy import grouping
from features.knowledge import Knowledge
from features.panel import Panel
from models.levels import FORCE, at_level, level_members
from models.progress import Advance
from training.backtest import Backtest, Schedule, run_backtests
from training.choice import Recipe
from training.gate.checks import CHALLENGER
from training.gate.sample import Cells, Pit, Sample, decile_sums, together
from training.gate.settings import Compared

I64 = NDArray[np.int64]

# What any recipe must have seen before the first origin; a history that leaves less gives fewer origins.
FEWEST_BEFORE = {"week": 30, "month": 8}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Forecasts of the same origins, summed.

    Attributes:
        origins: First days of the origins, ISO.
        horizons: Horizons that were compared.
        every: Periods from one origin to the next.
        sample: The sums.
    """

    origins: tuple[str, ...]
    horizons: tuple[int, ...]
    every: int
    sample: Sample = field(repr=False)


def compare(
    knowledge: Knowledge, recipes: Mapping[str, Recipe], served: tuple[int, ...], asked: Compared, advance: Advance
) -> Comparison:
    """Fit every recipe again at past origins and sum how each did.

    Args:
        knowledge: What was known when.
        recipes: By the names of the methods; `CHALLENGER` among them.
        served: Horizons of the challenger.
        asked: Which origins and horizons.
        advance: Told of progress.

    Raises:
        ModelError: The history is too short to compare anything, or for one of the recipes.
    """
    panel = knowledge.as_recorded().at().panel
    schedule = _schedule(panel, served, asked)
    fits = {name: recipe.fit for name, recipe in recipes.items()}
    backtests = run_backtests(knowledge, schedule, fits, advance=advance)
    mine = backtests[CHALLENGER]
    starts = tuple(periods.start(int(origin), panel.kind).isoformat() for origin in mine.origins)
    return Comparison(starts, schedule.horizons, schedule.every, _sample(backtests, panel))


def _schedule(panel: Panel, served: tuple[int, ...], asked: Compared) -> Schedule:
    """Return the newest origins that the history has room for, at most as many as asked."""
    horizons = tuple(h for h in asked.horizons if h in served) or (min(served),)
    every = asked.every(panel.kind)
    one = Schedule(1, every, horizons, asked.refit_every)
    seen = np.flatnonzero(panel.observed.any(axis=(1, 2)))
    first = panel.first + int(seen[FEWEST_BEFORE[panel.kind]]) if len(seen) > FEWEST_BEFORE[panel.kind] else None
    last = panel.first + len(panel.counts) - max(horizons)
    if first is None or last < first:
        raise ModelError(
            f"{len(seen)} {panel.kind}s are known, and {FEWEST_BEFORE[panel.kind] + max(horizons)} are needed",
            place="gate",
            fix="ingest a longer history, or promote with --despite REASON",
        )
    newest = one.ordinals(panel)[0]
    return replace(one, origins=max(1, min(asked.origins, (newest - first) // every + 1)))


def _sample(backtests: Mapping[str, Backtest], panel: Panel) -> Sample:
    mine, areas = backtests[CHALLENGER], panel.areas
    at = mine.targets(panel)
    blocks, names, districts = _blocks(areas)
    count, seen = np.rint(panel.counts[at]).astype(np.float64), panel.complete[at]
    cells = {name: Cells(count, seen, test.mean, test.dispersion()) for name, test in backtests.items()}
    levels = [level for level in (grouping(areas.parents),) if level not in (None, FORCE)]
    return Sample(
        strands=panel.strands,
        blocks=names,
        districts=districts,
        cells=_by_block(seen.astype(np.float64), blocks),
        crps={name: _by_block(held.crps(), blocks) for name, held in cells.items()},
        deviance={name: _by_block(held.deviance(), blocks) for name, held in cells.items()},
        areas=Pit.of(areas.level, cells[CHALLENGER], blocks),
        totals=tuple(_total(mine, panel, str(level)) for level in (*levels, FORCE)),
        deciles=decile_sums(cells[CHALLENGER], areas.deprivation_decile, blocks),
    )


def _total(test: Backtest, panel: Panel, level: str) -> Pit:
    """Return the PIT of a level's totals; a total is seen where all of its areas are."""
    at, members = test.targets(panel), list(level_members(panel.areas, level).values())
    forecasts = [at_level(forecast, panel.areas, level) for forecast in test.forecasts]
    counts = np.concatenate([panel.counts, panel.once.sum(axis=2, keepdims=True)], axis=2)
    complete = np.concatenate([panel.complete, panel.complete.all(axis=2, keepdims=True)], axis=2)
    count = np.stack([counts[:, places].sum(axis=1) for places in members], axis=1)[at]
    seen = np.stack([complete[:, places].all(axis=1) for places in members], axis=1)[at]
    mean, dispersion = (np.stack([getattr(found, name) for found in forecasts]) for name in ("mean", "dispersion"))
    cells = Cells(np.rint(count).astype(np.float64), seen, mean, dispersion)
    return Pit.of(level, cells, np.arange(len(members)))


def _blocks(areas: Areas) -> tuple[I64, tuple[str, ...], bool]:
    """Return each area's block, the blocks' names, and whether they are districts."""
    if "district" not in areas.parents:
        return np.arange(len(areas)), areas.codes, False
    names, number = np.unique(np.asarray(areas.parents["district"]), return_inverse=True)
    return number.astype(np.int64), tuple(str(name) or "no district" for name in names), True


def _by_block(values: NDArray[np.float64], blocks: I64) -> NDArray[np.float64]:
    return together(values.sum(axis=1), blocks)
