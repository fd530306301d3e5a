"""One resource: a patrol or team with its hours, where and on what it works, and what its hours do."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from features.configuration import Closed
from models.allocation.resources.amounts import Hours, between
from models.allocation.resources.effect import EVERY, AreaType, Effect, Meets, Response, Source

Kind = Literal["patrol", "team", "caseload"]
Owner = Literal["police", "council", "charity", "health", "fire", "business"]
Base = Literal["area", "district", "force"]


class Where(Closed):
    """Where a resource may go.

    Attributes:
        districts: Districts; empty: every district.
        area_types: Types of areas; empty: every type.
    """

    districts: tuple[str, ...] = ()
    area_types: tuple[AreaType, ...] = ()


class Ringfence(Closed):
    """Hours of a resource that are set aside.

    Attributes:
        strands: Codes or names of strands that they are for; empty: any.
        districts: Districts that they are for; empty: any.
        hours_a_week: Fewest hours there.
        source: Who set them aside.
    """

    strands: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    hours_a_week: Hours
    source: Source


class Resource(Closed):
    """A type of resource.

    Attributes:
        code: Short code: small letters, digits and hyphens.
        name: Name shown.
        kind: "patrol" (a request's plain total is shared among these), "team", or "caseload": a team that takes on
            cases, planned by itself and reported separately.
        owner: Whose it is.
        hours_a_week: Hours that there are in a week; None: units x hours_a_unit, or what a request says.
        units: Number of people or crews.
        hours_a_unit: Hours of one of them in a week that can be planned.
        cost_an_hour: What an hour costs.
        shift_hours: Lengths of a shift.
        crew: Fewest people who go out together; a whole shift is a shift of a whole crew.
        base: What whole shifts are rostered for.
        travel: Share of hours spent on the way.
        skills: What its people are trained in; told with its tasks.
        strands: Codes or names of strands that it works on; "*": all.
        where: Where it may go.
        meets: What its hours meet; one table, or several that name different strands.
        effect: What its visits prevent.
        ringfence: Hours set aside.
        response: Standard of answering calls; None: it answers none.
        source: Where hours, cost, shifts and travel come from.
    """

    code: str
    name: str = Field(min_length=1)
    kind: Kind
    owner: Owner
    hours_a_week: Hours | None = None
    units: Annotated[float, between(0, 100_000, "number of units")] | None = None
    hours_a_unit: Annotated[float, between(0, 168, "number of hours of a unit in a week")] | None = None
    cost_an_hour: Annotated[float, between(0, 10_000, "cost of an hour")] = 0.0
    shift_hours: tuple[Annotated[float, between(0, 24, "length of a shift", open_low=True)], ...] = Field(
        default=(8.0,), min_length=1
    )
    crew: Annotated[int, between(1, 50, "number of people in a crew")] = 1
    base: Base = "district"
    travel: Annotated[float, between(0, 0.9, "share of hours spent on the way")] = 0.0
    skills: tuple[str, ...] = ()
    strands: tuple[str, ...] = Field(default=(EVERY,), min_length=1)
    where: Where = Where()
    meets: tuple[Meets, ...] = ()
    effect: tuple[Effect, ...] = ()
    ringfence: tuple[Ringfence, ...] = ()
    response: Response | None = None
    source: Source

    @field_validator("code")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        if not value or not set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"):
            msg = f"'{value}' is no code, which is small letters, digits and hyphens"
            raise ValueError(msg)
        return value

    @field_validator("meets", mode="before")
    @classmethod
    def _takes_one_table(cls, value: Any) -> Any:
        return (value,) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _has_its_hours_once(self) -> "Resource":
        by_unit = (self.units, self.hours_a_unit)
        if (by_unit[0] is None) != (by_unit[1] is None):
            msg = f"'{self.code}' has one of units and hours_a_unit: give both, or hours_a_week"
            raise ValueError(msg)
        if self.units is not None and self.hours_a_week is not None:
            msg = f"'{self.code}' has hours_a_week beside units: give one of them"
            raise ValueError(msg)
        if self.weekly_hours is None and self.kind != "patrol":
            msg = f"'{self.code}' has no hours: give hours_a_week, or units and hours_a_unit"
            raise ValueError(msg)
        twice = next((item for item in self.shift_hours if self.shift_hours.count(item) > 1), None)
        if twice is not None:
            msg = f"'{self.code}' has a shift of {twice:g} hours twice"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _does_something(self) -> "Resource":
        if self.kind == "caseload" and (self.effect or not self.meets or self.by_presence):
            msg = f"'{self.code}' is of kind caseload: give minutes_an_incident under meets, and no effect"
            raise ValueError(msg)
        if not self.meets and not self.effect:
            msg = f"nothing says what hours of '{self.code}' do: give meets or an effect"
            raise ValueError(msg)
        if self.kind != "caseload" and any(item.cases_an_incident for item in self.meets):
            msg = f"'{self.code}' is of kind {self.kind}: cases_an_incident belongs to the kind caseload"
            raise ValueError(msg)
        if len({item.by_presence for item in self.meets}) > 1:
            msg = f"'{self.code}' meets some strands by minutes_an_incident, others by hours_for_63_percent: choose one"
            raise ValueError(msg)
        return self

    @property
    def weekly_hours(self) -> float | None:
        """Hours in a week; None: a request must say."""
        if self.units is not None and self.hours_a_unit is not None:
            return self.units * self.hours_a_unit
        return self.hours_a_week

    @property
    def by_presence(self) -> bool:
        """Whether it meets by presence."""
        return any(item.by_presence for item in self.meets)
