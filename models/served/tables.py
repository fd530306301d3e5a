"""The tables behind a served file: every level of a run, with the contributions of all horizons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import ModelError
from features.panel import Panel
from models.forecaster import Factors, Forecast
from models.levels import level_members, upper_levels
from models.table import EXPLANATION, explanation_columns, forecast_table

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# A member whose multiplier is 0 has a mean of 0 and so no weight.
_LEAST_MULTIPLIER = 1e-12


@dataclass(frozen=True, eq=False)
class LevelTable:
    """The rows of one level, with explanation columns.

    Attributes:
        frame: As `models.table` lays it out.
        members: Indices of the areas of each member, in the order of the frame's codes.
    """

    frame: pd.DataFrame
    members: tuple[I64, ...]


def level_tables(
    own: pd.DataFrame, forecast: Forecast, panel: Panel, *, model_version: str, notices: Sequence[str]
) -> list[LevelTable]:
    """Return the tables of all levels, the areas' own first.

    Args:
        own: The run's table, as it is recorded; the columns of contributions are filled in.
        forecast: From the panel's origin, with the factors of all horizons.
        panel: What it was made from.
        model_version: Name of the model.
        notices: Codes of the run.

    Raises:
        ModelError: The forecast lacks factors.
    """
    areas, factors = panel.areas, forecast.factors
    if factors is None or factors.horizons != forecast.horizons:
        raise ModelError("gives no contributions of some horizons", place=model_version, fix="report it")
    columns = dict(zip(EXPLANATION, explanation_columns(factors).T, strict=True))
    tables = [LevelTable(own.assign(**columns), tuple(level_members(areas, areas.level).values()))]
    for level in upper_levels(areas):
        frame = forecast_table(forecast, panel, level=level, model_version=model_version, notices=notices)
        members = level_members(areas, level)
        frame[list(EXPLANATION)] = _averaged(forecast, factors, members)
        tables.append(LevelTable(frame, tuple(members.values())))
    return tables


def own_table(own: pd.DataFrame) -> LevelTable:
    """Return the table of a run that holds all its contributions; of the levels above it nothing is known.

    Raises:
        ModelError: It does not hold them all.
    """
    if "base" not in own or own["base"].isna().any():
        raise ModelError("lacks contributions of some horizons", place="run", fix="run strandcast forecast again")
    return LevelTable(own, tuple(np.array([at]) for at in range(own["area_code"].nunique())))


def _averaged(forecast: Forecast, factors: Factors, members: Mapping[str, I64]) -> F64:
    """Return the explanation columns of a level, float64[row, column], rows in the order horizon, member, strand.

    Bases are added up; multipliers and the calibration are averaged on the log scale with the means as weights. In all
    strands together a strand weighs with what is left of it when every incident is counted once.
    """
    once = forecast.spread.once
    logs = np.log(
        np.maximum(np.concatenate([factors.multipliers, factors.calibration[..., None]], axis=-1), _LEAST_MULTIPLIER)
    )
    found = [_member(forecast.mean[:, at], factors.base[:, at], logs[:, at], once) for at in members.values()]
    stacked = np.stack(found, axis=1)
    return stacked.reshape(-1, stacked.shape[-1])


def _member(mean: F64, base: F64, logs: F64, once: F64) -> F64:
    """Return one member's columns, float64[horizon, strand + 1, column]."""
    by_strand = _columns(mean, base, logs, (1,))
    together = _columns(mean * once, base * once, logs, (1, 2))
    return np.concatenate([by_strand, together[:, None]], axis=1)


def _columns(mean: F64, base: F64, logs: F64, over: tuple[int, ...]) -> F64:
    total = mean.sum(axis=over, keepdims=True)
    cells = np.prod([mean.shape[axis] for axis in over])
    weights = np.where(total > 0, mean / np.where(total > 0, total, 1.0), 1.0 / cells)
    averaged = np.exp((weights[..., None] * logs).sum(axis=over))
    return np.concatenate([base.sum(axis=over)[..., None], averaged], axis=-1)
