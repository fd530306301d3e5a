"""The addresses of the published tables: all that partners and the public may ask for."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from models.disclosure.published import TableName
from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.desk import Desk
from serving.formats import TABLE, wants_csv
from serving.published.reading import overview, table
from serving.published.schemas import PublishedOverview, PublishedQuery, PublishedRows


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        "/v1/published",
        response_model=PublishedOverview,
        summary="What has been published for partners and the public",
        tags=["published"],
        **declared("consultation", *Role),
    )
    async def get_published(request: Request) -> Any:
        return await answered(desk(), request, await run_in_threadpool(overview, desk()))

    @router.get(
        "/v1/published/{table_name}",
        response_model=PublishedRows,
        responses=TABLE,
        summary="Published numbers by period, place and strand",
        tags=["published"],
        **declared("consultation", *Role),
    )
    async def get_published_table(
        request: Request, table_name: TableName, query: Annotated[PublishedQuery, Query()]
    ) -> Any:
        as_csv = wants_csv(request, query)
        found = await run_in_threadpool(table, desk(), table_name, query, as_csv=as_csv)
        return await answered(desk(), request, found)

    return router
