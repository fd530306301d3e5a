"""The BentoML service: `bentoml serve serving.service:Strandcast`, with the workspace in STRANDCAST_WORKSPACE."""

import logging
import os
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import bentoml
from bentoml import get_current_service
from pydantic import ValidationError
from starlette.types import Scope

from errors import StrandcastError
from features.service import Service
from ledger.group import GroupCommit
from models.kinds import FORECAST
from models.replay.manifest import record_surroundings
from serving.access.caller import Caller, Role
from serving.access.gate import Gate
from serving.access.policy import Policies, policies_of
from serving.access.session import Session
from serving.asking import present
from serving.desk import Desk
from serving.direct import Direct
from serving.forecasts.snapshot import Watch
from serving.guards.bodies import Bodies, Unread
from serving.guards.connections import bound_connections
from serving.guards.headers import SecurityHeaders
from serving.guards.health import Readiness, too_old
from serving.guards.hosts import Hosts
from serving.guards.limits import Limits, Rates, counted_as
from serving.guards.log import RequestLog, begin_log
from serving.guards.metrics import Metering
from serving.guards.plain import Plain
from serving.guards.problems import Problems
from serving.guards.refusals import Refusals
from serving.guards.tracing import Tracing, exporting_provider, is_wanted
from serving.jobs.waiting import run_errand
from serving.openapi import describe
from serving.own import routes as own_routes
from serving.pages.site import Site
from serving.pages.told import Told
from serving.plans.making import plan_errand
from serving.plans.narrowing import check_sees_all
from serving.plans.schemas import PlanOrder
from serving.preflight import check_or_exit, end_service, workspace_root
from serving.record.keeping import keeper
from serving.web import build_web, problem_response

SECONDS_BETWEEN_LOOKS = 3.0

_logger = logging.getLogger("strandcast.serving")


class NotOfInput(logging.Filter):
    """Keeps what a client sent out of the log: BentoML logs refused input with its values and a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record may be logged."""
        return not (record.exc_info and isinstance(record.exc_info[1], ValidationError))


def now() -> datetime:
    """Return the present instant, UTC."""
    return datetime.now(UTC)


def present_desk() -> Desk:
    """Return the desk of the service that runs in this process."""
    # Named above: BentoML's module looks a name up anew at every use.
    desk: Desk = get_current_service().desk
    return desk


@cache
def present_description() -> dict[str, Any]:
    """Return the service's OpenAPI document."""
    return describe(ROUTES)


@cache
def present_site() -> Site:
    """Return the pages of the service that runs in this process."""
    return Site(present_desk, lambda: POLICIES)


def signed_in(scope: Scope) -> Session | None:
    """Return the session that the cookie of a request opens, if any."""
    return present_desk().sessions.opened(scope)


def present_recorder() -> GroupCommit:
    """Return the recorder of the service that runs in this process."""
    return present_desk().recorder


async def identify(sent: Sequence[str], address: str | None, wanted: Collection[Role]) -> Caller:
    """Tell who asks the service that runs in this process."""
    return await present_desk().door.caller(sent, address, wanted)


def present_settings() -> Service:
    """Return the settings of the service that runs in this process."""
    return present_desk().workspace.settings.service


def take_request(scope: Scope) -> float:
    """Take a request from what its caller may still ask for; return 0, or the seconds until there is one."""
    return RATES.take(counted_as(scope), present_settings().requests_a_minute)


def present_hosts() -> Collection[str]:
    """Return the names of the service that runs in this process."""
    return present_settings().hosts


def tell_of_no_checkpoint(error: Exception) -> None:
    """Log that a checkpoint could not be written; the next round tries again."""
    _logger.warning("no checkpoint was written", exc_info=error)


