"""The county: real LSOAs of Essex with their hierarchy and population, or the areas of a file."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.areas.files import load_areas
from features.areas.shipped import AreaSource

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
_ESSEX = "essex-lsoa-2011"
_PEOPLE_A_HOUSEHOLD = 2.4
_COLUMNS = ("area_code", "name", "msoa", "district", "lpa", "force", "population", "hectares", "deprivation_decile")


@dataclass(frozen=True, eq=False)
class County:
    """Areas in the order of their codes.

    Attributes:
        codes, names: Of each area.
        msoas, districts, lpas, forces: The larger areas that each lies in.
        population, households, hectares: Of each area.
        deciles: Deprivation decile, 1 the most deprived; NaN where no file gives it.
        points: Longitude and latitude, NaN where no file gives them; float64[area, 2].
        share: What the totals of Essex are multiplied by: 1 for Essex.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    msoas: tuple[str, ...]
    districts: tuple[str, ...]
    lpas: tuple[str, ...]
    forces: tuple[str, ...]
    population: Floats = field(repr=False)
    households: Floats = field(repr=False)
    hectares: Floats = field(repr=False)
    deciles: Floats = field(repr=False)
    points: Floats = field(repr=False)
    share: float = 1.0

    def __len__(self) -> int:
        """Return the number of areas."""
        return len(self.codes)

    def only(self, districts: Sequence[str]) -> "County":
        """Return the part of the county that lies in some districts."""
        kept = np.flatnonzero(np.isin(self.districts, list(districts)))

        def texts(values: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(values[index] for index in kept)

        return County(
            texts(self.codes),
            texts(self.names),
            texts(self.msoas),
            texts(self.districts),
            texts(self.lpas),
            texts(self.forces),
            self.population[kept],
            self.households[kept],
            self.hectares[kept],
            self.deciles[kept],
            self.points[kept],
            self.share * float(self.population[kept].sum() / self.population.sum()),
        )

    def table(self, deciles: NDArray[np.int64]) -> list[tuple[str, ...]]:
        """Return areas.csv as rows, its header first, with these deprivation deciles."""
        texts = zip(self.codes, self.names, self.msoas, self.districts, self.lpas, self.forces, strict=True)
        numbers = zip(self.population.astype(int), self.hectares.astype(int), deciles, strict=True)
        return [_COLUMNS, *((*text, *map(str, number)) for text, number in zip(texts, numbers, strict=True))]


def groups(names: Sequence[str]) -> tuple[tuple[str, ...], Index]:
    """Return the different names, sorted, and the index of each entry's own."""
    unique, index = np.unique(np.array(names), return_inverse=True)
    return tuple(str(name) for name in unique), index.astype(np.int64)


def essex() -> County:
    """Return Essex as shipped: 1,077 LSOAs of 2011, Census population, Local Policing Areas as inferred."""
    rows = list(csv.DictReader(io.StringIO(AreaSource.of(_ESSEX).content.decode())))

    def texts(name: str) -> tuple[str, ...]:
        return tuple(row[name] for row in rows)

    def numbers(name: str) -> Floats:
        return np.array([float(row[name]) for row in rows])

    return County(
        texts("area_code"),
        texts("name"),
        texts("msoa"),
        texts("district"),
        texts("lpa_inferred"),
        texts("force"),
        numbers("population"),
        numbers("households"),
        numbers("hectares"),
        deciles=np.full(len(rows), np.nan),
        points=np.full((len(rows), 2), np.nan),
    )


def from_file(path: Path) -> County:
    """Return the areas of a GeoJSON or CSV, with what it gives and, for LSOAs of Essex, what is bundled of the rest.

    Recorded totals are Essex's, in proportion to the residents.

    Raises:
        DataError: The file cannot be used, or lacks districts or population.
    """
    areas, known = load_areas(path), essex()
    place = {code: index for index, code in enumerate(known.codes)}
    same = [place.get(code, -1) for code in areas.codes]

    def texts(level: str, bundled: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        given = areas.parents.get(level)
        return given or tuple(bundled[index] if index >= 0 else one for index, one in zip(same, other, strict=True))

    def numbers(given: Floats, bundled: Floats) -> Floats:
        return np.where(np.isnan(given), np.append(bundled, np.nan)[same], given)

    population = numbers(areas.population, known.population)
    districts = texts("district", known.districts, ("",) * len(areas))
    if "" in districts or np.isnan(population).any():
        fix = "give both for every area, or leave --areas out"
        raise DataError("a twin needs the district and population of each area", place=path.name, fix=fix)
    hectares = numbers(areas.hectares, known.hectares)
    return County(
        areas.codes,
        areas.names,
        texts("msoa", known.msoas, areas.codes),
        districts,
        texts("lpa", known.lpas, districts),
        texts("force", known.forces, ("Essex Police",) * len(areas)),
        population,
        population / _PEOPLE_A_HOUSEHOLD,
        np.where(np.isnan(hectares), np.nanmedian([*hectares, 100.0]), hectares),
        areas.deprivation_decile,
        areas.points,
        float(population.sum() / known.population.sum()),
    )
