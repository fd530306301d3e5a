"""What moved from one plan to another adds up to the hours of each resource before and after."""

from typing import Any

from models.allocation.decisions.again import moved


def plan(*hours: float) -> dict[str, Any]:
    codes = [f"A{number}" for number in range(len(hours))]
    return {
        "areas": [{"area_code": code, "name": code} for code in codes],
        "resources": [{"code": "team", "name": "The team"}],
        "posts": [
            {"resource": "team", "area_code": code, "hours": amount} for code, amount in zip(codes, hours, strict=True)
        ],
    }


def test_changes_that_are_too_small_to_be_told_singly_are_told_as_a_sum() -> None:
    told = moved(plan(10.0, 5.0, *[1.0] * 50), plan(8.0, 5.0, *[1.04] * 50))
    (said,) = told["sentences"]
    assert said == (
        "The team: 2.0 hours fewer in 1 area, most in A0 (-2.0); +2.0 hours in 50 areas that changed by less than 3 "
        "minutes each; 65.0 hours before, 65.0 after."
    )
    assert told["cells"] == 1


def test_gains_less_losses_are_the_difference_of_the_hours() -> None:
    told = moved(plan(10.0, 5.0, 2.0), plan(8.0, 9.0, 3.5))
    (said,) = told["sentences"]
    assert said == (
        "The team: 5.5 hours more in 2 areas, most in A1 (+4.0); 2.0 hours fewer in 1 area, most in A0 (-2.0); 17.0 "
        "hours before, 20.5 after."
    )


def test_what_did_not_move_is_not_told() -> None:
    assert moved(plan(10.0, 5.0), plan(10.0, 5.0)) == {"hours": 0, "cells": 0, "changes": [], "sentences": []}
