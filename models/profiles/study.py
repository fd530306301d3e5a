"""Profiles of a workspace: each strand's share of a week by weekday and shift, and its districts'."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.areas.areas import Areas
from features.areas.hierarchy import grouping
from features.completeness.delays import memberships
from features.knowledge import Store
from models.profiles.aoristic import spread_counts
from models.profiles.clocks import Clocked, clocked
from models.profiles.pooling import Pooled
from models.profiles.shifts import Shifts

F64 = NDArray[np.float64]

# Fewer incidents of a district would show hardly more than the force's profile, and chance.
FEWEST = 100
WEEKS = 104
LONGEST_HOURS = 24


@dataclass(frozen=True)
class ProfileRequest:
    """What is asked.

    Attributes:
        shifts: The shifts.
        strand: The strand; None: every one.
        weeks: Weeks to look back on.
        longest_hours: Intervals longer than this carry no clock time.
    """

    shifts: Shifts
    strand: str | None = None
    weeks: int = WEEKS
    longest_hours: int = LONGEST_HOURS


@dataclass(frozen=True, eq=False)
class Profiles:
    """Shares of a week.

    Attributes:
        request: What was asked.
        clocked: What it rests on.
        strands: The strands shown, sorted.
        total: Incidents of each strand, with a clock time or without; float64[strand].
        force: Shares by strand, drawn to those of all strands.
        level: Level of the parts: "district", or the next that is known; "" where none is.
        parts: Names of the parts that some strand has enough incidents of, sorted.
        within: For each strand the shares of its parts, drawn to the strand's; a row for each entry of `parts_of`.
        parts_of: For each strand the indices of the parts with enough incidents.
    """

    request: ProfileRequest
    clocked: Clocked
    strands: tuple[str, ...]
    total: F64
    force: Pooled
    level: str
    parts: tuple[str, ...]
    within: tuple[Pooled, ...]
    parts_of: tuple[tuple[int, ...], ...]


def study(store: Store, areas: Areas | None, request: ProfileRequest, as_of: date | None) -> Profiles:
    """Return the profiles as known on a date.

    Args:
        store: Incidents, read with their clock times.
        areas: The closed list of areas; None: the codes met in the data, which have no districts.
        request: What is asked.
        as_of: Knowledge date; None: all that is known.

    Raises:
        DataError: No feed gives clock times, or there is no such strand, or none of it with clock times.
    """
    view = store.view(as_of, areas)
    _check_strand(request.strand, view.strand_names)
    found = clocked(view, request.weeks, request.longest_hours)
    if request.strand in found.weekly_only:
        problem = f"no feed gives clock times of {request.strand}, so that only weekly plans can be made of it"
        raise DataError(problem, place="--strand", fix="ingest a dated export with the time of day of each incident")
    level, parts, part_of = _parts(areas, len(found.incidents.area_codes))
    once, counts, total = _counts(found, part_of, len(parts) + 1, request.shifts)
    even = request.shifts.even
    everything = Pooled.of(once[None], even)
    by_strand = counts.sum(axis=0)
    force = Pooled.of(by_strand, everything.share[0], float(everything.rests_on[0]))
    # The last part holds the areas of which no district is known: they tell of the force alone.
    pooled = [
        Pooled.of(counts[:-1, number], force.share[number], float(force.rests_on[number]))
        for number in range(counts.shape[1])
    ]
    enough = [tuple(np.flatnonzero(one.count.sum(axis=1) >= FEWEST).tolist()) for one in pooled]
    asked = [n for n, name in enumerate(found.incidents.strand_names) if request.strand in (None, name)]
    return Profiles(
        request,
        found,
        tuple(found.incidents.strand_names[number] for number in asked),
        total[asked],
        _rows(force, asked),
        level,
        parts,
        tuple(_rows(pooled[number], enough[number]) for number in asked),
        tuple(enough[number] for number in asked),
    )


def _check_strand(strand: str | None, known: tuple[str, ...]) -> None:
    if strand is not None and strand not in known:
        fix = f"take one of {', '.join(known)}" if known else "ingest some"
        raise DataError(f"there is no strand {strand!r}", place="--strand", fix=fix)


def _parts(areas: Areas | None, codes: int) -> tuple[str, tuple[str, ...], NDArray[np.int64]]:
    """Return the level of the parts, their names, and each area's; an area of none is of one beyond the last."""
    level = grouping(areas.parents) if areas is not None else None
    if areas is None or level is None or level == "force":
        return "", (), np.zeros(codes, np.int64)
    names = areas.parents[level]
    parts = tuple(sorted({name for name in names if name}))
    where = {name: number for number, name in enumerate(parts)}
    return level, parts, np.array([where.get(name, len(parts)) for name in names], np.int64)


def _counts(found: Clocked, part_of: NDArray[np.int64], parts: int, shifts: Shifts) -> tuple[F64, F64, F64]:
    """Return incidents by cell once, by part, strand and cell in each strand they belong to, and by strand in all."""
    incidents = found.incidents
    strands = len(incidents.strand_names)
    row, strand = memberships(incidents)
    total = np.bincount(strand[found.counts[row]], incidents.count[row][found.counts[row]], strands)
    kept = found.known[row]
    row, strand = row[kept], strand[kept]
    group = part_of[incidents.area[row]] * strands + strand
    own = incidents.count[row].astype(np.float64)
    spread = spread_counts(found.begins[row], found.minutes[row], own, group, parts * strands, shifts)
    first = np.flatnonzero(found.known)
    weight = incidents.count[first].astype(np.float64)
    alone = np.zeros(len(first), np.int64)
    once = spread_counts(found.begins[first], found.minutes[first], weight, alone, 1, shifts)[0]
    # What a feed takes back may outweigh what it told of a cell.
    counts = np.maximum(spread, 0.0).reshape(parts, strands, -1)
    return np.maximum(once, 0.0), counts, total.astype(np.float64)


def _rows(pooled: Pooled, rows: list[int] | tuple[int, ...]) -> Pooled:
    chosen = list(rows)
    return Pooled(pooled.count[chosen], pooled.parent[chosen], pooled.pull, pooled.sureness)
