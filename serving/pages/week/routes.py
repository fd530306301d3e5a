"""The address of the week's page."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.policy import page
from serving.asking import present
from serving.forecasts.routes import READERS
from serving.pages.maps import map_for
from serving.pages.site import Site
from serving.pages.week.reading import Quantity, Week, WeekQuery, value_of, week


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/week", **page("consultation", *READERS))
    async def get_week(request: Request, query: Annotated[WeekQuery, Query()]) -> Any:
        desk = site().desk()
        run = desk.shelf.current
        found = await run_in_threadpool(week, desk, query, present().caller.scope)
        drawn = await run_in_threadpool(map_for, desk, run.run_id, run.block(None).codes)
        names = run.meta.get("names", {})
        cells = {row["area_code"]: _cell(found, row, query.quantity, names) for row in found.rows}
        shown = drawn if found.level == run.block(None).level else None
        return await site().show(
            request, "week.html", found.sources, week=found, query=query, drawn=shown, cells=cells, names=names
        )

    return router


def _cell(found: Week, row: dict[str, Any], quantity: Quantity, names: dict[str, str]) -> tuple[int, str, str]:
    """Return an area's colour, what is told of it, and where its own page is."""
    code, value = row["area_code"], value_of(row, quantity)
    told = f"{names.get(code, code)}: {value:.2f}, {found.scale.name(value)}"
    return found.scale.place(value), told, f"/areas/{code}?strand={found.strand}"
