"""Fitting the pooled forecaster: rows from past origins, calibrated and given ranges on a hold-out."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from errors import ModelError
from features.calendar import Calendar
from features.matrix import FeatureMatrix, build
from features.panel import Panel
from features.periods import PERIODS_A_YEAR, PeriodKind
from features.spec import demand_spec
from models.boosted import BoostedForecaster, BoostingSettings, grow, raw_scores
from models.ranges import fit_spread, once_share
from training.evaluate import HoldOut

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Pseudo-incidents that pull a strand's calibration to 1, and its limits: a correction, not a second model.
CALIBRATION_PRIOR = 2000.0
CALIBRATION_LIMITS = (0.8, 1.25)

# About so many of an origin's horizons are learnt from: thirteen then cost what four do.
HORIZONS_AN_ORIGIN = 4


@dataclass(frozen=True)
class FitPlan:
    """Which past origins the model learns from, counted in periods that were observed.

    Attributes:
        warm_up: Periods before the first origin, so that rates mean something.
        periods: Newest periods that training origins are taken from.
        every: Every so many periods an origin.
        hold_out: Newest periods kept for calibration and ranges, then learnt from in the final fit.
        boosting: How the trees are grown.
    """

    warm_up: int
    periods: int
    every: int
    hold_out: int
    boosting: BoostingSettings = field(default_factory=BoostingSettings)

    @classmethod
    def standard(cls, kind: PeriodKind, history: int) -> "FitPlan":
        """Return the plan for a history of so many periods.

        Raises:
            ModelError: The history is too short to learn from and be checked on.
        """
        fewest = 26 if kind == "week" else 5
        if history < fewest:
            raise ModelError(
                f"{history} complete {kind}s are known and at least {fewest} are needed",
                place="training",
                fix="ingest a longer history, or use --model shrunken",
            )
        if kind == "week":
            return cls(min(60, history // 2), 208, 2, min(52, history // 5))
        return cls(min(12, max(2, history // 4)), 60, 1, min(6, max(2, history // 5)))


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model and how it did on the periods that its first fit had not seen."""

    model: BoostedForecaster
    hold_out: HoldOut


@dataclass(frozen=True, eq=False)
class _Rows:
    """Training rows with their targets; `target` is a position in the panel.

    A period that was counted before all its records were in is looked back on, but is no target: neither learnt from
    nor measured on. Its count is 0 and it is not usable. Rows of one origin differ little between horizons: of more
    than `HORIZONS_AN_ORIGIN` each origin lends some to learn from, in turns.
    """

    matrix: FeatureMatrix
    log_offset: F64
    count: F64
    target: I64
    usable: NDArray[np.bool_]
    learnt: NDArray[np.bool_]


def fit_boosted(
    panel: Panel, horizons: tuple[int, ...], calendar: Calendar, *, seed: int, plan: FitPlan | None = None
) -> Fit:
    """Fit the pooled forecaster to all that the panel knows.

    Two fits: one without the newest periods, whose misses there give the calibration and the ranges; then one with all.

    Args:
        panel: Counts known at its `as_of`.
        horizons: Horizons to serve.
        calendar: Of the place.
        seed: Of the trees.
        plan: Which origins; by default by the length of the history.

    Raises:
        ModelError: The history is too short.
    """
    known = np.flatnonzero(panel.observed.any(axis=(1, 2)))
    plan = plan or FitPlan.standard(panel.kind, len(known))
    seasons = len(known) >= 3 * PERIODS_A_YEAR[panel.kind]
    spec = demand_spec(panel.kind, horizons, neighbours=any(panel.areas.neighbours), seasons=seasons)
    at = known[plan.warm_up :][-plan.periods :][:: -plan.every][::-1]
    rows = _rows(build(spec, panel, at + panel.first, calendar), panel)
    count, mean, seen, origins = _held_out(rows, panel, int(known[-plan.hold_out]), plan, seed)
    if not len(origins):
        problem = f"knows no {panel.kind} to be checked on {min(horizons)} or more ahead"
        raise ModelError(problem, place="training", fix="ingest a longer history, or use --model shrunken")
    # The rhythm follows each strand's level up to the origin; what it missed in the hold-out's months is older news.
    calibration = np.ones(len(panel.strands)) if spec.follows_rhythm else _calibration(count, mean, seen)
    mean = mean * calibration
    spread = fit_spread(count, mean, seen, panel.areas, horizons, once_share(panel))
    final = _grow(rows, rows.learnt, plan, seed)
    model = BoostedForecaster(spec, panel.strands, final, calibration, spread, calendar)
    return Fit(model, HoldOut(count, mean, seen, spread, origins, horizons, panel.strands))


def _held_out(
    rows: _Rows, panel: Panel, split: int, plan: FitPlan, seed: int
) -> tuple[F64, F64, NDArray[np.bool_], I64]:
    """Fit without the periods from `split` on and forecast them.

    Returns:
        Counts, means and mask, each [origin, horizon, area, strand], and the origins' ordinals.
    """
    origins, horizons = rows.matrix.origins, rows.matrix.horizons
    early = _grow(rows, rows.learnt & (rows.target < split), plan, seed)
    shape = (len(panel.strands), len(panel.areas), len(origins), len(horizons))
    some = (origins - panel.first >= split) & rows.usable.reshape(shape).any(axis=(0, 1, 3))
    checked = np.broadcast_to(some[:, None], shape).reshape(-1)
    shape = (*shape[:2], int(some.sum()), shape[3])

    def by_origin(values: NDArray[Any]) -> NDArray[Any]:
        return values.reshape(shape).transpose(2, 3, 1, 0)

    mean = np.exp(raw_scores(early, rows.matrix.values[checked]) + rows.log_offset[checked])
    return by_origin(rows.count[checked]), by_origin(mean), by_origin(rows.usable[checked]), origins[some]


def _calibration(count: F64, mean: F64, seen: NDArray[np.bool_]) -> F64:
    """Return recorded over expected of each strand, drawn to 1 by pseudo-incidents and kept within limits."""
    recorded = np.where(seen, count, 0.0).sum(axis=(0, 1, 2)) + CALIBRATION_PRIOR
    expected = np.where(seen, mean, 0.0).sum(axis=(0, 1, 2)) + CALIBRATION_PRIOR
    ratio: F64 = np.clip(recorded / expected, *CALIBRATION_LIMITS)
    return ratio


def _rows(matrix: FeatureMatrix, panel: Panel) -> _Rows:
    at = (matrix.origins - panel.first)[:, None] + matrix.horizons[None, :] - 1
    inside = at < len(panel.counts)
    clipped = np.minimum(at, len(panel.counts) - 1)
    seen = panel.complete[clipped].transpose(3, 2, 0, 1) & inside
    counts = np.where(panel.complete, panel.counts, 0.0)[clipped].transpose(3, 2, 0, 1)
    target = np.broadcast_to(at, counts.shape).reshape(-1)
    turn = np.arange(at.shape[0])[:, None] + np.arange(at.shape[1])[None, :]
    in_turn = turn % max(1, at.shape[1] // HORIZONS_AN_ORIGIN) == 0
    count = counts.reshape(-1).astype(np.float64)
    return _Rows(matrix, matrix.log_offset(), count, target, seen.reshape(-1), (seen & in_turn).reshape(-1))


def _grow(rows: _Rows, chosen: NDArray[np.bool_], plan: FitPlan, seed: int) -> str:
    return grow(rows.matrix.values[chosen], rows.count[chosen], rows.log_offset[chosen], plan.boosting, seed)
