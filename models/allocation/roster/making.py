"""From a plan to its roster and visit lists, with all that they rest on."""

import hashlib
from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from features.periods import PeriodKind
from models.allocation.posed import Planned
from models.allocation.resources import Resources
from models.allocation.roster.calendar import Calendar
from models.allocation.roster.cover import least_hours
from models.allocation.roster.duty import Duty
from models.allocation.roster.layout import lay_out
from models.allocation.roster.roster import Roster
from models.allocation.roster.shares import ProfileShares
from models.allocation.roster.visits import Seed
from models.profiles.shifts import DEFAULT, Shifts

F64 = NDArray[np.float64]


def make_roster(
    planned: Planned,
    resources: Resources,
    profile: ProfileShares | None,
    kind: PeriodKind,
    start: date,
    quarter_hours: Mapping[str, F64] | None = None,
) -> Roster:
    """Return a plan's roster, by the shifts of the recorded profiles or else the usual ones.

    Args:
        planned: The plan.
        resources: Its resources.
        profile: The profiles that it was posed with; None: none are recorded.
        kind: Kind of its period.
        start: First day of it.
        quarter_hours: Its posts' quarter hours; see `lay_out`.
    """
    shifts = Shifts.read(DEFAULT) if profile is None else profile.shifts
    duties = [Duty.of(item) for item in resources.resources]
    cover = least_hours(planned, resources, profile)
    return lay_out(planned, duties, Calendar.of(shifts, kind, start), profile, cover, quarter_hours)


def seed_of(number: int, run_id: str, start: date, planned: Planned) -> Seed:
    """Return what a plan's visits are drawn by: a seed, its forecast, its period and the hours of all its posts."""
    plans = {"": planned.plan, **planned.caseloads}
    digest = hashlib.sha256()
    for code, plan in sorted(plans.items()):
        digest.update(code.encode() + b"\0" + plan.hours.tobytes())
    return Seed(number, f"{run_id} {start.isoformat()} {digest.hexdigest()[:16]}")
