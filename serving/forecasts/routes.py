"""The addresses of forecasts."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.direct import QueryRoute
from serving.forecasts.before import changes, history
from serving.forecasts.query import ChangesQuery, ForecastQuery, HistoryQuery
from serving.forecasts.reading import covered, explanation, forecasts, is_served
from serving.forecasts.schemas import ChangesAnswer, HistoryAnswer, StabilityAnswer
from serving.forecasts.stability import stability
from serving.formats import TABLE, wants_csv
from serving.schemas import ExplanationAnswer, Forecasts, Periods

READERS = (Role.PLANNER, Role.DATA_SCIENTIST, Role.AUDITOR)


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter(route_class=QueryRoute)
    _expecting(router, desk)
    _explaining(router, desk)
    return router


def _expecting(router: APIRouter, desk: Callable[[], Desk]) -> None:
    @router.get(
        "/v1/periods",
        response_model=Periods,
        summary="The periods that the served forecast covers",
        tags=["forecasts"],
        **declared("consultation", *READERS),
    )
    async def get_periods(request: Request) -> Any:
        return await answered(desk(), request, covered(desk(), present().caller.scope))

    @router.get(
        "/v1/forecasts",
        response_model=Forecasts,
        summary="Expected recorded incidents by area and strand",
        tags=["forecasts"],
        responses=TABLE,
        **declared("consultation", *READERS),
    )
    async def get_forecasts(request: Request, query: Annotated[ForecastQuery, Query()]) -> Any:
        as_csv = wants_csv(request, query)
        return await answered(desk(), request, forecasts(desk(), query, present().caller.scope, as_csv=as_csv))

    @router.get(
        "/v1/forecasts/history",
        response_model=HistoryAnswer,
        summary="What was recorded in the periods before, beside what is expected",
        tags=["forecasts"],
        **declared("consultation", *READERS),
    )
    async def get_history(request: Request, query: Annotated[HistoryQuery, Query()]) -> Any:
        return await answered(desk(), request, history(desk(), query, present().caller.scope))

    @router.get(
        "/v1/forecasts/changes",
        response_model=ChangesAnswer,
        summary="By how much other counts are expected than by the run before, the largest first",
        tags=["forecasts"],
        **declared("consultation", *READERS),
    )
    async def get_changes(request: Request, query: Annotated[ChangesQuery, Query()]) -> Any:
        # The run before has to be read from the disk first.
        return await answered(desk(), request, await run_in_threadpool(changes, desk(), query, present().caller.scope))


def _explaining(router: APIRouter, desk: Callable[[], Desk]) -> None:
    @router.get(
        "/v1/explanations/{id}",
        response_model=ExplanationAnswer,
        summary="What one forecast relied on",
        tags=["forecasts"],
        **declared("consultation", *READERS),
    )
    async def get_explanation(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        scope = present().caller.scope
        # An older run has to be read from the disk first; of the served one all is at hand.
        at_hand = is_served(desk(), id)
        found = explanation(desk(), id, scope) if at_hand else await run_in_threadpool(explanation, desk(), id, scope)
        return await answered(desk(), request, found)

    @router.get(
        "/v1/explanations/{id}/stability",
        response_model=StabilityAnswer,
        summary="How stable the reasons of one forecast are, beside other forecasts of its area and strand",
        tags=["forecasts"],
        **declared("consultation", *READERS),
    )
    async def get_stability(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        # Runs before have to be read from the disk first.
        return await answered(desk(), request, await run_in_threadpool(stability, desk(), id, present().caller.scope))
