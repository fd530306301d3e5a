"""Laying a plan's hours out over days and shifts: districts first, by the profile and their least cover, then areas."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.allocation.posed import Planned, Posed
from models.allocation.programme.plan import Plan
from models.allocation.programme.posts import TOGETHER
from models.allocation.resources.effect import EVERY
from models.allocation.roster.blocks import placed
from models.allocation.roster.calendar import Calendar
from models.allocation.roster.duty import Duty
from models.allocation.roster.fitting import filled, fits, fitted, whole_table
from models.allocation.roster.roster import Laid, PlacedBlocks, Roster, Short
from models.allocation.roster.shares import ProfileShares, week_shares

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Code of a resource and a district to its fewest hours, float64[cell of the week].
Cover = Mapping[tuple[str, str], F64]

_A_QUARTER = 0.25
# Hours nearer than this are equal.
_EQUAL = 1e-6


def lay_out(
    planned: Planned,
    duties: Sequence[Duty],
    calendar: Calendar,
    profile: ProfileShares | None,
    cover: Cover,
    quarter_hours: Mapping[str, F64] | None = None,
) -> Roster:
    """Lay a plan's hours out over the days and shifts of its period.

    Every post keeps its hours exactly. What a resource has in a district is laid over the shifts by the profiles of the
    strands that its hours go to, no shift below its least cover (`filled`); where shifts are whole, these are placed
    first (`blocks.placed`) and the hours follow them. A district's posts share each of its shifts so that all of them
    keep their hours, as near to their own strands' profiles as that allows (`fitted`). Quarter hours are rounded in
    the same order (`whole_table`).

    Args:
        planned: The plan.
        duties: Its resources, in the order in which they are shown.
        calendar: The days and shifts; the profile's shifts, where there is one.
        profile: Recorded profiles; None: hours are spread evenly over the minutes.
        cover: Least cover.
        quarter_hours: Code of each team with a programme of its own, "" for all others, to the hours of its posts in
            quarter hours, float64[post]; None: there are none.
    """
    posed = planned.posed
    strands = posed.demand.strands
    named = posed.ground.district or ("",) * len(posed.ground.area_codes)
    districts = tuple(sorted(set(named)))
    week, without = week_shares(profile, calendar.shifts, districts, strands)
    number = {name: at for at, name in enumerate(districts)}
    ground = _Ground(
        posed, np.array([number[name] for name in named], np.int64), districts, calendar.spread(week), calendar, cover
    )
    laid, blocks, short = [], list[PlacedBlocks](), list[Short]()
    for duty in (duty for duty in duties if duty.kind != "caseload"):
        programme = duty.code if duty.code in planned.caseloads else ""
        plan = planned.caseloads.get(duty.code, planned.plan)
        quarters = None if quarter_hours is None else quarter_hours[programme]
        if duty.code in plan.problem.resources:
            one = _Resource.of(ground, plan, plan.problem.resources.index(duty.code), duty, quarters)
            if len(one.rows):
                result, own_blocks, own_short = _laid(one)
                laid.append(result)
                blocks += own_blocks
                short += own_short
    served = {strand for one in laid for strand in _strands_of(one.duty, strands)}
    return Roster(
        calendar,
        posed.ground.area_codes,
        strands,
        districts,
        tuple(laid),
        tuple(duty for duty in duties if duty.kind == "caseload" and duty.code in planned.caseloads),
        tuple(blocks),
        tuple(short),
        profile,
        tuple(name for at, name in enumerate(strands) if name in without and at in served),
    )


@dataclass(frozen=True, eq=False)
class _Ground:
    """What all resources are laid out by: `district` of each area, and shares float64[district, strand, cell]."""

    posed: Posed
    district: I64
    districts: tuple[str, ...]
    shares: F64
    calendar: Calendar
    cover: Cover


@dataclass(frozen=True, eq=False)
class _Resource:
    """One resource before it is laid out.

    Attributes:
        ground: What it is laid out by.
        plan: The plan.
        duty: The resource.
        rows: Its posts with hours.
        district: District of each row.
        hours: Hours of each row.
        pattern: Hours of each row by its own profile, float64[row, cell].
        least: Least cover, float64[district, cell].
        quarters: Quarter hours of each row; None: there are none.
    """

    ground: _Ground
    plan: Plan
    duty: Duty
    rows: I64
    district: I64
    hours: F64
    pattern: F64
    least: F64
    quarters: I64 | None

    @classmethod
    def of(cls, ground: _Ground, plan: Plan, at: int, duty: Duty, quarter_hours: F64 | None) -> "_Resource":
        """Return the resource of a number."""
        posts = plan.problem.posts
        some = plan.hours > 0 if quarter_hours is None else (plan.hours > 0) | (quarter_hours > 0)
        rows = np.flatnonzero((posts.resource == at) & some).astype(np.int64)
        district, hours = ground.district[posts.area[rows]], plan.hours[rows]
        mix = _mix(ground.posed, duty, posts.area[rows], posts.strand[rows])
        pattern = np.zeros((len(rows), len(ground.calendar)))
        for number in np.unique(district).tolist():
            own = district == number
            pattern[own] = mix[own] @ ground.shares[number]
        least = np.zeros((len(ground.districts), len(ground.calendar)))
        for number, name in enumerate(ground.districts):
            if (duty.code, name) in ground.cover:
                least[number] = ground.cover[duty.code, name][ground.calendar.of_week]
        quarters = None if quarter_hours is None else np.round(quarter_hours[rows] / _A_QUARTER).astype(np.int64)
        return cls(ground, plan, duty, rows, district, hours, hours[:, None] * pattern, least, quarters)


def _strands_of(duty: Duty, strands: Sequence[str]) -> list[int]:
    return [at for at, name in enumerate(strands) if EVERY in duty.strands or name in duty.strands]


def _mix(posed: Posed, duty: Duty, area: I64, strand: I64) -> F64:
    """Return the shares of strands in the hours of posts, float64[row, strand], which sum to 1.

    Hours on several strands together follow their expected harm in the area; where there is none, their expected
    incidents; and where nothing is expected, none before the other.
    """
    served = np.zeros(len(posed.demand.strands))
    served[_strands_of(duty, posed.demand.strands)] = 1.0
    incidents = posed.demand.mean[area] * served
    mix = incidents * np.nan_to_num(posed.weight)
    for weaker in (incidents, np.broadcast_to(served, mix.shape), np.ones(mix.shape)):
        mix = np.where(mix.sum(axis=1, keepdims=True) > 0, mix, weaker)
    single = strand != TOGETHER
    mix[single] = 0.0
    mix[np.flatnonzero(single), strand[single]] = 1.0
    result: F64 = mix / mix.sum(axis=1, keepdims=True)
    return result


def _laid(one: _Resource) -> tuple[Laid, list[PlacedBlocks], list[Short]]:
    """Lay one resource out, group by group: each roster of whole shifts, else each district."""
    cells = np.zeros(one.pattern.shape)
    quarters: I64 | None = None if one.quarters is None else np.zeros(one.pattern.shape, dtype=np.int64)
    owed, placements = one.least.copy(), list[PlacedBlocks]()
    for rows, roster in _groups(one):
        target = None
        if roster is not None:
            held = _whole_shifts(one, rows, roster, owed)
            placements += held
            target = np.sum([item.count * item.block_hours for item in held], axis=0)
        numbers, shares = _by_district(one, rows, target, owed)
        fixed = None if target is None else target / _A_QUARTER
        whole = None if one.quarters is None else _district_quarters(one, rows, numbers, shares, owed[numbers], fixed)
        quarters = None if whole is None else quarters
        for at, number in enumerate(numbers.tolist()):
            own = rows[one.district[rows] == number]
            cells[own] = fitted(one.pattern[own], one.hours[own], shares[at])
            if quarters is not None and whole is not None and one.quarters is not None:
                quarters[own] = whole_table(cells[own] / _A_QUARTER, one.quarters[own], whole[at])
        owed[numbers] = np.maximum(owed[numbers] - shares, 0.0)
    short = [
        Short(one.duty.code, one.ground.districts[district], cell, float(asked), float(asked - owed[district, cell]))
        for (district, cell), asked in np.ndenumerate(one.least)
        if owed[district, cell] > _EQUAL
    ]
    posts = one.plan.problem.posts
    area, strand = posts.area[one.rows], posts.strand[one.rows]
    return Laid(one.duty, area, strand, one.district, one.hours, cells, quarters), placements, short


def _groups(one: _Resource) -> Iterator[tuple[I64, int | None]]:
    """Yield rows that are laid out together, with the roster of whole shifts that they belong to."""
    blocks = one.plan.problem.blocks
    roster = np.full(len(one.rows), -1)
    if blocks is not None and one.plan.shifts is not None:
        roster = blocks.of_post[one.rows]
    for number in np.unique(roster[roster >= 0]).tolist():
        yield np.flatnonzero(roster == number).astype(np.int64), number
    free = roster < 0
    for number in np.unique(one.district[free]).tolist():
        yield np.flatnonzero(free & (one.district == number)).astype(np.int64), None


def _whole_shifts(one: _Resource, rows: I64, roster: int, owed: F64) -> list[PlacedBlocks]:
    """Place a roster's whole shifts, by the profiles of its rows and by what is owed to their districts."""
    blocks, shifts = one.plan.problem.blocks, one.plan.shifts
    if blocks is None or shifts is None:
        return []
    kinds = np.flatnonzero(blocks.block_roster == roster)
    least = owed[np.unique(one.district[rows])].sum(axis=0)
    counts = placed(blocks.block_hours[kinds], shifts[kinds], one.pattern[rows].sum(axis=0), least)
    return [
        PlacedBlocks(blocks.roster[roster], one.duty.code, float(blocks.block_hours[kind]), count)
        for kind, count in zip(kinds.tolist(), counts, strict=True)
        if count.any()
    ]


