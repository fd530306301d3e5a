"""The truth: what was expected in each area, strand and week, and what is recorded of it in the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.twin.county import Floats
from experiments.twin.crimes import Crimes
from experiments.twin.partners import Scene
from experiments.twin.strands import ASB, FRAUD, ROADS, STRANDS, StrandTable, shares

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Truth:
    """One feed's part of one strand; arrays are [week, area].

    Attributes:
        feed, strand: Which.
        occurred: Incidents expected to occur, given all that happened before.
        recorded: Records expected to stand in the end, given the week's patrol hours.
        once: Those of them that the strand counts in totals.
        counted: Records that do stand in the end, those that reach the files after the last day or never included.
    """

    feed: str
    strand: str
    occurred: Floats = field(repr=False)
    recorded: Floats = field(repr=False)
    once: Floats = field(repr=False)
    counted: Counts = field(repr=False)


def truths(scene: Scene, crimes: Crimes, grave: Counts, table: StrandTable) -> Iterator[Truth]:
    """Yield the truth of each feed and strand.

    Args:
        scene: The simulated county.
        crimes: Its crime records.
        grave: Fatal and serious collisions by week and area.
        table: Which strands records belong to.
    """
    shared = scene.parameters.mechanisms
    yield from _of_crimes(scene, crimes, table)
    killed = shared.fatal_collisions + shared.serious_collisions
    for feed, kind, strand, share in (
        ("council-asb", "asb-council", ASB, 1.0),
        ("deliberate-fires", "fire", ASB, 1.0),
        ("police-uk", "asb-police", ASB, 1.0),
        ("stats19", "collision", ROADS, killed),
        ("action-fraud", "fraud", FRAUD, 1.0),
    ):
        number = scene.parameters.index(kind)
        occurred = share * scene.demand.intensity[:, number]
        recorded = occurred * scene.demand.probability[:, number]
        counted = grave if kind == "collision" else scene.demand.recorded[:, number]
        yield Truth(feed, strand, occurred, recorded, recorded, counted)


def _of_crimes(scene: Scene, crimes: Crimes, table: StrandTable) -> Iterator[Truth]:
    parameters, demand = scene.parameters, scene.demand
    of_kind = shares(parameters.kinds, parameters.offences)
    # einsum adds in a fixed order, which a product of matrices by a parallel library need not.
    member = np.einsum("ko,os->ks", of_kind, table.chances(table.member))
    primary = np.einsum("ko,os->ks", of_kind, table.chances(table.primary))
    stands = 1 - parameters.mechanisms.cancelled
    recorded = demand.intensity * demand.probability * stands
    is_member = table.member[crimes.offence, crimes.combination] & crimes.stands[:, None]
    cell = crimes.week * len(scene.county) + crimes.area
    shape = (scene.weeks.count, len(scene.county))
    for number, strand in enumerate(STRANDS):
        if not member[:, number].any():
            continue
        counted = np.bincount(cell[is_member[:, number]], minlength=shape[0] * shape[1]).reshape(shape)
        yield Truth(
            "force-crime",
            strand,
            np.einsum("k,wka->wa", member[:, number], demand.intensity),
            np.einsum("k,wka->wa", member[:, number], recorded),
            np.einsum("k,wka->wa", primary[:, number], recorded),
            counted,
        )


def truth_table(scene: Scene, parts: list[Truth]) -> pa.Table:
    """Return the truth as a table: a row a feed, strand, week and area."""
    weeks, areas = scene.weeks.count, len(scene.county)
    mondays = np.repeat(scene.weeks.starts, areas)
    feeds = list(dict.fromkeys(part.feed for part in parts))
    strands = list(dict.fromkeys(part.strand for part in parts))
    cells = weeks * areas

    def words(names: list[str], attribute: str) -> pa.Array:
        index = np.repeat([names.index(getattr(part, attribute)) for part in parts], cells).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(names))

    def numbers(attribute: str, kind: type[np.generic]) -> NDArray[np.generic]:
        return np.concatenate([getattr(part, attribute).ravel().astype(kind) for part in parts])

    codes = np.tile(np.arange(areas, dtype=np.int32), weeks * len(parts))
    return pa.table(
        {
            "feed": words(feeds, "feed"),
            "strand": words(strands, "strand"),
            "week": np.tile(mondays, len(parts)),
            "area_code": pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(scene.county.codes)),
            "expected_occurred": numbers("occurred", np.float32),
            "expected_recorded": numbers("recorded", np.float32),
            "expected_recorded_once": numbers("once", np.float32),
            "recorded": numbers("counted", np.int32),
        }
    )
