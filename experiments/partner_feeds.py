"""Question: do partners' feeds tell of a strand's next weeks what its own records do not?

python -m experiments.partner_feeds
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.development import F64, said
from experiments.likelihood import TWIN_ORIGINS, TWIN_SEEDS, of_twin
from experiments.past_rows import PastRows
from experiments.stacking import TWIN_WEEKS
from experiments.twin.county import essex, groups
from experiments.twin.parameters import Parameters
from experiments.twin.twin import DEFAULT_END, Twin, make_twin
from features import rates
from models.progress import silent

# Of a partner's rates: two of what is new and one of what lasts, in weeks.
HALF_LIVES = (4.0, 13.0, 78.0)
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
RECORDS, BOTH = "records of all strands", "these and calls"


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
    found, means = rates.shrunken(counts, np.ones(counts.shape, dtype=np.bool_), at, HALF_LIVES)
    logs = np.log(found[:, :, 0].astype(np.float64))
    ratios = [logs[:, 0] - logs[:, 2], logs[:, 1] - logs[:, 2], logs[:, 2] - np.log(means[:, 2])]
    if idea.place != "lsoa":
        district = groups(essex().districts)[1]
        ratios = [ratio[:, district] for ratio in ratios]
    led = np.array([name.startswith(idea.strand) for name in rows.panel.strands])
    return [np.where(led[:, None, None], ratio.T[None], np.nan) for ratio in ratios]


def scored(rows: PastRows) -> F64:
    """Return deviance and CRPS, float64[2, strand, origin]."""
    found = []
    for chosen, tested in rows.fits(TWIN_ORIGINS):
        mean, dispersion = rows.means(rows.grown(chosen), tested), rows.dispersion(chosen)
        parts = [rows.strand[tested] == strand for strand in range(len(rows.panel.strands))]
        deviance = [rows.deviance(tested[part], mean[part]) for part in parts]
        score = [rows.crps(tested[part], mean[part], dispersion) for part in parts]
        found.append(np.array([deviance, score]))
    return np.concatenate(found, axis=2)


def main() -> None:
    """Print two lines for each idea and what it might lead, and for all strands."""
    found: dict[str, list[F64]] = {name: [] for name in ("nothing", *IDEAS, RECORDS, BOTH)}
    strands: tuple[str, ...] = ()
    for seed in TWIN_SEEDS:
        twin = make_twin(essex(), seed, DEFAULT_END, TWIN_WEEKS, Parameters.load(), silent)
        rows = of_twin(seed)
        strands = rows.panel.strands
        found["nothing"].append(scored(rows))
        by_feed = {name: columns(rows, weekly(twin, idea), idea) for name, idea in IDEAS.items()}
        for name, more in by_feed.items():
            found[name].append(scored(rows.beside(more)))
        records = columns(rows, rows.panel.counts.sum(axis=2, dtype=np.float64).T, Idea("", ""))
        found[RECORDS].append(scored(rows.beside(records)))
        found[BOTH].append(scored(rows.beside(records + by_feed["calls for service"])))

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


if __name__ == "__main__":
    main()
