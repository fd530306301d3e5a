"""Hours: what an issued plan gives to each place and strand, where what is expected there is shown.

Hours follow expected demand, and expected demand follows counts. So hours of a strand stand only where its expected
number is shown, which it is only where no recent count is hidden: hours then tell more of what is shown, and nothing of
what is not. Hours of all strands together, or of the whole force, would: they are not published.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.disclosure.places import F64, Bools, Places


def hours(
    document: Mapping[str, Any], codes: Sequence[str], places: Places, where: Mapping[str, Bools], round_to: int
) -> dict[str, F64] | None:
    """Return for each strand the hours of the lowest places as shown, NaN where hidden: float64[place].

    Args:
        document: The plan.
        codes: The areas of `places.member`.
        places: The places.
        where: Strand to the places where they may be shown: bool[place].
        round_to: They are rounded to multiples of it.

    Returns:
        None where the plan is of other areas.
    """
    at = {code: number for number, code in enumerate(codes)}
    if {str(area["area_code"]) for area in document["areas"]} != set(codes):
        return None
    by_area = {strand: np.zeros(len(codes), dtype=np.float64) for strand in where}
    for post in document["posts"]:
        if post["strand"] in by_area:
            by_area[post["strand"]][at[str(post["area_code"])]] += float(post["hours"])
    found = {}
    for strand, values in by_area.items():
        of_places = np.floor(places.totals(values) / round_to + 0.5) * round_to
        found[strand] = np.where(where[strand] & places.bottom, of_places, np.nan)
    return found
