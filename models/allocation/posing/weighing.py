"""The harm weights of a plan: one a strand, NaN where a strand has none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from features import harm as weighing
from models.allocation.resources.loading import Resources

F64 = NDArray[np.float64]

# What an incident of a strand without a weight counts in the programme, of the least weight there is: enough to say
# where its hours go, too little to take an hour from a strand that is weighted.
_PLACING = 1e-4


@dataclass(frozen=True, eq=False)
class Weighing:
    """Harm weights.

    Attributes:
        name: Name of the set; None: the weights are listed with the resources.
        source: Where they come from.
        weight: Weight of each strand, NaN where it has none; float64[strand].
    """

    name: str | None
    source: str
    weight: F64

    @property
    def placing(self) -> F64:
        """What places the hours of a strand without a weight, float64[strand]; 0 for the others."""
        weighted = self.weight[self.weight > 0]
        least = float(weighted.min()) * _PLACING if len(weighted) else 1.0
        return np.where(np.isnan(self.weight), least, 0.0)


def weighing_of(resources: Resources, name: str | None, harm: weighing.Harm, strands: tuple[str, ...]) -> Weighing:
    """Return the weights of a forecast's strands.

    Args:
        resources: With the weights of their file, or the name of a set.
        name: Name of a set in their place; None: as the file says.
        harm: The sets of the workspace.
        strands: Strands of the forecast.

    Raises:
        AllocationError: A weight is of no strand.
        DataError: There is no set of this name.
    """
    table = resources.harm
    wanted = name or table.set
    if wanted is not None:
        found = harm.named(wanted)
        weights = [found.weight_of(strand) for strand in strands]
        unlisted = table.weight_of_unlisted if wanted == table.set else None
        return Weighing(wanted, found.source(), _numbers(weights, unlisted))
    strangers = sorted(set(table.weights) - set(strands) - set(resources.listed))
    if strangers:
        fix = f"use the strands of the forecast: {', '.join(strands)}"
        raise AllocationError(f"'{strangers[0]}' is no strand of the forecast", place="harm weights", fix=fix)
    weights = [table.weights.get(strand) for strand in strands]
    return Weighing(None, table.source, _numbers(weights, table.weight_of_unlisted))


def _numbers(weights: list[float | None], unlisted: float | None) -> F64:
    rest = np.nan if unlisted is None else unlisted
    return np.array([rest if weight is None else weight for weight in weights], dtype=np.float64)
