"""The addresses of tasks."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.schemas import Id
from serving.tasks.answering import accept, decline, tasks
from serving.tasks.schemas import AcceptOrder, DeclineOrder, TaskAnswer, Tasks, TasksQuery


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    owners = (Role.PLANNER, Role.PARTNER)

    @router.get(
        "/v1/tasks",
        response_model=Tasks,
        summary="What a plan in force asks of the owners of resources",
        tags=["tasks"],
        **declared("consultation", *owners, Role.AUDITOR),
    )
    async def get_tasks(request: Request, query: Annotated[TasksQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(tasks, desk(), present(), query))

    @router.post(
        "/v1/tasks/{id}/accept",
        response_model=TaskAnswer,
        summary="Accept a task",
        tags=["tasks"],
        **declared("decision", *owners),
    )
    async def accept_task(id: Id, order: AcceptOrder) -> Any:  # noqa: A002 - the name in the path
        return await run_in_threadpool(accept, desk(), present(), id, order)

    @router.post(
        "/v1/tasks/{id}/decline",
        response_model=TaskAnswer,
        summary="Decline a task",
        tags=["tasks"],
        **declared("decision", *owners),
    )
    async def decline_task(id: Id, order: DeclineOrder) -> Any:  # noqa: A002 - the name in the path
        return await run_in_threadpool(decline, desk(), present(), id, order)

    return router
