"""Question: does a general forecasting library do as well on sparse weekly counts?

    uv run --group peers python -m experiments.peers WORKSPACE [--scored] [--slow]

The origins are those of Toronto's protocol two years earlier (25 origins every second week, horizons 1-4, last target
the week of 2019-12-16), so that nothing is chosen on its scored weeks; `--scored` takes the protocol's own. Each peer
forecasts from the panel as it was known at each origin. The peers give points: their ranges are negative binomials
whose dispersion is fitted by strand to their own misses from six origins before, every second week too. Our own methods
are measured on the same cells. mlforecast has common lags and windows on a LightGBM with a Poisson objective, one model
a horizon, and is fitted again at every fifth origin, as ours are. `--slow` adds AutoETS and AutoTheta.

Finding (run on 2026-11-24): no, on these weeks. The best peers are Croston's method (deviance .9919, CRPS .4315) and
LightGBM by mlforecast (.9920, .4320); our shrunken rates have .9830 and .4278, the stack .9731 and .4249. All figures
are in docs/benchmarks.md. AutoETS and AutoTheta were not run.
"""

import argparse
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import lightgbm
import mlforecast
import numpy as np
import pandas as pd
import statsforecast
from mlforecast.lag_transforms import ExponentiallyWeightedMean, RollingMean
from numpy.typing import NDArray
from statsforecast import models as statistical

from experiments.knowledge import weekly_knowledge
from features.calendar import Calendar
from features.knowledge import Knowledge
from features.panel import Panel
from models.distribution import LEVELS, crps, fit_dispersion, quantiles
from models.metrics import LEAST_MEAN, pinball, poisson_deviance
from models.progress import silent
from training.backtest import Schedule, run_backtests
from training.choice import Recipe

F64 = NDArray[np.float64]

SCHEDULE = Schedule(25, 2, (1, 2, 3, 4), 5, date(2019, 12, 22))
RANGED_ON = 6
OURS = ("mean-52", "weighted-0.05", "shrunken", "boosted", "stacked")
POISSON: dict[str, Any] = {
    "objective": "poisson",
    "n_estimators": 200,
    "learning_rate": 0.03,
    "num_leaves": 15,
    "verbosity": -1,
}


def frame(panel: Panel) -> pd.DataFrame:
    """Return a panel as the libraries take it: a row a series and week, series in the order area, strand."""
    n_periods, n_series = len(panel.counts), panel.counts[0].size
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(n_series), n_periods),
            "ds": np.tile(np.arange(n_periods) + panel.first, n_series),
            "y": panel.counts.reshape(n_periods, n_series).T.reshape(-1),
        }
    )


class Statistical:
    """statsforecast: a model a series, fitted anew at every origin."""

    def __init__(self, *, slow: bool) -> None:
        models = [
            statistical.HistoricAverage(),
            statistical.CrostonClassic(),
            statistical.CrostonSBA(),
            statistical.TSB(alpha_d=0.1, alpha_p=0.1),
            statistical.ADIDA(),
            statistical.IMAPA(),
            statistical.SimpleExponentialSmoothingOptimized(),
        ]
        if slow:
            models += [statistical.AutoETS(season_length=1, model="ZZN"), statistical.AutoTheta(season_length=1)]
        self._models = models

    def forecasts(self, panel: Panel, number: int, horizons: Sequence[int]) -> dict[str, F64]:
        """Return the means of each model, float64[horizon, area, strand]."""
        made = statsforecast.StatsForecast(models=self._models, freq=1, n_jobs=1)
        table = made.forecast(df=frame(panel), h=max(horizons))
        return {str(model): _cells(table, str(model), panel, horizons) for model in self._models}


