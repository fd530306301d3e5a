"""The twin's feeds: their columns, their lateness, their versions and what they lack."""

from collections import Counter, defaultdict
from datetime import datetime

import numpy as np
import pytest

from experiments.twin.clocks import delay, pick, window
from tests.support.twins import parameters, rows, small_twin

COLUMNS = {
    "force-crime": "crime_ref offence_code offence committed_from committed_to recorded_at lsoa reported_by "
    "domestic_abuse gang child_exploitation knife cyber_enabled hate version count",
    "stats19": "collision_index date time longitude latitude collision_severity number_of_casualties "
    "lsoa_of_accident_location police_force",
    "assault-attendances": "record_no service attended_at lsoa weapon",
    "deliberate-fires": "incident_no call_time lsoa fire_type property",
    "council-asb": "report_no reported_on happened_on category lsoa council",
    "action-fraud": "report_no reported_on happened_on fraud_code cyber_enabled victim_lsoa",
    "marac-referrals": "week_beginning district service referrals",
    "command-control": "incident_no received_at grade lsoa handling_minutes opening_code",
    "patrol-hours": "shift_date shift lsoa unit_type minutes status",
    "stop-search": "searched_at lsoa object_of_search outcome age_range gender officer_defined_ethnicity",
    "events": "event_no starts_on ends_on district kind expected_attendance",
}
KEYS = ("crime_ref", "collision_index", "record_no", "incident_no", "report_no", "event_no")
LAST_DAY = datetime(2018, 12, 30, 23, 59)  # noqa: DTZ001 - feeds hold local times


@pytest.mark.parametrize("feed", COLUMNS)
def test_columns_are_those_of_the_contract(feed: str) -> None:
    assert small_twin().delivery(feed).table.column_names == COLUMNS[feed].split()
    assert small_twin().delivery(feed).table.num_rows > 0


@pytest.mark.parametrize("feed", COLUMNS)
def test_identifiers_say_that_they_are_synthetic(feed: str) -> None:
    table = small_twin().delivery(feed).table
    keys = [name for name in table.column_names if name in KEYS]
    values = [value for key in keys for value in table[key].to_pylist()]
    assert all(value.startswith("SYN") for value in values)
    if feed != "force-crime":
        assert len(set(values)) == len(values)


