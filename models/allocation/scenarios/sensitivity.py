"""Sensitivity: how the ranks of areas by hours hang on the set of harm weights and on the effect assumed.

An area's place in a plan is one of three: "most", among the tenth of the areas with most hours; "some"; or "none".
Areas of which the place is not the same under every set and every effect level are marked: their place is a matter of
that choice, which is somebody's to make, and not of the demand alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from errors import AllocationError
from models.allocation.posed import Planned
from models.progress import Advance, silent

F64 = NDArray[np.float64]

Place = Literal["most", "some", "none"]
PLACES: tuple[Place, ...] = get_args(Place)
MOST_SHARE = 0.1
_NO_HOURS = 0.01


@dataclass(frozen=True)
class AreaRanks:
    """One area under every choice.

    Attributes:
        area_code: The area.
        hours: Choice -> hours.
        rank: Choice -> rank by hours, 1 the most; equal hours share the mean of their ranks.
        place: Choice -> place.
    """

    area_code: str
    hours: Mapping[str, float]
    rank: Mapping[str, float]
    place: Mapping[str, Place]

    @property
    def depends(self) -> bool:
        """Whether its place is not the same under every choice."""
        return len(set(self.place.values())) > 1

    @property
    def spread(self) -> float:
        """How many ranks lie between its best and its worst."""
        return max(self.rank.values()) - min(self.rank.values())

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "area_code": self.area_code,
            "hours": dict(self.hours),
            "rank": dict(self.rank),
            "place": dict(self.place),
            "depends": self.depends,
        }


@dataclass(frozen=True)
class Sensitivity:
    """How ranks hang on choices.

    Attributes:
        base: The choice that the plan was made with; the others are compared with it.
        choices: Names of the choices, the base first.
        areas: Areas, in the order of their codes.
        agreement: Choice -> Spearman's rank correlation of hours with the base; None where all hours are alike.
        missing: Choice -> why there is no plan under it.
    """

    base: str
    choices: tuple[str, ...]
    areas: tuple[AreaRanks, ...]
    agreement: Mapping[str, float | None]
    missing: Mapping[str, str]

    @property
    def marked(self) -> list[AreaRanks]:
        """Areas whose place depends on a choice, by how far their ranks are apart."""
        return sorted((area for area in self.areas if area.depends), key=lambda area: (-area.spread, area.area_code))

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "base": self.base,
            "choices": list(self.choices),
            "agreement": dict(self.agreement),
            "missing": dict(self.missing),
            "marked": [area.area_code for area in self.marked],
            "areas": [area.document() for area in self.areas],
        }

    def sentences(self) -> list[str]:
        """Return it in words."""
        marked = (
            f"Of {len(self.areas):,} areas {len(self.marked):,} have a place in the plan (most hours, some, none) "
            "that depends on the set of harm weights or on the effect assumed; they are marked."
        )
        said = [marked]
        said += [
            f"Rank agreement of {name} with {self.base}: {value:.3f} (Spearman)."
            for name, value in self.agreement.items()
            if value is not None
        ]
        said += [f"No plan under {name}: {why}." for name, why in self.missing.items()]
        return said


def sensitivity(
    base: tuple[str, Planned], others: Mapping[str, Callable[[], Planned]], advance: Advance = silent
) -> Sensitivity:
    """Return how ranks hang on choices.

    Args:
        base: Name of the choice of the plan, and the plan.
        others: Name of each other choice to what plans under it.
        advance: Told how far it is.
    """
    codes = base[1].posed.ground.area_codes
    hours: dict[str, F64] = {base[0]: base[1].plan.by_area()}
    missing: dict[str, str] = {}
    for done, (name, plan) in enumerate(others.items()):
        advance(done, len(others))
        try:
            hours[name] = plan().plan.by_area()
        except AllocationError as error:
            missing[name] = error.problem
    advance(len(others), len(others))
    ranks = {name: rankdata(-np.round(values, 6)) for name, values in hours.items()}
    places = {name: places_of(values) for name, values in hours.items()}
    areas = tuple(
        AreaRanks(
            code,
            {name: float(values[at]) for name, values in hours.items()},
            {name: float(values[at]) for name, values in ranks.items()},
            {name: values[at] for name, values in places.items()},
        )
        for at, code in enumerate(codes)
    )
    agreement = {name: _spearman(ranks[base[0]], values) for name, values in ranks.items() if name != base[0]}
    return Sensitivity(base[0], tuple(hours), areas, agreement, missing)


def places_of(hours: F64) -> list[Place]:
    """Return the place of each area; at equal hours the area that comes first in the order of codes goes before."""
    most = max(1, round(MOST_SHARE * len(hours)))
    order: Sequence[int] = np.lexsort((np.arange(len(hours)), -np.round(hours, 6))).tolist()
    first = set(order[:most])
    return ["none" if value < _NO_HOURS else "most" if at in first else "some" for at, value in enumerate(hours)]


def _spearman(first: F64, second: F64) -> float | None:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])
