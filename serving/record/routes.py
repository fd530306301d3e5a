"""The addresses of the record."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

from ledger.events import MOST_EVENTS
from serving.access.caller import Role
from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.jobs.waiting import LATER, run_errand
from serving.record.exporting import ZIP, export_errand, handed_out
from serving.record.reading import NOTE, consistency, drawn, event, events, note, proof, signed
from serving.record.schemas import (
    Checkpoints,
    CheckpointsQuery,
    ConsistencyProof,
    ConsistencyQuery,
    EventQuery,
    Events,
    Export,
    ExportOrder,
    InclusionProof,
    ProofQuery,
    Sample,
    SampleQuery,
)
from serving.schemas import AuditEvent

READS = declared("consultation", Role.AUDITOR)


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["record"])

    @router.get("/v1/audit", response_model=Events, summary="Recorded events, the newest first", **READS)
    async def get_events(request: Request, query: Annotated[EventQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(events, desk(), query))

    @router.get("/v1/samples", response_model=Sample, summary="Recorded events drawn at random by a seed", **READS)
    async def get_sample(request: Request, query: Annotated[SampleQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(drawn, desk(), query))

    @router.get("/v1/audit/{id}", response_model=AuditEvent, summary="One recorded event", **READS)
    async def get_event(request: Request, id: str) -> Any:  # noqa: A002 - the name in the path
        return await answered(desk(), request, await run_in_threadpool(event, desk(), id))

    @router.get(
        "/v1/audit/{id}/proof", response_model=InclusionProof, summary="Proof that an event is in the record", **READS
    )
    async def get_proof(request: Request, id: str, query: Annotated[ProofQuery, Query()]) -> Any:  # noqa: A002
        return await answered(desk(), request, await run_in_threadpool(proof, desk(), id, query))

    @router.get(
        "/v1/consistency",
        response_model=ConsistencyProof,
        summary="Proof that one state of the record is the beginning of another",
        **READS,
    )
    async def get_consistency(request: Request, query: Annotated[ConsistencyQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(consistency, desk(), query))

    @router.get("/v1/checkpoints", response_model=Checkpoints, summary="Signed checkpoints, the newest first", **READS)
    async def get_checkpoints(request: Request, query: Annotated[CheckpointsQuery, Query()]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(signed, desk(), query))

    @router.get(
        "/v1/checkpoints/{size}",
        response_class=PlainTextResponse,
        responses={HTTPStatus.OK.value: {"content": {NOTE.partition(";")[0]: {"schema": {"type": "string"}}}}},
        summary="A signed checkpoint, as it was dropped",
        **READS,
    )
    async def get_checkpoint(request: Request, size: Annotated[int, Path(ge=1, le=MOST_EVENTS)]) -> Any:
        return await answered(desk(), request, await run_in_threadpool(note, desk(), size))

    @router.post(
        "/v1/exports",
        response_model=Export,
        status_code=HTTPStatus.CREATED,
        responses=LATER,
        summary="Export the whole record as a bundle that proves itself",
        **declared("consultation", Role.AUDITOR),
    )
    async def ask_export(order: ExportOrder) -> Any:
        del order  # there is nothing to choose, and a key that means nothing is refused
        return await run_errand(desk(), present(), export_errand())

    @router.get(
        "/v1/exports/{id}",
        response_class=FileResponse,
        responses={HTTPStatus.OK.value: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
        summary="An exported bundle",
        **declared("disclosure", Role.AUDITOR),
    )
    async def get_export(id: str) -> Any:  # noqa: A002 - the name in the path
        return await handed_out(desk(), present(), id)

    return router
