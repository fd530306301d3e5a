"""The address of the public summary: for everybody who may see the published tables."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import page
from serving.pages.site import Site
from serving.pages.summary.reading import SummaryQuery, summary

# Whose numbers to call are given only where they are those of the country.
_UNITED_KINGDOM = "GB"


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/summary", **page("consultation", *Role))
    async def get_summary(request: Request, query: Annotated[SummaryQuery, Query()]) -> Any:
        desk = site().desk()
        found = await run_in_threadpool(summary, desk, query)
        in_britain = desk.workspace.settings.holidays.startswith(_UNITED_KINGDOM)
        return await site().show(request, "summary.html", found.sources, summary=found, in_britain=in_britain)

    return router
