"""Resources: `resources.toml`, the closed file of hours, limits, effect and harm weights, each with its source."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from errors import AllocationError
from features import harm as weighing
from features.configuration import Closed, load_toml
from models.allocation.curve import ReachCurve
from models.allocation.request import PlanRequest

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Hours(Closed):
    """The hours and their limits.

    Attributes:
        total: Patrol hours in the period; None: given with the request.
        minimum_per_area: Fewest hours of every area.
        maximum_per_area: Most hours of any area; None: no limit.
        minimum_per_district: District to fewest hours of its areas together.
    """

    total: Amount | None = None
    minimum_per_area: Amount = 0.0
    maximum_per_area: Amount | None = None
    minimum_per_district: dict[str, Amount] = Field(default_factory=dict)


class Reach(Closed):
    """The effect of hours.

    Attributes:
        scale_hours_a_week: Hours a week that reach 63 % of an area's demand.
        source: Where that comes from.
    """

    scale_hours_a_week: float = Field(gt=0, allow_inf_nan=False)
    source: str = Field(min_length=1)


class Harm(Closed):
    """The harm weights: listed here, or a set of `harm.toml`.

    Attributes:
        set: Name of the set; None: the weights are those listed here.
        source: Where the weights listed here come from.
        weight_of_unlisted: Weight of the strands without one; None: every strand must have one.
        weights: Strand to weight.
    """

    set: str | None = None
    source: str = ""
    weight_of_unlisted: Amount | None = None
    weights: dict[str, Amount] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _come_from_one_place(self) -> "Harm":
        if self.set is None and not self.source.strip():
            raise ValueError("the weights have no source: add it, or name a set of harm.toml")
        if self.set is not None and (self.weights or self.source):
            raise ValueError("set stands beside weights or source: the set has its own, so remove one of them")
        return self


class Resources(Closed):
    """What `resources.toml` holds."""

    version: Literal[1]
    hours: Hours = Field(default_factory=Hours)
    reach: Reach
    harm: Harm

    def request(
        self,
        *,
        total_hours: float | None = None,
        minimum_hours: float | None = None,
        maximum_hours: float | None = None,
        district_minimum: Mapping[str, float] | None = None,
        horizon: int = 1,
        harm: weighing.Harm | None = None,
    ) -> PlanRequest:
        """Return a complete request: what is given here, and for the rest what the file says.

        Args:
            total_hours: Patrol hours in the period.
            minimum_hours: Fewest hours of every area.
            maximum_hours: Most hours of any area.
            district_minimum: District to fewest hours; added to the file's, and in place of it where both name one.
            horizon: Periods ahead.
            harm: The workspace's sets of harm weights.

        Raises:
            AllocationError: Neither gives a total.
            DataError: There is no set of the name that the file gives.
        """
        total = self.hours.total if total_hours is None else total_hours
        if total is None:
            fix = "give total_hours (--hours HOURS), or set total under [hours] in resources.toml"
            raise AllocationError("no total of patrol hours is given", place="total hours", fix=fix)
        unlisted = self.harm.weight_of_unlisted
        chosen = None if self.harm.set is None else (harm or weighing.Harm()).named(self.harm.set)
        return PlanRequest(
            total_hours=total,
            minimum_hours=self.hours.minimum_per_area if minimum_hours is None else minimum_hours,
            maximum_hours=self.hours.maximum_per_area if maximum_hours is None else maximum_hours,
            district_minimum={**self.hours.minimum_per_district, **(district_minimum or {})},
            weights=self.harm.weights if chosen is None else chosen.numbers(),
            weight_of_unlisted=unlisted if chosen is None or chosen.of_every is None else chosen.of_every,
            weights_source=self.harm.source if chosen is None else chosen.source(),
            curve=ReachCurve(self.reach.scale_hours_a_week, self.reach.source),
            horizon=horizon,
            harm_set=chosen,
        )


def default_text() -> bytes:
    """Return the shipped `resources.toml`, with which a workspace begins."""
    return resources.files("models.allocation").joinpath("resources.toml").read_bytes()


def load_resources(path: Path) -> Resources:
    """Read a file of resources.

    Raises:
        DataError: It is absent or cannot be used.
    """
    return load_toml(path, Resources)
