"""Patrol demand: which part of a forecast may draw patrols.

A forecast is of recorded demand. Two parts of it must not draw patrols as they stand: what officers found themselves,
because they find more where they already look, and what is counted under another strand too, because an incident that
belongs to several is one incident.
"""

import numpy as np

from features.panel import Panel
from features.periods import PERIODS_A_YEAR
from features.provenance import OFFICER_INITIATED
from models.forecaster import F64

SHARE = "patrol_share"
# An area's own share of officer-initiated incidents is drawn to its strand's by so many incidents.
_PRIOR_INCIDENTS = 20.0


def patrol_share(panel: Panel) -> F64:
    """Return the share of each forecast that may draw patrols, from the last year of the panel; float64[area, strand].

    With a the officer-initiated incidents of an area and strand, n all of them, s their share in the strand over all
    areas and k a prior of 20 incidents, the share is (1 - (a + k s) / (n + k)) * once / all of the strand, where once
    are the incidents that count under this strand in totals.
    """
    year = slice(-PERIODS_A_YEAR[panel.kind], None)
    counts = panel.counts[year].sum(axis=0, dtype=np.float64)
    once = panel.once[year].sum(axis=(0, 1), dtype=np.float64)
    found = panel.classes.get(OFFICER_INITIATED)
    officers = np.zeros_like(counts) if found is None else found[year].sum(axis=0, dtype=np.float64)
    total = counts.sum(axis=0)
    strand_share = np.divide(officers.sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
    own_share = (officers + _PRIOR_INCIDENTS * strand_share) / (counts + _PRIOR_INCIDENTS)
    counted = np.divide(np.minimum(once, total), total, out=np.ones_like(total), where=total > 0)
    share: F64 = (1.0 - own_share) * counted
    return share
