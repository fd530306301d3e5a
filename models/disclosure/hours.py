"""Hours: what an issued plan gives to each place, coarse enough that they do not tell what was expected there.

Hours follow expected demand. They are shown for all resources together, and rounded so that `minimum_count` incidents
more or less, at the plan's mean hours an incident, could be behind each of them.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.disclosure.places import F64, Places
from models.disclosure.rules import Rules


def hours(document: Mapping[str, Any], codes: Sequence[str], places: Places, rules: Rules) -> F64 | None:
    """Return the hours of the lowest places as shown, NaN where hidden: float64[place].

    Args:
        document: The plan.
        codes: The areas of `places.member`.
        places: The places.
        rules: How coarse.

    Returns:
        None where the plan is of other areas.
    """
    by_area = {str(area["area_code"]): float(area["hours"]) for area in document["areas"]}
    if set(by_area) != set(codes):
        return None
    of_places = places.totals(np.array([by_area[code] for code in codes], dtype=np.float64))
    step = coarseness(document, rules)
    may = places.bottom & places.large_enough(rules.minimum_residents)
    return np.where(may, np.floor(of_places / step + 0.5) * step, np.nan)


def coarseness(document: Mapping[str, Any], rules: Rules) -> int:
    """Return the multiple that a plan's hours are rounded to."""
    totals = document["totals"]
    given = sum(float(area["hours"]) for area in document["areas"])
    an_incident = given / totals["expected"] if totals["expected"] > 0 else 0.0
    steps = math.ceil(an_incident * rules.minimum_count / rules.hours_round_to)
    return rules.hours_round_to * max(steps, 1)
