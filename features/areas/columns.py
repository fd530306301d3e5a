"""Columns of files of areas: under the project's own names or those of the Office for National Statistics."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from errors import DataError

# A level's prefix, as in LSOA21CD or lsoa_code. The finest level in a file gives the code.
_LEVELS = ("oa", "lsoa", "msoa", "wd", "ward", "lad")
# Where names and codes of a level are both given, the name is shown.
_PARENTS: dict[str, tuple[str, ...]] = {
    "msoa": ("msoa", r"msoa_name", r"msoa\d\dnm", "msoa_code", r"msoa\d\dcd"),
    "ward": ("ward", "ward_name", r"wd\d\dnm", "ward_code", r"wd\d\dcd"),
    "district": ("district", "lad", "lad_name", r"lad\d\dnm", "lad_code", r"lad\d\dcd"),
    "lpa": ("lpa", "local_policing_area", "lpa_inferred"),
    "force": ("force", "police_force", "force_inferred"),
}
_PARENT_CODES: dict[str, tuple[str, ...]] = {
    "msoa": ("msoa_code", r"msoa\d\dcd"),
    "ward": ("ward_code", r"wd\d\dcd"),
}
_INFERRED = "_inferred"
_NUMBERS: dict[str, tuple[str, ...]] = {
    "population": ("population", r"population_\d{4}"),
    "hectares": ("hectares",),
    "deprivation_decile": ("deprivation_decile", r"imd_decile", r"imd_\d{4}_decile"),
    "longitude": ("longitude", "lon", "lng", "long"),
    "latitude": ("latitude", "lat"),
}


@dataclass(frozen=True)
class AreaColumns:
    """The columns of a file of areas.

    Attributes:
        known: Name in small letters and underscores -> the name in the file.
        code: The column of codes, as the file writes it.
        name: The column of names; the column of codes where there is none.
    """

    known: Mapping[str, str]
    code: str
    name: str

    @classmethod
    def of(cls, header: Iterable[str], place: str) -> "AreaColumns":
        """Return the columns of a header.

        Raises:
            DataError: None of them holds codes of areas.
        """
        known = {re.sub(r"\s", "_", key.strip().casefold()): key for key in header if key}
        code = find_column(known, ["area_code", *(rf"{level}(_code|\d\dcd)" for level in _LEVELS), "code"])
        if code is None:
            found = ", ".join(known.values()) or "none"
            raise DataError(
                f"no column of area codes among: {found}", place=place, fix="name the column of codes area_code"
            )
        key = code.casefold()
        beside = [re.sub(r"cd$", "nm", key), key.removesuffix("_code"), re.sub(r"_code$", "_name", key)]
        name = find_column(known, ["name", "area_name", *(re.escape(item) for item in beside if item != key)])
        return cls(known, code, name or code)

    def inferred(self) -> tuple[str, ...]:
        """Return the levels whose column says that somebody inferred them, as `lpa_inferred` does."""
        taken = {level: find_column(self.known, patterns) for level, patterns in _PARENTS.items()}
        return tuple(level for level, column in taken.items() if column and column.casefold().endswith(_INFERRED))

    def own_level(self) -> str | None:
        """Return the upper level whose areas the file lists, by its column of codes; None for LSOAs and others."""
        prefix = re.sub(r"(_code|\d\dcd)$", "", self.code.casefold())
        return {"msoa": "msoa", "wd": "ward", "ward": "ward", "lad": "district"}.get(prefix)

    def parents(self, records: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
        """Return level -> the name of each record's larger area.

        Two wards may share a name: where one name goes with several codes, the code is added to it.
        """
        found = {}
        for level, patterns in _PARENTS.items():
            column = find_column(self.known, patterns)
            if column is not None and column not in (self.code, self.name):
                names = [cell_text(record.get(column)) for record in records]
                codes = find_column(self.known, _PARENT_CODES.get(level, ()))
                found[level] = (
                    _distinct(names, [cell_text(record.get(codes)) for record in records]) if codes else names
                )
        return {level: tuple(names) for level, names in found.items()}

    def numbers(self, records: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[np.float64]]:
        """Return the numbers known of each record, NaN where a cell is none."""
        return {key: _numbers(records, find_column(self.known, patterns)) for key, patterns in _NUMBERS.items()}


def find_column(columns: Mapping[str, str], patterns: Iterable[str]) -> str | None:
    """Return the column that matches the first pattern that any matches; of several editions the newest."""
    for pattern in patterns:
        matches = sorted(key for key in columns if re.fullmatch(pattern, key))
        if matches:
            return columns[matches[-1]]
    return None


def cell_text(value: Any) -> str:
    """Return a cell as text with single blanks; a whole number loses its fraction."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else " ".join(str(value).split())


def _distinct(names: Sequence[str], codes: Sequence[str]) -> list[str]:
    meant: dict[str, set[str]] = {}
    for name, code in zip(names, codes, strict=True):
        meant.setdefault(name, set()).add(code)
    return [
        f"{name} ({code})" if name and len(meant[name]) > 1 else name for name, code in zip(names, codes, strict=True)
    ]


def _numbers(records: Sequence[Mapping[str, Any]], column: str | None) -> NDArray[np.float64]:
    numbers = np.full(len(records), np.nan)
    if column is not None:
        for index, record in enumerate(records):
            try:
                numbers[index] = float(cell_text(record.get(column)).replace(",", ""))
            except ValueError:
                continue
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers
