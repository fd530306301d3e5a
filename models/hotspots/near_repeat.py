"""Repeats and near repeats: pairs of incidents near in place and time, against what dates dealt out at random give.

Knox 1964, Journal of the Royal Statistical Society C 13:25; with permuted dates as Ratcliffe & Rengert 2008, Security
Journal 21:58. Pairs are counted by band of distance and band of days; permuting the dates over the incidents keeps
every place and every date, and breaks only what joins them.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from features.areas.plane import Plane
from models.hotspots.points import F64, I64, Points

# Upper ends of the bands: the same place, then metres; days.
DISTANCES = (1.0, 100.0, 200.0, 400.0, 800.0)
DAYS = (7, 14, 28, 56)
PERMUTATIONS = 999
_DAYS_LOOKED_AT = 730
_MOST_INCIDENTS = 5000


@dataclass(frozen=True, eq=False)
class NearRepeats:
    """A Knox table.

    Attributes:
        pairs: Pairs seen; int64[distance, days].
        usual: Mean pairs of the permutations; float64[distance, days].
        p: Share of permutations, the data counted as one, with at least as many pairs; float64[distance, days].
        incidents: Incidents looked at.
        permutations: Number of permutations.
    """

    pairs: I64
    usual: F64
    p: F64
    incidents: int
    permutations: int

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each pair of bands; JSON values."""
        names, spans = distance_names(), day_names()
        return [
            {
                "distance": names[d],
                "days": spans[t],
                "pairs": int(self.pairs[d, t]),
                "usual": round(float(self.usual[d, t]), 2),
                "ratio": round(float(self.pairs[d, t] / self.usual[d, t]), 3) if self.usual[d, t] > 0 else None,
                "p": round(float(self.p[d, t]), 4),
            }
            for d in range(len(DISTANCES))
            for t in range(len(DAYS))
        ]


def distance_names() -> list[str]:
    """Return the names of the bands of distance."""
    ends = [0.0, *DISTANCES[1:]]
    return ["same place", *(f"{low:g}-{high:g} m" for low, high in pairwise(ends))]


def day_names() -> list[str]:
    """Return the names of the bands of days."""
    return [f"{low}-{high} days" for low, high in zip((0, *(d + 1 for d in DAYS)), DAYS, strict=False)]


def near_repeats(
    points: Points, plane: Plane, rng: np.random.Generator, permutations: int = PERMUTATIONS
) -> NearRepeats:
    """Count pairs of own incidents of the newest two years, at most the newest 5,000."""
    own = points.chosen(points.own)
    if len(own):
        own = own.chosen(own.day > own.day.max() - _DAYS_LOOKED_AT)
        own = own.chosen(np.arange(len(own)) >= len(own) - _MOST_INCIDENTS)
    times = np.repeat(np.arange(len(own)), np.round(own.count).astype(np.int64))
    flat = np.column_stack(plane.to_metres(own.x[times], own.y[times]))
    near = cKDTree(flat).query_pairs(DISTANCES[-1], output_type="ndarray") if len(flat) > 1 else np.zeros((0, 2))
    near = near.astype(np.int64).reshape(-1, 2)
    apart = np.linalg.norm(flat[near[:, 0]] - flat[near[:, 1]], axis=1)
    band: I64 = np.asarray(np.searchsorted(np.array(DISTANCES), apart, side="left"), dtype=np.int64)
    day, ends = own.day[times], np.array(DAYS)
    seen = _counted(near, band, day, ends, len(DISTANCES))
    total, as_many = np.zeros(seen.shape), np.ones(seen.shape)
    for _ in range(permutations):
        other = _counted(near, band, rng.permutation(day), ends, len(DISTANCES))
        total += other
        as_many += other >= seen
    return NearRepeats(seen, total / max(permutations, 1), as_many / (permutations + 1), len(times), permutations)


@njit(cache=True)
def _counted(near: I64, band: I64, day: I64, ends: I64, bands: int) -> I64:
    out = np.zeros((bands, len(ends)), dtype=np.int64)
    for k in range(len(near)):
        apart = abs(day[near[k, 0]] - day[near[k, 1]])
        for t in range(len(ends)):
            if apart <= ends[t]:
                out[band[k], t] += 1
                break
    return out
