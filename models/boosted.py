"""The pooled forecaster: one LightGBM over all strands, areas and horizons, starting from an empirical-Bayes rate.

This is the only module that knows LightGBM.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from errors import ModelError
from features.calendar import Calendar
from features.matrix import FeatureMatrix, build
from features.panel import Panel
from features.spec import GROUPS, FeatureSpec
from models.forecaster import F64, Factors, Forecast
from models.spread import Spread


@dataclass(frozen=True)
class BoostingSettings:
    """How the trees are grown; chosen on origins before those of any benchmark.

    Attributes:
        rounds: Number of trees.
        learning_rate: Shrinkage of each tree.
        leaves: Leaves a tree.
        rows_in_leaf: Fewest rows in a leaf.
        l2: Ridge penalty on leaf values.
        column_share: Share of columns drawn for a tree.
        row_share: Share of rows drawn for a tree.
        bins: Most bins a column.
        threads: Threads that LightGBM uses; fixed, so that the same inputs give the same bits.
    """

    rounds: int = 200
    learning_rate: float = 0.03
    leaves: int = 15
    rows_in_leaf: int = 500
    l2: float = 10.0
    column_share: float = 0.7
    row_share: float = 0.7
    bins: int = 63
    threads: int = 2

    def parameters(self, seed: int) -> dict[str, object]:
        """Return LightGBM's own names for the settings."""
        return {
            "objective": "poisson",
            "poisson_max_delta_step": 0.3,
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.rows_in_leaf,
            "lambda_l2": self.l2,
            "feature_fraction": self.column_share,
            "bagging_fraction": self.row_share,
            "bagging_freq": 1,
            "max_bin": self.bins,
            "seed": seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": self.threads,
            "verbose": -1,
        }


@dataclass(frozen=True, eq=False)
class BoostedForecaster:
    """A fitted model, ready to forecast.

    Attributes:
        spec: Features it was trained on.
        strands: Strands it knows, in order.
        booster: LightGBM's text form of the trees.
        calibration: float64[strand], ratio of recorded to forecast on the hold-out.
        spread: How counts spread about its means.
        calendar: The calendar it was trained with.
    """

    spec: FeatureSpec
    strands: tuple[str, ...]
    booster: str = field(repr=False)
    calibration: F64
    spread: Spread
    calendar: Calendar

    @property
    def method(self) -> str:
        """Name of the method."""
        return "boosted"

    @property
    def horizons(self) -> tuple[int, ...]:
        """Horizons it was trained for."""
        return self.spec.horizons

    def forecast(self, panel: Panel, *, explain: Sequence[int] = ()) -> Forecast:
        """Forecast from the panel's origin; only the horizons of `explain` are taken apart.

        Raises:
            ModelError: The panel has other strands or another period.
        """
        if panel.strands != self.strands or panel.kind != self.spec.kind:
            raise ModelError(
                f"was trained for {len(self.strands)} strands by {self.spec.kind}, and this panel has "
                f"{len(panel.strands)} by {panel.kind}",
                place="champion",
                fix="train again on the present data",
            )
        origin = np.array([panel.first + len(panel.counts)], dtype=np.int64)
        matrix = build(self.spec, panel, origin, self.calendar)
        booster = booster_from_text(self.booster)
        raw = booster.predict(matrix.values, raw_score=True, num_threads=1)
        mean = np.exp(_cells(np.asarray(raw) + matrix.log_offset(), panel, len(self.horizons)))
        mean *= self.calibration
        apart = tuple(horizon for horizon in self.horizons if horizon in explain)
        factors = self._factors(booster, matrix, panel, apart) if apart else None
        return Forecast(mean, self.spread, self.horizons, factors, self.method)

    def _factors(self, booster: lgb.Booster, matrix: FeatureMatrix, panel: Panel, horizons: tuple[int, ...]) -> Factors:
        rows = np.isin(np.tile(self.horizons, len(matrix.values) // len(self.horizons)), horizons)
        parts = np.asarray(booster.predict(matrix.values[rows], pred_contrib=True, num_threads=2))
        logs = np.zeros((len(parts), len(GROUPS)))
        for column, group in enumerate(matrix.groups):
            logs[:, GROUPS.index(group)] += parts[:, column]
        multipliers = np.exp(_cells(logs, panel, len(horizons)))
        start = matrix.start
        if start is None:
            raise ModelError("has no offset", place="boosted", fix="train it with one")
        multipliers[..., GROUPS.index("own long-run level")] *= start.own_level[0].T[None]
        apart = [self.horizons.index(horizon) for horizon in horizons]
        for group, factor in start.of_strand().items():
            multipliers[..., GROUPS.index(group)] *= factor[0, apart][:, None, :]
        base = start.strand_mean[0] * np.exp(_cells(parts[:, -1], panel, len(horizons)))
        return Factors(base, multipliers, np.broadcast_to(self.calibration, base.shape), horizons)


def grow(values: NDArray[np.float32], target: F64, log_offset: F64, settings: BoostingSettings, seed: int) -> str:
    """Grow the trees and return their text form.

    Args:
        values: float32[n, k].
        target: float64[n], counts.
        log_offset: float64[n], the score that the trees start from.
        settings: How.
        seed: Of the draws of rows and columns.

    Raises:
        ModelError: There are too few rows to draw from, or nothing happened in any.
    """
    if not np.any(target > 0) or len(target) * settings.row_share < 1:
        raise ModelError("has no rows to learn from", place="training", fix="ingest a longer history")
    binning = {"max_bin": settings.bins, "verbose": -1}
    data = lgb.Dataset(values, np.maximum(target, 0.0), init_score=log_offset, params=binning)
    return lgb.train(settings.parameters(seed), data, num_boost_round=settings.rounds).model_to_string()


def booster_from_text(text: str) -> lgb.Booster:
    """Return the booster of a text form, whose hash was checked before: LightGBM's parser is not memory-safe."""
    return lgb.Booster(model_str=text)


def raw_scores(booster: str, values: NDArray[np.float32]) -> F64:
    """Return the trees' raw scores, float64[n]."""
    return np.asarray(booster_from_text(booster).predict(values, raw_score=True), dtype=np.float64)


def _cells(rows: F64, panel: Panel, horizons: int) -> F64:
    """Rearrange rows of one origin [strand, area, horizon, ...] to [horizon, area, strand, ...]."""
    shape = (len(panel.strands), len(panel.areas), horizons, *rows.shape[1:])
    return np.moveaxis(rows.reshape(shape), (0, 1, 2), (2, 1, 0))
