"""The force's crime records: each incident's offence, flags, times and source, its versions, and the feed's table."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.twin.clocks import begin, delay, pick, window
from experiments.twin.county import County, Floats
from experiments.twin.deliveries import Delivery
from experiments.twin.demand import Demand
from experiments.twin.parameters import Kind, Parameters
from experiments.twin.seasons import Weeks
from experiments.twin.strands import FLAGS, StrandTable, shares
from experiments.twin.texts import MINUTES_A_DAY, Integers, chosen, flags, local, moments, numbered
from experiments.twin.traits import Traits

SOURCES = ("Victim", "Public", "Partner agency", "Officer", "Unknown")
# Shares of SOURCES among records that patrols did not find: where a person, a child, a place or nobody is harmed.
_TOLD_BY: dict[str, str] = {
    "victim": "70 16 7 3 4",
    "child": "34 14 42 5 5",
    "place": "82 10 2 2 4",
    "state": "10 30 25 25 10",
}
_TOLD: dict[str, str] = {
    "child": "child",
    "burglary-home": "place",
    "burglary-business": "place",
    "vehicle": "place",
    "shoplifting": "place",
    "bicycle": "place",
    "other-theft": "place",
    "damage": "place",
    "drugs-supply": "state",
    "drugs-possession": "state",
    "weapons": "state",
    "public-order": "state",
    "other": "state",
}
_MEAN_DAYS_TO_RECODE = 18.0
_MEAN_DAYS_TO_CANCEL = 30.0


@dataclass(frozen=True, eq=False)
class Crimes:
    """Crime records, one entry each, in the order in which they are recorded.

    Times are minutes since 1970, local. An offence is an index into the parameters' offences.

    Attributes:
        kind, area, week: Indices; weeks count from the first that is kept.
        begins, ends: Between which it was committed.
        recorded: When it was recorded.
        offence: Of the version that stands in the end.
        first_offence: Of the first version.
        recoded: When the offence was changed; -1 where it never is.
        cancelled: When the record was cancelled; -1 where it never is.
        combination: Bits of FLAGS.
        source: Index into SOURCES.
    """

    kind: Integers = field(repr=False)
    area: Integers = field(repr=False)
    week: Integers = field(repr=False)
    begins: Integers = field(repr=False)
    ends: Integers = field(repr=False)
    recorded: Integers = field(repr=False)
    offence: Integers = field(repr=False)
    first_offence: Integers = field(repr=False)
    recoded: Integers = field(repr=False)
    cancelled: Integers = field(repr=False)
    combination: Integers = field(repr=False)
    source: Integers = field(repr=False)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.kind)

    @property
    def stands(self) -> NDArray[np.bool_]:
        """Whether each record is never cancelled."""
        return self.cancelled < 0


def draw_crimes(
    demand: Demand, traits: Traits, weeks: Weeks, parameters: Parameters, table: StrandTable, rng: np.random.Generator
) -> Crimes:
    """Draw what is recorded of each incident."""
    kinds = parameters.kinds
    week, kind, area, found = _rows(demand, kinds)
    count = len(kind)
    monday = weeks.starts.astype(np.int64)[week] * MINUTES_A_DAY
    clocks = np.array([one.clock for one in kinds])
    begins = local(monday + begin(clocks, kind, traits.centre[area], rng))
    ends = local(begins + np.where(found, 0, window(np.array([one.window for one in kinds]), kind, rng)))
    # What a patrol finds is written down in the shift.
    waits = np.where(found, rng.integers(20, 360, count), delay(np.array([one.delay for one in kinds]), kind, rng))
    recorded = local(ends + 5 + waits)
    offence = pick(_filled(shares(kinds, parameters.offences)), kind, rng)
    combination = _combination(table.flagged[offence], rng)
    shared = parameters.mechanisms
    recoded = _later(recorded, rng.random(count) < shared.recoded, _MEAN_DAYS_TO_RECODE, rng)
    # The first reading is another offence of the kind; where the kind has one alone, nothing changes.
    first = np.where(recoded >= 0, pick(_filled(shares(kinds, parameters.offences)), kind, rng), offence)
    recoded = np.where(first == offence, -1, recoded)
    known = np.maximum(recorded, recoded)
    cancelled = _later(known, rng.random(count) < shared.cancelled, _MEAN_DAYS_TO_CANCEL, rng)
    source = np.where(found, SOURCES.index("Officer"), pick(_sources(kinds), kind, rng))
    columns = (kind, area, week, begins, ends, recorded, offence, first, recoded, cancelled, combination, source)
    order = np.argsort(recorded, kind="stable")
    return Crimes(*(column[order] for column in columns))


def _rows(demand: Demand, kinds: Sequence[Kind]) -> tuple[Integers, Integers, Integers, NDArray[np.bool_]]:
    """Return week, kind and area of each record, and whether a patrol found it."""
    crime = np.array([kind.feed == "force-crime" for kind in kinds])
    parts = []
    for counts, found in ((demand.found, True), (demand.told, False)):
        of_crime = np.where(crime[None, :, None], counts, 0)
        cells = np.repeat(np.arange(of_crime.size), of_crime.ravel())
        parts.append((*np.unravel_index(cells, of_crime.shape), np.full(len(cells), found)))
    week, kind, area, found_rows = (np.concatenate(part) for part in zip(*parts, strict=True))
    return week, kind, area, found_rows.astype(bool)


def _combination(chances: Floats, rng: np.random.Generator) -> Integers:
    drawn = rng.random(chances.shape) < chances
    bits: Integers = (drawn * (1 << np.arange(len(FLAGS)))).sum(axis=1)
    return bits


def _later(times: Integers, chosen_ones: NDArray[np.bool_], mean_days: float, rng: np.random.Generator) -> Integers:
    waits = np.rint(MINUTES_A_DAY * (1 + mean_days * rng.standard_exponential(len(times)))).astype(np.int64)
    later: Integers = np.where(chosen_ones, local(times + waits), -1)
    return later


def _filled(weights: Floats) -> Floats:
    """Return weights in which the rows of kinds that are no crimes, which nothing draws from, are not all 0."""
    return np.where(weights.sum(axis=1, keepdims=True) > 0, weights, 1.0)


def _sources(kinds: Sequence[Kind]) -> Floats:
    texts = [_TOLD_BY[_TOLD.get(kind.name, "victim")] for kind in kinds]
    return np.array([[float(word) for word in text.split()] for text in texts])


def crime_delivery(crimes: Crimes, county: County, parameters: Parameters, last_minute: int) -> Delivery:
    """Return the feed.

    Only what was written by `last_minute` is in it, so the newest weeks are incomplete. A re-coding is a higher version
    of the same crime_ref, a cancellation one with the count -1.
    """
    number = np.arange(len(crimes))
    again, gone = np.flatnonzero(crimes.recoded >= 0), np.flatnonzero(crimes.cancelled >= 0)
    row = np.concatenate([number, again, gone])
    written = np.concatenate([crimes.recorded, crimes.recoded[again], crimes.cancelled[gone]])
    offence = np.concatenate([crimes.first_offence, crimes.offence[again], crimes.offence[gone]])
    last = np.where(crimes.recoded[gone] >= 0, 3, 2)
    version = np.concatenate([np.ones(len(number), int), np.full(len(again), 2), last])
    count = np.repeat([1, -1], [len(number) + len(again), len(gone)])
    order = np.argsort(written, kind="stable")
    order = order[written[order] <= last_minute]
    at = row[order]
    bits = crimes.combination[at]
    columns = {
        "crime_ref": numbered("SYN-C", at + 1, 7),
        "offence_code": chosen([one.code for one in parameters.offences], offence[order]),
        "offence": chosen([one.name for one in parameters.offences], offence[order]),
        "committed_from": moments(crimes.begins[at]),
        "committed_to": moments(crimes.ends[at]),
        "recorded_at": moments(written[order]),
        "lsoa": chosen(county.codes, crimes.area[at]),
        "reported_by": chosen(SOURCES, crimes.source[at]),
        **{flag: flags(bits >> place & 1 == 1) for place, flag in enumerate(FLAGS)},
        "version": version[order],
        "count": count[order],
    }
    return Delivery(
        "force-crime", pa.table(columns), written[order] // MINUTES_A_DAY, crimes.begins[at] // MINUTES_A_DAY
    )
