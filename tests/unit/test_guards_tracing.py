import asyncio

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from starlette.types import Receive, Scope, Send

from serving.access.policy import Policies
from serving.guards.tracing import VARIABLES, Tracing, is_wanted
from tests.support.asgi import POLICY, answered, echo, scope_of, sent_by

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(spans: InMemorySpanExporter) -> TracerProvider:
    made = TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(spans))
    return made


def test_traces_are_off_until_there_is_somewhere_to_send_them() -> None:
    assert not is_wanted({})
    assert [is_wanted({name: "http://127.0.0.1:4318"}) for name in VARIABLES] == [True, True]


def test_a_span_has_the_template_and_nothing_that_was_sent(
    provider: TracerProvider, spans: InMemorySpanExporter
) -> None:
    scope = scope_of(path="/v1/things/Jane-Doe", query_string=b"area_code=E01021234")
    answered(Tracing(echo, policies=Policies([POLICY]), provider=provider), scope)
    (span,) = spans.get_finished_spans()
    assert (span.name, span.kind) == ("POST /v1/things/{id}", SpanKind.SERVER)
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/v1/things/{id}",
        "http.response.status_code": 200,
    }


def test_an_address_that_is_not_ours_makes_no_name_of_its_own(
    provider: TracerProvider, spans: InMemorySpanExporter
) -> None:
    answered(Tracing(echo, policies=Policies([]), provider=provider), scope_of(path="/x", method="JANE"))
    assert [span.name for span in spans.get_finished_spans()] == ["other other"]


def test_a_caller_s_trace_goes_on(provider: TracerProvider, spans: InMemorySpanExporter) -> None:
    headers = [(b"traceparent", f"00-{TRACE}-00f067aa0ba902b7-01".encode())]
    answered(Tracing(echo, policies=Policies([POLICY]), provider=provider), scope_of(headers=headers))
    (span,) = spans.get_finished_spans()
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == TRACE


def test_a_failure_is_marked_without_its_words(provider: TracerProvider, spans: InMemorySpanExporter) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        raise KeyError("Jane Doe")

    with pytest.raises(KeyError):
        asyncio.run(sent_by(Tracing(broken, policies=Policies([POLICY]), provider=provider), scope_of()))
    (span,) = spans.get_finished_spans()
    assert span.status.status_code == StatusCode.ERROR
    assert "Jane" not in span.to_json()
