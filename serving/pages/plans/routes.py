"""The addresses of plans: the list, one plan, and what is decided on it."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from errors import StrandcastError
from serving.access.caller import Role
from serving.access.policy import page
from serving.answers import tag_of
from serving.asking import present
from serving.pages.forms import WRONG, fresh_key, sent_form
from serving.pages.maps import map_for
from serving.pages.plans.builder_routes import Faults
from serving.pages.plans.builder_routes import routes as builder_routes
from serving.pages.plans.deciding import Act, edited, issued, rejected
from serving.pages.plans.errands import told_of
from serving.pages.plans.picture import hours_picture
from serving.pages.plans.reading import ListQuery, PlanQuery, listed, one_plan
from serving.pages.site import Site, Source, led_to
from serving.plans.narrowing import check_sees_all
from serving.plans.reading import plan_table
from serving.plans.routes import READERS
from serving.schemas import Id

_MOST_ROWS = 100
_SHOWN = ("period", "forecast", "totals", "resources", "sentences", "areas")
_BRIEFED = ("period", "sentences", "areas")
_CALLED = {
    "hours": "Hours",
    "harm": "Expected harm",
    "harm_met": "Expected harm that is met",
    "harm_unmet": "Expected harm that is not met",
}


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = builder_routes(site)
    _reading(router, site)
    _deciding(router, site)
    return router


def _reading(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/plans", **page("consultation", *READERS))
    async def get_list(request: Request, query: Annotated[ListQuery, Query()]) -> Any:
        check_sees_all(present().caller)
        sources = await run_in_threadpool(listed, site().desk(), query)
        told, recent = (source.document for source in sources)
        may_make = present().caller.role == Role.PLANNER
        return await site().show(
            request, "plans.html", sources, told=told, recent=recent, query=query, may_make=may_make
        )

    @router.get("/plans/{id}", **page("consultation", *READERS))
    async def get_plan(request: Request, id: Id, query: Annotated[PlanQuery, Query()]) -> Any:  # noqa: A002 - in the path
        return await _shown(request, site(), id, query)

    @router.get("/plans/{id}/briefing", **page("consultation", *READERS))
    async def get_briefing(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        source, told = await run_in_threadpool(one_plan, site().desk(), present(), id, _BRIEFED)
        return await site().show(request, "plan_briefing.html", [source], told=told, plan=told["plan"])

    @router.get("/plans/{id}/table.csv", **page("consultation", *READERS))
    async def take_table(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        found = await run_in_threadpool(plan_table, site().desk(), present(), id)
        return await site().take_away(request, Source(f"/v1/plans/{id}?format=csv", found))


def _deciding(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.post("/plans/{id}/edit", **page("decision", Role.PLANNER))
    async def edit_plan(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        return await _decided(request, site(), id, edited)

    @router.post("/plans/{id}/issue", **page("decision", Role.PLANNER))
    async def issue_plan(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        return await _decided(request, site(), id, issued)

    @router.post("/plans/{id}/reject", **page("decision", Role.PLANNER))
    async def reject_plan(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        return await _decided(request, site(), id, rejected)


async def _decided(request: Request, site: Site, plan_id: str, act: Act) -> Any:
    """Do what a form on a plan asks for, and lead on; or show the plan again with what is wrong and what was typed."""
    form = await sent_form(request)
    check_sees_all(present().caller)
    try:
        place, status, why = await act(site, plan_id, form)
    except ValidationError as error:
        status, faults = WRONG, _faults_of(error, form["form"])
    except StrandcastError as error:
        status, why = told_of(error)
        faults = [(f"{form['form']}-title", why)]
    else:
        if place:
            return led_to(place)
        faults = [(f"{form['form']}-title", why)]
    return await _shown(request, site, plan_id, PlanQuery(), typed=form, faults=faults, status=status)


async def _shown(
    request: Request,
    site: Site,
    plan_id: str,
    query: PlanQuery,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Faults | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    desk, caller = site.desk(), present().caller
    source, told = await run_in_threadpool(one_plan, desk, present(), plan_id, _SHOWN)
    plan = told["plan"]
    codes = tuple(area["area_code"] for area in plan["areas"])
    areas = _ordered(plan["areas"], query.order)
    return await site.show(
        request,
        "plan.html",
        [source],
        status=status,
        told=told,
        plan=plan,
        areas=areas if query.rows == "all" else areas[:_MOST_ROWS],
        drawn=await run_in_threadpool(map_for, desk, plan["forecast"]["run_id"], codes),
        picture=hours_picture(plan["areas"], query.show, _CALLED[query.show], plan_id),
        called=_CALLED,
        query=query,
        typed=typed or {},
        faults=faults or [],
        key=fresh_key(),
        tag=tag_of(source.finding.sha256),
        may_decide=caller.role == Role.PLANNER and caller.scope.areas is None and caller.scope.strands is None,
    )


def _ordered(areas: Sequence[Mapping[str, Any]], column: str) -> list[Mapping[str, Any]]:
    if column == "name":
        return sorted(areas, key=lambda area: (area["name"], area["area_code"]))
    return sorted(areas, key=lambda area: (-(area[column] or 0.0), area["area_code"]))


def _faults_of(error: ValidationError, form: str) -> Faults:
    """Return what is wrong with the fields of a form, each under the id of its field."""
    sentences = {"reason": "Say why, in your words.", "hours": "Enter the hours: a number of 0 or more."}
    names = [str(one["loc"][-1]) for one in error.errors() if one["loc"]]
    return [
        (f"{form}-{name.removesuffix('_code')}", sentences.get(name, f"Enter the {name.replace('_', ' ')}."))
        for name in names
    ]
