"""SYNTHETIC samples for the gate: counts of known rates, and methods that are off by a known factor."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from training.gate.checks import CHALLENGER
from training.gate.sample import Cells, Pit, Sample, decile_sums, together

STRANDS = ("burglary", "robbery")
AREAS = 12


def sample(
    factors: Mapping[str, float | NDArray[np.float64]],
    *,
    origins: int = 14,
    districts: int = 3,
    deciles: NDArray[np.float64] | None = None,
    seed: int = 3,
) -> Sample:
    """Return Poisson counts beside forecasts that are their rates times each method's factor.

    Args:
        factors: Method to its factor; an array is [area, strand] or broadcasts to it.
        origins: Number of origins.
        districts: Areas are dealt out to them in turn; 0: none.
        deciles: Of each area; None: unknown.
        seed: Of the counts.
    """
    rng = np.random.default_rng(seed)
    rates = rng.gamma(4.0, 1.0, size=(AREAS, len(STRANDS)))
    shape = (origins, 2, AREAS, len(STRANDS))
    count, seen = rng.poisson(np.broadcast_to(rates, shape)).astype(np.float64), np.ones(shape, bool)
    cells = {
        name: Cells(count, seen, np.broadcast_to(rates * factor, shape), np.full(shape, 1e-6))
        for name, factor in factors.items()
    }
    blocks = np.arange(AREAS) % districts if districts else np.arange(AREAS)

    def by_block(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return together(values.sum(axis=1), blocks)

    return Sample(
        strands=STRANDS,
        blocks=tuple(f"D{number}" for number in range(int(blocks.max()) + 1)),
        districts=districts > 0,
        cells=by_block(seen.astype(np.float64)),
        crps={name: by_block(held.crps()) for name, held in cells.items()},
        deviance={name: by_block(held.deviance()) for name, held in cells.items()},
        areas=Pit.of("area", cells[CHALLENGER], blocks),
        totals=(_force(cells[CHALLENGER]),),
        deciles=None if deciles is None else decile_sums(cells[CHALLENGER], deciles, blocks),
    )


def _force(cells: Cells) -> Pit:
    """Return the PIT of totals of all areas, by strand and of all strands; a sum of Poisson counts is one."""

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        strands = values.sum(axis=2, keepdims=True)
        return np.concatenate([strands, strands.sum(axis=3, keepdims=True)], axis=3)

    mean = summed(cells.mean)
    total = Cells(summed(cells.count), np.ones(mean.shape, bool), mean, np.full(mean.shape, 1e-6))
    return Pit.of("force", total, np.zeros(1, np.int64))
