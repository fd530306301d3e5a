from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from features.areas.areas import Areas
from features.completeness.outages import Outage
from features.completeness.state import Completeness
from features.counting import build_panel
from features.incidents.incidents import FeedCoverage, Incidents
from features.provenance import PROVENANCE, UNKNOWN
from tests.support import panels

FIRST, WEEKS = date(2022, 1, 3), 156
DAY = np.datetime64(FIRST) + np.arange(7 * WEEKS)
Rate = Callable[[NDArray[np.datetime64]], NDArray[np.float64]]


def known(rates: dict[tuple[int, int], NDArray[np.float64]], seed: int = 1, *, dispersion: float = 0.0) -> Incidents:
    """Return SYNTHETIC incidents of areas 0-3 and two strands with a daily rate for each (area, strand)."""
    rng = np.random.default_rng(seed)
    day, area, strand = [], [], []
    for (where, what), rate in rates.items():
        shock = rng.gamma(1 / dispersion, dispersion, WEEKS).repeat(7) if dispersion else np.ones(len(DAY))
        own = np.repeat(DAY, rng.poisson(rate * shock))
        day.append(own)
        area.append(np.full(len(own), where, np.int32))
        strand.append(np.full(len(own), what, np.int16))
    days, n = np.concatenate(day), sum(map(len, day))
    last = FIRST + timedelta(days=7 * WEEKS - 1)
    feed = FeedCoverage("feed", "day", ("ASB", "Theft"), ((FIRST, last),), datetime(2030, 1, 1, tzinfo=UTC))
    return Incidents(
        day=days,
        area=np.concatenate(area),
        strand=np.concatenate(strand),
        also=np.zeros(n, np.int16),
        provenance=np.full(n, PROVENANCE.index(UNKNOWN), np.int8),
        feed=np.zeros(n, np.int16),
        count=np.ones(n, np.int32),
        known_at=(days + 1).astype("datetime64[s]"),
        longitude=np.full(n, np.nan),
        latitude=np.full(n, np.nan),
        area_codes=panels.areas(4).codes,
        strand_names=("ASB", "Theft"),
        also_sets=((),),
        feeds=(feed,),
        as_of=None,
        snapshot_hash="synthetic",
    )


def found(incidents: Incidents, areas: Areas | None = None) -> list[tuple[str, str, date, date]]:
    where = panels.areas(4, districts=2) if areas is None else areas
    last = max(last for feed in incidents.feeds for _, last in feed.spans)
    outages: tuple[Outage, ...] = Completeness.of(incidents, "week", where, last + timedelta(days=1)).outages
    return [(item.group, item.name, item.first, item.last) for item in outages]


def everywhere(rate: NDArray[np.float64]) -> dict[tuple[int, int], NDArray[np.float64]]:
    return {(area, strand): rate for area in range(4) for strand in range(2)}


def between(first: str, last: str) -> NDArray[np.bool_]:
    return (np.datetime64(first) <= DAY) & (np.datetime64(last) >= DAY)


STEADY = np.full(len(DAY), 1.5)
GAP = between("2023-05-03", "2023-06-11")
SILENT = np.where(GAP, 0.0, STEADY)
OUT = (date(2023, 5, 3), date(2023, 6, 11))


def close(days: tuple[date, date]) -> bool:
    """Return whether days are those of the gap, give or take a quiet day at its edges."""
    return all(abs((one - other).days) <= 3 for one, other in zip(days, OUT, strict=True))


def test_a_steady_feed_has_no_outage() -> None:
    assert found(known(everywhere(STEADY))) == []


def test_a_silent_feed_is_told_once_and_not_for_each_of_its_parts() -> None:
    [(group, name, *days)] = found(known(everywhere(SILENT)))
    assert (group, name) == ("feed", "feed")
    assert close((days[0], days[1]))


