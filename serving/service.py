"""The BentoML service: `bentoml serve serving.service:Strandcast`, with the workspace in STRANDCAST_WORKSPACE."""

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import bentoml
from pydantic import ValidationError

from errors import StrandcastError
from ledger.group import GroupCommit
from serving.access.caller import Caller, Role
from serving.access.gate import Gate
from serving.access.policy import Policies, policies_of
from serving.asking import present
from serving.desk import Desk
from serving.forecasts.snapshot import Watch
from serving.guards.metrics import Metering
from serving.guards.problems import Bodies, Problems
from serving.guards.refusals import Refusals
from serving.openapi import describe
from serving.own import routes as own_routes
from serving.plans.making import make_plan
from serving.preflight import check_or_exit, workspace_root
from serving.record.keeping import keeper
from serving.schemas import PlanAnswer, PlanOrder
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
    desk: Desk = bentoml.get_current_service().desk
    return desk


@cache
def present_description() -> dict[str, Any]:
    """Return the service's OpenAPI document."""
    return describe(ROUTES)


def present_recorder() -> GroupCommit:
    """Return the recorder of the service that runs in this process."""
    return present_desk().recorder


async def identify(sent: Sequence[str], address: str, wanted: Collection[Role]) -> Caller:
    """Tell who asks the service that runs in this process."""
    return await present_desk().door.caller(sent, address, wanted)


class StrandcastService:
    """Forecasts of recorded demand by area and strand, patrol plans with reasons, and their record."""

    def __init__(self) -> None:
        logging.getLogger("bentoml._internal.server.http_app").addFilter(NotOfInput())
        self.desk = Desk.open(workspace_root(), now)
        try:
            self.desk.shelf.refresh()
        except StrandcastError as error:
            # Not ready is an answer; a worker that ends would be started again for ever.
            _logger.warning("nothing to serve: %s", error)
        self._watch = Watch(self.desk.shelf, SECONDS_BETWEEN_LOOKS, _logger.warning)
        self._watch.start()
        self._keeper = keeper(self.desk, lambda error: _logger.warning("no checkpoint: %s", error))

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
        """Return whether there is a run to serve and a ledger that can be written."""
        try:
            self.desk.ledger.check_writable()
        except StrandcastError as error:
            _logger.warning("not ready: %s", error)
            return False
        return self.desk.shelf.filled

    @bentoml.api(route="/v1/plans")
    def plans(self, order: PlanOrder, /) -> PlanAnswer:
        """Make a plan: hours for every area, with reasons, recorded before it is answered."""
        try:
            return make_plan(self.desk, present(), order)
        except StrandcastError as error:
            # BentoML passes a response through as it is; an exception would lose its sentence.
            told: Any = problem_response(error)
            return told  # type: ignore[no-any-return]


WEB = build_web(present_desk, present_description)
ROUTES = (*WEB.routes, *own_routes().routes)
POLICIES = Policies(policies_of(ROUTES))

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
Strandcast.add_asgi_middleware(Metering, policies=POLICIES)
Strandcast.add_asgi_middleware(Refusals, recorder=present_recorder)
Strandcast.add_asgi_middleware(Problems)
Strandcast.add_asgi_middleware(Gate, policies=POLICIES, identify=identify)
Strandcast.add_asgi_middleware(Bodies)
