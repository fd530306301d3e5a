"""Question: do partners' feeds tell of a strand's next weeks what its own records do not?

    python -m experiments.partner_feeds twin
    python -m experiments.partner_feeds toronto WORKSPACE | essex WORKSPACE

A feed's shrunken rates before the origin are given to the trees as columns: of half-lives of 4 and 13 weeks over that
of 78, and that of 78 over the feed's mean. What calls tell of every strand is held against the same columns of the
areas' own records, all strands together, of which the shipped features have only the recent part.

Finding (run on 2026-11-24; differences in 10,000 with 95 % intervals over paired origins). SYNTHETIC twins of the seeds
1 to 3, 75 origins, horizons 1 and 4, one fit a twin; deviance without a feed is .57464 and CRPS .16947:

| columns | strand | deviance | CRPS | kept |
|---|---|---|---|---|
| assault attendances | serious violence | -4.3 +- 3.6 | +0.1 +- 0.6 | no: the CRPS does not gain |
| | all | -0.8 +- 0.6 | 0.0 +- 0.1 | |
| MARAC referrals, by district | domestic abuse | +3.1 +- 2.7 | +0.9 +- 0.5 | no |
| calls for service | all | -11.2 +- 1.5 | -1.2 +- 0.3 | no: own records tell the same |
| records of all strands | all | -12.2 +- 1.4 | -1.5 +- 0.3 | see below |
| these and calls, against these | all | 0.0 +- 0.9 | +0.1 +- 0.2 | no |

The twin's partners see what its police see, at once and in the same week; its records are taken as complete. So this
says what lags of complete records leave to be gained, not what a feed is worth that comes before late records do.

Of records of all strands the last column alone, the area's long-run level over the strands' mean, does it on Essex by
police.uk's months (six origins, July 2018 to February 2019, half-lives of 1, 3 and 18 months; deviance without is
1.04815): -152 +- 53, CRPS -28 +- 16; all three -150 +- 53, -26 +- 18. In Toronto (75 origins, .96313) all three are
-1.7 +- 3.7, CRPS 0.0 +- 1.5, and the last alone +0.9 +- 4.0, +1.1 +- 1.9: its areas are large and know their own
levels. The column is worth building for small areas and short histories. It is not built yet; what lasts was not
measured alone on the twins.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.development import F64, I64, said
from experiments.hierarchy import essex as months
from experiments.likelihood import TWIN_ORIGINS, TWIN_SEEDS, of_twin, toronto
from experiments.past_rows import PastRows
from experiments.stacking import TWIN_WEEKS
from experiments.twin.county import essex, groups
from experiments.twin.parameters import Parameters
from experiments.twin.twin import DEFAULT_END, Twin, make_twin
from features import rates
from models.progress import silent

# Of a partner's rates: two of what is new and one of what lasts.
HALF_LIVES = {"week": (4.0, 13.0, 78.0), "month": (1.0, 3.0, 18.0)}
DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Idea:
    """A feed and the strand that it might lead.

    Attributes:
        feed: Name.
        strand: What the strand's name begins with; empty: every strand.
        place: Column of the place, an area or a district.
        count: Column of how many; empty: one a row.
    """

    feed: str
    strand: str
    place: str = "lsoa"
    count: str = ""


IDEAS: Mapping[str, Idea] = {
    "assault attendances": Idea("assault-attendances", "Serious violence"),
    "calls for service": Idea("command-control", ""),
    "MARAC referrals": Idea("marac-referrals", "Domestic abuse", "district", "referrals"),
}

# What calls must be held against: the area's own records, all strands together, as the same columns.
RECORDS, BOTH, LASTING = "records of all strands", "these and calls", "what lasts of these"


def weekly(twin: Twin, idea: Idea) -> F64:
    """Return what a feed counts, float64[place, week], places in the order of areas or of districts' names."""
    delivery = twin.delivery(idea.feed)
    names = twin.scene.county.codes if idea.place == "lsoa" else groups(twin.scene.county.districts)[0]
    order = np.argsort(names)
    place = order[np.searchsorted(np.array(names)[order], delivery.table[idea.place].to_pylist())]
    week = (delivery.occurred - int(twin.scene.weeks.starts[0].astype(np.int64))) // DAYS_A_WEEK
    many = delivery.table[idea.count].to_numpy() if idea.count else np.ones(len(week))
    inside = (week >= 0) & (week < twin.scene.weeks.count)
    found = np.zeros((len(names), twin.scene.weeks.count))
    np.add.at(found, (place[inside], week[inside]), many[inside])
    return found


