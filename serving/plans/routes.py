"""The addresses of plans; making one is an API method of the BentoML service."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.formats import TABLE, Format, wants_csv
from serving.jobs.waiting import LATER, run_errand
from serving.plans.areas import area
from serving.plans.deciding import issue, reject
from serving.plans.making import around_errand, edit_errand
from serving.plans.narrowing import check_sees_all
from serving.plans.reading import compared, plan, plan_table, plans
from serving.plans.resources import resources
from serving.plans.resources_schemas import ResourcesAnswer
from serving.plans.schemas import (
    AreaAnswer,
    AroundOrder,
    Compared,
    ComparedQuery,
    DecisionAnswer,
    EditOrder,
    IssueOrder,
    PlanAnswer,
    Plans,
    PlansQuery,
    RejectOrder,
)
from serving.schemas import AreaCode, Id

# The entity tag of the plan as whoever asks has seen it.
Seen = Annotated[
    str | None,
    Header(max_length=2000, description="Entity tags of the plan as you saw it; 412 where it is none of them by now."),
]
READERS = (Role.PLANNER, Role.DATA_SCIENTIST, Role.AUDITOR)


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    _reading(router, desk)
    _making(router, desk)
    _deciding(router, desk)
    return router


def _reading(router: APIRouter, desk: Callable[[], Desk]) -> None:
    @router.get(
        "/v1/plans",
        response_model=Plans,
        summary="Plans, newest first, and where each stands",
        tags=["plans"],
        **declared("consultation", *READERS),
    )
    async def get_plans(request: Request, query: Annotated[PlansQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(plans, desk(), query))

    @router.get(
        "/v1/plans/{id}",
        response_model=PlanAnswer,
        responses=TABLE,
        summary="A recorded plan, as JSON or, to take away, as CSV with a row an area",
        tags=["plans"],
        **declared("consultation", *READERS),
    )
    async def get_plan(request: Request, id: Id, query: Annotated[Format, Query()]) -> Any:  # noqa: A002 - in the path
        find = plan_table if wants_csv(request, query) else plan
        return await answered(desk(), request, await run_in_threadpool(find, desk(), present(), id))

    @router.get(
        "/v1/plans/{id}/areas/{area_code}",
        response_model=AreaAnswer,
        summary="Why an area has its hours: its reason, rules, prices, and areas like it",
        tags=["plans"],
        **declared("consultation", *READERS),
    )
    async def get_area(request: Request, id: Id, area_code: AreaCode) -> Any:  # noqa: A002 - in the path
        return await answered(desk(), request, await run_in_threadpool(area, desk(), present(), id, area_code))

    @router.get(
        "/v1/plans/{id}/compare",
        response_model=Compared,
        summary="Two recorded plans side by side: what moved",
        tags=["plans"],
        **declared("consultation", *READERS),
    )
    async def compare_plans(
        request: Request,
        id: Id,  # noqa: A002 - the name in the path
        query: Annotated[ComparedQuery, Query()],
    ) -> Any:
        check_sees_all(present().caller)
        return await answered(desk(), request, await run_in_threadpool(compared, desk(), id, query.other))

    @router.get(
        "/v1/resources",
        response_model=ResourcesAnswer,
        summary="What plans place, and by which rules",
        tags=["resources"],
        **declared("consultation", *READERS),
    )
    async def get_resources(request: Request) -> Any:
        check_sees_all(present().caller)
        return await answered(desk(), request, await run_in_threadpool(resources, desk()))


def _making(router: APIRouter, desk: Callable[[], Desk]) -> None:
    @router.post(
        "/v1/plans/{id}/edit",
        response_model=PlanAnswer,
        status_code=HTTPStatus.CREATED,
        responses=LATER,
        summary="Set cells of a plan and plan the rest anew: a new draft",
        tags=["plans"],
        **declared("decision", Role.PLANNER),
    )
    async def edit_plan(id: Id, order: EditOrder, if_match: Seen = None) -> Any:  # noqa: A002 - the name in the path
        check_sees_all(present().caller)
        return await run_errand(desk(), present(), edit_errand(desk(), present(), id, order, if_match))

    @router.post(
        "/v1/plans/{id}/around",
        response_model=PlanAnswer,
        status_code=HTTPStatus.CREATED,
        responses=LATER,
        summary="Plan anew around the declined tasks of a plan in force: a new draft",
        tags=["plans"],
        **declared("combination", Role.PLANNER),
    )
    async def plan_around(id: Id, order: AroundOrder) -> Any:  # noqa: A002 - the name in the path
        check_sees_all(present().caller)
        return await run_errand(desk(), present(), around_errand(desk(), id, order))


def _deciding(router: APIRouter, desk: Callable[[], Desk]) -> None:
    @router.post(
        "/v1/plans/{id}/issue",
        response_model=DecisionAnswer,
        summary="Put a draft in force for its period",
        tags=["plans"],
        **declared("decision", Role.PLANNER),
    )
    async def issue_plan(id: Id, order: IssueOrder, if_match: Seen = None) -> Any:  # noqa: A002 - in the path
        check_sees_all(present().caller)
        return await run_in_threadpool(issue, desk(), present(), id, order, if_match)

    @router.post(
        "/v1/plans/{id}/reject",
        response_model=DecisionAnswer,
        summary="Set a draft aside for good",
        tags=["plans"],
        **declared("decision", Role.PLANNER),
    )
    async def reject_plan(id: Id, order: RejectOrder, if_match: Seen = None) -> Any:  # noqa: A002 - in the path
        check_sees_all(present().caller)
        return await run_in_threadpool(reject, desk(), present(), id, order, if_match)
