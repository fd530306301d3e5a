"""The addresses of jobs."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.jobs.reading import cancel, job, jobs
from serving.jobs.schemas import CancelOrder, JobAnswer, JobQuery, Jobs
from serving.schemas import Id

ASKERS = (Role.PLANNER, Role.DATA_SCIENTIST, Role.AUDITOR, Role.ADMIN)


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        "/v1/jobs",
        response_model=Jobs,
        summary="Jobs, newest first",
        tags=["jobs"],
        **declared("consultation", *ASKERS),
    )
    async def get_jobs(request: Request, query: Annotated[JobQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(jobs, desk(), present(), query))

    @router.get(
        "/v1/jobs/{id}",
        response_model=JobAnswer,
        summary="One job: how far it is, or what it made",
        tags=["jobs"],
        **declared("consultation", *ASKERS),
    )
    async def get_job(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        return await answered(desk(), request, await run_in_threadpool(job, desk(), present(), id))

    @router.post(
        "/v1/jobs/{id}/cancel",
        response_model=JobAnswer,
        summary="Cancel a job",
        tags=["jobs"],
        **declared("admin", *ASKERS),
    )
    async def cancel_job(id: Id, order: CancelOrder) -> Any:  # noqa: A002 - the name in the path
        return await run_in_threadpool(cancel, desk(), present(), id, order)

    return router
