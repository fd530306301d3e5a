"""Which rules a request itself asked for: where a plan cannot be, these are told first."""

from collections.abc import Sequence

from models.allocation.choices import Choices, Reserve
from models.allocation.resources.resource import Resource
from models.allocation.rules.asked import FILE
from models.allocation.rules.decided import lock_place


def places_asked(choices: Choices, resources: Sequence[Resource]) -> frozenset[str]:
    """Return the places of the rules that a request set, as the rules' rows name them.

    Args:
        choices: The request.
        resources: The resources, of which patrols share hours that were asked for of all together.
    """
    shared = () if choices.total_hours is None else [one.code for one in resources if one.kind == "patrol"]
    limits = {"minimum_per_area": choices.minimum_per_area, "maximum_per_area": choices.maximum_per_area}
    return frozenset(
        (
            *(f"{FILE}, [[resource]] {code}" for code in (*choices.hours, *shared)),
            *(f"{FILE}, [rules] {name}" for name, hours in limits.items() if hours is not None),
            *(f"{FILE}, [rules.minimum_per_district] {name}" for name in choices.minimum_per_district),
            *(lock_place(lock) for lock in choices.locks),
            *(reserve_place(reserve) for reserve in choices.reserves),
        )
    )


def reserve_place(reserve: Reserve) -> str:
    """Return how the place of hours that are kept is written."""
    return f"hours kept of {reserve.resource}: {', '.join([*reserve.strands, *reserve.districts]) or 'anywhere'}"
