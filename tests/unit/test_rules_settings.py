"""The table [rules]: what it takes, and one sentence with the number for what it does not."""

import pytest

from errors import DataError
from features.configuration import validated_text
from models.allocation.rules.settings import Floor, RuleSettings


def read(text: str) -> RuleSettings:
    return validated_text(text, "resources.toml", RuleSettings)


def test_without_a_word_nothing_is_asked_for_but_the_workload_of_unweighted_strands() -> None:
    rules = read("")
    assert (rules.minimum_per_area, rules.maximum_per_area, rules.unweighted_workload) == (0, None, 1)
    assert (rules.whole_shifts, rules.disparity, rules.budget, rules.worst_weeks) == (False, None, None, None)


def test_the_floor_of_a_strand_is_hours_or_a_share() -> None:
    text = '[minimum_per_strand]\nBurglary = 120\nFraud = { share = 0.05 }\n"*" = { hours = 3, share = 0.01 }\n'
    floors = read(text).minimum_per_strand
    assert floors == {
        "Burglary": Floor(hours=120),
        "Fraud": Floor(share=0.05),
        "*": Floor(hours=3, share=0.01),
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "minimum_per_area = -3",
            (
                "resources.toml: -3 is no number of hours a week, which is a number from 0 to 10,000,000 "
                "(key 'minimum_per_area'); correct it."
            ),
        ),
        (
            "maximum_per_area = nan",
            (
                "resources.toml: nan is no number of hours a week, which is a number from 0 to 10,000,000 "
                "(key 'maximum_per_area'); correct it."
            ),
        ),
        (
            "[minimum_per_district]\nHarlow = 1e300",
            (
                "resources.toml, [minimum_per_district]: 1e+300 is no number of hours a week, which is a number from "
                "0 to 10,000,000 (key 'Harlow'); correct it."
            ),
        ),
        (
            "[minimum_per_strand]\nFraud = true",
            (
                "resources.toml, [minimum_per_strand.Fraud]: true is no number of hours a week, which is a number from "
                "0 to 10,000,000 (key 'hours'); correct it."
            ),
        ),
        (
            "budget = inf",
            "resources.toml: inf is no budget, which is a number from 0 to 1e+12 (key 'budget'); correct it.",
        ),
        (
            "disparity = { low = 1.2 }",
            "resources.toml, [disparity]: 1.2 is no share, which is a number from 0 to 1 (key 'low'); correct it.",
        ),
        (
            "most_change = {}",
            "resources.toml: give share, hours or both (key 'most_change'); correct it.",
        ),
        (
            "minimum_per_area = 8\nmaximum_per_area = 5",
            "resources.toml: the minimum of 8 hours of an area is above the maximum of 5; correct it.",
        ),
        (
            "worst_weeks = { draws = 5, level = 0.9 }",
            (
                "resources.toml: the worst 0.1 of 5 draws is not one week: draw more, or lower level "
                "(key 'worst_weeks'); correct it."
            ),
        ),
        (
            "minimum_per_districts = {}",
            "resources.toml: unknown key 'minimum_per_districts'; write 'minimum_per_district'.",
        ),
    ],
)
def test_what_cannot_be_used_is_told_with_its_number(text: str, sentence: str) -> None:
    with pytest.raises(DataError) as refused:
        read(text)
    assert str(refused.value) == sentence
