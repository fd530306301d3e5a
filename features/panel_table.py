"""The panel as a table: one row a period, area and strand, for people and other programs."""

from typing import Any

import numpy as np
import pandas as pd

from features import periods
from features.panel import Panel

COLUMNS = ("period_start", "area_code", "strand", "count", "once", "observed", "completeness", "notices")


def panel_table(panel: Panel, *, met_only: bool = False, notices: str = "") -> pd.DataFrame:
    """Return a panel as rows: columns `COLUMNS`, then one a class of provenance that occurs.

    Cells that were not observed hold no number.

    Args:
        panel: Counts.
        met_only: Leave out the cells in which nothing was counted and that were observed.
        notices: Codes for every row, joined by semicolons.
    """
    chosen = np.flatnonzero((panel.counts > 0) | ~panel.observed) if met_only else np.arange(panel.counts.size)
    period, area, strand = np.unravel_index(chosen, panel.counts.shape)
    starts = periods.starts(np.arange(len(panel.counts)) + panel.first, panel.kind).astype("datetime64[s]")
    seen = panel.observed.reshape(-1)[chosen]

    def numbers(values: np.ndarray) -> np.ndarray:
        return np.where(seen, values.reshape(-1)[chosen].astype(np.float64), np.nan)

    columns: dict[str, Any] = {
        "period_start": starts[period],
        "area_code": pd.Categorical.from_codes(area.tolist(), pd.Index(list(panel.areas.codes), dtype="str")),
        "strand": pd.Categorical.from_codes(strand.tolist(), pd.Index(list(panel.strands), dtype="str")),
        "count": numbers(panel.counts),
        "once": numbers(panel.once),
        "observed": seen,
        "completeness": panel.completeness[period, strand].astype(np.float64),
        "notices": notices,
        **{name: numbers(counts) for name, counts in panel.classes.items()},
    }
    return pd.DataFrame(columns)
