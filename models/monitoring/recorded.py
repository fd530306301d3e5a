"""Recorded forecasts beside what was recorded in the end: the periods since a model was trained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import periods
from features.panel import Panel
from ledger.artefacts import Artefact
from models.books import Books
from models.distribution import crps, cumulative
from models.monitoring.beside import METHODS, Beside, kept_panel
from models.runs import DISPERSION, KIND, ForecastRun, load_run
from models.table import cube

F64 = NDArray[np.float64]

PIT_LEVELS: F64 = np.arange(1, 20) / 20


@dataclass(frozen=True, eq=False)
class Scores:
    """What the recorded forecasts of some periods were worth.

    Attributes:
        periods: Ordinals, ascending.
        runs: The run that each period's forecasts are of.
        strands: Strands of the last axes.
        cells: float64[period, strand], areas that were forecast and are complete.
        recorded: float64[period, strand], incidents recorded in them.
        expected: float64[period, strand], incidents forecast.
        crps: float64[period, strand], summed over areas.
        pit: float64[period, strand, level], cells whose randomised PIT is at or below each of `PIT_LEVELS`, averaged
            over its draws.
        simple: Simple method to float64[period, strand], its CRPS in the same cells; NaN where it could not be asked.
    """

    periods: tuple[int, ...]
    runs: tuple[str, ...]
    strands: tuple[str, ...]
    cells: F64
    recorded: F64
    expected: F64
    crps: F64
    pit: F64
    simple: dict[str, F64]


@dataclass(frozen=True, eq=False)
class _Forecast:
    """One period's forecast on the axes of the truth, float64[area, strand]; NaN where there is none."""

    mean: F64
    dispersion: F64


def scores(books: Books, version: str, truth: Panel, trained: int, most: int) -> Scores | str:
    """Return what a model's recorded forecasts of the newest periods were worth, or why nothing can be told.

    Of each period the newest forecast that was made before it began is taken, the one that a plan rested on. Strands
    that a simple method stood in for while the model was suspended say nothing of the model.

    Args:
        books: Hold the runs, their tables and panels.
        version: The model.
        truth: What is recorded now, not rescaled; its `as_of` bounds what may be used.
        trained: Ordinal of the model's origin; forecasts from before it are no test.
        most: Most periods that are looked at, the newest.
    """
    chosen = _chosen(books.ledger.artefacts(KIND), version, truth, trained)
    if not chosen:
        return f"no recorded forecast of a {truth.kind} that is complete now"
    rows, beside = [], None
    for target in sorted(chosen)[-most:]:
        run = load_run(books.ledger, books.files, chosen[target].name)
        if DISPERSION not in run.frame:
            continue
        panel = kept_panel(books, run)
        beside = beside or Beside.of(panel, tuple(int(h) for h in run.meta["horizons"]))
        rows.append((target, run.run_id, *_scored(run, truth, target, panel, beside)))
    if not rows:
        return "the runs were recorded before their spread was kept with them"
    ordinals, names, measured, simple = zip(*rows, strict=True)
    cells, recorded, expected, own, pit = (np.stack(values) for values in zip(*measured, strict=True))
    nothing = np.full(len(truth.strands), np.nan)
    others = {method: np.stack([found.get(method, nothing) for found in simple]) for method in METHODS}
    return Scores(ordinals, names, truth.strands, cells, recorded, expected, own, pit, others)


def _chosen(runs: Sequence[Artefact], version: str, truth: Panel, trained: int) -> dict[int, Artefact]:
    """Return the run of each complete period: the newest that was made from what was known before it began."""
    chosen: dict[int, tuple[str, Artefact]] = {}
    complete = np.flatnonzero(truth.complete.any(axis=(1, 2))) + truth.first
    for run in runs:
        if run.meta["model_version"] != version or run.meta["period"] != truth.kind:
            continue
        as_of = str(run.meta["as_of"])
        origin = periods.ordinal(pd.Timestamp(str(run.meta["origin"])).date(), truth.kind)
        targets = origin + np.array(run.meta["horizons"], dtype=np.int64) - 1
        for target in np.intersect1d(targets, complete).tolist() if origin >= trained else ():
            began_after = as_of <= periods.start(target, truth.kind).isoformat()
            # Of two runs from the same knowledge the one recorded later holds.
            if began_after and (target not in chosen or as_of >= chosen[target][0]):
                chosen[target] = (as_of, run)
    return {target: run for target, (_, run) in chosen.items()}


