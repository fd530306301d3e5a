"""From a plan to its roster, with all that it rests on."""

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
