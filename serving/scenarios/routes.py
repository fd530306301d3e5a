"""The addresses of scenarios."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.formats import TABLE, Format, wants_csv
from serving.jobs.waiting import LATER, run_errand
from serving.plans.narrowing import check_sees_all
from serving.plans.routes import READERS
from serving.scenarios.reading import scenario, scenario_errand, scenario_table, scenarios
from serving.scenarios.schemas import Scenario, ScenarioOrder, Scenarios, ScenariosQuery
from serving.schemas import Id


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.post(
        "/v1/scenarios",
        response_model=Scenario,
        status_code=HTTPStatus.CREATED,
        responses=LATER,
        summary="Study a plan: what else could be, and what it rests on",
        tags=["scenarios"],
        **declared("consultation", *READERS),
    )
    async def ask_scenario(order: ScenarioOrder) -> Any:
        check_sees_all(present().caller)
        return await run_errand(desk(), present(), scenario_errand(desk(), order))

    @router.get(
        "/v1/scenarios",
        response_model=Scenarios,
        summary="Studies that are kept, newest first",
        tags=["scenarios"],
        **declared("consultation", *READERS),
    )
    async def get_scenarios(request: Request, query: Annotated[ScenariosQuery, Query()]) -> Any:
        check_sees_all(present().caller)
        return await answered(desk(), request, await run_in_threadpool(scenarios, desk(), query))

    @router.get(
        "/v1/scenarios/{id}",
        response_model=Scenario,
        responses=TABLE,
        summary="A study, as JSON or, to take away, its rows as CSV",
        tags=["scenarios"],
        **declared("consultation", *READERS),
    )
    async def get_scenario(request: Request, id: Id, query: Annotated[Format, Query()]) -> Any:  # noqa: A002 - in the path
        check_sees_all(present().caller)
        if wants_csv(request, query):
            return await answered(desk(), request, await run_in_threadpool(scenario_table, desk(), id))
        return await answered(desk(), request, await run_in_threadpool(scenario, desk(), id))

    return router
