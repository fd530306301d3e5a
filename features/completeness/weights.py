"""Weights: what a fact counts for under a strand once recording changes and late records are allowed for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.completeness.changes import RecordingChange
from features.incidents.incidents import Incidents

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Weights:
    """What facts count for.

    Attributes:
        incidents: The facts.
        period: int64[n], position of each fact's period.
        usable: float64[feed, strand, period], what counts are divided by; 0 where a period is not to be used.
        changes: Recording changes in force.
    """

    incidents: Incidents
    period: I64
    usable: F64
    changes: Sequence[RecordingChange]

    def under(self, rows: I64, strand: NDArray[np.int16] | int) -> F64:
        """Return what facts count for, float64[len(rows)].

        Args:
            rows: Positions of facts whose periods lie within `usable`.
            strand: The strand of each that it is counted under, or one for all.
        """
        own = np.broadcast_to(np.asarray(strand, dtype=np.int64), rows.shape)
        weight = rescaled(self.incidents, rows, own, self.changes)
        lacking = np.flatnonzero((self.usable < 1).any(axis=(0, 1)))
        if len(lacking):
            late = np.flatnonzero(self.period[rows] >= lacking[0])
            share = self.usable[self.incidents.feed[rows[late]], own[late], self.period[rows[late]]]
            weight[late] = np.divide(weight[late], share, out=np.zeros(len(late)), where=share > 0)
        return weight


def rescaled(incidents: Incidents, rows: I64, strand: I64, changes: Sequence[RecordingChange]) -> F64:
    """Return what facts count for on the scale of the present recording, float64[len(rows)].

    Args:
        incidents: The facts.
        rows: Positions of facts.
        strand: The strand of each that it is counted under.
        changes: Recording changes in force.
    """
    weight = incidents.count[rows].astype(np.float64)
    feeds = [feed.name for feed in incidents.feeds]
    for change in changes:
        if change.strand in incidents.strand_names:
            before = incidents.day[rows] < np.datetime64(change.day)
            before &= incidents.feed[rows] == feeds.index(change.feed)
            before &= strand == incidents.strand_names.index(change.strand)
            weight[before] *= change.ratio
    return weight
