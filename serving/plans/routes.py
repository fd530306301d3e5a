"""The addresses of plans; making one is an API method of the BentoML service."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.desk import Desk
from serving.plans.making import plan
from serving.schemas import PlanAnswer


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        "/v1/plans/{id}",
        response_model=PlanAnswer,
        summary="A recorded plan",
        tags=["plans"],
        **declared("consultation", Role.PLANNER, Role.AUDITOR),
    )
    async def get_plan(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        return await answered(desk(), request, await run_in_threadpool(plan, desk(), id))

    return router
