"""Traces: one span a request, sent to where OTEL_EXPORTER_OTLP_ENDPOINT says; off where it says nothing.

A span is named by the route's template and holds its method and status: no path, no query, nobody's name. The library
is imported only where traces are sent.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.policy import OTHER, Policies

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Return whether there is somewhere to send traces to."""
    return any(environment.get(name) for name in VARIABLES)


def exporting_provider() -> "TracerProvider":
    """Return a provider of tracers that sends to the address in the environment, behind the requests."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "strandcast"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class Tracing:
    """ASGI middleware that traces requests.

    Args:
        app: What it is laid round.
        policies: Of all routes; they know the templates.
        provider: Gives the tracer.
    """

    def __init__(self, app: ASGIApp, *, policies: Policies, provider: "TracerProvider") -> None:
        self.app = app
        self.policies = policies
        self.tracer = provider.get_tracer("strandcast")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request within a span."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from opentelemetry.propagate import extract  # noqa: PLC0415
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415

        route = self.policies.template(scope["path"])
        method = scope["method"] if route != OTHER else OTHER
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        said: dict[str, Any] = {"http.request.method": method, "http.route": route}
        with self.tracer.start_as_current_span(
            f"{method} {route}",
            extract(carrier),
            SpanKind.SERVER,
            said,
            # Its words may repeat what was read.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            await self.app(scope, receive, noted)
