"""Golden forecasts: what a model forecast when it was packed, so that whoever loads it can see that it still does."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.panel import Panel
from models.bundle import Fitted

F64 = NDArray[np.float64]

# How far a forecast may be from the golden one, relative: another processor rounds otherwise, another tree is far off.
TOLERANCE = 1e-9
CELLS = 240


def golden(model: Fitted, panel: Panel) -> dict[str, Any]:
    """Return a model's forecast from a panel as JSON values: the sum of each horizon and strand, and a sample of cells.

    The sums see every cell; the sample sees what cancels out in sums, and the ranges.

    Args:
        model: Fitted.
        panel: The one it learnt from, which is kept beside it.
    """
    mean, dispersion = _forecast(model, panel)
    cells = np.unique(np.linspace(0, mean.size - 1, min(CELLS, mean.size)).astype(np.int64))
    return {
        "sums": mean.sum(axis=1).tolist(),
        "cells": cells.tolist(),
        "mean": mean.reshape(-1)[cells].tolist(),
        "dispersion": dispersion.reshape(-1)[cells].tolist(),
    }


def deviation(document: Mapping[str, Any], model: Fitted, panel: Panel) -> float:
    """Return the largest relative difference of a model's forecast to its golden one; infinite on another grid.

    Args:
        document: From `golden`.
        model: As loaded.
        panel: The same panel.
    """
    mean, dispersion = _forecast(model, panel)
    sums, cells = np.array(document["sums"], dtype=np.float64), np.array(document["cells"], dtype=np.int64)
    if sums.shape != mean.sum(axis=1).shape or cells.max(initial=0) >= mean.size:
        return float("inf")
    pairs = [(mean.sum(axis=1), sums)]
    for name, found in (("mean", mean), ("dispersion", dispersion)):
        pairs.append((found.reshape(-1)[cells], np.array(document[name], dtype=np.float64)))
    return max(_largest(found, expected) for found, expected in pairs)


def _forecast(model: Fitted, panel: Panel) -> tuple[F64, F64]:
    forecast = model.forecast(panel)
    return forecast.mean, np.broadcast_to(forecast.dispersion, forecast.mean.shape)


def _largest(found: F64, expected: F64) -> float:
    # A difference that is no number compares as not greater: it must not pass as agreement.
    apart = np.abs(found - expected) / np.maximum(np.abs(expected), 1e-6)
    return float(np.max(np.where(np.isfinite(apart), apart, np.inf), initial=0.0))
