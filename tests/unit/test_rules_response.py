"""The response standard: cover by district and shift from what is expected, and the hours that it takes."""

from dataclasses import replace

import numpy as np
import pytest

from errors import AllocationError
from models.allocation.rules.asked import Standard
from models.allocation.rules.build import build
from models.allocation.rules.erlang import answered_within, units_needed
from models.allocation.rules.response import covers, responses
from models.profiles.shifts import DEFAULT, Shifts
from tests.support.rules import FOOT, asked, ground, rows

# 8.4 calls an incident: Harlow's 8 incidents of a week make 67.2 calls, 0.4 an hour.
STANDARD = Standard(8.4, 50.0, 10.0, 0.9, crew=2)
ANSWERING = replace(FOOT, standard=STANDARD)


def test_cover_is_enough_in_every_shift_and_its_hours_are_those_of_people() -> None:
    (cover,) = covers(asked(resources=[ANSWERING]))
    assert cover.calls_an_hour[0] == pytest.approx(np.full(21, 0.4))
    needed = int(units_needed(0.4, 50.0, 10.0, 0.9))
    assert cover.units[0].tolist() == [needed] * 21
    assert cover.answered[0] == pytest.approx(np.full(21, float(answered_within(0.4, 50.0, needed, 10.0))))
    assert cover.hours[0] == needed * 168 * 2
    assert (cover.districts, cover.resource) == (("Harlow", "Tendring"), "foot")


def test_the_rule_is_the_hours_of_the_period_in_each_district() -> None:
    (cover,) = covers(asked(resources=[ANSWERING]))
    rule = responses(asked(resources=[ANSWERING], weeks=2.0))
    assert rows(rule) == {
        "foot patrol in Harlow": (2 * cover.hours[0], np.inf),
        "foot patrol in Tendring": (2 * cover.hours[1], np.inf),
    }


def test_calls_come_when_the_profile_says() -> None:
    # All calls in Friday's night shift: 67.2 in 8 hours.
    shares = np.zeros((2, 21))
    shares[:, 4 * 3 + 2] = 1
    (cover,) = covers(asked(resources=[ANSWERING], calls=shares))
    assert cover.calls_an_hour[0, 14] == pytest.approx(8.4)
    assert cover.units[0].sum() == cover.units[0, 14] == units_needed(8.4, 50.0, 10.0, 0.9)
    assert cover.answered[0, 0] == 1


def test_shifts_of_other_lengths_have_other_rates() -> None:
    shifts = "day=06-18,night=18-06"
    (cover,) = covers(asked(resources=[ANSWERING], shifts=shifts))
    assert cover.units.shape == (2, 14)
    assert cover.calls_an_hour[0] == pytest.approx(np.full(14, 0.4))
    assert len(Shifts.read(DEFAULT)) == 3


def test_strands_that_are_not_called_in_bind_nobody() -> None:
    fraud = replace(FOOT, standard=replace(STANDARD, strands=("Fraud",)))
    (cover,) = covers(asked(resources=[fraud]))
    assert cover.calls_an_hour[:, 0] == pytest.approx(np.array([2.0, 3.0]) * 8.4 / 168)


def test_without_districts_the_force_answers_as_one() -> None:
    (cover,) = covers(asked(resources=[ANSWERING], ground=ground(parents={})))
    assert cover.districts == ("the force",)
    assert cover.calls_an_hour[0, 0] == pytest.approx(21 * 8.4 / 168)


def test_calls_that_nobody_could_answer_are_told() -> None:
    absurd = replace(FOOT, standard=replace(STANDARD, calls_an_incident=1e6))
    told = r"\[resource.response\] of foot: 59,524 units would be bound at once in a shift, at 50 minutes a call; check"
    with pytest.raises(AllocationError, match=told):
        build(asked(resources=[absurd]))


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        (np.ones((2, 5)) / 5, r"shares of calls by shift are \(2, 5\), not \(2, 21\)"),
        (np.ones((2, 21)), "shares of calls by shift sum to 21 to 21, not to 1"),
        (np.full((2, 21), np.nan), "shares of calls by shift sum to nan to nan, not to 1"),
    ],
)
def test_shares_that_are_none_are_told(shares: np.ndarray, told: str) -> None:
    with pytest.raises(AllocationError, match=told):
        build(asked(resources=[ANSWERING], calls=shares))
