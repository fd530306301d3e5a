"""The hierarchy of areas: LSOA, MSOA, district, Local Policing Area, force, one within the other, and wards beside."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from errors import DataError

# Each lies whole in one of the next. Wards are drawn anew by other rules: they may cross MSOAs, and are not checked.
NESTED = ("msoa", "district", "lpa", "force")
WARD = "ward"
UPPER_LEVELS = ("msoa", WARD, "district", "lpa", "force")


def check_nested(parents: Mapping[str, Sequence[str]], place: str) -> None:
    """Check that each larger area lies in one of the next level that is known; blanks are unknown and say nothing.

    Raises:
        DataError: One lies in several.
    """
    levels = [level for level in NESTED if level in parents]
    for lower, upper in pairwise(levels):
        holder: dict[str, str] = {}
        for member, parent in zip(parents[lower], parents[upper], strict=True):
            if member and parent and holder.setdefault(member, parent) != parent:
                problem = f"the {lower} {member} lies in two of the level {upper}: {holder[member]} and {parent}"
                fix = f"give each {lower} one {upper}, or leave the column {upper} out"
                raise DataError(problem, place=place, fix=fix)


def grouping(parents: Mapping[str, Sequence[str]]) -> str | None:
    """Return the level that areas are shown by: districts, else the next that is known; None where none is."""
    return next((level for level in ("district", "lpa", WARD, "msoa", "force") if level in parents), None)


def neighbours_within(groups: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return for each area the other areas of its group, sorted; none where its group is blank.

    Without geometry this is all that is known of who is beside whom: areas of one MSOA lie together, and numbers of
    MSOAs say nothing of which touch.
    """
    members: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    return tuple(
        tuple(other for other in members[group] if other != index) if group else ()
        for index, group in enumerate(groups)
    )
