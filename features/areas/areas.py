"""Areas: the closed list of places that incidents are counted in, with what is known of each."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_LSOA = re.compile(r"[EW]01\d{6}")


def are_lsoas(codes: Iterable[str]) -> bool:
    """Return whether codes are those of English or Welsh LSOAs."""
    return all(_LSOA.fullmatch(code) for code in codes)


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas in the order of their codes.

    Invariants: codes are sorted and unique; every column has one entry an area; `neighbours[i]` holds indices of other
    areas, sorted.

    Attributes:
        codes: Area codes.
        names: Names, equal to the codes where none is known.
        parents: Level ("msoa", "ward", "district", "lpa", "force") to the parent's name for each area.
        population: Residents, NaN where unknown.
        hectares: Size, NaN where unknown.
        deprivation_decile: 1 (most deprived) to 10, NaN where unknown.
        points: (longitude, latitude) of each area, NaN where unknown; float64[n, 2].
        neighbours: For each area the indices of its neighbours; empty where none is known.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: Mapping[str, tuple[str, ...]]
    population: NDArray[np.float64]
    hectares: NDArray[np.float64]
    deprivation_decile: NDArray[np.float64]
    points: NDArray[np.float64]
    neighbours: tuple[tuple[int, ...], ...] = field(repr=False)

    @property
    def level(self) -> str:
        """Level of these areas: "lsoa" where the codes are those of English or Welsh LSOAs, else "area"."""
        return "lsoa" if are_lsoas(self.codes) else "area"

    def __len__(self) -> int:
        """Return the number of areas."""
        return len(self.codes)
