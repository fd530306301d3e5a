"""What one request chooses over the file of resources: hours, limits, objective, and what a planner has decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.allocation.resources.amounts import EffectLevel
from models.allocation.resources.file import Aim


@dataclass(frozen=True)
class Lock:
    """The planner's own decision for one resource in one area.

    Attributes:
        resource: Code of the resource.
        area_code: The area.
        hours: Hours in the period, exactly.
        strand: The strand; None: all strands of the resource together.
    """

    resource: str
    area_code: str
    hours: float
    strand: str | None = None


@dataclass(frozen=True)
class ClosedPost:
    """Where a resource may not go, because its owner declined the task.

    Attributes:
        resource: Code of the resource.
        area_code: The area.
        strand: The strand; None: every strand.
    """

    resource: str
    area_code: str
    strand: str | None = None


@dataclass(frozen=True)
class Reserve:
    """Hours of a resource that a request keeps for some strands, some districts or both, beside the file's ringfences.

    Attributes:
        resource: Code of the resource.
        hours: Fewest hours there, in the period.
        strands: Names of the strands; empty: any.
        districts: Names of the districts; empty: any.
    """

    resource: str
    hours: float
    strands: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        said = {"resource": self.resource, "hours": self.hours}
        return {**said, "strands": list(self.strands), "districts": list(self.districts)}


@dataclass(frozen=True)
class Choices:
    """What a request says; None or empty: what the file says. Hours are of the whole period, not of a week.

    Attributes:
        horizon: Periods ahead; 1 is the period that begins at the forecast's origin.
        total_hours: Hours of all resources of kind "patrol" together, shared in proportion to the file's hours, or
            evenly where it gives none.
        hours: Code of a resource to its hours; in place of the file's and of its part of the total.
        minimum_per_area: Fewest hours of every area.
        maximum_per_area: Most hours of any area.
        minimum_per_district: District to fewest hours; added to the file's, and in place of it where both name one.
        objective: Harm "reached" or "prevented".
        effect: Which of each estimate's three numbers is reckoned with.
        harm_set: Name of a set of harm weights.
        whole_shifts: Whether hours are whole shifts of whole crews.
        worst_weeks: Whether the worst weeks are protected, by the file's settings or the usual ones.
        locks: The planner's own decisions.
        closed: Where resources may not go.
        previous: Code of a resource to area code to hours in the last issued plan; None: there is none.
        demand: Area code to a factor of its expected incidents, for asking what would change the plan.
        reserves: Hours kept for some strands or districts.
    """

    horizon: int = 1
    total_hours: float | None = None
    hours: Mapping[str, float] = field(default_factory=dict)
    minimum_per_area: float | None = None
    maximum_per_area: float | None = None
    minimum_per_district: Mapping[str, float] = field(default_factory=dict)
    objective: Aim | None = None
    effect: EffectLevel = "central"
    harm_set: str | None = None
    whole_shifts: bool | None = None
    worst_weeks: bool | None = None
    locks: tuple[Lock, ...] = ()
    closed: tuple[ClosedPost, ...] = ()
    previous: Mapping[str, Mapping[str, float]] | None = None
    demand: Mapping[str, float] = field(default_factory=dict)
    reserves: tuple[Reserve, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "horizon": self.horizon,
            "total_hours": self.total_hours,
            "hours": dict(self.hours),
            "minimum_per_area": self.minimum_per_area,
            "maximum_per_area": self.maximum_per_area,
            "minimum_per_district": dict(self.minimum_per_district),
            "objective": self.objective,
            "effect": self.effect,
            "harm_set": self.harm_set,
            "whole_shifts": self.whole_shifts,
            "worst_weeks": self.worst_weeks,
            "locks": [vars(lock) for lock in self.locks],
            "closed": [vars(closed) for closed in self.closed],
            "previous": None if self.previous is None else {code: dict(area) for code, area in self.previous.items()},
            "demand": dict(self.demand),
            # Plans of before know of none, and are made again to the bit.
            **({"reserves": [one.document() for one in self.reserves]} if self.reserves else {}),
        }
