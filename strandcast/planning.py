"""From what people write on a command line about cells of a plan to locks."""

from collections.abc import Sequence

from models.allocation.choices import Lock
from strandcast.deployment import Deployment
from strandcast.plan_values import CellHours


def locks_of(deployment: Deployment, cells: Sequence[CellHours]) -> tuple[Lock, ...]:
    """Return the cells that a person has set, their strands by name."""
    taxonomy = deployment.workspace.taxonomy()
    return tuple(
        Lock(cell.resource, cell.area_code, cell.hours, cell.strand and (taxonomy.named(cell.strand) or cell.strand))
        for cell in cells
    )
