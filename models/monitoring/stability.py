"""Population stability: how far the features have moved from what the model was trained on.

The reference is made again from the present panel, at the origins of the two years before the model was trained, with
the model's own features: nothing has to be kept in the bundle, and a recording change that was declared since is
rescaled on both sides.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.calendar import Calendar
from features.matrix import build
from features.panel import Panel
from features.periods import PERIODS_A_YEAR
from features.spec import GROUPS, FeatureSpec, demand_spec

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

BINS = 10
# Years of origins that the present is compared with, so that every season is in the reference.
YEARS = 2
# Pseudo-rows of a bin, so that one that nobody falls into costs no infinity.
_PRIOR = 0.5
# A strand-wide feature has one value a period for all areas: so many periods, by chance alone, fill ten bins unevenly.
# The index is therefore held against what the reference's own windows of that length give.
_FEWEST_WINDOWS = 4


@dataclass(frozen=True)
class Stability:
    """The index of one group of features of one strand.

    Attributes:
        strand: The strand.
        group: The group of features.
        index: Mean population stability index of its features, now against the reference.
        usual: The highest that windows of the same length within the reference give against the rest of it.
        feature: The feature that has moved most.
        feature_index: Its index.
    """

    strand: str
    group: str
    index: float
    usual: float
    feature: str
    feature_index: float


def stability_index(expected: F64, found: F64) -> F64:
    """Return the population stability index over the last axis: the sum of (q - p) log(q / p).

    Siddiqi 2006, Credit Risk Scorecards, chapter 8. Shares are counts with half a pseudo-row in each bin.

    Args:
        expected: float64[..., bin], rows of the reference in each bin.
        found: float64[..., bin], rows of now.
    """
    p, q = (_share(counts) for counts in (expected, found))
    index: F64 = ((q - p) * np.log(q / p)).sum(axis=-1)
    return index


def _share(counts: F64) -> F64:
    padded = counts + _PRIOR
    share: F64 = padded / padded.sum(axis=-1, keepdims=True)
    return share


def watched(spec: FeatureSpec | None, panel: Panel) -> FeatureSpec:
    """Return the features to watch: the model's own at horizon 1, without those that say nothing of demand.

    Args:
        spec: The model's features; None: those of the pooled forecaster, for a model that has none of its own.
        panel: What is known.
    """
    spec = spec or demand_spec(panel.kind, (1,), neighbours=any(panel.areas.neighbours), seasons=False)
    return replace(spec, horizons=(1,), calendar=False, context=False)


def stability(
    spec: FeatureSpec, panel: Panel, trained: int, window: int, fewest: int, calendar: Calendar | None = None
) -> tuple[Stability, ...] | str:
    """Return the stability of each strand and group, or why it cannot be told; strands that are too late are left out.

    Args:
        spec: As `watched` returns it.
        panel: All that is known now.
        trained: Ordinal of the model's origin.
        window: Newest origins after it that are looked at.
        fewest: With fewer, nothing is told.
        calendar: The model's own, for features that follow it; None: of a place without holidays.
    """
    newest = panel.first + len(panel.counts)
    warm_up = panel.first + PERIODS_A_YEAR[panel.kind]
    before = np.arange(max(warm_up, trained - YEARS * PERIODS_A_YEAR[panel.kind] + 1), trained + 1)
    now = np.arange(max(trained + 1, newest - window + 1), newest + 1)
    if len(now) < fewest:
        return f"{len(now)} {panel.kind}s since the model was trained, {fewest} are needed"
    if len(before) < _FEWEST_WINDOWS * len(now):
        return f"{max(len(before), 0)} {panel.kind}s of training after the first year, too few to compare with"
    matrix = build(spec, panel, np.concatenate([before, now]), calendar or Calendar())
    shape = (len(panel.strands), len(panel.areas), len(before) + len(now), len(matrix.names))
    counted = _counted(matrix.values.reshape(shape), len(before))
    found = []
    for s, strand in enumerate(panel.strands):
        # Past origins are seen with all that is known by now: of a late feed the newest ones would seem to have moved.
        seen = np.flatnonzero(panel.observed[:, :, s].any(axis=1))
        own_now = now <= panel.first + (int(seen[-1]) + 1 if len(seen) else 0)
        if own_now.sum() < fewest:
            continue
        reference, present = counted[s, :, : len(before)], counted[s, :, len(before) :][:, own_now]
        index = stability_index(reference.sum(axis=1), present.sum(axis=1))
        usual = _usual(reference, int(own_now.sum()))
        for group in GROUPS:
            own = [k for k, name in enumerate(matrix.groups) if name == group]
            if own:
                most = max(own, key=lambda k: index[k])
                highest = float(usual[:, own].mean(axis=1).max())
                found.append(
                    Stability(strand, group, float(index[own].mean()), highest, matrix.names[most], float(index[most]))
                )
    return tuple(found)


def _counted(values: NDArray[np.float32], reference: int) -> F64:
    """Return rows by strand, feature, origin and bin; bins are tenths of the reference, and one of missing values.

    Args:
        values: float32[strand, area, origin, feature].
        reference: The first so many origins are the reference.
    """
    strands, areas, origins, features = values.shape
    counted = np.zeros((strands, features, origins, BINS + 1))
    place = np.broadcast_to(np.arange(origins) * (BINS + 1), (areas, origins))
    for s, k in np.ndindex(strands, features):
        own = values[s, :, :, k]
        known = own[:, :reference][np.isfinite(own[:, :reference])]
        edges = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else np.empty(0)
        bins = np.where(np.isfinite(own), np.searchsorted(edges, own, side="right"), BINS)
        counted[s, k] = np.bincount((place + bins).ravel(), minlength=origins * (BINS + 1)).reshape(origins, -1)
    return counted


def _usual(counted: F64, length: int) -> F64:
    """Return the index of windows within the reference against the rest of it, float64[window, feature]."""
    total = counted.sum(axis=1)
    starts = range(0, counted.shape[1] - length + 1, max(1, length // 2))
    windows = [counted[:, start : start + length].sum(axis=1) for start in starts]
    return np.stack([stability_index(total - own, own) for own in windows])
