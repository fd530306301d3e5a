"""`resources.toml`, version 2, as it is written: closed, so that a misspelt key is an error and is not ignored."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from features.configuration import Closed
from models.allocation.resources.amounts import between
from models.allocation.resources.effect import AreaType, Source
from models.allocation.resources.resource import Resource
from models.allocation.rules.settings import RuleSettings

VERSION = 2
# What a file asks for. Teams of kind "caseload" have a programme of their own whatever it is.
Aim = Literal["reached", "prevented"]

_FIRST_VERSION = (
    "version 1 knows one patrol alone: write its [hours] and [reach] as a [[resource]] with [resource.meets] and its"
    " limits under [rules], as the user guide shows under Resources, then set version = 2"
)


class Harm(Closed):
    """The harm weights: listed here, or a set of `harm.toml`.

    Attributes:
        set: Name of the set; None: the weights are those listed here.
        source: Where the weights listed here come from.
        weights: Strand to weight.
        weight_of_unlisted: Weight of the strands without one; None: they are unweighted.
        unweighted: What plans for an unweighted strand: "workload", its part in the incidents of those who work on it,
            or "floor", the floors of [rules] alone.
    """

    set: str | None = None
    source: str = ""
    weights: dict[str, Annotated[float, between(0, 1e9, "harm weight")]] = Field(default_factory=dict)
    weight_of_unlisted: Annotated[float, between(0, 1e9, "harm weight")] | None = None
    unweighted: Literal["workload", "floor"] = "workload"

    @model_validator(mode="after")
    def _come_from_one_place(self) -> "Harm":
        if self.set is None and not self.source.strip():
            raise ValueError("the weights have no source: add it, or name a set of harm.toml")
        if self.set is not None and (self.weights or self.source):
            raise ValueError("set stands beside weights or source: the set has its own, so remove one of them")
        return self


class AreaTypes(Closed):
    """How areas are told apart: the first of these that holds. An area of which nothing is known is "any".

    Attributes:
        areas: Area code to type, for areas that somebody knows.
        town_centre_incidents_a_hectare: Expected incidents a week on a hectare from which an area is "town-centre".
        urban_residents_a_hectare: Residents on a hectare from which an area is "urban"; below it is "rural".
        source: Where the thresholds come from.
    """

    areas: dict[str, AreaType] = Field(default_factory=dict)
    town_centre_incidents_a_hectare: Annotated[float, between(0, 1e6, "number of incidents", open_low=True)]
    urban_residents_a_hectare: Annotated[float, between(0, 1e6, "number of residents", open_low=True)]
    source: Source


class ResourcesFile(Closed):
    """What `resources.toml` holds.

    Attributes:
        version: 2.
        objective: What a plan maximises: harm "reached" or harm "prevented".
        harm: The harm weights.
        area_types: How areas are told apart; None: they are not.
        rules: What a plan must keep.
        resource: The resources.
    """

    version: Literal[2]
    objective: Aim = "reached"
    harm: Harm
    area_types: AreaTypes | None = None
    rules: RuleSettings = Field(default_factory=RuleSettings)
    resource: tuple[Resource, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _is_of_this_version(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and value.get("version") == 1:
            raise ValueError(_FIRST_VERSION)
        return value

    @model_validator(mode="after")
    def _names_each_once(self) -> "ResourcesFile":
        for what in ("code", "name"):
            names = [getattr(item, what).casefold() for item in self.resource]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice:
                msg = f"two resources have the {what} '{twice}'"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _says_all_hours_of_patrols_or_none(self) -> "ResourcesFile":
        patrols = [item for item in self.resource if item.kind == "patrol"]
        given = [item.code for item in patrols if item.weekly_hours is not None]
        lacking = [item.code for item in patrols if item.weekly_hours is None]
        if given and lacking:
            msg = f"the patrol '{given[0]}' has hours and '{lacking[0]}' has none: give both, or neither"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _suits_its_objective(self) -> "ResourcesFile":
        check_objective(self.resource, self.objective)
        return self


def check_objective(resources: Sequence[Resource], objective: Aim) -> None:
    """Check that patrols and teams can be planned together by an objective.

    Raises:
        ValueError: Harm reached: some meet by capacity and others by presence, or one does not meet at all. Harm
            prevented: one has no effect, nor minutes an incident by which its caseload could be planned.
    """
    placed = [item for item in resources if item.kind != "caseload"]
    if objective == "reached":
        lacking = next((item.code for item in placed if not item.meets), None)
        if lacking is not None:
            msg = f"'{lacking}' does not say what it meets: give meets, or plan for harm prevented"
            raise ValueError(msg)
        present = next((item.code for item in placed if item.by_presence), None)
        able = next((item.code for item in placed if not item.by_presence), None)
        if present is not None and able is not None:
            msg = f"'{present}' meets by hours_for_63_percent and '{able}' by minutes_an_incident: choose one for all"
            raise ValueError(msg)
        return
    lacking = next((item.code for item in placed if not item.effect and (not item.meets or item.by_presence)), None)
    if lacking is not None:
        msg = f"'{lacking}' has no effect and no minutes_an_incident: give one of them, or plan for harm reached"
        raise ValueError(msg)
