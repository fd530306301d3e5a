"""The routes that BentoML serves itself, told as the mounted ones are, so that they have a policy and a description.

None of these functions is ever called: BentoML has no place for more than a route's path.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import PlainTextResponse

from serving.access.caller import Role
from serving.access.policy import declared
from serving.jobs.waiting import LATER
from serving.plans.schemas import PlanAnswer, PlanOrder

_ORDER: dict[str, Any] = {"hours": {"summary": "All patrol hours", "value": {"total_hours": 2400, "minimum_hours": 4}}}


def routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.post(
        "/v1/plans",
        response_model=PlanAnswer,
        status_code=HTTPStatus.CREATED,
        responses=LATER,
        summary="Make a plan: hours for every area, with reasons",
        tags=["plans"],
        **declared("combination", Role.PLANNER),
    )
    def make_plan(order: Annotated[PlanOrder, Body(openapi_examples=_ORDER)]) -> Any: ...

    probe = declared("admin", *Role, recorded=False, anybody=True)

    @router.get(
        "/healthz",
        response_class=PlainTextResponse,
        summary="Whether the process answers",
        tags=["running"],
        **probe,
    )
    def get_health() -> Any: ...

    @router.get(
        "/livez", response_class=PlainTextResponse, summary="Whether the process answers", tags=["running"], **probe
    )
    def get_alive() -> Any: ...

    @router.get(
        "/readyz",
        response_class=PlainTextResponse,
        summary="Whether there is a forecast to serve and a ledger that can be written",
        tags=["running"],
        **probe,
    )
    def get_ready() -> Any: ...

    return router
