"""The mounted application: every route but those of BentoML itself."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from errors import StrandcastError
from serving.access.caller import Role
from serving.access.policy import declared
from serving.champions.routes import routes as champion_routes
from serving.conflicts import BusyError, sentence_of, status_of
from serving.desk import Desk
from serving.feeds.routes import routes as feed_routes
from serving.forecasts.routes import routes as forecast_routes
from serving.guards.metrics import exposition
from serving.guards.problems import MEDIA_TYPE, problem_body
from serving.jobs.routes import routes as job_routes
from serving.monitoring.routes import routes as monitoring_routes
from serving.outlook.routes import routes as outlook_routes
from serving.pages.rooms import PAGES
from serving.pages.site import Site
from serving.plans.routes import routes as plan_routes
from serving.published.routes import routes as published_routes
from serving.questions.routes import routes as question_routes
from serving.record.routes import routes as record_routes
from serving.replays.routes import routes as replay_routes
from serving.scenarios.routes import routes as scenario_routes
from serving.sketches.routes import routes as sketch_routes
from serving.tasks.routes import routes as task_routes

_logger = logging.getLogger("strandcast.serving")

ROOMS = (
    feed_routes,
    forecast_routes,
    outlook_routes,
    champion_routes,
    monitoring_routes,
    plan_routes,
    task_routes,
    scenario_routes,
    sketch_routes,
    job_routes,
    question_routes,
    published_routes,
    record_routes,
    replay_routes,
)


def problem_response(error: StrandcastError) -> Response:
    """Return the problem document of one of our errors."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _logger.warning("an answer failed: %s", error)
    headers = {"retry-after": str(error.seconds)} if isinstance(error, BusyError) else None
    return Response(problem_body(status, sentence_of(error)), status, headers, MEDIA_TYPE)


def build_web(
    desk: Callable[[], Desk], describe: Callable[[], dict[str, Any]], site: Callable[[], Site] | None = None
) -> FastAPI:
    """Return the application.

    Args:
        desk: Returns the desk of this process.
        describe: Returns the OpenAPI document of the whole service.
        site: Returns the pages of this process; None: the API alone.
    """
    web = FastAPI(
        title="Strandcast",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # guards/tracing.py and guards/metrics.py have ours; these would look at every request whether they are wanted.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )

    @web.exception_handler(StrandcastError)
    def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, StrandcastError)  # noqa: S101 - the type that the handler is registered for
        return problem_response(error)

    for room in ROOMS:
        # Not included: an included router is wrapped, and its routes and their policies are looked up here.
        web.router.routes.extend(room(desk).routes)
    if site is not None:
        for pages in PAGES:
            web.router.routes.extend(pages(site).routes)

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
