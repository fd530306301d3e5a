"""The address of the page of trends."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from ledger.events import NoSuchRecordError
from serving.access.policy import page
from serving.asking import present
from serving.forecasts.routes import READERS
from serving.pages.charts import chart
from serving.pages.site import Site
from serving.pages.trends.reading import Point, TrendsPageQuery, draw, found_trends, height, points_of

_CHARTS_KEPT = 32


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/trends", **page("consultation", *READERS))
    async def get_trends(request: Request, query: Annotated[TrendsPageQuery, Query()]) -> Any:
        try:
            found = await run_in_threadpool(found_trends, site().desk(), query, present().caller.scope)
        except NoSuchRecordError:
            return await site().show(request, "trends_none.html")
        drawn = await run_in_threadpool(_drawn, found.chosen, points_of(found.lines))
        return await site().show(
            request,
            "trends.html",
            [found.source],
            trends=found,
            query=query,
            drawn=drawn,
        )

    return router


@lru_cache(maxsize=_CHARTS_KEPT)
def _drawn(chosen: str, points: tuple[Point, ...]) -> Markup:
    words = f"Change on the year before, {chosen}, with its interval. The table below says the same."
    return chart(partial(draw, points), words, height=height(points))
