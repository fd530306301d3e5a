"""What generator version 1 assumes: the kinds of incident, the shared mechanisms, and the seeds that scoring uses.

Every number here and in `sources/kinds.csv` is part of the version. None was chosen by looking at a model's score.
"""

import csv
from dataclasses import asdict, dataclass, fields
from typing import Any

from experiments.twin.offences import SOURCES, Offence, load_offences

GENERATOR_VERSION = 1
SCORING_SEEDS = (11, 23, 37, 41, 59, 67, 73, 83, 97, 101)
WEEKS_A_YEAR = 365.25 / 7


@dataclass(frozen=True)
class Kind:
    """One process that incidents of a like come from; a row of `sources/kinds.csv`.

    Attributes:
        name: Name.
        feed: Feed that records it.
        recorded_a_year: Records a year in the whole county that stand; left out, as the offences recorded in 2017/18.
        exposure: What the rate is proportional to before the rest: people, households or road.
        deprivation, centre, spread: Log-rate effects of one standard deviation of deprivation, of one unit of town
            centre, and of an area's own unexplained share.
        season, peak_week: Amplitude of the year's log-cosine, and the week of the year at which it peaks.
        trend: Change of the log rate a year.
        holidays: Log-rate effect of a week wholly out of school term.
        bank_holiday: Log-rate effect of each bank holiday in a week.
        crowd: Share by which 10,000 people at events in a district raise the rate in its town centres.
        dispersion: Size of the negative binomial of an area's week: variance = mean + mean^2 / size.
        shock: Standard deviation of the county's weekly log shock.
        repeats: Incidents that one incident brings about, in its own area and the rest of its MSOA.
        reported, trust: Probability of a report where trust is average, and its logit's slope on an area's trust.
        clock, window, delay: Names of the hours of the week, of the time between last safe and found, and of the time
            to the record.
        discovery: q in 1 - exp(-q hours): the share that delivered patrol hours in an area's week find.
    """

    name: str
    feed: str
    recorded_a_year: float
    exposure: str
    deprivation: float
    centre: float
    spread: float
    season: float
    peak_week: float
    trend: float
    holidays: float
    bank_holiday: float
    crowd: float
    dispersion: float
    shock: float
    repeats: float
    reported: float
    trust: float
    clock: str
    window: str
    delay: str
    discovery: float


@dataclass(frozen=True)
class Shift:
    """A recording shock: from one week on, a kind is recorded at another rate though as much occurs.

    Attributes:
        kind: Which.
        at: Where in the span, 0-1.
        factor: Rate of recording after over before.
    """

    kind: str
    at: float
    factor: float


@dataclass(frozen=True)
class Gap:
    """An outage: days that a feed never delivers.

    Attributes:
        feed: Which.
        at: Where in the span it begins, 0-1; moved to the Monday of that week.
        weeks: How long; for police-uk, whose unit is the month, the month of that Monday is lost whatever stands here.
    """

    feed: str
    at: float
    weeks: int


@dataclass(frozen=True)
class Mechanisms:
    """What all kinds share.

    Attributes:
        burn_in_weeks: Weeks simulated before the first one that is kept.
        shock_memory: Lag-1 correlation of the weekly shocks.
        shock_common: Share of the county's shock variance that all kinds have in common.
        district_shock: Standard deviation of a district's own weekly log shock.
        drift, drift_memory: Standard deviation and lag-1 correlation of an area's slow departures, by kind.
        repeat_memory: Share of the excitement that is left after a week.
        repeat_near: Share of the repeats that stay in the same area.
        cancelled: Share of crime records that are cancelled later.
        recoded: Share of crime records whose offence is changed later.
        visit_minutes: Mean length of a patrol visit.
        patrol_hours_a_week: Planned in the whole county.
        delivered: Share of planned visits that take place.
        patrol_feedback: Share of patrols that follows the records of the last weeks, the rest follows standing orders.
        surge_areas, surge_factor, surge_weeks: Share of areas, drawn anew every so many weeks, that get so much more.
        attended: Probability that an injury brings a record of the ambulance service or A&E, reported or not.
        marac: Referrals a recorded domestic abuse incident.
        searches: Stop-searches a delivered patrol hour.
        crime_calls: Share of recorded crimes that begin as a call.
        serious_collisions, fatal_collisions: Shares of recorded collisions.
        without_place: Share of published records without an area.
    """

    burn_in_weeks: int = 13
    shock_memory: float = 0.4
    shock_common: float = 0.4
    district_shock: float = 0.05
    drift: float = 0.20
    drift_memory: float = 0.97
    repeat_memory: float = 0.6
    repeat_near: float = 0.6
    cancelled: float = 0.018
    recoded: float = 0.025
    visit_minutes: float = 75.0
    patrol_hours_a_week: float = 2800.0
    delivered: float = 0.86
    patrol_feedback: float = 0.4
    surge_areas: float = 0.04
    surge_factor: float = 4.0
    surge_weeks: int = 4
    attended: float = 0.11
    marac: float = 0.06
    searches: float = 0.04
    crime_calls: float = 0.6
    serious_collisions: float = 0.22
    fatal_collisions: float = 0.012
    without_place: float = 0.005


@dataclass(frozen=True)
class Parameters:
    """All that a version assumes.

    Attributes:
        kinds: The processes, in the order of the file.
        offences: Which offences the crime records are of.
        mechanisms: What they share.
        shifts: Recording shocks.
        gaps: Outages.
    """

    kinds: tuple[Kind, ...]
    offences: tuple[Offence, ...]
    mechanisms: Mechanisms = Mechanisms()
    shifts: tuple[Shift, ...] = (Shift("harassment", 0.45, 1.4), Shift("asb-council", 0.62, 0.7))
    gaps: tuple[Gap, ...] = (
        Gap("force-crime", 0.30, 2),
        Gap("council-asb", 0.38, 5),
        Gap("action-fraud", 0.55, 4),
        Gap("assault-attendances", 0.72, 3),
        Gap("command-control", 0.20, 1),
        Gap("police-uk", 0.50, 4),
    )

    @classmethod
    def load(cls) -> "Parameters":
        """Return the parameters of this generator version."""
        offences = load_offences()
        with (SOURCES / "kinds.csv").open(newline="", encoding="utf-8") as handle:
            return cls(tuple(_kind(row, offences) for row in csv.DictReader(handle)), offences)

    def index(self, kind: str) -> int:
        """Return a kind's index."""
        return next(index for index, one in enumerate(self.kinds) if one.name == kind)

    def document(self) -> dict[str, Any]:
        """Return every parameter, for the manifest."""
        return asdict(self)


def _kind(row: dict[str, str], offences: tuple[Offence, ...]) -> Kind:
    recorded = sum(offence.recorded for offence in offences if offence.kind == row["name"])
    given = {**row, "recorded_a_year": row["recorded_a_year"] or str(recorded)}
    values: dict[str, Any] = {
        field.name: given[field.name] if field.type is str else float(given[field.name]) for field in fields(Kind)
    }
    return Kind(**values)
