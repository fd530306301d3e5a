"""All the rules of one programme, family by family."""

from models.allocation.programme.problem import Rules
from models.allocation.rules import decided, floors, limits, response, totals
from models.allocation.rules.asked import Asked


def build(asked: Asked) -> tuple[Rules, ...]:
    """Return the families of rules, those without a row left out; the first is the totals, a row a resource.

    A post of all its resource's strands counts towards each of them.

    Raises:
        AllocationError: A rule names what is not there, or contradicts itself.
    """
    families = (
        totals.budget(asked),
        totals.ringfences(asked),
        floors.district_floors(asked),
        floors.strand_floors(asked),
        floors.strand_shares(asked),
        *floors.workload(asked),
        floors.area_floors(asked),
        floors.cover(asked),
        response.responses(asked),
        limits.caps(asked),
        limits.changes(asked),
        limits.disparity(asked),
        decided.locks(asked),
        decided.declined(asked),
    )
    return (totals.totals(asked), *(family for family in families if family is not None))
