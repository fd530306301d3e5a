"""Metrics: requests by route template, method and status, for Prometheus.

The label is the template, never the path: a series for every identifier and every mistyped address would never end.
"""

import os
import time
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.policy import OTHER, Policies

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@cache
def _meters() -> "tuple[Counter, Histogram]":
    # Not at the top: BentoML names the folder that workers share only after it has imported the service.
    from prometheus_client import Counter, Histogram  # noqa: PLC0415

    requests = Counter("strandcast_requests_total", "Requests answered.", ("route", "method", "status"))
    seconds = Histogram("strandcast_request_seconds", "Time to answer.", ("route",), buckets=_BUCKETS)
    return requests, seconds


def exposition() -> tuple[bytes, str]:
    """Return the metrics of all workers in Prometheus's text form, and its media type."""
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST


class Metering:
    """ASGI middleware that counts and times requests.

    Args:
        app: What it is laid round.
        policies: Of all routes; they know the templates.
    """

    def __init__(self, app: ASGIApp, *, policies: Policies) -> None:
        self.app = app
        self.policies = policies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = self.policies.template(scope["path"])
            method = scope["method"] if scope["method"] in METHODS else OTHER
            requests, seconds = _meters()
            requests.labels(route, method, str(status)).inc()
            seconds.labels(route).observe(time.perf_counter() - begun)
