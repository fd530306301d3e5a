"""The OpenAPI document is valid, complete and true."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.routing import Route

from serving.service import POLICIES, WEB, Strandcast, present_description


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
    described = {(method.upper(), path) for path, method, _ in operations(description)}
    assert described == {(policy.method, policy.template) for policy in POLICIES.all if not policy.page}
    apis = {method.route for method in Strandcast.apis.values()}
    pages = {policy.template for policy in POLICIES.all if policy.page}
    served = ({route.path for route in WEB.routes if isinstance(route, Route)} | apis) - pages
    assert served | {"/healthz", "/livez", "/readyz"} == {path for _, path in described}


def test_operations_are_named_once_and_summed_up(description: dict[str, Any]) -> None:
    found = list(operations(description))
    assert len({operation["operationId"] for *_, operation in found}) == len(found)
    assert [path for path, _, operation in found if not operation.get("summary")] == []


def test_errors_are_described_as_problem_documents(description: dict[str, Any]) -> None:
    for path, _, operation in operations(description):
        for status, answer in operation["responses"].items():
            if not status.startswith(("2", "3")):
                assert list(answer["content"]) == ["application/problem+json"], (path, status)


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


def test_every_shape_that_goes_in_or_out_has_an_example_of_its_shape(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    used = {
        content["schema"]["$ref"].rpartition("/")[2]
        for *_, operation in operations(description)
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
        for content in part.get("content", {}).values()
        if "$ref" in content["schema"]
    }
    without = [name for name in sorted(used) if not schemas[name].get("examples")]
    # That of an order of a plan stands beside its body: BentoML reads the shape too, and takes none there.
    assert without == ["PlanOrder"]
    assert description["paths"]["/v1/plans"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    for name in sorted(used - {"PlanOrder"}):
        for example in schemas[name]["examples"]:
            root = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
            Draft202012Validator(root).validate(example)


def test_every_operation_stands_under_one_heading(description: dict[str, Any]) -> None:
    assert [path for path, _, operation in operations(description) if len(operation.get("tags", ())) != 1] == []
