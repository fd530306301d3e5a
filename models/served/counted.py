"""Making the history of a run from its panel. Apart from reading it, which needs no panel."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.panel import Panel
from features.periods import PeriodKind
from models.served.history import F32, History

# A year and the same weeks of the year before it; two years of months.
KEPT: Mapping[PeriodKind, int] = {"week": 60, "month": 24}


def history_of(panel: Panel, members: Sequence[Sequence[NDArray[np.int64]]]) -> History:
    """Return the history of a panel.

    Args:
        panel: What the run was made from.
        members: Of each level the indices of its members' areas, the areas' own level first.
    """
    kept = panel.between(max(len(panel.counts) - KEPT[panel.kind], 0), len(panel.counts))
    own = np.where(kept.observed, kept.counts, np.float32(np.nan))
    once = np.where(kept.observed, kept.once, np.float32(np.nan))
    rows = [own.transpose(1, 2, 0).reshape(-1, len(own)), *(_above(own, once, level) for level in members[1:])]
    return History(
        starts=tuple(periods.start(kept.first + at, kept.kind).isoformat() for at in range(len(own))),
        strands=panel.strands,
        completeness=tuple(tuple(map(float, row)) for row in kept.completeness),
        noticed=_noticed(kept),
        counts=np.concatenate(rows),
    )


def _above(own: F32, once: F32, members: Sequence[NDArray[np.int64]]) -> F32:
    """Return the totals of a level, [member and strand, period]; NaN where some area was not observed.

    The last strand is all of them together, each incident counted once.
    """
    found = []
    for areas in members:
        by_strand = own[:, areas].sum(axis=1)
        together = once[:, areas].sum(axis=(1, 2))
        found.append(np.concatenate([by_strand, together[:, None]], axis=1).T)
    return np.concatenate(found)


def _noticed(panel: Panel) -> tuple[Mapping[str, float], ...]:
    sums = {name: counts.sum(axis=(0, 1), dtype=np.float64) for name, counts in sorted(panel.classes.items())}
    total = sum(sums.values()) if sums else np.zeros(len(panel.strands))
    return tuple(
        {name: float(values[at] / total[at]) for name, values in sums.items() if values[at] > 0}
        for at in range(len(panel.strands))
    )
