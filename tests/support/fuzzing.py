"""Requests made from the OpenAPI document, in its shapes and out of them, and what no answer to them may be."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.generation import GenerationMode
from starlette.testclient import TestClient

CASES = 300
# The soak asks for more: STRANDCAST_FUZZ_CASES=10000 make test ARGS="-k fuzzed".
CASES_VARIABLE = "STRANDCAST_FUZZ_CASES"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# Both are generic in what our own code never names.
Operation = Any
Case = Any


def operations(description: dict[str, Any]) -> dict[str, Operation]:
    """Return the operations of a document by method and path."""
    results: Iterator[Any] = schemathesis.openapi.from_dict(description).get_all_operations()
    found = [result.ok() for result in results]
    return {operation.label: operation for operation in found}


def cases_wanted() -> int:
    """Return how many cases of a route are asked for."""
    return int(os.environ.get(CASES_VARIABLE, CASES))


def fuzz(operation: Operation, client: TestClient, known: Mapping[str, str], cases: int) -> Counter[int]:
    """Send cases in and out of the shapes of an operation, each checked; return how many answers had which status.

    In half of the cases a name in the path is one that the service knows, so that what lies behind it is reached.
    """
    answers: Counter[int] = Counter()
    if not any(True for _ in operation.iter_parameters()) and not operation.body:
        _sent(operation.Case(), client, answers)
        return answers
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        _run(operation.as_strategy(generation_mode=mode), cases // 2, known, lambda case: _sent(case, client, answers))
    return answers


def _run(strategy: Any, cases: int, known: Mapping[str, str], send: Callable[[Case], None]) -> None:
    @seed(20260101)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=strategy, real=st.booleans())
    def each(case: Case, real: bool) -> None:
        if real and case.path_parameters:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        send(case)

    each()


def _sent(case: Case, client: TestClient, answers: Counter[int]) -> None:
    # Only what a request is made of: the transport of schemathesis is another one.
    made = case.as_transport_kwargs(base_url="http://localhost")
    names = ("method", "url", "params", "json", "data", "headers")
    request = {name: made[name] for name in names if name in made}
    if isinstance(request.get("data"), bytes | str):
        request["content"] = request.pop("data")
    sent = (request.pop("headers", None) or {}).items()
    # As bytes: a header may hold what is no ASCII, which the client would refuse to send.
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in sent if name.lower() != "host"]
    answer = client.request(**request, headers=headers)
    answers[int(answer.status_code)] += 1
    case.validate_response(answer, checks=CHECKS)
