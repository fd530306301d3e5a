"""Question: how often do the ranges of the newest weeks hold the final total, on records that were not made for it?

    python -m experiments.late_ranges WORKSPACE

For every fourth Monday of the second half of what a workspace holds, up to half a year before its end, the correction
is made from what was known then and compared with what was in half a year after each week: the ranges' own target.

Findings: in docs/benchmarks.md, for a twin (SYNTHETIC, with cancellations, re-codings, outages and recording shocks)
and, called by experiments.incomplete_weeks, for real Toronto incidents under SYNTHETIC delays.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np

from experiments.knowledge import weekly_knowledge
from features import periods
from features.completeness.delays import LONGEST, memberships
from features.completeness.overview import ALL, overview
from features.counting import flat_areas
from features.incidents.incidents import Incidents
from features.knowledge import Knowledge

BANDS = ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0))
EVERY_WEEKS = 4


def measure(knowledge: Knowledge) -> None:
    """Print the coverage and the bias of every feed's ranges, by how much was in."""
    whole = knowledge.store.view(None, knowledge.areas)
    final = _finals(whole)
    rows: dict[str, list[tuple[float, bool, float, float, float]]] = {}
    for as_of in _mondays(whole):
        known = knowledge.store.view(as_of, knowledge.areas)
        for feed in overview(known, knowledge.areas or flat_areas(known)):
            for row in feed.newest:
                if row.strand != ALL and row.expected is not None and row.low is not None and row.high is not None:
                    total = final.get((feed.name, row.strand, periods.ordinal(row.start, "week")), 0.0)
                    held = row.low <= total <= row.high
                    rows.setdefault(feed.name, []).append((row.share, held, row.expected, total, row.recorded))
    print("feed", "in by then", "ranges", "held", "bias", "bias uncorrected", sep="\t")
    for name, found in rows.items():
        share, held, expected, total, recorded = np.array(found, dtype=np.float64).T
        for least, most in BANDS:
            own = (share >= least) & (share < most)
            if own.any():
                biases = [f"{values[own].sum() / total[own].sum() - 1:+.1%}" for values in (expected, recorded)]
                print(name, f"{least:.0%}-{most:.0%}", own.sum(), f"{held[own].mean():.1%}", *biases, sep="\t")


def _finals(whole: Incidents) -> dict[tuple[str, str, int], float]:
    """Return the incidents of each feed, strand and week that were in when the longest delay that counts was over."""
    rows, strand = memberships(whole)
    week = periods.ordinal_of(whole.day, "week")[rows]
    known_at = (whole.known_at if whole.first_known_at is None else whole.first_known_at)[rows]
    kept = known_at <= periods.starts(week + 1 + LONGEST["week"], "week").astype("datetime64[s]")
    keys = np.column_stack([whole.feed[rows], strand, week])[kept]
    found, index = np.unique(keys, axis=0, return_inverse=True)
    counts = np.bincount(index.reshape(-1), whole.count[rows][kept])
    return {
        (whole.feeds[feed].name, whole.strand_names[number], int(ordinal)): float(count)
        for (feed, number, ordinal), count in zip(found, counts, strict=True)
    }


def _mondays(whole: Incidents) -> list[date]:
    days = [day for feed in whole.feeds for span in feed.spans for day in span]
    first, last = periods.ordinal(min(days), "week"), periods.ordinal(max(days), "week") - LONGEST["week"]
    return [periods.start(week, "week") for week in range((first + last) // 2, last, EVERY_WEEKS)]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    measure(weekly_knowledge(Path(sys.argv[1])))
