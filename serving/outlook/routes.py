"""The addresses of the outlook."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.forecasts.routes import READERS
from serving.outlook.hours import PATH, hours
from serving.outlook.notices import PATH as NOTICES
from serving.outlook.notices import notices
from serving.outlook.schemas import HoursQuery, NoticesAnswer, PlannedHours, TrendsAnswer, TrendsQuery
from serving.outlook.trends import PATH as TRENDS
from serving.outlook.trends import trends


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        PATH,
        response_model=PlannedHours,
        summary="Hours and harm by area or district: of the plan in force, or else of the newest draft",
        tags=["plans"],
        **declared("consultation", *READERS),
    )
    async def get_hours(request: Request, query: Annotated[HoursQuery, Query()]) -> Any:
        found = await run_in_threadpool(hours, desk(), query, present().caller.scope)
        return await answered(desk(), request, found)

    @router.get(
        NOTICES,
        response_model=NoticesAnswer,
        summary="What stands against the served forecast, in plain words",
        tags=["forecasts"],
        **declared("consultation", *READERS),
    )
    async def get_notices(request: Request) -> Any:
        found = await run_in_threadpool(notices, desk(), present().caller.scope)
        return await answered(desk(), request, found)

    @router.get(
        TRENDS,
        response_model=TrendsAnswer,
        summary="Year-on-year rates by strand and district, with intervals",
        tags=["forecasts"],
        responses={HTTPStatus.NOT_FOUND.value: {"description": "The run that is served has none yet."}},
        **declared("consultation", *READERS),
    )
    async def get_trends(request: Request, query: Annotated[TrendsQuery, Query()]) -> Any:
        found = await run_in_threadpool(trends, desk(), query, present().caller.scope)
        return await answered(desk(), request, found)

    return router
