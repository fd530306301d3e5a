"""What a recorded forecast holds of one horizon, as arrays: read from the record alone, so a plan can be repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import AllocationError, DataError
from features import periods
from features.periods import PeriodKind
from models.patrol import SHARE
from models.runs import DISPERSION, ForecastRun

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Recorded:
    """One horizon of a run.

    Attributes:
        area_codes: Areas, ascending.
        strands: Strands, ascending.
        mean: Expected incidents, float64[area, strand].
        share: Share of them that may draw patrols; 1 in a run that was recorded before shares were.
        dispersion: Variance is mean + dispersion x mean^2; 0 in a run that was recorded before dispersions were.
        weeks: Length of the period in weeks.
    """

    area_codes: tuple[str, ...]
    strands: tuple[str, ...]
    mean: F64
    share: F64
    dispersion: F64
    weeks: float


def recorded(run: ForecastRun, horizon: int) -> Recorded:
    """Return what a run holds of one horizon.

    Raises:
        AllocationError: It has no such horizon.
        DataError: Rows are missing or twice there.
    """
    rows = run.frame[run.frame["horizon"] == horizon]
    if not len(rows):
        horizons = sorted(int(other) for other in run.frame["horizon"].unique())
        fix = f"use one of: {', '.join(map(str, horizons))}"
        raise AllocationError(f"the forecast {run.run_id} has no horizon {horizon}", place="horizon", fix=fix)
    kind, start = period_of(run, horizon)
    end = periods.start(periods.ordinal(start, kind) + 1, kind)
    codes, strands, at = _placed(rows)

    def column(name: str, otherwise: float) -> F64:
        values = np.full(len(rows), otherwise)
        if name in rows:
            values[at] = rows[name].to_numpy(dtype=np.float64)
        return values.reshape(len(codes), len(strands))

    mean = column("mean", 0.0)
    _check(mean, codes, strands)
    return Recorded(codes, strands, mean, column(SHARE, 1.0), column(DISPERSION, 0.0), (end - start).days / 7)


def period_of(run: ForecastRun, horizon: int) -> tuple[PeriodKind, date]:
    """Return the kind and the first day of the period that a plan is for."""
    kind: PeriodKind = "month" if run.meta["period"] == "month" else "week"
    origin = periods.ordinal(date.fromisoformat(run.meta["origin"]), kind)
    return kind, periods.start(origin + horizon - 1, kind)


def _placed(rows: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...], NDArray[np.int64]]:
    """Return areas, strands, and where each row stands in their order."""
    area, codes = pd.factorize(rows["area_code"].astype("str"), sort=True)
    strand, strands = pd.factorize(rows["strand"].astype("str"), sort=True)
    at = area.astype(np.int64) * len(strands) + strand
    if len(rows) != len(codes) * len(strands) or (np.bincount(at, minlength=len(rows)) != 1).any():
        problem = f"has {len(rows)} rows where {len(codes) * len(strands)} are needed"
        raise DataError(problem, place="forecast table", fix="forecast again")
    return tuple(map(str, codes)), tuple(map(str, strands)), at


def _check(mean: F64, codes: Sequence[str], strands: Sequence[str]) -> None:
    bad = np.argwhere(~(np.isfinite(mean) & (mean >= 0)))
    if len(bad):
        area, strand = bad[0]
        place = f"demand of area {codes[area]}, strand {strands[strand]}"
        problem = f"{mean[area, strand]:g} is no expected number of incidents"
        raise AllocationError(problem, place=place, fix="forecast again: it must be a number of 0 or more")
