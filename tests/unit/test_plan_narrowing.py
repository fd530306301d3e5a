"""A plan as far as somebody's sight reaches: what is not named does not pass."""

from typing import Any

import pytest

from serving.access.caller import Scope
from serving.plans.document import PLAN, PlanDocument
from serving.plans.narrowing import narrowed

CHELMSFORD = Scope(areas=frozenset({"Chelmsford"}))


@pytest.mark.parametrize("scope", [CHELMSFORD, Scope(strands=frozenset({"burglary"}))])
def test_what_plans_come_to_have_later_does_not_pass(scope: Scope) -> None:
    area, post = ({**PLAN[part][0], "later": "Colchester"} for part in ("areas", "posts"))
    post["strand"] = "burglary"
    whole: dict[str, Any] = {**PLAN, "later": "Colchester", "near": "Colchester", "fallback": {"robbery": "Colchester"}}
    told = narrowed({**whole, "areas": [area], "posts": [post]}, scope)
    assert "Colchester" not in str(told)
    assert PlanDocument.model_validate(told).posts != []


def test_an_area_in_sight_is_told_without_what_sets_it_against_others() -> None:
    area = {**PLAN["areas"][0], "rules": [{"price": 1.0}], "next_hour": {"elsewhere": 0.5}}
    other = {**area, "area_code": "E01029999", "district": "Colchester"}
    told = narrowed({**PLAN, "areas": [area, other]}, CHELMSFORD)
    assert [(one["area_code"], one["hours"], one["reason"]) for one in told["areas"]] == [("E01021234", 40.0, "")]
    assert {"rules", "next_hour"}.isdisjoint(told["areas"][0])


def test_a_sight_without_an_end_has_all_of_it() -> None:
    assert narrowed(PLAN, Scope(feeds=frozenset({"incidents"}))) == PLAN