def test_a_record_is_made_after_the_crime_and_nothing_after_the_last_day() -> None:
    for row in rows(small_twin(), "force-crime"):
        begins, ends, recorded = (
            datetime.strptime(str(row[name]), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - feeds hold local times
            for name in ("committed_from", "committed_to", "recorded_at")
        )
        assert begins <= ends < recorded <= LAST_DAY


def test_the_newest_weeks_are_incomplete_and_lateness_has_a_tail() -> None:
    twin = small_twin(1, 52)
    crimes = twin.crimes
    last = (twin.scene.last_day + 1) * 1440
    known = crimes.recorded < last
    share = np.bincount(crimes.week, weights=known, minlength=52) / np.bincount(crimes.week, minlength=52)
    assert share[-1] < 0.93
    assert 0.97 < share[:26].mean() < 1
    days = (crimes.recorded - crimes.ends) / 1440
    assert np.median(days) < 1
    assert 0.005 < (days > 60).mean() < 0.08


def test_sexual_offences_come_later_than_burglaries() -> None:
    rng = np.random.default_rng(1)
    kind = np.repeat([0, 1], 20_000)
    days = delay(np.array(["prompt", "historic"]), kind, rng) / 1440
    assert days[kind == 1].mean() > 10 * days[kind == 0].mean()


def test_burglaries_have_a_window_and_assaults_have_none() -> None:
    rng = np.random.default_rng(1)
    kind = np.repeat([0, 1], 5000)
    minutes = window(np.array(["none", "home"]), kind, rng)
    assert minutes[kind == 0].max() == 0
    assert np.median(minutes[kind == 1]) == pytest.approx(480, rel=0.1)
    aoristic = [row for row in rows(small_twin(), "force-crime") if row["offence_code"] == "28E"]
    assert np.mean([row["committed_from"] != row["committed_to"] for row in aoristic]) > 0.99


def test_pick_follows_the_weights() -> None:
    weights = np.array([[1.0, 0.0, 3.0], [0.0, 5.0, 0.0]])
    row = np.repeat([0, 1], [40_000, 1000])
    drawn = pick(weights, row, np.random.default_rng(1))
    assert np.bincount(drawn[row == 0], minlength=3) / 40_000 == pytest.approx([0.25, 0, 0.75], abs=0.01)
    assert set(drawn[row == 1]) == {1}


def test_versions_follow_one_another_and_a_cancellation_is_the_last() -> None:
    versions = defaultdict(list)
    for row in rows(small_twin(), "force-crime"):
        versions[row["crime_ref"]].append(row)
    lengths = Counter(len(history) for history in versions.values())
    assert lengths[2] > 50
    for history in versions.values():
        assert [row["version"] for row in history] == list(range(1, len(history) + 1))
        assert [row["count"] for row in history[:-1]] == [1] * (len(history) - 1)
        times = [str(row["recorded_at"]) for row in history]
        assert times == sorted(times)
    cancelled = np.mean([history[-1]["count"] == -1 for history in versions.values()])
    assert 0.005 < cancelled < 0.03
    recoded = [history for history in versions.values() if len({row["offence_code"] for row in history}) > 1]
    assert 0.005 < len(recoded) / len(versions) < 0.03


def test_what_patrols_find_is_reported_by_an_officer() -> None:
    officer = Counter(
        row["offence_code"] for row in rows(small_twin(1, 52), "force-crime") if row["reported_by"] == "Officer"
    )
    everyone = Counter(row["offence_code"] for row in rows(small_twin(1, 52), "force-crime"))
    assert officer["92E"] / everyone["92E"] > 0.6
    assert officer["8N"] / everyone["8N"] < 0.1


@pytest.mark.parametrize("feed", ["force-crime", "council-asb", "action-fraud", "assault-attendances"])
def test_outages_are_absent_from_the_feed_and_not_from_the_truth(feed: str) -> None:
    twin = small_twin(1, 52)
    outage = next(one for one in twin.outages if one.feed == feed)
    first, last = (int(np.datetime64(day).astype(np.int64)) for day in (outage.first_day, outage.last_day))
    occurred = twin.delivery(feed).occurred
    assert not np.any((occurred >= first) & (occurred <= last))
    assert np.any(occurred == first - 1) or np.any(occurred == last + 1)
    week = (first - int(twin.scene.weeks.starts[0].astype(np.int64))) // 7
    told = [part.counted[week].sum() for part in twin.truth if part.feed == feed]
    assert feed == "assault-attendances" or sum(told) > 0


def test_street_files_are_monthly_late_and_lack_a_month() -> None:
    twin = small_twin(1, 52)
    months = Counter(str(row["Month"]) for row in rows(twin, "police-uk"))
    # Published 60 days after a month's end: on 30 December, September is the newest. 2018 began on a Monday.
    lost = next(str(one.first_day)[:7] for one in twin.outages if one.feed == "police-uk")
    assert sorted({f"2018-{number:02d}" for number in range(1, 10)} - {lost}) == sorted(months)


def test_street_files_hold_the_same_crimes() -> None:
    twin = small_twin(1, 52)
    published = rows(twin, "police-uk")
    crimes = [row for row in published if row["Crime type"] != "Anti-social behaviour"]
    assert all(str(row["Crime ID"]).startswith("SYN") for row in crimes)
    assert len({row["Crime ID"] for row in crimes}) == len(crimes)
    assert all(row["Crime ID"] is None for row in published if row["Crime type"] == "Anti-social behaviour")
    burglary = sum(row["Crime type"] == "Burglary" and row["Month"] == "2018-03" for row in crimes)
    held = {row["crime_ref"]: row for row in rows(twin, "force-crime") if str(row["committed_from"])[:7] == "2018-03"}
    kept = sum(str(row["offence_code"])[:2] in ("28", "29", "30", "31") and row["count"] == 1 for row in held.values())
    assert burglary == pytest.approx(kept, rel=0.1)
    assert any(row["LSOA code"] is None for row in published)


def test_weekend_nights_in_town_centres_are_violent() -> None:
    twin = small_twin(1, 104)
    crimes, centre = twin.crimes, twin.scene.traits.centre
    violent = crimes.kind == parameters().index("violence-injury")
    hour = crimes.begins // 60 % 24
    weekday = (crimes.begins // 1440 + 3) % 7
    night = ((weekday >= 5) & (hour < 4)) | ((weekday >= 4) & (weekday <= 5) & (hour >= 21))
    town = centre[crimes.area] >= 1
    assert night[violent & town].mean() > 1.7 * night[violent & ~town].mean()
