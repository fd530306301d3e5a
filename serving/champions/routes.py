"""The addresses of models, the champion's history and the gate's decisions."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.champions.reading import decision, decisions, history, model, models
from serving.champions.schemas import (
    ChampionHistory,
    GateAnswer,
    GateDecisions,
    GateQuery,
    ModelAnswer,
    Models,
    ModelsQuery,
)
from serving.desk import Desk

READERS = (Role.PLANNER, Role.DATA_SCIENTIST, Role.AUDITOR)


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        "/v1/models",
        response_model=Models,
        summary="The models that were trained, newest first",
        tags=["models"],
        **declared("consultation", *READERS),
    )
    async def get_models(request: Request, query: Annotated[ModelsQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(models, desk(), query))

    @router.get(
        "/v1/models/{id}",
        response_model=ModelAnswer,
        summary="One model, by its version or as champion or challenger",
        tags=["models"],
        **declared("consultation", *READERS),
    )
    async def get_model(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        return await answered(desk(), request, await run_in_threadpool(model, desk(), id))

    @router.get(
        "/v1/champions",
        response_model=ChampionHistory,
        summary="Who was champion when, by whose word",
        tags=["models"],
        **declared("consultation", *READERS),
    )
    async def get_champions(request: Request) -> Any:
        return await answered(desk(), request, await run_in_threadpool(history, desk()))

    @router.get(
        "/v1/gate-decisions",
        response_model=GateDecisions,
        summary="The gate's decisions, newest first",
        tags=["models"],
        **declared("consultation", *READERS),
    )
    async def get_gate_decisions(request: Request, query: Annotated[GateQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(decisions, desk(), query))

    @router.get(
        "/v1/gate-decisions/{id}",
        response_model=GateAnswer,
        summary="A decision of the gate with its evidence",
        tags=["models"],
        **declared("consultation", *READERS),
    )
    async def get_gate_decision(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        return await answered(desk(), request, await run_in_threadpool(decision, desk(), id))

    return router
