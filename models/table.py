"""The forecast table: the form in which forecasts leave, and the wider one that a weekly run keeps."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError
from features import periods
from features.cells import guarded
from features.panel import Panel
from features.spec import GROUPS
from models.distribution import LEVELS, quantiles
from models.forecaster import F64, Factors, Forecast
from models.levels import ALL_STRANDS, at_level

QUANTILES: tuple[str, ...] = tuple(f"q{level:g}" for level in LEVELS)
KEYS = ("level", "area_code", "strand", "as_of", "origin", "period_start", "horizon")
COLUMNS: tuple[str, ...] = (*KEYS, "mean", *QUANTILES, "model_version", "fallback", "notices")
MULTIPLIERS: dict[str, str] = {group: "x_" + group.replace(" ", "_").replace("-", "_") for group in GROUPS}
EXPLANATION: tuple[str, ...] = ("base", *MULTIPLIERS.values(), "calibration")
# The notice of a strand whose weeks are, in part at least, split from months.
FROM_MONTHLY = "from-monthly"
SUFFIXES = (".parquet", ".csv")


def forecast_table(
    forecast: Forecast, panel: Panel, *, level: str, model_version: str, notices: Sequence[str] = (), fallback: str = ""
) -> pd.DataFrame:
    """Return the forecast table of one origin, rows in the order horizon, area, strand.

    At the bottom level the explanation columns follow the contract's, if the forecast has its factors; they are empty
    at horizons that were not taken apart. Above it the last strand is `ALL_STRANDS`, in which every incident is
    counted once.

    Args:
        forecast: From the panel's origin.
        panel: What it was made from.
        level: The areas' own level, or one above.
        model_version: Name of the model.
        notices: Codes for every row, but for "from-monthly", which is of the strands that monthly feeds speak of.
        fallback: Name of the method that stands in everywhere, empty if none does; the forecast's own goes by strand.

    Raises:
        DataError: The areas have no such level.
    """
    bottom = level == panel.areas.level
    if bottom:
        codes, strands, mean, dispersion = panel.areas.codes, panel.strands, forecast.mean, forecast.dispersion
    else:
        found = at_level(forecast, panel.areas, level)
        codes, strands, mean, dispersion = found.codes, (*panel.strands, ALL_STRANDS), found.mean, found.dispersion
    frame = _keys(panel, level, codes, strands, forecast.horizons)
    frame["mean"] = mean.reshape(-1)
    frame[list(QUANTILES)] = quantiles(mean, dispersion).reshape(-1, len(LEVELS))
    frame["model_version"] = model_version
    frame["notices"] = np.broadcast_to(_noted(panel, notices, len(strands)), mean.shape).reshape(-1)
    frame["fallback"] = fallback or np.broadcast_to(_stand_ins(forecast, level, len(strands)), mean.shape).reshape(-1)
    if bottom and forecast.factors is not None:
        columns = np.full((len(frame), len(EXPLANATION)), np.nan)
        columns[frame["horizon"].isin(forecast.factors.horizons)] = explanation_columns(forecast.factors)
        frame[list(EXPLANATION)] = columns
    return frame


def explanation_columns(factors: Factors) -> F64:
    """Return factors as the columns of `EXPLANATION`, float64[row, column]; rows in the order horizon, area, strand."""
    parts = (factors.base[..., None], factors.multipliers, factors.calibration[..., None])
    return np.concatenate(parts, axis=-1).reshape(-1, len(EXPLANATION))


def _noted(panel: Panel, notices: Sequence[str], strands: int) -> NDArray[np.object_]:
    """Return the notices of each strand of a table, of all strands together those of any."""
    every = ";".join(notices)
    others = ";".join(code for code in notices if code != FROM_MONTHLY)
    mine = panel.from_months
    return np.array([every if months else others for months in (*mine, mine.any())][:strands], dtype=object)


def _stand_ins(forecast: Forecast, level: str, strands: int) -> NDArray[np.object_]:
    """Return the fallback of each strand of a table; of all strands together only where every strand has the same."""
    names = forecast.fallback_at(level)
    everywhere = names[0] if len(set(names)) == 1 else ""
    return np.array([*names, everywhere][:strands], dtype=object)


def _keys(
    panel: Panel, level: str, codes: Sequence[str], strands: Sequence[str], horizons: Sequence[int]
) -> pd.DataFrame:
    shape = (len(horizons), len(codes), len(strands))
    horizon, area, strand = (axis.reshape(-1) for axis in np.indices(shape))
    origin = panel.first + len(panel.counts)
    starts = [periods.start(origin + h - 1, panel.kind) for h in horizons]

    def repeated(values: Sequence[str], at: NDArray[np.int64]) -> "pd.Categorical[str]":
        return pd.Categorical.from_codes(at.tolist(), categories=pd.Index(list(values), dtype="str"))

    return pd.DataFrame(
        {
            "level": level,
            "area_code": repeated(list(codes), area),
            "strand": repeated(list(strands), strand),
            "as_of": pd.Timestamp(panel.as_of),
            "origin": pd.Timestamp(panel.origin),
            "period_start": pd.to_datetime(pd.Series(starts))[horizon].to_numpy(),
            "horizon": np.asarray(horizons, dtype=np.int64)[horizon],
        }
    )


def cube(frame: pd.DataFrame, column: str = "mean") -> tuple[F64, tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    """Return one column of a table of one origin as float64[horizon, area, strand], with areas, strands and horizons.

    Raises:
        DataError: Rows are missing or twice there.
    """
    horizons = tuple(sorted(int(h) for h in frame["horizon"].unique()))
    codes, strands = (tuple(sorted(frame[name].astype(str).unique())) for name in ("area_code", "strand"))
    expected = len(horizons) * len(codes) * len(strands)
    ordered = frame.assign(area_code=frame["area_code"].astype(str), strand=frame["strand"].astype(str))
    ordered = ordered.sort_values(["horizon", "area_code", "strand"], kind="stable")
    if len(ordered) != expected or ordered.duplicated(["horizon", "area_code", "strand"]).any():
        problem = f"has {len(frame)} rows where {expected} are needed"
        raise DataError(problem, place="forecast table", fix="forecast again")
    values = ordered[column].to_numpy(dtype=np.float64).reshape(len(horizons), len(codes), len(strands))
    return values, codes, strands, horizons


def to_parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def check_suffix(path: Path) -> None:
    """Refuse a file name that says neither Parquet nor CSV, before any work is done.

    Raises:
        DataError: As said, or the folder is not there.
    """
    if path.suffix not in SUFFIXES:
        raise DataError("is neither .parquet nor .csv", place=str(path), fix="name the file so")
    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write the columns of a forecast table by the file's suffix, whole or not at all.

    Raises:
        DataError: The suffix is neither .parquet nor .csv.
    """
    write_frame(frame[list(COLUMNS)], path)


def write_frame(table: pd.DataFrame, path: Path) -> None:
    """Write a table by the file's suffix, whole or not at all; in CSV a spreadsheet takes no text for a formula.

    Raises:
        DataError: The suffix is neither .parquet nor .csv.
    """
    check_suffix(path)
    part = path.with_name(f".{path.name}.part")
    if path.suffix == ".parquet":
        table.to_parquet(part, index=False)
    else:
        texts = {str(name): _guarded(table[name]) for name in table.select_dtypes(["object", "str", "category"])}
        table.assign(**texts).to_csv(part, index=False, date_format="%Y-%m-%d")
    part.replace(path)


def _guarded(column: "pd.Series[Any]") -> "pd.Series[Any]":
    plain = column.astype(object)
    safe = {value: guarded([value])[0] for value in plain.unique() if isinstance(value, str)}
    return plain.map(lambda value: safe[value] if isinstance(value, str) else value)