def test_a_silent_strand_and_a_silent_district_are_missing_and_the_rest_is_not() -> None:
    one = known(everywhere(STEADY) | {(area, 1): SILENT for area in range(4)})
    [(group, name, *days)] = found(one)
    assert (group, name) == ("strand", "Theft")
    assert close((days[0], days[1]))
    two = known(everywhere(STEADY) | {(area, strand): SILENT for area in (0, 2) for strand in range(2)})
    assert [item[:2] for item in found(two)] == [("district", "D0")]
    areas = panels.areas(4, districts=2)
    week = (date(2023, 5, 15) - FIRST).days // 7
    masks = [build_panel(item, "week", areas).observed[week] for item in (one, two)]
    assert masks[0].tolist() == [[True, False]] * 4
    assert masks[1].tolist() == [[False, False], [True, True]] * 2


def test_without_districts_each_area_is_watched_by_itself() -> None:
    one = known(everywhere(STEADY) | {(3, strand): SILENT for strand in range(2)})
    assert [item[:2] for item in found(one, panels.areas(4))] == [("area", "A003")]


def test_a_sparse_group_may_be_silent_for_long() -> None:
    assert found(known(everywhere(np.full(len(DAY), 0.02)))) == []


@pytest.mark.parametrize("level", [0.0, 0.1])
def test_a_quiet_summer_that_comes_every_year_is_no_outage(level: float) -> None:
    month = DAY.astype("datetime64[M]").astype(int) % 12
    summer = np.where(month == 7, level, 1.0) * STEADY
    strands = everywhere(STEADY) | {(area, 1): summer for area in range(4)}
    assert found(known(strands)) == []


def test_what_happens_only_in_summer_is_silent_every_winter_and_not_missing() -> None:
    month = DAY.astype("datetime64[M]").astype(int) % 12
    summer = np.where((month >= 5) & (month <= 8), STEADY, 0.0)
    assert found(known(everywhere(STEADY) | {(area, 1): summer for area in range(4)})) == []


def test_offices_closed_at_weekends_and_for_two_days_at_christmas_are_no_outage() -> None:
    weekday = (DAY - np.datetime64("1970-01-05")).astype(int) % 7
    christmas = between("2022-12-26", "2022-12-27") | between("2023-12-25", "2023-12-26")
    assert found(known(everywhere(np.where((weekday >= 5) | christmas, 0.0, 20.0)))) == []


def test_rough_demand_needs_a_longer_silence_than_steady_demand() -> None:
    gap = between("2023-05-01", "2023-05-21")
    rates = everywhere(STEADY) | {(area, 1): np.where(gap, 0.0, 0.3) for area in range(4)}
    assert [item[:2] for item in found(known(rates))] == [("strand", "Theft")]
    assert found(known(rates, dispersion=1.0)) == []


def test_no_outage_is_seen_in_five_hundred_rough_group_years() -> None:
    season = 1 + 0.5 * np.sin(2 * np.pi * np.arange(len(DAY)) / 365.25)
    alarms = [
        item
        for seed in range(25)
        for item in found(known(everywhere(season * (0.1 + 0.2 * (seed % 5))), seed, dispersion=0.2))
    ]
    assert alarms == []


def test_a_silence_up_to_today_is_an_outage_unless_its_records_are_only_late() -> None:
    recent = known(everywhere(np.where(np.arange(len(DAY)) >= len(DAY) - 35, 0.0, STEADY)))
    assert [item[:2] for item in found(recent)] == [("feed", "feed")]
    whole = known(everywhere(STEADY))
    late = (whole.day + 1 + 60).astype("datetime64[s]")
    as_of = FIRST + timedelta(days=7 * WEEKS)
    seen = late <= np.datetime64(as_of)
    names = ("day", "area", "strand", "also", "provenance", "feed", "count", "longitude", "latitude")
    columns: dict[str, Any] = {name: getattr(whole, name)[seen] for name in names}
    slow = replace(whole, **columns, known_at=late[seen], as_of=as_of)
    assert found(slow) == []


def test_a_month_that_a_monthly_feed_is_silent_in_is_missing() -> None:
    months = np.arange("2020-01", "2022-01", dtype="datetime64[M]")
    kept = months[months != np.datetime64("2021-03")].astype("datetime64[D]").repeat(40)
    one = panels.incidents([str(day) for day in kept], spans=[("2020-01-01", "2021-12-31")], monthly=True)
    outages = Completeness.of(one, "month", panels.areas(1), date(2022, 1, 1)).outages
    assert [(item.group, item.first, item.last) for item in outages] == [("feed", date(2021, 3, 1), date(2021, 3, 31))]