def _scored(
    run: ForecastRun, truth: Panel, target: int, panel: Panel | None, beside: Beside
) -> tuple[tuple[F64, ...], dict[str, F64]]:
    """Return cells, recorded, expected, CRPS and PIT by strand, and the CRPS of each simple method by strand."""
    origin = periods.ordinal(pd.Timestamp(run.meta["origin"]).date(), truth.kind)
    horizon = target - origin + 1
    rows = run.frame[run.frame["horizon"] == horizon]
    mean, codes, strands, _ = cube(rows)
    own = _aligned(mean[0], cube(rows, DISPERSION)[0][0], codes, strands, truth)
    count = truth.counts[target - truth.first].astype(np.float64)
    seen = truth.complete[target - truth.first] & np.isfinite(own.mean)
    seen &= ~np.isin(np.array(truth.strands), list(run.meta.get("suspended", {})))
    simple = {}
    for method, (values, spread) in beside.forecasts(panel, horizon).items():
        other = _aligned(values, spread, panel.areas.codes, panel.strands, truth) if panel else own
        simple[method] = _crps(count, other, seen)
    sums = [np.where(seen, values, 0.0).sum(axis=0) for values in (np.ones_like(count), count, own.mean)]
    return (*sums, _crps(count, own, seen), _pit(count, own, seen)), simple


def _aligned(mean: F64, dispersion: F64, codes: Sequence[str], strands: Sequence[str], truth: Panel) -> _Forecast:
    """Put values [area, strand] on the truth's axes: an open list of areas grows from week to week."""
    area = {code: at for at, code in enumerate(truth.areas.codes)}
    strand = {name: at for at, name in enumerate(truth.strands)}
    rows = [(here, area[code]) for here, code in enumerate(codes) if code in area]
    columns = [(here, strand[name]) for here, name in enumerate(strands) if name in strand]
    shape = (len(area), len(strand))
    found = _Forecast(np.full(shape, np.nan), np.full(shape, np.nan))
    if rows and columns:
        own = np.ix_([here for here, _ in rows], [here for here, _ in columns])
        there = np.ix_([at for _, at in rows], [at for _, at in columns])
        found.mean[there], found.dispersion[there] = mean[own], dispersion[own]
    return found


def _crps(count: F64, forecast: _Forecast, seen: NDArray[np.bool_]) -> F64:
    cells = np.zeros(count.shape)
    # An area that a simple method had not met yet makes its sum, and so the comparison of the strand, no number.
    cells[seen] = crps(count[seen], forecast.mean[seen], forecast.dispersion[seen])
    total: F64 = cells.sum(axis=0)
    return total


def _pit(count: F64, forecast: _Forecast, seen: NDArray[np.bool_]) -> F64:
    """Return by strand and level the cells whose PIT is at most that, each averaged over the draws of its randomising.

    Czado, Gneiting & Held 2009, Biometrics 65:1254: with P = F(y - 1) and Q = F(y) the mean over draws is
    (u - P) / (Q - P) between the two, so that nothing is left to a seed.
    """
    mean, spread = np.nan_to_num(forecast.mean), np.nan_to_num(forecast.dispersion)
    high = cumulative(count, mean, spread)
    low = np.where(count > 0, cumulative(count - 1, mean, spread), 0.0)
    width = np.maximum(high - low, 1e-12)
    below = np.clip((PIT_LEVELS - low[..., None]) / width[..., None], 0.0, 1.0)
    total: F64 = np.where(seen[..., None], below, 0.0).sum(axis=0)
    return total