class StrandcastService:
    """Forecasts of recorded demand by area and strand, patrol plans with reasons, and their record."""

    def __init__(self) -> None:
        begin_log()
        logging.getLogger("bentoml._internal.server.http_app").addFilter(NotOfInput())
        try:
            self.desk = Desk.open(workspace_root(), now)
            self._keeper = keeper(self.desk.workspace, self.desk.ledger, now, tell_of_no_checkpoint)
        except Exception as error:
            end_service(error)
            raise
        try:
            self.desk.surroundings = record_surroundings(self.desk.ledger, self.desk.files, "service")
            self.desk.shelf.refresh()
        except StrandcastError as error:
            # Not ready is an answer; a worker that ends would be started again for ever.
            _logger.warning("nothing to serve: %s", error)
        self._readiness = Readiness(self._not_ready)
        self._watch = Watch(self.desk.shelf, SECONDS_BETWEEN_LOOKS, _logger.warning)
        self._watch.start()
        self.desk.starter.start()

    @bentoml.on_deployment
    @staticmethod
    def before_workers() -> None:
        """Check once, before any worker starts."""
        check_or_exit(workspace_root(), now)

    @bentoml.on_shutdown
    def close(self) -> None:
        """Stop watching and close the ledger."""
        self._watch.stop()
        if self._keeper is not None:
            self._keeper.close()
        self.desk.close()

    def __is_ready__(self) -> bool:
        """Return whether there is a run to serve, not too old, and a ledger that can be written and is written to."""
        return self._readiness.ready(_logger.warning)

    def _not_ready(self) -> str | None:
        desk = self.desk
        if not desk.recorder.alive:
            return "nothing is recorded any more"
        try:
            desk.ledger.check_writable()
            run = desk.ledger.artefact(FORECAST, desk.shelf.current.run_id)
            return too_old(desk.ledger, run, present_settings(), now())
        except StrandcastError as error:
            return str(error)

    @bentoml.api(route="/v1/plans")
    async def plans(self, order: PlanOrder, /) -> Any:
        """Make a plan: hours for every area, with reasons, recorded before it is answered."""
        try:
            asking = present()
            check_sees_all(asking.caller)
            return await run_errand(self.desk, asking, plan_errand(self.desk, order))
        except StrandcastError as error:
            # BentoML passes a response through as it is; an exception would lose its sentence.
            return problem_response(error)


WEB = build_web(present_desk, present_description, present_site)
ROUTES = (*WEB.routes, *own_routes().routes)
POLICIES = Policies(policies_of(ROUTES))
RATES = Rates()

# A decorator would hide from type checkers that this is a service. The built-in metrics label by raw path and the
# built-in tracing costs most of a cheap request; guards/metrics.py has ours.
Strandcast = bentoml.service(
    name="strandcast",
    workers=1,
    threads=2,
    traffic={"timeout": 30},
    http={"host": "127.0.0.1", "port": 3000},
    metrics={"enabled": False},
    tracing={"excluded_urls": ".*"},
    logging={"access": {"enabled": False}},
)(bentoml.asgi_app(WEB)(StrandcastService))
# The first added is the outermost.
if is_wanted(os.environ):
    Strandcast.add_asgi_middleware(Tracing, policies=POLICIES, provider=exporting_provider())
Strandcast.add_asgi_middleware(Metering, policies=POLICIES)
Strandcast.add_asgi_middleware(Unread)
Strandcast.add_asgi_middleware(Told, site=present_site)
Strandcast.add_asgi_middleware(Refusals, recorder=present_recorder)
Strandcast.add_asgi_middleware(RequestLog)
Strandcast.add_asgi_middleware(SecurityHeaders)
Strandcast.add_asgi_middleware(Problems)
Strandcast.add_asgi_middleware(Hosts, names=present_hosts)
Strandcast.add_asgi_middleware(Gate, policies=POLICIES, identify=identify, wait=take_request, signed_in=signed_in)
Strandcast.add_asgi_middleware(Limits, settings=present_settings, rates=RATES)
Strandcast.add_asgi_middleware(Bodies)
Strandcast.add_asgi_middleware(Plain)
Strandcast.add_asgi_middleware(Direct, web=WEB, policies=Policies(policies_of(WEB.routes)))
# Before uvicorn is started, which takes the class that is there then.
bound_connections()
