"""Alarms of a panel: strands whose level has shifted within the newest year, with nobody having said why."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from features.completeness.shifts import LevelShift, level_shifts
from features.panel import Panel
from features.periods import PERIODS_A_YEAR

# Share of the best-covered period's areas that a period must have observed for its total to be compared.
_COVERED = 0.95


def comparable_totals(panel: Panel) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.bool_]]]:
    """Yield each strand with its totals, float64[period], and which of them can be compared, bool[period]."""
    complete = panel.complete
    for column, strand in enumerate(panel.strands):
        areas = complete[:, :, column].sum(axis=1)
        compared = (areas > 0) & (areas >= _COVERED * areas.max())
        yield strand, panel.counts[:, :, column].sum(axis=1, dtype=np.float64), compared


def recent_shifts(panel: Panel) -> dict[str, LevelShift]:
    """Return the newest shift of each strand's total that lies within the panel's last year.

    A change that somebody declared is rescaled in the panel and so shifts nothing any more. A strand that only monthly
    feeds speak of shifts in their months.
    """
    newest = panel.first + len(panel.counts) - PERIODS_A_YEAR[panel.kind]
    found = recent_shifts(panel.months.panel) if panel.months else {}
    if not len(panel.counts):
        return found
    for strand, total, compared in comparable_totals(panel):
        shifts = [s for s in level_shifts(total, compared, panel.first, panel.kind) if s.period >= newest]
        if shifts:
            found[strand] = shifts[-1]
    return found
