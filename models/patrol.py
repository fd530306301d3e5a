"""Patrol demand: which part of a forecast may draw patrols.

A forecast is of recorded demand. Two parts of it must not draw patrols as they stand: what officers found themselves,
because they find more where they already look, and what is counted under another strand too, because an incident that
belongs to several is one incident.
"""

import numpy as np

from features.panel import Panel
from features.periods import PERIODS_A_YEAR
from models.forecaster import F64

SHARE = "patrol_share"
# An area's own share is drawn to its strand's by so many incidents.
_PRIOR_INCIDENTS = 20.0


def patrol_share(panel: Panel) -> F64:
    """Return the share of each forecast that may draw patrols, float64[area, strand], from the panel's last year.

    With n the incidents of an area and strand, r those of them that count under this strand in totals and that officers
    did not find themselves, s the same share of the strand over all areas and k a prior of 20 incidents, the share is
    (r + k s) / (n + k). What monthly feeds tell beside weeks is counted with them.
    """
    counts, reported = _of_last_year(panel)
    if panel.months:
        mine = panel.from_months
        beside = _of_last_year(panel.months.panel)
        counts[:, mine] += beside[0]
        reported[:, mine] += beside[1]
    total = counts.sum(axis=0)
    strand_share = np.divide(reported.sum(axis=0), total, out=np.ones_like(total), where=total > 0)
    share: F64 = (reported + _PRIOR_INCIDENTS * strand_share) / (counts + _PRIOR_INCIDENTS)
    return np.minimum(share, 1.0)


def _of_last_year(panel: Panel) -> tuple[F64, F64]:
    """Return counts and reported counts of a panel's last year, float64[area, strand]."""
    year = slice(-PERIODS_A_YEAR[panel.kind], None)
    return panel.counts[year].sum(axis=0, dtype=np.float64), panel.reported[year].sum(axis=0, dtype=np.float64)
