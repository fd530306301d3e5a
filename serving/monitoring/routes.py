"""The addresses of monitoring."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.policy import declared
from serving.answers import answered
from serving.champions.routes import READERS
from serving.desk import Desk
from serving.monitoring.reading import look, looks
from serving.monitoring.schemas import MonitoringAnswer, MonitoringQuery, MonitoringRows


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["models"])

    @router.get(
        "/v1/monitoring",
        response_model=MonitoringRows,
        summary="What monitoring found of champions, newest first",
        **declared("consultation", *READERS),
    )
    async def get_looks(request: Request, query: Annotated[MonitoringQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(looks, desk(), query))

    @router.get(
        "/v1/monitoring/{id}",
        response_model=MonitoringAnswer,
        summary="One look at a champion: measures, recorded beside forecast, calibration",
        **declared("consultation", *READERS),
    )
    async def get_look(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        return await answered(desk(), request, await run_in_threadpool(look, desk(), id))

    return router
