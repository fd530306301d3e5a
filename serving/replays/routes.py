"""The addresses of replays."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.jobs.waiting import LATER, run_errand
from serving.replays.reading import kept_replay, replay_errand
from serving.replays.schemas import ReplayAnswer, ReplayOrder


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.post(
        "/v1/replays",
        response_model=ReplayAnswer,
        status_code=HTTPStatus.CREATED,
        responses={**LATER, HTTPStatus.NOT_FOUND: {"description": "Nothing has this identifier."}},
        summary="Make an answer, run, plan, decision or model again, and compare it to the bit",
        tags=["record"],
        **declared("consultation", Role.AUDITOR),
    )
    async def ask_replay(order: ReplayOrder) -> Any:
        return await run_errand(desk(), present(), replay_errand(order))

    @router.get(
        "/v1/replays/{id}",
        response_model=ReplayAnswer,
        summary="What a replay found",
        tags=["record"],
        **declared("consultation", Role.AUDITOR),
    )
    async def get_replay(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        return await answered(desk(), request, await run_in_threadpool(kept_replay, desk(), id))

    return router
