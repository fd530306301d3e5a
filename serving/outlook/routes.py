"""The addresses of the outlook."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.forecasts.routes import READERS
from serving.outlook.hours import PATH, hours
from serving.outlook.schemas import HoursQuery, PlannedHours


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

    return router
