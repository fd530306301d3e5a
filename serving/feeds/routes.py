"""The addresses of feeds: what is shared, what was refused, what is not in yet. A partner sees its own feeds alone."""

from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.desk import Desk
from serving.feeds.schemas import CompletenessAnswer, Feeds, Quarantine, QuarantineQuery

INSIDE = (Role.PLANNER, Role.DATA_SCIENTIST, Role.AUDITOR)


def _reading() -> ModuleType:
    # Feeds are read with pandas: a worker that is not asked for them stays small, and is ready sooner.
    from serving.feeds import reading  # noqa: PLC0415

    return reading


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        "/v1/feeds",
        response_model=Feeds,
        summary="The feeds, on which terms they are shared, and what is held of them",
        tags=["feeds"],
        **declared("consultation", *INSIDE, Role.PARTNER),
    )
    async def get_feeds(request: Request) -> Any:
        return await answered(desk(), request, await run_in_threadpool(lambda: _reading().feeds(desk())))

    @router.get(
        "/v1/feeds/{name}",
        response_model=Feeds,
        summary="One feed, on which terms it is shared, and what is held of it",
        tags=["feeds"],
        **declared("consultation", *INSIDE, Role.PARTNER),
    )
    async def get_feed(request: Request, name: str) -> Any:
        return await answered(desk(), request, await run_in_threadpool(lambda: _reading().feed(desk(), name)))

    @router.get(
        "/v1/quarantine",
        response_model=Quarantine,
        summary="Rows that broke a rule of their contract, without their values",
        tags=["feeds"],
        **declared("consultation", *INSIDE, Role.PARTNER),
    )
    async def get_quarantine(request: Request, query: Annotated[QuarantineQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(lambda: _reading().quarantine(desk(), query)))

    @router.get(
        "/v1/completeness",
        response_model=CompletenessAnswer,
        summary="What was not in yet, never delivered or recorded otherwise, at the newest weekly run",
        tags=["feeds"],
        **declared("consultation", *INSIDE),
    )
    async def get_completeness(request: Request) -> Any:
        return await answered(desk(), request, await run_in_threadpool(lambda: _reading().completeness(desk())))

    return router
