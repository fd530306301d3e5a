"""What the builders of rules are given: the resources of a programme, and what people decided for one plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.choices import Choices
from models.allocation.posed import Demand, Ground
from models.allocation.programme.posts import TOGETHER, Posts
from models.allocation.rules.settings import RuleSettings
from models.profiles.shifts import DEFAULT

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

FILE = "resources.toml"
_MOST_SHOWN = 20


@dataclass(frozen=True)
class Ringfence:
    """Hours of a resource that are kept for some strands, some districts or both.

    Attributes:
        hours_a_week: At least so many.
        strands: Names of the strands; empty: any.
        districts: Names of the districts; empty: any.
        place: Where it is written; "": in the file of resources.
    """

    hours_a_week: float
    strands: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Standard:
    """The standard by which calls are to be answered.

    Attributes:
        calls_an_incident: Calls for each recorded incident, those included that were no crime.
        minutes_a_call: Minutes for which a call binds a unit.
        answer_minutes: Minutes within which a unit is to be free.
        answered_share: Share of calls for which that holds.
        strands: Names of the strands whose incidents are called in; empty: all that the resource works on.
        crew: People of a unit.
    """

    calls_an_incident: float
    minutes_a_call: float
    answer_minutes: float
    answered_share: float
    strands: tuple[str, ...] = ()
    crew: int = 1


@dataclass(frozen=True)
class Placed:
    """A resource as its rules see it.

    Attributes:
        code: Its code.
        name: Its name.
        hours: Hours that there are of it in the period.
        strands: Names of the strands of the forecast on which it works.
        cost_an_hour: What an hour costs.
        minutes: Strand to the minutes of one of its incidents; empty: it works by presence.
        ringfences: Its ringfences.
        standard: Its response standard; None: it answers no calls.
        caseload: It is placed by caseload, in a programme of its own.
    """

    code: str
    name: str
    hours: float
    strands: tuple[str, ...]
    cost_an_hour: float = 0.0
    minutes: Mapping[str, float] = field(default_factory=dict)
    ringfences: tuple[Ringfence, ...] = ()
    standard: Standard | None = None
    caseload: bool = False


@dataclass(frozen=True, eq=False)
class Asked:
    """Everything that families of rules are built from.

    Attributes:
        settings: The table [rules].
        ground: The areas.
        demand: What is expected.
        weight: Harm weight of each strand as the objective has it, NaN where it has none; float64[strand].
        posts: Where hours may go.
        resources: The resources of this programme, as `posts.resource` numbers them.
        choices: What people decided for this plan.
        by_workload: Strands without a harm weight are planned by workload; else by floors alone.
        elsewhere: The resources of the other programmes.
        unforecast: Strands that are known but not forecast: rules on them rest.
        calls: Share of the week's calls in each cell of `shifts`, float64[district, cell], districts ascending (one
            row where none are known); None: even by minutes.
        shifts: Shifts of the response standard, as `models.profiles.shifts` reads them.
    """

    settings: RuleSettings
    ground: Ground
    demand: Demand
    weight: F64
    posts: Posts
    resources: Sequence[Placed]
    choices: Choices
    by_workload: bool = True
    elsewhere: Sequence[Placed] = ()
    unforecast: Sequence[str] = ()
    calls: F64 | None = None
    shifts: str = DEFAULT

    @property
    def caseload(self) -> bool:
        """This is the programme of a team by caseload, in which rules for all patrols and teams together rest."""
        return all(resource.caseload for resource in self.resources)

    @property
    def weeks(self) -> float:
        """Length of the period, by which hours a week are stretched."""
        return self.demand.weeks

    @cached_property
    def hours(self) -> F64:
        """Hours that there are in the period, float64[resource]."""
        return np.array([resource.hours for resource in self.resources], dtype=np.float64)

    @cached_property
    def works_on(self) -> Bools:
        """Which resource works on which strand, bool[resource, strand]."""
        strands = self.demand.strands
        return np.array([[name in resource.strands for name in strands] for resource in self.resources], dtype=np.bool_)

    @cached_property
    def districts(self) -> tuple[str, ...]:
        """Districts, ascending; none where none are known."""
        return tuple(sorted(set(self.ground.district or ()) - {""}))

    @cached_property
    def district_of_area(self) -> I64:
        """Index of the district of each area, -1 where unknown."""
        number = {name: at for at, name in enumerate(self.districts)}
        names = self.ground.district or ("",) * len(self.ground.area_codes)
        return np.array([number.get(name, -1) for name in names], dtype=np.int64)

    @cached_property
    def district_of_post(self) -> I64:
        """Index of the district of each post, -1 where unknown."""
        return self.district_of_area[self.posts.area]

    def on_strand(self, strand: int) -> Bools:
        """Return the posts that work on a strand; a post of all its resource's strands works on each of them."""
        posts = self.posts
        together = (posts.strand == TOGETHER) & self.works_on[posts.resource, strand]
        chosen: Bools = (posts.strand == strand) | together
        return chosen

    @cached_property
    def declined(self) -> Bools:
        """Posts that an owner declined, bool[post].

        Raises:
            AllocationError: A declined task names an unknown resource, area or strand.
        """
        posts, shut = self.posts, np.zeros(len(self.posts), dtype=np.bool_)
        for closed in self.choices.closed:
            place = f"declined task of {closed.resource} in {closed.area_code}"
            resource = self.resource(closed.resource, place)
            area = self.area(closed.area_code, place)
            strand = None if closed.strand is None else self.strand(closed.strand, place)
            if resource is None or (strand is None and closed.strand is not None):
                continue
            there = (posts.resource == resource) & (posts.area == area)
            shut |= there if strand is None else there & (posts.strand == strand)
        return shut

    def strand(self, name: str, place: str) -> int | None:
        """Return the index of a strand; None where it is known but not forecast.

        Raises:
            AllocationError: Nobody knows it.
        """
        if name in self.demand.strands:
            return self.demand.strands.index(name)
        if name in self.unforecast:
            return None
        fix = f"use one of: {_shown([*self.demand.strands, *self.unforecast])}"
        raise AllocationError(f"there is no strand '{name}'", place=place, fix=fix)

    def district(self, name: str, place: str) -> int:
        """Return the index of a district.

        Raises:
            AllocationError: No area has it.
        """
        if not self.districts:
            fix = "give the workspace areas with a district column, or leave the rule out"
            raise AllocationError("the areas have no districts", place=place, fix=fix)
        if name not in self.districts:
            fix = f"use one of: {_shown(self.districts)}"
            raise AllocationError(f"there is no district '{name}'", place=place, fix=fix)
        return self.districts.index(name)

    def resource(self, code: str, place: str) -> int | None:
        """Return the index of a resource of this programme; None where it is of another.

        Raises:
            AllocationError: There is none of this code.
        """
        codes = [resource.code for resource in self.resources]
        if code in codes:
            return codes.index(code)
        others = [resource.code for resource in self.elsewhere]
        if code in others:
            return None
        fix = f"use one of: {_shown([*codes, *others])}"
        raise AllocationError(f"there is no resource '{code}'", place=place, fix=fix)

    def area(self, code: str, place: str) -> int:
        """Return the index of an area.

        Raises:
            AllocationError: There is none of this code.
        """
        if code not in self.ground.area_codes:
            fix = "use an area of the forecast, such as " + self.ground.area_codes[0]
            raise AllocationError(f"there is no area '{code}'", place=place, fix=fix)
        return self.ground.area_codes.index(code)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_SHOWN]) + (", ..." if len(names) > _MOST_SHOWN else "")
