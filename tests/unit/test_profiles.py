"""Profiles: shifts that tile the day, aoristic weights, what counts as a clock time, and pooling with its ranges."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from errors import DataError
from features.incidents.incidents import FeedCoverage
from features.provenance import OFFICER_INITIATED, PROVENANCE
from models.profiles.aoristic import spread_counts
from models.profiles.clocks import clocked
from models.profiles.pooling import Pooled
from models.profiles.shifts import DEFAULT, MINUTES_A_WEEK, WEEKDAYS, Shifts
from strandcast.profiles_commands import profiles
from tests.support import clocked as support

SHIFTS = Shifts.read(DEFAULT)
HOUR = 60.0


def placed(begins: float, minutes: float, shifts: Shifts = SHIFTS) -> dict[tuple[str, str], float]:
    """Return the parts of one incident by weekday and shift."""
    one = np.array([begins])
    parts = spread_counts(one, np.array([minutes]), np.ones(1), np.zeros(1, np.int64), 1, shifts)[0]
    assert parts.sum() == pytest.approx(1.0)
    size = len(shifts)
    return {
        (WEEKDAYS[cell // size], shifts.shifts[cell % size].name): round(float(parts[cell]), 9)
        for cell in np.flatnonzero(parts).tolist()
    }


def test_the_default_shifts_begin_on_their_days_and_fill_the_week() -> None:
    assert [shift.hours for shift in SHIFTS.shifts] == ["07:00-15:00", "15:00-23:00", "23:00-07:00"]
    assert SHIFTS.starts[:4].tolist() == [420, 900, 1380, 1860]
    assert SHIFTS.even.tolist() == pytest.approx([1 / 21] * 21)
    option = next(one for one in profiles.params if one.name == "shifts")
    assert option.default == DEFAULT


def test_shifts_of_other_lengths_are_read_in_the_order_of_the_day() -> None:
    shifts = Shifts.read("night=22:30-06, day = 06-14:15 ,late=14:15-22:30")
    assert [shift.name for shift in shifts.shifts] == ["day", "late", "night"]
    assert shifts.even.sum() == pytest.approx(1.0)
    assert len(Shifts.read("day=00-24")) == len(Shifts.read("day=07-07")) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("early=07-15,late=15-22,night=23-07", "late (15:00-22:00) and night (23:00-07:00) leave a gap"),
        ("early=07-16,late=15-23,night=23-07", "early (07:00-16:00) and late (15:00-23:00) overlap"),
        ("early=07-15", "leave a gap"),
        ("a=00-12,a=12-24", "two are called a"),
        ("a=00-12,b=00-12", "overlap"),
        ("a=0-25", "no time of day"),
        ("a=07:75-12", "no time of day"),
        ("morning", "write shifts as name=from-to"),
        ("", "write shifts as name=from-to"),
    ],
)
def test_shifts_that_do_not_tile_the_day_are_refused_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as error:
        Shifts.read(text)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_the_small_hours_belong_to_the_night_that_began_the_day_before() -> None:
    assert placed(24 * HOUR + 3 * HOUR, 0) == {("Monday", "night"): 1.0}
    assert placed(3 * HOUR, 0) == {("Sunday", "night"): 1.0}
    assert placed(7 * HOUR, 0) == {("Monday", "early"): 1.0}


def test_an_interval_is_spread_across_midnight_and_across_the_end_of_the_week() -> None:
    assert placed(21 * HOUR, 4 * HOUR) == {("Monday", "late"): 0.5, ("Monday", "night"): 0.5}
    sunday = 6 * 24 * HOUR
    assert placed(sunday + 22 * HOUR, 10 * HOUR) == {
        ("Sunday", "late"): 0.1,
        ("Sunday", "night"): 0.8,
        ("Monday", "early"): 0.1,
    }
    assert placed(3 * HOUR, 8 * HOUR) == {("Sunday", "night"): 0.5, ("Monday", "early"): 0.5}


def test_weights_are_those_of_counting_minutes() -> None:
    rng = np.random.default_rng(3)
    shifts = Shifts.read("a=00:30-09,b=09-21:10,c=21:10-00:30")
    begins, minutes = rng.integers(0, MINUTES_A_WEEK, 60), rng.integers(1, MINUTES_A_WEEK + 1, 60)
    group, weight = rng.integers(0, 2, 60), rng.integers(1, 4, 60).astype(np.float64)
    expected = np.zeros((2, 21))
    for one, length, whose, size in zip(begins, minutes, group, weight, strict=True):
        at = (one + np.arange(length)) % MINUTES_A_WEEK
        day, minute = (at - 30) % MINUTES_A_WEEK // 1440, at % 1440
        shift = np.where((minute >= 30) & (minute < 540), 0, np.where((minute >= 540) & (minute < 1270), 1, 2))
        expected[whose] += size * np.bincount(day * 3 + shift, minlength=21) / length
    got = spread_counts(begins.astype(float), minutes.astype(float), weight, group, 2, shifts)
    assert got == pytest.approx(expected)


def test_long_intervals_carry_no_clock_time_and_an_end_of_the_day_is_none() -> None:
    began = ["2022-01-05T20:00", "2022-01-06T20:00", "2022-01-07T20:00"]
    until = ["2022-01-06T20:00", "2022-01-07T20:01", "2022-01-07T00:00"]
    found = clocked(support.view(began, until), 104, 24)
    assert found.known.tolist() == [True, False, True]
    assert found.minutes[found.known].tolist() == [1440, 0]
    assert found.long == 1
    assert clocked(support.view(began, until), 104, 25).known.all()


def test_times_heaped_at_midnight_are_no_clock_times() -> None:
    minutes = np.random.default_rng(1).integers(0, 1440, 600)
    timed = [f"2022-02-{1 + n % 28:02}T{m // 60:02}:{m % 60:02}" for n, m in enumerate(minutes.tolist())]
    heap = [f"2022-03-{1 + n % 28:02}T00:00" for n in range(100)]
    found = clocked(support.view([*timed, *heap]), 104, 24)
    assert found.heaped == ("calls",)
    assert not found.known[600:].any()
    assert found.midnight == 100 + sum(time.endswith("T00:00") for time in timed)
    assert clocked(support.view(timed), 104, 24).heaped == ()


def test_full_hours_that_people_round_to_are_no_heap() -> None:
    rounded = [f"2022-02-{1 + n % 28:02}T{n % 24:02}:00" for n in range(600)]
    assert clocked(support.view(rounded), 104, 24).known.all()


@pytest.mark.parametrize("began", ["NaT", "2022-01-05T00:00"])
def test_a_feed_of_whole_days_is_refused(began: str) -> None:
    with pytest.raises(DataError, match="feed calls: gives no clock times, so that only weekly plans can be made"):
        clocked(support.view([began] * 50), 104, 24)


def test_one_slip_with_a_time_does_not_make_clock_times() -> None:
    with pytest.raises(DataError, match="only weekly plans"):
        clocked(support.view(["2022-01-05T00:00"] * 50 + ["2022-01-05T13:20"]), 104, 24)


def test_a_feed_without_clock_times_is_left_out_beside_one_that_has_them() -> None:
    told, span = datetime(2024, 1, 1, tzinfo=UTC), ((date(2022, 1, 3), date(2022, 12, 25)),)
    feeds = (
        FeedCoverage("calls", "day", ("violence",), span, told),
        FeedCoverage("police-uk/essex", "month", ("asb", "violence"), span, told),
    )
    view = support.view(
        ["2022-01-05T10:00"] * 10 + ["NaT"] * 10,
        feeds=feeds,
        source=np.repeat([0, 1], 10),
        strand=np.repeat([1, 0], [15, 5]).astype(np.int16),
        strand_names=("asb", "violence"),
    )
    found = clocked(view, 104, 24)
    assert (found.left_out, found.weekly_only) == (("police-uk/essex",), ("asb",))
    assert found.known.tolist() == [True] * 10


def test_what_officers_found_and_what_lies_in_no_whole_week_is_left_out() -> None:
    began = ["2022-01-05T10:00", "2022-01-06T11:00", "2022-01-12T12:00"]
    officer = np.array([PROVENANCE.index(OFFICER_INITIATED), 0, 0], np.int8)
    told = datetime(2024, 1, 1, tzinfo=UTC)
    last = support.FIRST + timedelta(days=9)
    feeds = (FeedCoverage("calls", "day", ("violence",), ((support.FIRST, last),), told),)
    found = clocked(support.view(began, provenance=officer, feeds=feeds), 104, 24)
    assert found.known.tolist() == [False, True, False]
    assert (found.found_by_officers, found.weeks, found.last) == (1, 1, date(2022, 1, 9))


def test_a_group_with_much_keeps_its_shares_and_one_with_little_takes_its_parents() -> None:
    rng = np.random.default_rng(5)
    parent = np.full(21, 1 / 21)
    shares = rng.dirichlet(40 * parent, 12)
    count = np.stack([rng.multinomial(20_000, row) for row in shares[:-1]] + [np.zeros(21)]).astype(float)
    pooled = Pooled.of(count, parent, 1000.0)
    assert 20 < pooled.pull < 80
    assert np.abs(pooled.share[0] - count[0] / 20_000).max() < 0.001
    assert pooled.share[-1] == pytest.approx(parent)
    assert pooled.own[[0, -1]] == pytest.approx([1.0, 0.0], abs=0.005)


def test_a_group_drawn_wholly_to_its_parent_is_no_surer_than_it() -> None:
    parent = np.full(21, 1 / 21)
    alike = np.random.default_rng(2).multinomial(200, parent, 8).astype(float)
    unsure, sure = Pooled(alike, alike * 0 + parent, 1e5, 1600.0), Pooled(alike, alike * 0 + parent, 1e5)
    assert unsure.rests_on == pytest.approx(np.full(8, 1600), rel=0.03)
    width = [float(np.subtract(*one.range()[::-1]).mean()) for one in (unsure, sure)]
    assert width[0] > 5 * width[1]


def test_ranges_hold_the_true_shares_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    parent = rng.dirichlet(np.full(21, 8.0))
    held = []
    for _ in range(60):
        shares = rng.dirichlet(150 * parent, 10)
        count = np.stack([rng.multinomial(n, row) for n, row in zip(rng.integers(30, 1500, 10), shares, strict=True)])
        low, high = Pooled.of(count.astype(float), parent).range()
        held.append(((low <= shares) & (shares <= high)).mean())
    assert np.mean(held) == pytest.approx(0.8, abs=0.02)
