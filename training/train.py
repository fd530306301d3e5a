"""A training run: fit, check on a hold-out, track, register as challenger."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import periods
from features.knowledge import Known
from features.panel import Panel
from features.spec import GROUPS
from ledger.files import FileStore
from ledger.ledger import Ledger
from models import metrics
from models.beside_months import BesideMonths
from models.bundle import Fitted, boosted_part
from models.distribution import quantiles
from models.kept_panels import unrecorded
from models.levels import level_moments, upper_levels
from models.registry import register, version_name
from models.simple import past_means
from models.stacked import StackedForecaster
from training import pictures
from training.choice import Recipe
from training.evaluate import HoldOut, named_metrics
from training.honesty import NOMINAL, Ranges, coverage_interval, inside
from training.made import make
from training.record import Tracker, TrainingRecord

# What the model is drawn beside in the PAI picture.
REFERENCE = "shrunken"


@dataclass(frozen=True)
class Trained:
    """What a training run leaves.

    Attributes:
        version: Name of the model, now challenger.
        audit_id: The event that says so.
        tracked_as: Identifier of the tracked run; None where tracking is off.
        metrics: Measures on the hold-out by name.
    """

    version: str
    audit_id: str
    tracked_as: str | None
    metrics: dict[str, float]


def train(
    known: Known,
    recipe: Recipe,
    horizons: tuple[int, ...],
    *,
    tracker: Tracker,
    ledger: Ledger,
    files: FileStore,
    actor: str,
    tell: Callable[[str], None],
) -> Trained:
    """Fit a model to all that is known, track the run, and register it as challenger.

    The run is tracked before it is registered: a failing tracker leaves the registry as it was.

    Raises:
        ModelError: The history is too short, or the run could not be tracked.
        LedgerError: The model could not be recorded.
    """
    panel = known.panel
    size = f"{len(panel.counts)} {panel.kind}s, {len(panel.areas)} areas, {len(panel.strands)} strands"
    tell(f"Fitting {recipe.name} to {size}.")
    made = make(panel, recipe, horizons, known.snapshot_hash, files)
    for sentence in stand_ins(made.model):
        tell(sentence)
    trees = boosted_part(made.model)
    version = version_name(made.model.method, panel.origin.isoformat(), made.bundle)
    manifest = json.loads(made.bundle.manifest)
    measured = named_metrics(manifest["measures"])
    trees = boosted_part(made.model)
    record = TrainingRecord(
        model_version=version,
        params=_params(panel, recipe, horizons, made.model),
        metrics=measured,
        tags=made.facts,
        tables={"hold_out": pd.DataFrame(manifest["measures"])},
        manifest=manifest,
        booster_text=trees.booster if trees else "",
        pictures=_pictures(panel, made.model, made.hold_out, recipe.seed),
    )
    tell("Tracking the run.")
    tracked_as = tracker.log_training(record)
    details = {"snapshot": known.snapshot_hash, "tracked_as": tracked_as, "panel": made.kept.name}
    beside = unrecorded(made.kept, ledger)
    audit_id = register(
        ledger, files, version, made.bundle, origin=panel.origin, actor=actor, details=details, beside=beside
    )
    return Trained(version, audit_id, tracked_as, measured)


def stand_ins(model: Fitted) -> list[str]:
    """Return in sentences where a simple method stands in for a model."""
    if isinstance(model, BesideMonths):
        parts = {"Months": model.monthly, "Weeks": model.weekly}
        return [f"{name}: {said}" for name, part in parts.items() if part is not None for said in stand_ins(part)]
    if not isinstance(model, StackedForecaster):
        return []
    if model.boosted is None:
        return [f"The history is too short for trees: every strand is forecast by {model.members[0].method}."]
    by_level = {"areas": model.fallback, **model.level_fallback}
    return [
        f"{method} stands in for the model at {level} of {strand}: out of sample it was better."
        for level, methods in by_level.items()
        for strand, method in zip(model.strands, methods, strict=True)
        if method
    ]


def _params(panel: Panel, recipe: Recipe, horizons: tuple[int, ...], model: Fitted) -> dict[str, str | int | float]:
    shape = {"periods": len(panel.counts), "areas": len(panel.areas), "strands": len(panel.strands)}
    shape |= {"periods_corrected": int((panel.completeness < 1).any(axis=1).sum())}
    shape |= {"recording_changes": len(panel.changes)}
    what = {"model": recipe.name, "period": panel.kind, "horizons": ",".join(map(str, horizons))}
    if boosted_part(model) is None:
        return {**what, **shape}
    plan = asdict(recipe.plan(panel if panel.months is None else panel.months.panel))
    return {**what, **shape, **plan.pop("boosting"), **plan}


def _pictures(panel: Panel, model: Fitted, hold_out: HoldOut, seed: int) -> dict[str, bytes]:
    rng = np.random.default_rng(seed)
    if isinstance(model, BesideMonths):
        panel, model = model.checked(panel)
    return {
        "calibration.png": pictures.calibration(hold_out.pit(rng)),
        **_range_pictures(panel, hold_out, seed),
        "forecast_against_actual.png": _totals_picture(panel, hold_out),
        "pai_curve.png": _pai_picture(panel, model, hold_out),
        "contributions.png": _contributions_picture(panel, model),
    }


def _range_pictures(panel: Panel, hold_out: HoldOut, seed: int) -> dict[str, bytes]:
    """Draw the PIT of each strand and how often the ranges of each level held."""
    areas = panel.areas
    found = [Ranges.of_hold_out(hold_out, areas, level) for level in (areas.level, *upper_levels(areas))]
    pit = found[0].pit(np.random.default_rng(seed))
    by_strand = {name: pit[..., s][np.isfinite(pit[..., s])] for s, name in enumerate(hold_out.strands)}
    held = {}
    for ranges in found:
        own = ranges.pit(np.random.default_rng(seed))
        if np.isfinite(own).any():
            interval = coverage_interval(own, np.random.default_rng(seed))
            held[ranges.level] = (float(inside(own[np.isfinite(own)]).mean()), *interval)
    return {
        "pit_by_strand.png": pictures.pit_by_strand(by_strand),
        "coverage_by_level.png": pictures.coverage(held, NOMINAL),
    }


def _totals_picture(panel: Panel, hold_out: HoldOut) -> bytes:
    """Draw the totals of all areas and strands at the shortest horizon; an incident counts in each of its strands."""
    spread = replace(hold_out.spread, once=np.ones(len(panel.strands)))
    everything = [np.arange(len(panel.areas))]
    moments = level_moments(hold_out.mean[:, :1], spread, hold_out.horizons[:1], panel.areas, everything)
    mean, variance = (values[:, 0, 0, -1] for values in moments)
    found = quantiles(mean, np.maximum(variance - mean, 0.0) / np.maximum(mean, 1e-12) ** 2, (0.1, 0.9))
    starts = periods.starts(hold_out.origins + hold_out.horizons[0] - 1, panel.kind)
    title = f"All areas and strands, horizon {hold_out.horizons[0]}, periods that the model had not seen"
    count = hold_out.count[:, 0].sum(axis=(1, 2))
    return pictures.forecast_against_actual(starts, count, mean, found[:, 0], found[:, 1], title)


def _pai_picture(panel: Panel, model: Fitted, hold_out: HoldOut) -> bytes:
    """Draw the hit curve at the shortest horizon beside the reference method's, averaged over origins and strands."""
    curves = {
        REFERENCE: _mean_curve(hold_out, past_means(REFERENCE, panel, (1,), hold_out.origins)[:, 0]),
        model.method: _mean_curve(hold_out, hold_out.mean[:, 0]),
    }
    return pictures.pai_curve((np.arange(len(panel.areas)) + 1) / len(panel.areas), curves)


def _mean_curve(hold_out: HoldOut, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    count = hold_out.count[:, 0]
    met = [(o, s) for o in range(len(count)) for s in range(count.shape[2]) if count[o, :, s].sum() > 0]
    curves = [metrics.hit_curve(count[o, :, s], mean[o, :, s]) for o, s in met]
    average: NDArray[np.float64] = np.mean(curves, axis=0)
    return average


def _contributions_picture(panel: Panel, model: Fitted) -> bytes:
    forecast = model.forecast(panel, explain=model.horizons[:1])
    if forecast.factors is None:
        return b""
    logs = np.log(np.maximum(forecast.factors.multipliers[0], 1e-12)).reshape(-1, len(GROUPS))
    return pictures.contributions(logs, forecast.mean[0].reshape(-1), GROUPS)
