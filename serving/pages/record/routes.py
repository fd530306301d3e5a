"""The addresses of the auditor's desk."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from ledger.events import MOST_EVENTS
from serving.access.caller import Role
from serving.access.policy import page
from serving.pages.forms import WRONG, fresh_key
from serving.pages.record import reading
from serving.pages.record.reading import FOUND, VERDICTS
from serving.pages.record.searching import (
    OPERATIONS,
    OUTCOMES,
    SampleFields,
    SearchFields,
    drawn_of,
    page_address,
    searched,
)
from serving.pages.record.working import working
from serving.pages.site import Site
from serving.record.schemas import CheckpointsQuery
from serving.schemas import Id

_READS = page("consultation", Role.AUDITOR)
_WORDS: dict[str, Any] = {"operations": OPERATIONS, "outcomes": OUTCOMES, "page_of": reading.page_of}


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    _searching(router, site)
    _drawing(router, site)
    _proving(router, site)
    working(router, site)
    # Last: what stands here is the name of an event.
    _opening(router, site)
    return router


def _searching(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/record", **_READS)
    async def get_record(request: Request, fields: Annotated[SearchFields, Query()]) -> Any:
        query, faults = searched(fields)
        values = {"fields": fields, "faults": faults, "found": None, "following": "", **_WORDS}
        if query is None:
            return await site().show(request, "record.html", status=WRONG, **values)
        source = await run_in_threadpool(reading.search, site().desk(), query)
        values["found"], cursor = source.document, source.document["next_cursor"]
        values["following"] = page_address("/record", fields, cursor=cursor) if cursor else ""
        return await site().show(request, "record.html", [source], **values)


def _drawing(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/record/samples", **_READS)
    async def get_sample(request: Request, fields: Annotated[SampleFields, Query()]) -> Any:
        query, faults = drawn_of(fields) if fields.seed.strip() else (None, [])
        values = {"fields": fields, "faults": faults, "found": None, "again": "", "fresh": fresh_key(), **_WORDS}
        if query is None:
            status = WRONG if faults else HTTPStatus.OK
            return await site().show(request, "record_sample.html", status=status, **values)
        source = await run_in_threadpool(reading.sampled, site().desk(), query)
        values["found"], size = source.document, source.document["record_size"]
        values["again"] = page_address("/record/samples", fields, record_size=str(size or ""))
        return await site().show(request, "record_sample.html", [source], **values)


def _proving(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/record/checkpoints", **_READS)
    async def get_checkpoints(request: Request, query: Annotated[CheckpointsQuery, Query()]) -> Any:
        source = await run_in_threadpool(reading.listed_checkpoints, site().desk(), query)
        return await site().show(request, "record_checkpoints.html", [source], found=source.document)

    @router.get("/record/checkpoints/{size}", **_READS)
    async def get_checkpoint(request: Request, size: Annotated[int, Path(ge=1, le=MOST_EVENTS)]) -> Any:
        return await site().take_away(request, await run_in_threadpool(reading.checkpoint, site().desk(), size))

    @router.get("/record/replays/{id}", **_READS)
    async def get_replay(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        source = await run_in_threadpool(reading.replayed, site().desk(), id)
        told: dict[str, Any] = {"found": source.document, "outcomes": FOUND, "verdicts": VERDICTS}
        return await site().show(request, "record_replay.html", [source], **told)


def _opening(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/record/{id}", **_READS)
    async def get_event(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        source = await run_in_threadpool(reading.one, site().desk(), id)
        told: dict[str, Any] = {"event": source.document, "served": source.finding.body.decode(), "key": fresh_key()}
        told["details"] = reading.rows_of(source.document["details"])
        return await site().show(request, "record_event.html", [source], **told, **_WORDS)

    @router.get("/record/{id}/proof", **_READS)
    async def get_proof(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        return await site().take_away(request, await run_in_threadpool(reading.proven, site().desk(), id))
