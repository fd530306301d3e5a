"""Time in the twin: school years, bank holidays, rhythms and recording shocks."""

from datetime import date

import numpy as np
import pytest

from experiments.twin.events import draw_events
from experiments.twin.parameters import Shift
from experiments.twin.seasons import Weeks, easter_sunday, recording, rhythm, school_terms
from tests.support.twins import parameters, small_county

WEEKS = Weeks.ending(date(2018, 12, 30), 104, 13)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2016, date(2016, 3, 27)),
        (2017, date(2017, 4, 16)),
        (2018, date(2018, 4, 1)),
        (2019, date(2019, 4, 21)),
        (2038, date(2038, 4, 25)),
        (2008, date(2008, 3, 23)),
    ],
)
def test_easter(year: int, day: date) -> None:
    assert easter_sunday(year) == day


@pytest.mark.parametrize("autumn", range(2010, 2030))
def test_school_terms_are_six_in_order_and_run_from_monday_to_friday(autumn: int) -> None:
    terms = school_terms(autumn)
    assert len(terms) == 6
    assert all(first.weekday() == 0 and last.weekday() == 4 and first < last for first, last in terms)
    days = [day for term in terms for day in term]
    assert days == sorted(days)
    in_school = sum((last - first).days // 7 + 1 for first, last in terms)
    assert 36 <= in_school <= 40


def test_weeks_end_with_the_last_that_is_over() -> None:
    assert Weeks.ending(date(2018, 12, 29), 10, 0).last_day == date(2018, 12, 23)
    assert WEEKS.last_day == date(2018, 12, 30)
    assert len(WEEKS.starts) == 104
    assert all(day.item().weekday() == 0 for day in WEEKS.starts)


def test_christmas_has_two_bank_holidays_and_no_school() -> None:
    assert WEEKS.bank_holidays[-1] == 2
    assert WEEKS.holidays[-1] == 1
    of_june = WEEKS.burn_in + int(np.flatnonzero(WEEKS.starts == np.datetime64("2018-06-11"))[0])
    assert (WEEKS.bank_holidays[of_june], WEEKS.holidays[of_june]) == (0, 0)


def test_rhythm_has_mean_one_and_peaks_in_its_season() -> None:
    factors = rhythm(parameters(), WEEKS)[:, WEEKS.burn_in :]
    assert factors.mean(axis=1) == pytest.approx(np.ones(len(factors)))
    bicycle = factors[parameters().index("bicycle")]
    month = WEEKS.starts.astype("datetime64[M]").astype(int) % 12 + 1
    assert bicycle[month == 7].mean() > 1.4 * bicycle[month == 1].mean()


@pytest.mark.parametrize("shift", parameters().shifts, ids=lambda shift: shift.kind)
def test_a_recording_shock_changes_the_record_from_its_week_on(shift: Shift) -> None:
    factor = recording(parameters(), WEEKS)[parameters().index(shift.kind), WEEKS.burn_in :]
    at = WEEKS.at(shift.at)
    assert set(np.round(factor[at:] / factor[0], 9)) == {shift.factor}
    assert len(set(factor[:at])) == 1


def test_events_lie_in_the_county_and_make_crowds_in_their_week() -> None:
    events = draw_events(small_county(), WEEKS, np.random.default_rng(3))
    assert events.districts == ("Harlow", "Maldon")
    assert np.all(events.last_day >= events.first_day)
    crowds = events.crowds(WEEKS)
    assert crowds.sum() * 10_000 == pytest.approx(events.people.sum())
    first = int((WEEKS.starts[0] - np.timedelta64(7 * WEEKS.burn_in, "D")).astype(np.int64))
    busiest = np.unravel_index(crowds.argmax(), crowds.shape)
    inside = ((events.first_day - first) // 7 == busiest[0]) & (events.district == busiest[1])
    assert events.people[inside].sum() == pytest.approx(crowds.max() * 10_000)
