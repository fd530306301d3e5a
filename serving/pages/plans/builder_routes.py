"""The addresses of the builder: plans are sketched, compared and made there."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from errors import StrandcastError
from serving.access.caller import Role
from serving.access.policy import page
from serving.asking import present
from serving.desk import Desk
from serving.jobs.reading import cancel, job
from serving.jobs.routes import ASKERS
from serving.jobs.schemas import CancelOrder
from serving.jobs.waiting import Errand
from serving.pages.forms import WRONG, Form, fresh_key, sent_form
from serving.pages.maps import map_for
from serving.pages.plans.errands import keep_once, led_by, page_of, told_of
from serving.pages.plans.ordering import ordered, rows_of
from serving.pages.plans.picture import Picture, change_picture, hours_picture
from serving.pages.plans.reading import BesideQuery, Builder, BuilderQuery, builder, side_by_side
from serving.pages.site import Site, Source, led_to
from serving.plans.making import plan_errand
from serving.plans.narrowing import check_sees_all
from serving.plans.resources import resources
from serving.plans.routes import READERS
from serving.plans.schemas import PlanOrder
from serving.schemas import Id
from serving.sketches.reading import sketch_errand
from serving.sketches.schemas import SketchRequest

_MOST_ROWS = 100
_SHOWN = {"after": "hours", "before": "before", "harm": "harm_met"}
_CALLED = {
    "after": "Hours in this sketch",
    "before": "Hours in the plan beside",
    "change": "Change of hours",
    "harm": "Expected harm that is met",
}

Faults = list[tuple[str, str]]


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    _building(router, site)
    _working(router, site)
    return router


def _building(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/plans/new", **page("consultation", *READERS))
    async def get_builder(request: Request, query: Annotated[BuilderQuery, Query()]) -> Any:
        check_sees_all(present().caller)
        # Whoever is here will soon ask for a sketch: what solves takes seconds to start.
        await run_in_threadpool(site().desk().starter.look, ahead=True)
        return await _shown(request, site(), query)

    @router.post("/plans/new", **page("consultation", *READERS))
    async def try_sketch(request: Request) -> Any:
        return await _taken(request, site(), _sketched)

    @router.post("/plans", **page("combination", Role.PLANNER))
    async def make_plan(request: Request) -> Any:
        return await _taken(request, site(), _planned)

    @router.get("/plans/compare", **page("consultation", *READERS))
    async def get_compared(request: Request, query: Annotated[BesideQuery, Query()]) -> Any:
        check_sees_all(present().caller)
        source = await run_in_threadpool(side_by_side, site().desk(), query)
        sketches = "districts" in source.document
        return await site().show(request, "plans_compare.html", [source], told=source.document, sketches=sketches)


def _working(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/plans/jobs/{id}", **page("consultation", *ASKERS))
    async def get_work(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        desk = site().desk()
        source = Source(f"/v1/jobs/{id}", await run_in_threadpool(job, desk, present(), id))
        told = source.document
        if told["location"] is not None:
            return led_to(page_of(told["location"]))
        return await site().show(request, "plans_job.html", [source], job=told)

    @router.post("/plans/jobs/{id}/cancel", **page("admin", *ASKERS))
    async def cancel_work(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        keep_once(present(), await sent_form(request))
        await run_in_threadpool(cancel, site().desk(), present(), id, CancelOrder())
        return led_to(f"/plans/jobs/{id}")


def _sketched(desk: Desk, values: Mapping[str, Any]) -> Errand:
    return sketch_errand(desk, SketchRequest.model_validate(values))


def _planned(desk: Desk, values: Mapping[str, Any]) -> Errand:
    own = {name: value for name, value in values.items() if name in PlanOrder.model_fields}
    return plan_errand(desk, PlanOrder.model_validate(own))


async def _taken(request: Request, site: Site, errand: Callable[[Desk, Mapping[str, Any]], Errand]) -> Any:
    """Run what the builder's form asks for, and lead to what it made; or show the form again with what is wrong."""
    form = await sent_form(request)
    asking, desk = present(), site.desk()
    check_sees_all(asking.caller)
    names: dict[str, str] = desk.shelf.current.meta.get("names", {})
    own = {code.lower(): code for code in desk.shelf.current.block(None).codes}
    known = {name.lower(): code for code, name in names.items()} | own
    listed = Source("/v1/resources", await run_in_threadpool(resources, desk)).document["resources"]
    told = ordered(form, listed, known)
    status, faults = WRONG, told.faults
    if not faults:
        try:
            place, status, why = await led_by(desk, asking, form, errand(desk, told.values))
        except ValidationError as error:
            faults = [(_field_of(one["loc"]), str(one["msg"])) for one in error.errors()]
        except StrandcastError as error:
            status, why = told_of(error)
            faults = [("", why)]
        else:
            if place:
                return led_to(place)
            faults = [("", why)]
    return await _shown(request, site, BuilderQuery(), typed=form, faults=faults, status=HTTPStatus(status))


async def _shown(
    request: Request,
    site: Site,
    query: BuilderQuery,
    *,
    typed: Form | None = None,
    faults: Faults | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    desk, asking = site.desk(), present()
    found = await run_in_threadpool(builder, desk, asking, query, typed)
    picture = _picture(found, query.show)
    drawn = None
    if picture is not None:
        codes = tuple(area["area_code"] for area in found.sketch["areas"]) if found.sketch else ()
        run_id = found.sketch["forecast"]["run_id"] if found.sketch else ""
        drawn = await run_in_threadpool(map_for, desk, run_id, codes)
    areas = found.sketch["areas"] if found.sketch else []
    ordered_areas = sorted(areas, key=lambda one: (-abs(one["change"] or 0.0), -one["hours"], one["area_code"]))
    return await site.show(
        request,
        "plans_builder.html",
        found.sources,
        status=status,
        built=found,
        fields=found.fields,
        query=query,
        faults=faults or [],
        key=fresh_key(),
        picture=picture,
        drawn=drawn,
        rows={name: rows_of(found.fields, name) for name in ("floor_district", "kept_resource", "lock_resource")},
        areas=ordered_areas if query.rows == "all" else ordered_areas[:_MOST_ROWS],
        may_make=asking.caller.role == Role.PLANNER,
    )


def _picture(found: Builder, show: str) -> Picture | None:
    if found.sketch is None:
        return None
    if show == "change":
        return change_picture(found.sketch["areas"], _CALLED[show])
    return hours_picture(found.sketch["areas"], _SHOWN[show], _CALLED[show])


def _field_of(place: tuple[int | str, ...]) -> str:
    """Return the id of the field that a place of an order comes from."""
    if len(place) > 1 and place[0] == "hours":
        return f"hours-{place[1]}"
    return str(place[0]) if place else ""
