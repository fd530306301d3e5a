"""Shapes of scenarios over HTTP."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from serving.cursors import Paged
from serving.plans.schemas import AuditId, Code, Effect, example
from serving.schemas import Closed, Hours

Study = Literal["compare", "flip", "next", "frontier", "fairness", "sensitivity"]

# Hours more where none are named, as the command takes them.
MORE = 10.0

_LINE: dict[str, Any] = {
    "scenario_id": "frontier-2026-11-30-0a1b2c3d4e5f-112233445566",
    "study": "frontier",
    "plan_id": "2026-11-30-0a1b2c3d4e5f",
    "other": None,
    "weights": None,
    "effect": None,
    "area_code": None,
    "resource": None,
    "hours": None,
}
_FULL: dict[str, Any] = {
    "audit_id": "00000042-0a1b2c3d",
    **_LINE,
    "schema": "scenario/1",
    "period": "the week beginning 2026-11-30",
    "comparison": None,
    "flip": None,
    "next": None,
    "frontier": [{"factor": 1.0, "hours": 40.0, "placed": 40.0, "harm": 12.5, "price": 0.21, "problem": ""}],
    "fairness": None,
    "sensitivity": None,
    "sentences": [],
    "notices": ["synthetic"],
    "synthetic": True,
    "attribution": "SYNTHETIC: invented numbers.",
}


class ScenarioOrder(Closed):
    """What to study of a plan.

    "compare" sets it beside another plan, or beside what it would be by other harm weights or effects; "flip" shows by
    how much the demand of an area would have to differ for other hours; "next" where more hours of a resource would go;
    "frontier" harm against hours; "fairness" the price of it; "sensitivity" what hangs on weights and effects.
    """

    model_config = example({"study": "frontier", "plan_id": _LINE["plan_id"]})

    study: Study
    plan_id: Code
    other: Code | None = Field(None, description="Of compare: another plan.")
    weights: Code | None = Field(None, description="Of compare, in place of other: by this set of harm weights.")
    effect: Effect | None = Field(None, description="Of compare, in place of other: by this effect.")
    area_code: Code | None = Field(None, description="Of flip: the area.")
    resource: Code | None = Field(None, description="Of next: the code of a resource; left out: every one.")
    hours: Annotated[Hours, Field(gt=0)] | None = Field(None, description="Of next: hours more; left out: 10.")

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        otherwise = self.weights is not None or self.effect is not None
        if self.study == "compare" and (self.other is None) != otherwise:
            raise ValueError("compare takes either other, or weights, effect or both of them")
        if self.study != "compare" and (self.other is not None or otherwise):
            raise ValueError("other, weights and effect belong to compare")
        if (self.study == "flip") != (self.area_code is not None):
            raise ValueError("flip takes an area_code, and no other study does")
        if self.study == "next":
            self.hours = MORE if self.hours is None else self.hours
        elif self.resource is not None or self.hours is not None:
            raise ValueError("resource and hours belong to next")
        return self


class ScenarioLine(Closed):
    """A study that is kept."""

    model_config = example(_LINE)

    scenario_id: str
    study: Study
    plan_id: str
    other: str | None
    weights: str | None
    effect: Effect | None
    area_code: str | None
    resource: str | None
    hours: float | None


class Scenarios(Closed):
    """One page of the studies that are kept, newest first."""

    model_config = example(
        {"audit_id": "00000042-0a1b2c3d", "scenarios": [_LINE], "total": 1, "next_cursor": None},
    )

    audit_id: AuditId
    scenarios: list[ScenarioLine]
    total: int = Field(description="Studies that the filters leave, on all pages.")
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last.")


class ScenariosQuery(Paged):
    """Which studies."""

    study: Study | None = Field(None, description="Only these.")
    plan_id: Code | None = Field(None, description="Only those of this plan.")
    area_code: Code | None = Field(None, description="Only flip points of this area.")
    limit: int = Field(50, ge=1, le=500, description="Most studies of a page.")


class Line(Closed):
    """One area, district, strand or decile in both plans."""

    name: str
    hours: list[float]
    change: float
    harm_met: list[float]
    harm_met_by_the_weights_of_the_first: list[float]


class HarmOfBoth(Closed):
    """Harm that a plan meets, by the weights of both."""

    by_the_weights_of_the_first: float
    by_those_of_the_second: float


class DecileRatio(Closed):
    """A decile's share of hours over its share of need."""

    decile: int
    ratio: float | None


class EquityOf(Closed):
    """How hours lie against need."""

    deciles: list[DecileRatio]
    gini: float | None
    concentration: float | None


class Comparison(Closed):
    """Two plans side by side, each solved."""

    plans: list[str]
    harm: list[HarmOfBoth]
    hours: list[float]
    gain: int
    lose: int
    areas: list[Line]
    districts: list[Line]
    strands: list[Line]
    deciles: list[Line]
    equity: list[EquityOf]


class FrontierPoint(Closed):
    """The best plan of some share of the hours."""

    factor: float
    hours: float
    placed: float | None
    harm: float | None
    price: float | None
    problem: str


class FairnessPoint(Closed):
    """The best plan within a band."""

    band: float | None
    harm: float | None
    price: float | None
    lowest: float | None
    highest: float | None
    problem: str


class AreaRanks(Closed):
    """One area under every choice."""

    area_code: str
    hours: dict[str, float]
    rank: dict[str, float]
    place: dict[str, Literal["most", "some", "none"]]
    depends: bool


class Sensitivity(Closed):
    """How ranks of areas hang on choices."""

    base: str
    choices: list[str]
    agreement: dict[str, float | None]
    missing: dict[str, str]
    marked: list[str]
    areas: list[AreaRanks]


class FlipPoint(Closed):
    """The smallest change of an area's demand that changes its hours one way."""

    multiplier: float | None = Field(description="Demand, in times what is expected; null where none is stated.")
    hours: float | None = Field(description="The area's hours there.")
    hours_with_1_percent_less: float | None
    tied: bool = Field(description="Plans that differ here are equally good.")
    unsettled: bool
    at_most: float | None = Field(description="Tied or unsettled: a multiplier that does it.")
    sentence: str


class Flip(Closed):
    """Flip points of an area, its reason, and what the forecast of each strand relied on."""

    area_code: str
    hours: float
    step: float = Field(description="Hours that count as a difference.")
    add: FlipPoint
    remove: FlipPoint
    reason: str
    behind: list[dict[str, Any]]


class MoreOfOne(Closed):
    """What more hours of a resource would do, by solving the plan again with them."""

    resource: str
    more: float
    placed: float = Field(description="Hours that the new plan places more, of all resources.")
    harm: float = Field(description="Expected harm that it meets more.")
    promised: float = Field(description="What the price of an hour promised at most.")
    areas: dict[str, float] = Field(description="Area code to hours gained or lost, largest gain first.")


class Next(Closed):
    """Where more hours would go."""

    hours: float
    resources: list[MoreOfOne]


class Scenario(ScenarioLine):
    """A study of a plan that is kept; of its parts one is there."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_FULL]}, protected_namespaces=())

    audit_id: AuditId
    schema_: Literal["scenario/1"] = Field(alias="schema")
    period: str
    comparison: Comparison | None
    flip: Flip | None = None
    next: Next | None = None
    frontier: list[FrontierPoint] | None
    fairness: list[FairnessPoint] | None
    sensitivity: Sensitivity | None
    sentences: list[str]
    notices: list[str]
    synthetic: bool
    attribution: str
