"""Laying a plan's hours out over days and shifts: districts first, by the profile and their least cover, then areas."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.allocation.posed import Planned
from models.allocation.roster.blocks import placed
from models.allocation.roster.calendar import Calendar
from models.allocation.roster.duty import Duty
from models.allocation.roster.fitting import filled, fits, fitted, whole_table
from models.allocation.roster.roster import Laid, PlacedBlocks, Roster, Short
from models.allocation.roster.shares import ProfileShares, week_shares
from models.allocation.roster.unlaid import Frame, LeastHours, Unlaid, strands_of

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_A_QUARTER = 0.25
# Hours nearer than this are equal.
_EQUAL = 1e-6


def lay_out(
    planned: Planned,
    duties: Sequence[Duty],
    calendar: Calendar,
    profile: ProfileShares | None,
    cover: LeastHours,
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
    ground = Frame(
        posed, np.array([number[name] for name in named], np.int64), districts, calendar.spread(week), calendar, cover
    )
    laid, blocks, short = [], list[PlacedBlocks](), list[Short]()
    for duty in (duty for duty in duties if duty.kind != "caseload"):
        programme = duty.code if duty.code in planned.caseloads else ""
        plan = planned.caseloads.get(duty.code, planned.plan)
        quarters = None if quarter_hours is None else quarter_hours[programme]
        if duty.code in plan.problem.resources:
            one = Unlaid.of(ground, plan, plan.problem.resources.index(duty.code), duty, quarters)
            if len(one.rows):
                result, own_blocks, own_short = _laid(one)
                laid.append(result)
                blocks += own_blocks
                short += own_short
    served = {strand for one in laid for strand in strands_of(one.duty, strands)}
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


def _laid(one: Unlaid) -> tuple[Laid, list[PlacedBlocks], list[Short]]:
    """Lay one resource out, group by group: each roster of whole shifts, else each district."""
    cells = np.zeros(one.pattern.shape)
    quarters: I64 | None = None if one.quarters is None else np.zeros(one.pattern.shape, dtype=np.int64)
    owed, placements = one.least.copy(), list[PlacedBlocks]()
    for rows, roster in _groups(one):
        target: F64 | None = None
        covering = np.ones(one.pattern.shape[1])
        if roster is not None:
            held = _whole_shifts(one, rows, roster, owed)
            placements += held
            target, covering = _hours_of(held, one.longest)
        numbers, shares = _by_district(one, rows, target, owed / covering)
        fixed = None if target is None else target / _A_QUARTER
        whole = _district_quarters(one, rows, numbers, shares, owed[numbers] / covering, fixed)
        quarters = None if whole is None else quarters
        for at, number in enumerate(numbers.tolist()):
            own = rows[one.district[rows] == number]
            cells[own] = fitted(one.pattern[own], one.hours[own], shares[at])
            if quarters is not None and whole is not None and one.quarters is not None:
                quarters[own] = whole_table(cells[own] / _A_QUARTER, one.quarters[own], whole[at])
        owed[numbers] = np.maximum(owed[numbers] - shares * covering, 0.0)
    short = [
        Short(one.duty.code, one.ground.districts[district], cell, float(asked), float(asked - owed[district, cell]))
        for (district, cell), asked in np.ndenumerate(one.least)
        if owed[district, cell] > _EQUAL
    ]
    posts = one.plan.problem.posts
    area, strand = posts.area[one.rows], posts.strand[one.rows]
    return Laid(one.duty, area, strand, one.district, one.hours, cells, quarters), placements, short


def _groups(one: Unlaid) -> Iterator[tuple[I64, int | None]]:
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


def _whole_shifts(one: Unlaid, rows: I64, roster: int, owed: F64) -> list[PlacedBlocks]:
    """Place a roster's whole shifts, by the profiles of its rows and by what is owed to their districts."""
    blocks, shifts = one.plan.problem.blocks, one.plan.shifts
    if blocks is None or shifts is None:
        return []
    kinds = np.flatnonzero(blocks.block_roster == roster)
    least = owed[np.unique(one.district[rows])].sum(axis=0)
    target = one.pattern[rows].sum(axis=0)
    counts = placed(blocks.block_hours[kinds], shifts[kinds], target, least, one.longest)
    return [
        PlacedBlocks(blocks.roster[roster], one.duty.code, float(blocks.block_hours[kind]), count)
        for kind, count in zip(kinds.tolist(), counts, strict=True)
        if count.any()
    ]


def _hours_of(held: Sequence[PlacedBlocks], longest: F64) -> tuple[F64, F64]:
    """Return the hours of blocks that begin in each cell, and which share of them lies in it; float64[cell] each."""
    hours, inside = np.zeros_like(longest), np.zeros_like(longest)
    for item in held:
        hours += item.count * item.block_hours
        inside += item.count * np.minimum(item.block_hours, longest)
    return hours, np.divide(inside, hours, out=np.ones_like(hours), where=hours > 0)


def _by_district(one: Unlaid, rows: I64, target: F64 | None, owed: F64) -> tuple[I64, F64]:
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


def _district_quarters(one: Unlaid, rows: I64, numbers: I64, shares: F64, owed: F64, fixed: F64 | None) -> I64 | None:
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