def _by_district(one: _Resource, rows: I64, target: F64 | None, owed: F64) -> tuple[I64, F64]:
    """Return a group's districts, and their hours by day and shift, float64[district, cell]."""
    numbers, inverse = np.unique(one.district[rows], return_inverse=True)
    pattern = np.zeros((len(numbers), one.pattern.shape[1]))
    np.add.at(pattern, inverse, one.pattern[rows])
    totals = np.bincount(inverse, weights=one.hours[rows]).astype(np.float64)
    least = owed[numbers]
    # What cannot be covered whole is covered in part, everywhere alike, and is told.
    least = least * np.minimum(1.0, totals / np.maximum(least.sum(axis=1), _EQUAL))[:, None]
    if target is None:
        return numbers, filled(pattern, totals, least)
    least = least * np.minimum(1.0, target / np.maximum(least.sum(axis=0), _EQUAL))
    return numbers, fitted(pattern, totals, target, least)


def _district_quarters(
    one: _Resource, rows: I64, numbers: I64, shares: F64, owed: F64, fixed: F64 | None
) -> I64 | None:
    """Return a group's quarter hours by district and cell; None where they cannot keep sums and least cover."""
    if one.quarters is None:
        return None
    inverse = np.searchsorted(numbers, one.district[rows])
    totals = np.zeros(len(numbers), dtype=np.int64)
    np.add.at(totals, inverse, one.quarters[rows])
    least = np.ceil(np.minimum(owed, shares) / _A_QUARTER - _EQUAL).astype(np.int64)
    exact = shares / _A_QUARTER
    columns = None if fixed is None else np.round(fixed).astype(np.int64)
    if fixed is not None and columns is not None:
        whole = np.abs(fixed - columns).max() <= _EQUAL and columns.sum() == totals.sum()
        columns = columns if whole else np.zeros_like(columns)
    return whole_table(exact, totals, columns, least) if fits(totals, columns, least) else None
