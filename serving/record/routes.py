"""The addresses of the record."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import Finding, answered
from serving.desk import Desk
from serving.schemas import AuditEvent


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        "/v1/audit/{id}",
        response_model=AuditEvent,
        summary="One recorded event",
        tags=["record"],
        **declared("consultation", Role.AUDITOR),
    )
    async def get_event(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        found = await run_in_threadpool(desk().ledger.event, id)
        return await answered(desk(), request, Finding.of(found.as_document(), f"event/{id}", marked=False))

    return router
