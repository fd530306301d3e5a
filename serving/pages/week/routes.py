"""The address of the week's page."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from models.maps.drawn import Map
from serving.access.policy import page
from serving.asking import present
from serving.desk import Desk
from serving.forecasts.routes import READERS
from serving.pages.maps import map_at
from serving.pages.site import Site
from serving.pages.week.query import CHOICES, QUANTITIES, WeekQuery
from serving.pages.week.reading import Week, week

Cell = tuple[int | str, str, str]


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/week", **page("consultation", *READERS))
    async def get_week(request: Request, query: Annotated[WeekQuery, Query()]) -> Any:
        found, drawn, cells = await run_in_threadpool(_found, site().desk(), query)
        return await site().show(
            request,
            "week.html",
            found.sources,
            week=found,
            query=query,
            choices=CHOICES,
            quantity=QUANTITIES[query.quantity],
            drawn=drawn,
            cells=cells,
        )

    return router


def _found(desk: Desk, query: WeekQuery) -> tuple[Week, Map | None, dict[str, Cell]]:
    found = week(desk, query, present().caller.scope)
    cells = {row["area_code"]: _cell(found, row, query) for row in found.rows}
    return found, map_at(desk, desk.shelf.current, found.level), cells


def _cell(found: Week, row: dict[str, Any], query: WeekQuery) -> Cell:
    """Return an area's colour, what is told of it, and where more is told of it."""
    value = QUANTITIES[query.quantity].of(row)
    if value is None:
        return "n", f"{row['name']}: not known", row["address"]
    return found.scale.place(value), f"{row['name']}: {value:.2f}, {found.scale.name(value)}", row["address"]
