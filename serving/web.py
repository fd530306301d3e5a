"""The mounted application: every route but those of BentoML itself."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from errors import AccessError, AllocationError, DataError, LedgerError, ServiceError, StrandcastError
from ledger.events import MovedMeanwhileError, NoSuchRecordError
from serving.access.caller import Role
from serving.access.policy import declared
from serving.desk import Desk
from serving.forecasts.routes import routes as forecast_routes
from serving.guards.metrics import exposition
from serving.guards.problems import MEDIA_TYPE, problem_body
from serving.plans.routes import routes as plan_routes
from serving.record.routes import routes as record_routes

ROOMS = (forecast_routes, plan_routes, record_routes)


def problem_response(error: StrandcastError) -> Response:
    """Return the problem document of one of our errors."""
    status = status_of(error)
    return Response(problem_body(status, str(error)), status, media_type=MEDIA_TYPE)


def status_of(error: StrandcastError) -> HTTPStatus:
    """Return the status that an error leaves with."""
    if isinstance(error, NoSuchRecordError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, MovedMeanwhileError):
        return HTTPStatus.CONFLICT
    if isinstance(error, LedgerError | ServiceError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, AccessError):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, AllocationError | DataError):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.INTERNAL_SERVER_ERROR


def build_web(desk: Callable[[], Desk], describe: Callable[[], dict[str, Any]]) -> FastAPI:
    """Return the application.

    Args:
        desk: Returns the desk of this process.
        describe: Returns the OpenAPI document of the whole service.
    """
    web = FastAPI(title="Strandcast", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)

    @web.exception_handler(StrandcastError)
    def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, StrandcastError)  # noqa: S101 - the type that the handler is registered for
        return problem_response(error)

    for room in ROOMS:
        # Not included: an included router is wrapped, and its routes and their policies are looked up here.
        web.router.routes.extend(room(desk).routes)

    @web.get(
        "/metrics",
        summary="Metrics for Prometheus",
        response_class=PlainTextResponse,
        tags=["running"],
        **declared("admin", Role.ADMIN, recorded=False),
    )
    def get_metrics() -> Any:
        body, media_type = exposition()
        return Response(body, media_type=media_type)

    @web.get(
        "/docs.json",
        summary="This description",
        tags=["running"],
        **declared("admin", *Role, recorded=False, anybody=True),
    )
    def get_description() -> dict[str, Any]:
        return describe()

    return web
