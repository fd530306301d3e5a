"""What the pages of plans show, from the API's answers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from models.allocation.decisions.parts import parts_of
from serving.access.caller import Scope
from serving.asking import Asking
from serving.desk import Desk
from serving.forecasts.query import ForecastQuery
from serving.forecasts.reading import PATH, covered, forecasts
from serving.jobs.reading import own
from serving.pages.plans.ordering import fields_of_order
from serving.pages.site import Source
from serving.plans.reading import compared, plan, plans
from serving.plans.resources import resources
from serving.plans.schemas import Code, PlansQuery, State
from serving.schemas import Closed
from serving.sketches.reading import sketch, sketches, sketches_compared
from serving.sketches.schemas import SketchesQuery

SKETCH = "sketch-"
_PLANS, _SKETCHES = 100, 20

Rows = Literal["some", "all"]


class ListQuery(Closed):
    """Which plans the list shows."""

    status: State | Literal["all"] = "all"
    cursor: Code | None = None


class PlanQuery(Closed):
    """How a plan is shown."""

    show: Literal["hours", "harm", "harm_met", "harm_unmet"] = "hours"
    order: Literal["hours", "harm", "harm_met", "harm_unmet", "name"] = "hours"
    rows: Rows = "some"


class BuilderQuery(Closed):
    """What the builder begins from."""

    sketch: Code | None = None
    beside: Code | None = None
    job: Code | None = Field(None, description="A sketch that came to nothing: its order is shown again.")
    show: Literal["after", "before", "change", "harm"] = "after"
    rows: Rows = "some"


class BesideQuery(Closed):
    """Two plans, or two sketches."""

    first: Code
    second: Code


@dataclass(frozen=True)
class Builder:
    """The builder as it is shown.

    Attributes:
        sources: The answers of the API that it is made of.
        resources: The workspace's resources.
        periods: What the served run covers.
        districts: Names of the districts.
        plans: The newest plans.
        sketch: The sketch that is shown; None: none yet.
        fields: What stands in the fields.
    """

    sources: tuple[Source, ...]
    resources: list[dict[str, Any]]
    periods: dict[str, Any]
    districts: list[str]
    plans: list[dict[str, Any]]
    sketch: dict[str, Any] | None
    fields: dict[str, str]


def builder(desk: Desk, asking: Asking, query: BuilderQuery, typed: Mapping[str, str] | None = None) -> Builder:
    """Find what the builder shows.

    Args:
        desk: What this process answers from.
        asking: Who asks.
        query: What it begins from.
        typed: What somebody typed, to be shown again.

    Raises:
        NoSuchRecordError: There is no such sketch or job.
        ServiceError: Nothing is being served yet.
    """
    scope = asking.caller.scope
    known = Source("/v1/resources", resources(desk))
    about = Source("/v1/periods", covered(desk, scope))
    recent = Source(f"/v1/plans?limit={_PLANS}", plans(desk, PlansQuery(limit=_PLANS)))
    sources = [known, about, recent]
    shown = None
    if query.sketch is not None:
        sources.append(Source(f"/v1/sketches/{query.sketch}", sketch(desk, query.sketch)))
        shown = sources[-1].document
    districts: list[str] = []
    if "district" in about.document["levels"]:
        sources.append(_districts(desk, about.document, scope))
        districts = sorted({row["area_code"] for row in sources[-1].document["rows"]})
    fields = dict(typed) if typed is not None else _fields(desk, asking, query, shown)
    return Builder(
        tuple(sources),
        known.document["resources"],
        about.document,
        districts,
        recent.document["plans"],
        shown,
        fields,
    )


def listed(desk: Desk, query: ListQuery) -> tuple[Source, Source]:
    """Find the list of plans, and the newest sketches.

    Raises:
        DataError: The cursor names no plan.
    """
    status = None if query.status == "all" else query.status
    asked = PlansQuery(status=status, cursor=query.cursor, limit=50)
    address = urlencode(asked.model_dump(exclude_none=True))
    recent = SketchesQuery(limit=_SKETCHES)
    return (
        Source(f"/v1/plans?{address}", plans(desk, asked)),
        Source(f"/v1/sketches?limit={_SKETCHES}", sketches(desk, recent)),
    )


def one_plan(desk: Desk, asking: Asking, plan_id: str, parts: Collection[str]) -> tuple[Source, dict[str, Any]]:
    """Find a plan, and read of its document the parts that a page shows: a county's plan has 8 MB.

    Raises:
        NoSuchRecordError: There is no such plan.
    """
    source = Source(f"/v1/plans/{plan_id}", plan(desk, asking, plan_id))
    with desk.parsing:
        head, _, document = source.finding.body.partition(b',"plan":')
        told: dict[str, Any] = json.loads(head + b"}")
        return source, {**told, "plan": parts_of(document[:-1], parts)}


def side_by_side(desk: Desk, query: BesideQuery) -> Source:
    """Find two plans, or two sketches, side by side.

    Raises:
        NoSuchRecordError: One of them is not there.
        DataError: They cannot be compared.
    """
    kind, find = ("sketches", sketches_compared) if query.first.startswith(SKETCH) else ("plans", compared)
    other = urlencode({"other": query.second})
    return Source(f"/v1/{kind}/{query.first}/compare?{other}", find(desk, query.first, query.second))


def _districts(desk: Desk, about: Mapping[str, Any], scope: Scope) -> Source:
    horizon = about["periods"][0]["horizon"]
    asked = ForecastQuery(level="district", strand=[about["strands"][0]], horizon=[horizon], limit=2000)
    said = asked.model_dump(exclude_none=True, exclude={"format"})
    return Source(f"{PATH}?{urlencode(said, doseq=True)}", forecasts(desk, asked, scope))


def _fields(desk: Desk, asking: Asking, query: BuilderQuery, shown: Mapping[str, Any] | None) -> dict[str, str]:
    if shown is not None:
        return fields_of_order(shown["order"], shown["title"], shown["beside"])
    if query.job is not None:
        said: dict[str, Any] = dict(own(desk, asking, query.job).asked.arguments)
        return fields_of_order(said.get("order") or {}, said.get("title") or "", said.get("beside"))
    return {"beside": query.beside or ""}