class Learnt:
    """mlforecast: a LightGBM a horizon over all series."""

    _fitted: mlforecast.MLForecast
    _newest: int

    def forecasts(self, panel: Panel, number: int, horizons: Sequence[int]) -> dict[str, F64]:
        """Return the means, float64[horizon, area, strand]; fit at every so many origins."""
        table = frame(panel)
        if number % SCHEDULE.refit_every == 0:
            windows = [RollingMean(window, min_samples=1) for window in (4, 13, 26, 52)]
            weighted = [ExponentiallyWeightedMean(alpha) for alpha in (0.3, 0.1, 0.05, 0.02)]
            self._fitted = mlforecast.MLForecast(
                models={"lightgbm": lightgbm.LGBMRegressor(**POISSON)},
                freq=1,
                lags=[1, 2, 3, 4, 8, 13, 26, 52],
                lag_transforms={1: windows + weighted},
            )
            self._fitted.fit(table, max_horizon=max(horizons), static_features=[])
        else:
            self._fitted.update(table[table["ds"] > self._newest])
        self._newest = int(table["ds"].max())
        return {"mlforecast + LightGBM": _cells(self._fitted.predict(max(horizons)), "lightgbm", panel, horizons)}


def _cells(table: pd.DataFrame, column: str, panel: Panel, horizons: Sequence[int]) -> F64:
    ordered = table.sort_values(["ds", "unique_id"], kind="stable")[column].to_numpy(np.float64)
    cube = ordered.reshape(max(horizons), *panel.counts.shape[1:])
    mean: F64 = np.maximum(cube[np.array(horizons) - 1], LEAST_MEAN)
    return mean


def peers(knowledge: Knowledge, schedule: Schedule, sides: Sequence[Statistical | Learnt]) -> dict[str, F64]:
    """Return the peers' means, float64[origin, horizon, area, strand], the origins that ranges are fitted on first."""
    newest = knowledge.at()
    longer = replace(schedule, origins=schedule.origins + RANGED_ON)
    found: dict[str, list[F64]] = {}
    for number, origin in enumerate(longer.ordinals(newest.panel)):
        panel = knowledge.at_origin(origin, newest).panel
        if panel.first + len(panel.counts) != origin:
            raise SystemExit("a feed is late, which the peers know nothing of")
        for side in sides:
            for name, mean in side.forecasts(panel, number, schedule.horizons).items():
                found.setdefault(name, []).append(mean)
    return {name: np.stack(means) for name, means in found.items()}


def measures(count: F64, mean: F64, dispersion: F64) -> list[float]:
    """Return Poisson deviance, pinball loss and CRPS."""
    spread = np.broadcast_to(dispersion, mean.shape)
    score = crps(count.reshape(-1), mean.reshape(-1), np.ascontiguousarray(spread).reshape(-1))
    return [poisson_deviance(count, mean), pinball(count, quantiles(mean, spread), LEVELS), float(score.mean())]


def rows(knowledge: Knowledge, schedule: Schedule, *, slow: bool) -> Iterator[tuple[str, list[float]]]:
    """Yield each method's name and measures over the same cells."""
    panel = knowledge.at().panel
    fits = {name: Recipe(name, Calendar("CA-ON"), 1).fit for name in OURS}
    ours = run_backtests(knowledge, schedule, fits, advance=silent)
    at = next(iter(ours.values())).targets(panel)
    count = panel.counts[at].astype(np.float64)
    for name, done in ours.items():
        yield f"ours: {name}", measures(count, done.mean, done.dispersion())
    before = at[:1] + schedule.every * np.arange(-RANGED_ON, 0)[:, None]
    recorded = panel.counts[before].astype(np.float64)
    for name, means in peers(knowledge, schedule, [Statistical(slow=slow), Learnt()]).items():
        strands = range(len(panel.strands))
        own = np.array([fit_dispersion(recorded[..., s], means[:RANGED_ON, ..., s]) for s in strands])
        yield name, measures(count, means[RANGED_ON:], own)


def show(found: Mapping[str, Sequence[float]]) -> None:
    """Print the table, the least deviance first."""
    print("| method | Poisson deviance | pinball | CRPS |\n|---|---|---|---|")
    for name, values in sorted(found.items(), key=lambda item: item[1][0]):
        print("|", name, "|", " | ".join(f"{value:.4f}" for value in values), "|")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--scored", action="store_true")
    parser.add_argument("--slow", action="store_true")
    asked = parser.parse_args()
    # The peers' own libraries warn of what pandas will change.
    warnings.simplefilter("ignore")
    chosen = replace(SCHEDULE, end=None) if asked.scored else SCHEDULE
    show(dict(rows(weekly_knowledge(asked.workspace), chosen, slow=asked.slow)))
