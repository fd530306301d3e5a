"""Sensitivity: how the strands' shares of harm change from one set of weights to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.harm.sets import HarmSet

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class HarmShares:
    """Shares of harm.

    Attributes:
        strands: The strands.
        incidents: Strand -> incidents a period.
        shares: Set -> strand -> share of the harm of the strands that the set weighs; an unweighted strand has none.
    """

    strands: tuple[str, ...]
    incidents: Mapping[str, float]
    shares: Mapping[str, Mapping[str, float]]


def harm_shares(strands: Sequence[str], incidents: Sequence[float], sets: Sequence[HarmSet]) -> HarmShares:
    """Return each strand's share of harm under each set.

    Args:
        strands: The strands.
        incidents: Incidents of each, every incident under its primary strand alone, so that harm is counted once.
        sets: The sets.
    """
    counted = dict(zip(strands, incidents, strict=True))
    return HarmShares(tuple(strands), counted, {item.name: _shares(counted, item) for item in sets})


def _shares(counted: Mapping[str, float], item: HarmSet) -> dict[str, float]:
    harm = {
        strand: weight * count for strand, count in counted.items() if (weight := item.weight_of(strand)) is not None
    }
    total = sum(harm.values())
    return {strand: value / total for strand, value in harm.items()} if total > 0 else {}


def incidents_a_period(counts: NDArray[np.float32], observed: NDArray[np.bool_]) -> F64:
    """Return the incidents of a period, by strand: of each area the mean over the periods that were observed, summed.

    Feeds that cover different times can so be compared; an area that was never observed adds nothing.

    Args:
        counts: float32[period, area, strand].
        observed: bool[period, area, strand].
    """
    seen = observed.sum(axis=0)
    total = counts.sum(axis=0, dtype=np.float64)
    means: F64 = np.divide(total, seen, out=np.zeros_like(total), where=seen > 0).sum(axis=0)
    return means
