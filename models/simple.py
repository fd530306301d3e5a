"""Simple methods: what every model must beat, and what stands in where it does not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from errors import ModelError
from features import rates
from features.matrix import build
from features.panel import Panel
from features.periods import PERIODS_A_YEAR
from features.rates import StrandTotals
from features.spec import FeatureSpec, Offset
from models.forecaster import F64, Factors, Forecast, one_group
from models.ranges import fit_spread, once_share
from models.spread import Spread

NAMES = "naive, last, mean-N, mean-all, weighted-ALPHA, shrunken, shrunken-all"

# Half-life that no history reaches, in periods: every period counts the same.
_ALL = 1e9
_SHRUNKEN_HALF_LIFE = {"week": 26.0, "month": 18.0}
_YEARS_OF_SEASON = 5


@dataclass(frozen=True, eq=False)
class SimpleForecaster:
    """A method that needs no training but its ranges.

    Attributes:
        method: Its name, one of `NAMES`.
        horizons: Horizons to forecast.
        spread: How counts spread about its means.
    """

    method: str
    horizons: tuple[int, ...]
    spread: Spread

    def forecast(self, panel: Panel, *, explain: Sequence[int] = ()) -> Forecast:
        """Forecast from the panel's origin."""
        origin = np.array([panel.first + len(panel.counts)], dtype=np.int64)
        factors = _factors(self.method, panel, self.horizons, origin)[0]
        mean, apart = factors.product(), factors.only(explain)
        return Forecast(mean, self.spread, self.horizons, apart, self.method)


def fit_simple(method: str, panel: Panel, horizons: tuple[int, ...]) -> SimpleForecaster:
    """Fit a simple method's ranges to its own misses in the newest half-year, at most half of the panel.

    Periods whose records are not all in are no misses.

    Raises:
        ModelError: There is no such method, or the history is too short for it.
    """
    n = len(panel.counts)
    if n < 3:
        raise ModelError(f"knows {n} complete {panel.kind}s", place=method, fix="ingest at least 3")
    checked = min(n // 2, PERIODS_A_YEAR[panel.kind] // 2)
    origins = np.arange(n - checked, n)
    mean = np.stack([f.product() for f in _factors(method, panel, (1,), origins + panel.first)])
    count, seen = panel.counts[origins, None].astype(np.float64), panel.complete[origins, None]
    return SimpleForecaster(method, horizons, fit_spread(count, mean, seen, panel.areas, (1,), once_share(panel)))


def past_means(method: str, panel: Panel, horizons: tuple[int, ...], origins: NDArray[np.int64]) -> F64:
    """Return what a simple method would have forecast, float64[origin, horizon, area, strand].

    Args:
        method: Its name.
        panel: Counts; each origin sees those before it only.
        horizons: Horizons.
        origins: Ordinals, ascending.

    Raises:
        ModelError: There is no such method.
    """
    return np.stack([factors.product() for factors in _factors(method, panel, horizons, origins)])


def _factors(method: str, panel: Panel, horizons: tuple[int, ...], origins: NDArray[np.int64]) -> list[Factors]:
    """Return the factors at each origin."""
    kind, _, argument = method.partition("-")
    year = PERIODS_A_YEAR[panel.kind]
    plain = FeatureSpec(panel.kind, horizons)
    match kind:
        case "naive" if len(panel.counts) > year:
            return _seasonal_naive(panel, horizons, origins, year)
        case "naive" | "last":
            return _column(replace(plain, lags=(1,)), panel, origins)
        case "mean" if argument == "all" or (argument.isdigit() and int(argument) > 0):
            spec = replace(plain, half_lives=(_ALL,)) if argument == "all" else replace(plain, windows=(int(argument),))
            return _column(spec, panel, origins)
        case "weighted" if _is_share(argument):
            half_life = float(np.log(0.5) / np.log1p(-float(argument)))
            return _column(replace(plain, half_lives=(half_life,)), panel, origins)
        case "shrunken" if argument in ("", "all"):
            return _shrunken(panel, horizons, origins, _ALL if argument else _SHRUNKEN_HALF_LIFE[panel.kind])
    raise ModelError(f"'{method}' is not a simple method", place="--model", fix=f"use one of {NAMES}")


def _is_share(text: str) -> bool:
    try:
        return 0.0 < float(text) < 1.0
    except ValueError:
        return False


def _column(spec: FeatureSpec, panel: Panel, origins: NDArray[np.int64]) -> list[Factors]:
    """Read the forecast off a matrix of one column; a cell with nothing observed gets 0."""
    matrix = build(spec, panel, origins)
    shape = (len(panel.strands), len(panel.areas), len(origins), len(spec.horizons))
    values = np.nan_to_num(matrix.values[:, 0].astype(np.float64)).reshape(shape).transpose(2, 3, 1, 0)
    return [_one(values[o], matrix.groups[0], spec.horizons) for o in range(len(origins))]


def _seasonal_naive(panel: Panel, horizons: tuple[int, ...], origins: NDArray[np.int64], year: int) -> list[Factors]:
    found = []
    for origin in origins - panel.first:
        at = origin + np.array(horizons) - 1
        # A horizon beyond a year looks two years back, so that the target's own year is never touched.
        back = year * (1 + (np.array(horizons) - 1) // year)
        values = np.where((at >= back)[:, None, None], panel.counts[np.maximum(at - back, 0)], 0.0)
        found.append(_one(values.astype(np.float64), "season", horizons))
    return found


def _one(values: F64, group: str, horizons: tuple[int, ...]) -> Factors:
    ones = np.ones_like(values)
    return Factors(ones, one_group(group, values), ones, horizons)


def _shrunken(panel: Panel, horizons: tuple[int, ...], origins: NDArray[np.int64], half_life: float) -> list[Factors]:
    """Strand mean x own shrunken level x the strand's season, where two years are known."""
    year = PERIODS_A_YEAR[panel.kind]
    spec = FeatureSpec(panel.kind, horizons, lags=(1,), offset=Offset(half_life, half_life))
    start = build(spec, panel, origins).start
    if start is None:
        raise ModelError("has no offset", place="shrunken", fix="report it")
    at = origins - panel.first
    half_width, reference = (3, 26) if panel.kind == "week" else (0, 6)
    season = rates.seasons(
        StrandTotals.of(panel), at, np.array(horizons), year, half_width, reference=reference, years=_YEARS_OF_SEASON
    )
    found = []
    for o in range(len(origins)):
        shape = (len(horizons), len(panel.areas), len(panel.strands))
        own = np.broadcast_to(start.own_level[o].T, shape)
        multipliers = one_group("own long-run level", own)
        multipliers *= one_group("season", np.broadcast_to(np.exp(np.nan_to_num(season[o]))[:, None, :], shape))
        base = np.broadcast_to(start.strand_mean[o], shape).copy()
        found.append(Factors(base, multipliers, np.ones(shape), horizons))
    return found
