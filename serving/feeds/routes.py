"""The addresses of feeds: what is shared, what was refused, what is not in yet. A partner sees its own feeds alone."""

from collections.abc import Callable
from http import HTTPStatus
from types import ModuleType
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.feeds.schemas import (
    CompletenessAnswer,
    Deliveries,
    DeliveriesQuery,
    Feeds,
    Quarantine,
    QuarantineQuery,
    ReleaseAnswer,
    ReleaseOrder,
)

INSIDE = (Role.PLANNER, Role.DATA_SCIENTIST, Role.AUDITOR)
# Who looks after data, and answers for what counts.
RELEASERS = (Role.DATA_SCIENTIST,)


def _releasing() -> ModuleType:
    from serving.feeds import releasing  # noqa: PLC0415 - as said below

    return releasing


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
        "/v1/deliveries",
        response_model=Deliveries,
        summary="Files that are held, newest first, with the account of their rows",
        tags=["feeds"],
        **declared("consultation", *INSIDE, Role.PARTNER),
    )
    async def get_deliveries(request: Request, query: Annotated[DeliveriesQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(lambda: _reading().arrivals(desk(), query)))

    @router.post(
        "/v1/quarantine/releases",
        response_model=ReleaseAnswer,
        status_code=HTTPStatus.CREATED,
        summary="Read rows in quarantine again, and let those count that keep the contract",
        tags=["feeds"],
        **declared("alteration", *RELEASERS),
    )
    async def release_rows(order: ReleaseOrder) -> Any:
        return await run_in_threadpool(lambda: _releasing().release(desk(), present(), order))

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
