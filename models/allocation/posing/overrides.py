"""The rules of one plan: the file's, with what a request chooses in their place."""

import math
from collections.abc import Mapping

from errors import AllocationError
from features.configuration import validated
from models.allocation.choices import Choices
from models.allocation.rules.settings import MOST_HOURS, RuleSettings

_REQUEST = "the request"


def settings_of(rules: RuleSettings, choices: Choices, weeks: float) -> RuleSettings:
    """Return the rules that hold. A request speaks of the hours of its period, the file of a week's.

    Raises:
        AllocationError: A number of the request is no number of hours.
        DataError: The limits of the request cross.
    """
    _check(choices)
    document = rules.model_dump(exclude_unset=True)
    for name in ("minimum_per_area", "maximum_per_area"):
        hours = getattr(choices, name)
        if hours is not None:
            document[name] = hours / weeks
    document["minimum_per_district"] = {
        **rules.minimum_per_district,
        **{name: hours / weeks for name, hours in choices.minimum_per_district.items()},
    }
    if choices.whole_shifts is not None:
        document["whole_shifts"] = choices.whole_shifts
    if choices.worst_weeks is not None:
        held = document.get("worst_weeks") or {}
        document["worst_weeks"] = held if choices.worst_weeks else None
    return validated(document, _REQUEST, RuleSettings)


def _check(choices: Choices) -> None:
    given: Mapping[str, float | None] = {
        "minimum hours per area": choices.minimum_per_area,
        "maximum hours per area": choices.maximum_per_area,
        **{f"district minimum of {name}": hours for name, hours in choices.minimum_per_district.items()},
    }
    for place, hours in given.items():
        if hours is not None and not (math.isfinite(hours) and 0 <= hours <= MOST_HOURS):
            fix = f"give a number from 0 to {MOST_HOURS:,.10g}"
            raise AllocationError(f"{hours:g} is no number of hours", place=place, fix=fix)
