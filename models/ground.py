"""The ground of a recorded forecast: what was known of its areas, kept with the run so that plans rest on it alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import Areas
from ledger.artefacts import Json

F64 = NDArray[np.float64]

GROUND = "ground"


@dataclass(frozen=True, eq=False)
class KeptGround:
    """What a run's record says of areas.

    Attributes:
        names: Their names, equal to the codes where none is known.
        parents: Level to the parent's name for each area, "" where unknown.
        population: Residents, NaN where unknown.
        hectares: Size, NaN where unknown.
        decile: Deprivation decile, NaN where unknown.
    """

    names: tuple[str, ...]
    parents: Mapping[str, tuple[str, ...]]
    population: F64
    hectares: F64
    decile: F64


def ground_document(areas: Areas) -> dict[str, Json]:
    """Return what is known of areas as JSON values; None where a number is unknown."""
    return {
        "area_codes": list(areas.codes),
        "parents": {level: list(names) for level, names in areas.parents.items()},
        "population": _numbers(areas.population),
        "hectares": _numbers(areas.hectares),
        "decile": _numbers(areas.deprivation_decile),
    }


def kept_ground(meta: Mapping[str, Any], codes: Sequence[str]) -> KeptGround:
    """Return what a run's record says of areas; one that was made before ground was kept has names and districts."""
    held: Mapping[str, Any] = meta.get(GROUND) or {}
    place = {code: at for at, code in enumerate(held.get("area_codes") or ())}
    at = [place.get(code) for code in codes]
    parents = {
        level: tuple("" if i is None else str(names[i]) for i in at)
        for level, names in (held.get("parents") or {}).items()
    }
    districts: Mapping[str, str] = meta.get("districts") or {}
    if "district" not in parents and any(districts.values()):
        parents["district"] = tuple(districts.get(code) or "" for code in codes)
    names: Mapping[str, str] = meta.get("names") or {}

    def numbers(name: str) -> F64:
        values = held.get(name)
        found = [None if i is None or values is None else values[i] for i in at]
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)

    return KeptGround(
        names=tuple(names.get(code) or code for code in codes),
        parents=parents,
        population=numbers("population"),
        hectares=numbers("hectares"),
        decile=numbers("decile"),
    )


def _numbers(values: F64) -> list[Json]:
    return [None if np.isnan(value) else float(value) for value in values]
