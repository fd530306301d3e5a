"""The OpenAPI document is valid, complete and true."""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate
from starlette.routing import Route

from serving.service import POLICIES, Strandcast, present_description, present_desk
from serving.web import build_web

UNLISTED = {"/docs.json"}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return present_description()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_document_is_valid_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    validate(description)


def test_every_route_is_described_and_has_a_policy(description: dict[str, Any]) -> None:
    routes = {policy.template for policy in POLICIES.all}
    assert set(description["paths"]) | UNLISTED == routes
    mounted = {route.path for route in build_web(present_desk, present_description).routes if isinstance(route, Route)}
    apis = {method.route for method in Strandcast.apis.values()}
    assert mounted | apis | {"/healthz", "/livez", "/readyz"} == routes


def test_operations_are_named_once_and_summed_up(description: dict[str, Any]) -> None:
    found = list(operations(description))
    assert len({operation["operationId"] for *_, operation in found}) == len(found)
    assert [path for path, _, operation in found if not operation.get("summary")] == []


def test_errors_are_described_as_problem_documents(description: dict[str, Any]) -> None:
    for path, _, operation in operations(description):
        for status, answer in operation["responses"].items():
            expected = "application/problem+json"
            assert (list(answer["content"]) == [expected]) == (status != "200"), path


def test_bodies_are_plain_and_closed(description: dict[str, Any]) -> None:
    plans = description["paths"]["/v1/plans"]["post"]
    assert plans["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/PlanOrder"}
    schemas = description["components"]["schemas"]
    assert [name for name, schema in schemas.items() if schema.get("additionalProperties") is not False] == []


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/plans", "/v1/plans"),
        ("/v1/explanations/a", "/v1/explanations/{id}"),
        ("/v1/explanations/a/b", "other"),
        ("/docs_json", "other"),
        ("/", "other"),
        ("/schema.json", "other"),
        ("/static_content/app.js", "other"),
        ("/v1/periods/", "other"),
    ],
)
def test_path_is_metered_by_its_template(path: str, route: str) -> None:
    assert POLICIES.template(path) == route
