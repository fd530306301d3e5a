"""The same crimes as data.police.uk would publish them: by month, late, without times, flags or versions."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from experiments.twin.crimes import Crimes
from experiments.twin.deliveries import Delivery
from experiments.twin.partners import Incidents, Scene
from experiments.twin.texts import MINUTES_A_DAY, Integers, chosen, hashed

FEED = "police-uk"
PUBLISHED_AFTER_DAYS = 60
_REPORTER = "SYNTHETIC Essex Police"
_PLACE = "On or near SYNTHETIC"
_OUTCOMES = ("Under investigation", "Investigation complete; no suspect identified", "Unable to prosecute suspect")
_ID_KEY = 0x9E3779B97F4A7C15
_ASB = "Anti-social behaviour"


@dataclass(frozen=True, eq=False)
class _Published:
    """Published records, in the order of their month, area and type.

    Attributes:
        number: Number of the crime record; -1 for anti-social behaviour.
        month: Months since 1970.
        area: Index; -1 where the place is not known.
        kind: Index into the types.
    """

    number: Integers = field(repr=False)
    month: Integers = field(repr=False)
    area: Integers = field(repr=False)
    kind: Integers = field(repr=False)


def street_crime(scene: Scene, crimes: Crimes, asb: Incidents, rng: np.random.Generator) -> Delivery:
    """Return the feed: each month's records as they stood two months after the month's end."""
    offences = scene.parameters.offences
    types = (*dict.fromkeys(offence.police_uk for offence in offences), _ASB)
    type_of = np.array([types.index(offence.police_uk) for offence in offences])
    rows = _published(scene, crimes, asb, type_of)
    lost = rng.random(len(rows.number)) < scene.parameters.mechanisms.without_place
    area = np.where(lost, -1, rows.area)
    points = np.where(lost[:, None], np.nan, scene.county.points[rows.area])
    months = rows.month.astype("datetime64[M]")
    unique, of_row = np.unique(months.astype(str), return_inverse=True)
    is_crime = rows.number >= 0
    ids = hashed("SYN", np.maximum(rows.number, 0), _ID_KEY)
    outcome = np.where(is_crime, rng.integers(0, len(_OUTCOMES), len(is_crime)), -1)
    one = np.zeros(len(is_crime), dtype=np.int64)
    columns = {
        "Crime ID": pa.array(np.where(is_crime, np.arange(len(ids)), -1), mask=~is_crime),
        "Month": chosen(unique.tolist(), of_row),
        "Reported by": chosen((_REPORTER,), one),
        "Falls within": chosen((_REPORTER,), one),
        "Longitude": pa.array(np.round(points[:, 0], 6), from_pandas=True),
        "Latitude": pa.array(np.round(points[:, 1], 6), from_pandas=True),
        "Location": chosen((_PLACE,), one),
        "LSOA code": chosen(scene.county.codes, area),
        "LSOA name": chosen(scene.county.names, area),
        "Crime type": chosen(types, rows.kind),
        "Last outcome category": chosen(_OUTCOMES, outcome),
        "Context": pa.nulls(len(is_crime), pa.string()),
    }
    columns["Crime ID"] = ids.take(columns["Crime ID"])
    day = months.astype("datetime64[D]").astype(np.int64)
    return Delivery(FEED, pa.table(columns), day, day)


def _published(scene: Scene, crimes: Crimes, asb: Incidents, type_of: Integers) -> _Published:
    begins = np.concatenate([crimes.begins, asb.begins])
    month = (begins // MINUTES_A_DAY).astype("datetime64[D]").astype("datetime64[M]")
    # Months whose first days lie before the simulation would look quiet, and are not published.
    whole = month.astype("datetime64[D]") >= scene.weeks.starts[0]
    day = (month + 1).astype("datetime64[D]").astype(np.int64) + PUBLISHED_AFTER_DAYS
    minute = day * MINUTES_A_DAY
    never = np.full(len(asb), -1)
    cancelled = np.concatenate([crimes.cancelled, never])
    recoded = np.concatenate([crimes.recoded, never])
    recorded = np.concatenate([crimes.recorded, asb.recorded])
    of_asb = np.full(len(asb), type_of.max() + 1)
    first = np.concatenate([type_of[crimes.first_offence], of_asb])
    last = np.concatenate([type_of[crimes.offence], of_asb])
    kind = np.where((recoded >= 0) & (recoded < minute), last, first)
    area = np.concatenate([crimes.area, asb.area])
    number = np.concatenate([np.arange(len(crimes)), never])
    shown = whole & (day <= scene.last_day) & (recorded < minute) & ~((cancelled >= 0) & (cancelled < minute))
    rows = np.flatnonzero(shown)
    since = month.astype(np.int64)
    rows = rows[np.lexsort((kind[rows], area[rows], since[rows]))]
    return _Published(number[rows], since[rows], area[rows], kind[rows])
