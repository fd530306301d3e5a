"""What the commands on plans share: what a workspace hands to a plan, and locks from the cells that people write."""

from collections.abc import Sequence

from models.allocation.choices import Lock
from models.allocation.decisions.drafts import Sets
from strandcast.deployment import Deployment
from strandcast.plan_values import CellHours


def sets_of(deployment: Deployment) -> Sets:
    """Return what a workspace knows that plans are made with."""
    return Sets.of(deployment.workspace)


def locks_of(deployment: Deployment, cells: Sequence[CellHours]) -> tuple[Lock, ...]:
    """Return the cells that a person has set, their strands by name."""
    taxonomy = deployment.workspace.taxonomy()
    return tuple(
        Lock(cell.resource, cell.area_code, cell.hours, cell.strand and (taxonomy.named(cell.strand) or cell.strand))
        for cell in cells
    )
