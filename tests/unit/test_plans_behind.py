"""The forecast behind a plan's numbers says why the plan counts fewer incidents."""

from models.allocation.reasons.contributions import Behind
from models.explanation.reasons import Explanation

FORECAST = Explanation(0.32, 0.2, {"season": 1.6}, 1.0, "model")


def test_a_share_that_may_draw_patrols_is_told() -> None:
    assert (
        Behind("Fraud", FORECAST, 0.24)
        .sentence()
        .endswith(
            "it expects 0.32. Of these the plan counts 0.24, the 75 % that may draw patrols: not what officers found "
            "themselves, nor what counts under another strand."
        )
    )


def test_nothing_is_added_where_the_plan_counts_all_of_it() -> None:
    assert Behind("Fraud", FORECAST, 0.32).sentence().endswith("it expects 0.32.")


def test_a_strand_that_the_plan_does_not_know_is_said_to_count_for_nothing() -> None:
    assert Behind("Fraud", FORECAST).sentence().endswith("The plan counts none of them.")
