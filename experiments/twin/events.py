"""The calendar of events: what is on in each district, known in advance, and the crowds that it brings."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa

from experiments.twin.county import County, Floats, Index, groups
from experiments.twin.seasons import Weeks
from experiments.twin.texts import chosen, days, numbered
from features import periods

KINDS = ("football", "festival", "market", "demonstration", "other")
# Events of a kind a year in the whole county, the mean attendance, and the days it lasts.
_A_YEAR = np.array([46.0, 24.0, 60.0, 8.0, 30.0])
_PEOPLE = np.array([4500.0, 9000.0, 1500.0, 400.0, 900.0])
_DAYS = np.array([1, 2, 1, 1, 1])
_TEN_THOUSAND = 10_000.0


@dataclass(frozen=True, eq=False)
class Events:
    """Events, one entry each, in the order of their first day.

    Attributes:
        districts: Names of districts, sorted.
        district, kind: Where, and what, as indices.
        first_day, last_day: Days since 1970.
        people: Expected attendance.
    """

    districts: tuple[str, ...]
    district: Index = field(repr=False)
    kind: Index = field(repr=False)
    first_day: Index = field(repr=False)
    last_day: Index = field(repr=False)
    people: Index = field(repr=False)

    def crowds(self, weeks: Weeks) -> Floats:
        """Return people at events in tens of thousands; float64[week, district], burn-in included."""
        first = periods.start(weeks.first - weeks.burn_in, "week")
        week = (self.first_day - _day(first)) // 7
        crowds = np.zeros((weeks.total, len(self.districts)))
        np.add.at(crowds, (week, self.district), self.people / _TEN_THOUSAND)
        return crowds

    def table(self) -> pa.Table:
        """Return the feed's table."""
        return pa.table(
            {
                "event_no": numbered("SYN-EV-", np.arange(1, len(self.kind) + 1), 5),
                "starts_on": days(self.first_day),
                "ends_on": days(self.last_day),
                "district": chosen(self.districts, self.district),
                "kind": chosen(KINDS, self.kind),
                "expected_attendance": self.people,
            }
        )


def draw_events(county: County, weeks: Weeks, rng: np.random.Generator) -> Events:
    """Draw events over all weeks, burn-in included; football in the season and festivals in summer, at weekends."""
    names, district = groups(county.districts)
    people = np.bincount(district, weights=county.population)
    span = weeks.total * 7
    counts = rng.poisson(_A_YEAR * county.share * span / 365.25)
    kind = np.repeat(np.arange(len(KINDS)), counts)
    first = _day(periods.start(weeks.first - weeks.burn_in, "week"))
    week = rng.integers(0, weeks.total, len(kind))
    # Saturdays; markets on any day.
    weekday = np.where(kind == KINDS.index("market"), rng.integers(0, 7, len(kind)), 5)
    day = first + week * 7 + weekday
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    summer = (month >= 6) & (month <= 8)
    warm = (month >= 5) & (month <= 9)
    on = ~((kind == KINDS.index("football")) & summer) & ~((kind == KINDS.index("festival")) & ~warm)
    attendance = np.maximum(rng.gamma(2.0, _PEOPLE[kind] / 2.0), 50.0)
    place = rng.choice(len(names), size=len(kind), p=people / people.sum())
    order = np.lexsort((kind, place, day))
    order = order[on[order]]
    last = np.minimum(day + _DAYS[kind] - 1, first + span - 1)
    return Events(
        names, place[order], kind[order], day[order], last[order], np.rint(attendance[order] / 50).astype(int) * 50
    )


def _day(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