def columns(rows: PastRows, weekly_counts: F64, idea: Idea) -> list[F64]:
    """Return the feed's shrunken rates as log ratios, each float64[strand, area, origin]; NaN in other strands."""
    counts = np.ascontiguousarray(weekly_counts.astype(np.float32)[None])
    at = rows.matrix.origins - rows.panel.first
    seen = np.ascontiguousarray(np.broadcast_to(rows.panel.observed.any(axis=(1, 2)), counts.shape))
    found, means = rates.shrunken(counts, seen, at, HALF_LIVES[rows.panel.kind])
    logs = np.log(found[:, :, 0].astype(np.float64))
    ratios = [logs[:, 0] - logs[:, 2], logs[:, 1] - logs[:, 2], logs[:, 2] - np.log(means[:, 2])]
    if idea.place != "lsoa":
        district = groups(essex().districts)[1]
        ratios = [ratio[:, district] for ratio in ratios]
    led = np.array([name.startswith(idea.strand) for name in rows.panel.strands])
    return [np.where(led[:, None, None], ratio.T[None], np.nan) for ratio in ratios]


def of_records(rows: PastRows) -> list[F64]:
    """Return the columns of the areas' own records, all strands together."""
    return columns(rows, rows.panel.counts.sum(axis=2, dtype=np.float64).T, Idea("", ""))


def scored(rows: PastRows, scheduled: I64) -> F64:
    """Return deviance and CRPS, float64[2, strand, origin]."""
    found = []
    for chosen, tested in rows.fits(scheduled):
        mean, dispersion = rows.means(rows.grown(chosen), tested), rows.dispersion(chosen)
        parts = [rows.strand[tested] == strand for strand in range(len(rows.panel.strands))]
        deviance = [rows.deviance(tested[part], mean[part]) for part in parts]
        score = [rows.crps(tested[part], mean[part], dispersion) for part in parts]
        found.append(np.array([deviance, score]))
    return np.concatenate(found, axis=2)


def twins() -> None:
    """Print two lines for each idea and what it might lead, and for all strands."""
    found: dict[str, list[F64]] = {name: [] for name in ("nothing", *IDEAS, RECORDS, BOTH)}
    strands: tuple[str, ...] = ()
    for seed in TWIN_SEEDS:
        twin = make_twin(essex(), seed, DEFAULT_END, TWIN_WEEKS, Parameters.load(), silent)
        rows = of_twin(seed)
        strands = rows.panel.strands
        found["nothing"].append(scored(rows, TWIN_ORIGINS))
        by_feed = {name: columns(rows, weekly(twin, idea), idea) for name, idea in IDEAS.items()}
        for name, more in by_feed.items():
            found[name].append(scored(rows.beside(more), TWIN_ORIGINS))
        records = of_records(rows)
        found[RECORDS].append(scored(rows.beside(records), TWIN_ORIGINS))
        found[BOTH].append(scored(rows.beside(records + by_feed["calls for service"]), TWIN_ORIGINS))

    def told(name: str, strand: str, against: str) -> None:
        led = np.array([one.startswith(strand) for one in strands])
        for part, measure in enumerate(("deviance", "CRPS")):
            mine, other = (np.array(found[one])[:, part, led].mean(axis=1) for one in (name, against))
            print(said(f"{name}, {strand or 'all strands'}, {measure}", mine, other), flush=True)

    for name, idea in IDEAS.items():
        for strand in dict.fromkeys((idea.strand, "")):
            told(name, strand, "nothing")
    told(RECORDS, "", "nothing")
    told(BOTH, "", RECORDS)


def elsewhere(sets: list[tuple[PastRows, I64]]) -> None:
    """Print what records of all strands are worth in rows of a place that has no partners' feeds."""
    records = of_records(sets[0][0])
    without = np.array([scored(rows, scheduled) for rows, scheduled in sets])
    for name, added in ((RECORDS, records), (LASTING, records[-1:])):
        more = sets[0][0].beside(added)
        beside = np.array([scored(more, scheduled) for _, scheduled in sets])
        for part, measure in enumerate(("deviance", "CRPS")):
            mine, other = (one[:, part].mean(axis=1) for one in (beside, without))
            print(said(f"{name}, {measure}", mine, other), flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        raise SystemExit(__doc__)
    if sys.argv[1] == "twin":
        twins()
    else:
        elsewhere((toronto if sys.argv[1] == "toronto" else months)(Path(sys.argv[2])))
