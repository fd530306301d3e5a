"""The service's OpenAPI document: what FastAPI says of the routes, completed and made true.

Policies say who may ask and what a route does to the record; from them and from the form of a route follow the problem
documents that it may answer with.
"""

import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute

from serving.access.policy import ANYBODY, RECORDED
from serving.guards.problems import DETAIL, MEDIA_TYPE
from serving.schemas import Closed, Problem

# Of the addresses under /v1, not of the software: a bento holds the software uninstalled.
API_VERSION = "1"

EXAMPLES = Path(__file__).parent / "examples.json"
_ABOUT = """\
Forecasts of recorded demand by area and strand, patrol plans with reasons, and the record of every answer. It forecasts
recorded incidents in areas; it never says anything about a person.

Every answer is recorded before it leaves: the header `Audit-Id` names the event. A JSON body begins with the same
identifier as `audit_id`, and the event's `object_hash` is the SHA-256 of the body without that member. `x-roles` of an
operation says who may ask, `x-operation` what it is for the record.
"""
_REFERENCE = "#/components/schemas/{model}"
_SECURITY = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, as `strandcast keys create` shows it once.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the OpenID Connect issuer that the workspace names.",
    },
}
_ANSWER_HEADERS = {
    "Audit-Id": {"description": "The event that recorded this answer.", "schema": {"type": "string"}},
    "Request-Id": {"description": "The request, as it stands in log and record.", "schema": {"type": "string"}},
}
_TAG = {"ETag": {"description": "Of the body without its audit id.", "schema": {"type": "string"}}}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Entity tags that are known; the answer is 304 if one holds.",
    "schema": {"type": "string", "maxLength": 2000},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and request are answered as the first time; nothing is written twice.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`: answer 202 with the job at once.",
    "schema": {"type": "string", "maxLength": 200},
}
_WRITES = ("post", "put", "patch", "delete")


def describe(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Return the document of some routes."""
    document = get_openapi(
        title="Strandcast", version=API_VERSION, openapi_version="3.1.0", description=_ABOUT, routes=list(routes)
    )
    names = {
        (route.path, method.lower()): route.name
        for route in routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    }
    paths = {
        path: {
            method: {**_operation(path, method, operation), "operationId": names[path, method]}
            for method, operation in item.items()
        }
        for path, item in sorted(document["paths"].items())
    }
    schemas = {**document["components"]["schemas"], **_schemas(Problem)}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for name, examples in _examples().items():
        if name in schemas:
            schemas[name]["examples"] = examples
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": _SECURITY},
    }


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    recorded = bool(operation.pop(RECORDED))
    kept = {"security": [] if operation.pop(ANYBODY) else [{name: []} for name in _SECURITY], **operation}
    successes = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    cached = recorded and method == "get"
    headers = {**_ANSWER_HEADERS, **(_TAG if cached else {})}
    answers: dict[str, Any] = {
        status: {**answer, "description": _told(answer, status), **({"headers": headers} if recorded else {})}
        for status, answer in successes.items()
    }
    if cached:
        kept["parameters"] = [*operation.get("parameters", []), _IF_NONE_MATCH]
        answers["304"] = {"description": "Nothing new since the entity tag that was sent.", "headers": headers}
    if method in _WRITES:
        later = [_PREFER] if "202" in successes else []
        kept["parameters"] = [*operation.get("parameters", []), _KEY, *later]
    problems = _problems(path, method, kept, recorded=recorded)
    kept["responses"] = {**answers, **{str(status.value): _problem(status) for status in problems}}
    return kept


def _told(answer: dict[str, Any], status: str) -> str:
    said = str(answer.get("description", ""))
    return HTTPStatus(int(status)).description if said in ("", "Successful Response") else said


def _problems(path: str, method: str, operation: dict[str, Any], *, recorded: bool) -> list[HTTPStatus]:
    """Return the failures that a route may end in."""
    writes = method in _WRITES
    may = {
        HTTPStatus.BAD_REQUEST: True,
        HTTPStatus.UNAUTHORIZED: bool(operation["security"]),
        HTTPStatus.FORBIDDEN: bool(operation["security"]),
        HTTPStatus.NOT_FOUND: "{" in path or "404" in operation["responses"],
        HTTPStatus.REQUEST_TIMEOUT: True,
        HTTPStatus.CONFLICT: writes,
        HTTPStatus.PRECONDITION_FAILED: writes,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: True,
        HTTPStatus.REQUEST_URI_TOO_LONG: True,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: writes or path.startswith("/v1/"),
        HTTPStatus.MISDIRECTED_REQUEST: True,
        HTTPStatus.UNPROCESSABLE_ENTITY: bool(operation.get("parameters")) or "requestBody" in operation,
        HTTPStatus.TOO_MANY_REQUESTS: True,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: True,
        HTTPStatus.INTERNAL_SERVER_ERROR: True,
        HTTPStatus.SERVICE_UNAVAILABLE: recorded or path == "/readyz",
        HTTPStatus.GATEWAY_TIMEOUT: True,
    }
    return [status for status, holds in may.items() if holds]


def _problem(status: HTTPStatus) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model=Problem.__name__)}}}
    return {"description": DETAIL.get(status, status.description or status.phrase), "content": content}


def _examples() -> dict[str, list[Any]]:
    """Return the examples of shapes by name: those that shapes bear themselves, and answers that were once given.

    FastAPI leaves what is null out of the former, and so out of their shape.
    """
    given: dict[str, Any] = json.loads(EXAMPLES.read_text("utf-8"))
    own: dict[str, Any] = {shape.__name__: shape.model_config.get("json_schema_extra") for shape in _shapes(Closed)}
    borne = {name: list(said["examples"]) for name, said in own.items() if said and "examples" in said}
    return {**borne, **{name: [example] for name, example in given.items()}}


def _shapes(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for shape in base.__subclasses__():
        yield shape
        yield from _shapes(shape)


def _schemas(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_REFERENCE)
    return {**schema.pop("$defs", {}), model.__name__: schema}
