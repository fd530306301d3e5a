"""Hours: what an issued plan gives to each place and strand, where what is expected there is shown.

Hours follow expected demand, and expected demand follows counts. So hours of a strand stand only where its expected
number is shown, which it is only where no recent count is hidden: hours then tell more of what is shown, and nothing of
what is not. Hours of all strands together, or of the whole force, would: they are not published. Whoever knows how many
hours there were in all can take off those that are shown; so these are no closer than shown numbers are
(`models.disclosure.steps`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.disclosure.places import Bools, Places
from models.disclosure.showing import Shown
from models.disclosure.steps import step_of


def hours(
    document: Mapping[str, Any],
    codes: Sequence[str],
    places: Places,
    where: Mapping[str, Bools],
    minimum: Mapping[str, int],
    round_to: int,
) -> dict[str, Shown] | None:
    """Return for each strand the hours of the lowest places as shown.

    Args:
        document: The plan.
        codes: The areas of `places.member`.
        places: The places.
        where: Strand to the places where they may be shown: bool[place].
        minimum: Strand to the smallest number that may be shown.
        round_to: They are rounded to multiples of it, or of a larger step.

    Returns:
        None where the plan is of other areas.
    """
    at = {code: number for number, code in enumerate(codes)}
    if {str(area["area_code"]) for area in document["areas"]} != set(codes):
        return None
    by_area, expected = ({strand: np.zeros(len(codes), dtype=np.float64) for strand in where} for _ in range(2))
    for post in document["posts"]:
        if post["strand"] in by_area:
            by_area[post["strand"]][at[str(post["area_code"])]] += float(post["hours"])
    for area in document["areas"]:
        for strand in where:
            expected[strand][at[str(area["area_code"])]] += float(area["expected"].get(strand, 0.0))
    found = {}
    for strand, values in by_area.items():
        given, demand = (dict(enumerate(places.totals(own)[places.bottom])) for own in (values, expected[strand]))
        step = step_of(given, demand, minimum[strand], round_to)
        of_places = np.floor(places.totals(values) / step + 0.5) * step
        told = np.where(where[strand] & places.bottom, of_places, np.nan)
        found[strand] = Shown(told, np.full(len(places), step, dtype=np.int64))
    return found
