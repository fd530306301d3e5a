"""The addresses of sketches."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from serving.access.policy import declared
from serving.answers import answered
from serving.asking import present
from serving.desk import Desk
from serving.jobs.waiting import LATER, run_errand
from serving.plans.narrowing import check_sees_all
from serving.plans.routes import READERS
from serving.schemas import Id
from serving.sketches.reading import sketch, sketch_errand, sketches, sketches_compared
from serving.sketches.schemas import Sketch, Sketches, SketchesBeside, SketchesCompared, SketchesQuery, SketchRequest


def routes(desk: Callable[[], Desk]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.post(
        "/v1/sketches",
        response_model=Sketch,
        status_code=HTTPStatus.CREATED,
        responses=LATER,
        summary="Sketch what a plan would be, beside a plan that there is",
        tags=["sketches"],
        **declared("consultation", *READERS),
    )
    async def ask_sketch(order: SketchRequest) -> Any:
        check_sees_all(present().caller)
        return await run_errand(desk(), present(), sketch_errand(desk(), order))

    @router.get(
        "/v1/sketches",
        response_model=Sketches,
        summary="Sketches that are kept, newest first",
        tags=["sketches"],
        **declared("consultation", *READERS),
    )
    async def get_sketches(request: Request, query: Annotated[SketchesQuery, Query()]) -> Any:
        check_sees_all(present().caller)
        return await answered(desk(), request, await run_in_threadpool(sketches, desk(), query))

    @router.get(
        "/v1/sketches/{id}",
        response_model=Sketch,
        summary="A sketch: what a plan would be",
        tags=["sketches"],
        **declared("consultation", *READERS),
    )
    async def get_sketch(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        check_sees_all(present().caller)
        return await answered(desk(), request, await run_in_threadpool(sketch, desk(), id))

    @router.get(
        "/v1/sketches/{id}/compare",
        response_model=SketchesCompared,
        summary="Two sketches side by side: what moved",
        tags=["sketches"],
        **declared("consultation", *READERS),
    )
    async def compare_sketches(
        request: Request,
        id: Id,  # noqa: A002 - the name in the path
        query: Annotated[SketchesBeside, Query()],
    ) -> Any:
        check_sees_all(present().caller)
        return await answered(desk(), request, await run_in_threadpool(sketches_compared, desk(), id, query.other))

    return router
