"""Recorded offences of each strand: what the incidents held are made of, where they have offence codes."""

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from features.feeds.claims import ALSO
from features.incidents.archive import Archive
from features.incidents.batch import DEMAND, deliveries
from features.incidents.names import coded
from features.incidents.store import IncidentStore, load_feed
from features.strands.inputs import POLICE_UK
from features.strands.offences import listed_codes


def recorded_offences(archive: Archive) -> dict[str, dict[str, int]]:
    """Return strand -> offence code -> incidents, as known now.

    An incident of several strands is counted in each: the weight of a strand is that of all of its incidents. Types of
    data.police.uk are no offence codes and are left out.
    """
    subjects = sorted({item.subject for _, item in deliveries(archive) if item.use == DEMAND} - {POLICE_UK})
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for subject in subjects:
        for (strands, offence), count in _counted(load_feed(archive, subject)).items():
            for strand in strands:
                found[strand][offence] += count
    return {strand: dict(offences) for strand, offences in found.items()}


def _counted(store: IncidentStore) -> Mapping[tuple[tuple[str, ...], str], int]:
    """Return (strands, offence code) -> incidents of one feed; rows without one of the two are left out."""
    keep = store.known()
    (strand, strands), (also, sets), (offence, offences) = (
        coded(store.facts, name) for name in ("strand", "also", "offence")
    )
    rows = pd.DataFrame({"strand": strand[keep], "also": also[keep], "offence": offence[keep]})
    kinds = rows.assign(count=store.counts()[keep]).groupby(list(rows.columns), as_index=False)["count"].sum()
    found: dict[tuple[tuple[str, ...], str], int] = defaultdict(int)
    for of_strand, of_set, of_offence, count in kinds.to_numpy().tolist():
        codes = listed_codes(offences[of_offence]) if of_offence >= 0 else ()
        if of_strand >= 0 and len(codes) == 1:
            further = sets[of_set].split(ALSO) if of_set >= 0 and sets[of_set] else []
            found[(strands[of_strand], *further), codes[0]] += count
    return found
