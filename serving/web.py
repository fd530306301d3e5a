"""The GET routes: a FastAPI application that the service mounts beside BentoML's own routes."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import Response

from errors import AllocationError, DataError, LedgerError, ServiceError, StrandcastError
from ledger.events import NoSuchRecordError
from serving.desk import Desk
from serving.metrics import exposition
from serving.problems import MEDIA_TYPE, problem_body
from serving.query import ForecastQuery
from serving.schemas import AuditEvent, ExplanationAnswer, Forecasts, Periods, PlanAnswer

JSON = "application/json"


def problem_response(error: StrandcastError) -> Response:
    """Return the problem document of one of our errors."""
    status = status_of(error)
    return Response(problem_body(status, str(error)), status, media_type=MEDIA_TYPE)


def status_of(error: StrandcastError) -> HTTPStatus:
    """Return the status that an error leaves with."""
    if isinstance(error, NoSuchRecordError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, LedgerError | ServiceError):
        return HTTPStatus.SERVICE_UNAVAILABLE
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

    # Handlers are plain functions: they wait for the disk, and so run beside the event loop.
    @web.get("/v1/periods", response_model=Periods, summary="The periods that the served forecast covers")
    def periods() -> Any:
        return desk().periods()

    @web.get("/v1/forecasts", response_model=Forecasts, summary="Expected recorded incidents by area and strand")
    def forecasts(query: Annotated[ForecastQuery, Query()]) -> Any:
        return Response(desk().forecasts(query), media_type=JSON)

    @web.get("/v1/plans/{id}", response_model=PlanAnswer, summary="A recorded plan")
    def plan(id: str) -> Any:  # noqa: A002 - the name in the path
        return Response(desk().plan(id), media_type=JSON)

    @web.get("/v1/explanations/{id}", response_model=ExplanationAnswer, summary="What one forecast relied on")
    def explanation(id: str) -> Any:  # noqa: A002 - the name in the path
        return Response(desk().explanation(id), media_type=JSON)

    @web.get("/v1/audit/{id}", response_model=AuditEvent, summary="One recorded event")
    def audit(id: str) -> Any:  # noqa: A002 - the name in the path
        return desk().event(id)

    @web.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
    def metrics() -> Any:
        body, media_type = exposition()
        return Response(body, media_type=media_type)

    @web.get("/docs.json", include_in_schema=False)
    def docs() -> dict[str, Any]:
        return describe()

    return web
