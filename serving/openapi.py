"""The service's OpenAPI document: BentoML's own description, completed and made true.

BentoML describes its routes and those of the mounted application, in the words of OpenAPI 3.0, with errors that never
leave (they are turned into problem documents) and with the request and answer of an API method written out in place.
"""

from typing import Any

from pydantic import BaseModel

from serving.plans.schemas import PlanAnswer, PlanOrder
from serving.schemas import AuditEvent, ExplanationAnswer, Forecasts, Periods, Problem

# Of the addresses under /v1, not of the software: a bento holds the software uninstalled.
API_VERSION = "1"
JSON_MEDIA = "application/json"
PROBLEM_MEDIA = "application/problem+json"
TEXT_MEDIA = "text/plain"

_REFERENCE = "#/components/schemas/{model}"
_ABOUT = """\
Forecasts of recorded demand by area and strand, patrol plans with reasons, and the record of every answer. It forecasts
recorded incidents in areas; it never says anything about a person.

Every answer about forecasts, plans and explanations carries `audit_id`: the event that was recorded before the answer
left. Where something was read, the `object_hash` of that event is the SHA-256 of the answer without the `audit_id`
member that it begins with.
"""
_SHAPES = (Periods, Forecasts, PlanOrder, PlanAnswer, ExplanationAnswer, AuditEvent, Problem)
_PROBES = {
    "/healthz": "Whether the process answers",
    "/livez": "Whether the process answers",
    "/readyz": "Whether there is a forecast to serve and a ledger that can be written",
}
_PROBLEMS = {
    "/healthz": (),
    "/livez": (),
    "/metrics": (),
    "/readyz": (503,),
    "/v1/periods": (503,),
    "/v1/forecasts": (422, 503),
    "/v1/plans": (400, 413, 415, 422, 503),
}
_PROBLEMS_BY_ID = (404, 503)
_TITLES = {
    400: "No JSON",
    404: "No such record",
    413: "Body too large",
    415: "Not application/json",
    422: "Fields that cannot be used",
    503: "Nothing to serve, or the answer could not be recorded",
}


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """Return the complete document from the one that BentoML gives."""
    paths = {path: _path(path, item) for path, item in sorted(document["paths"].items())}
    schemas = {name: schema for model in _SHAPES for name, schema in _schemas(model).items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Strandcast", "version": API_VERSION, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _path(path: str, item: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(path, method, operation) for method, operation in item.items()}


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: operation[name] for name in ("summary", "parameters") if name in operation}
    kept["operationId"] = f"{method}_{path.strip('/').replace('/', '_').replace('{', 'by_').replace('}', '')}"
    # BentoML keys the answers of its own routes by number, FastAPI by text.
    success = {str(status): answer for status, answer in operation["responses"].items()}["200"]
    if path in _PROBES:
        kept["summary"] = _PROBES[path]
    if path == "/v1/plans":
        kept["summary"] = "Make a plan: hours for every area, with reasons"
        kept["requestBody"] = {"required": True, "content": _content(JSON_MEDIA, PlanOrder)}
        success = {"content": _content(JSON_MEDIA, PlanAnswer)}
    success = {**success, "description": "As asked."}
    if "content" not in success:
        success["content"] = {TEXT_MEDIA: {"schema": {"type": "string"}}}
    problems = {str(status): _problem(_TITLES[status]) for status in _PROBLEMS.get(path, _PROBLEMS_BY_ID)}
    kept["responses"] = {"200": success, **problems, "default": _problem("Any other failure")}
    return kept


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": _content(PROBLEM_MEDIA, Problem)}


def _content(media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}}


def _schemas(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_REFERENCE)
    return {**schema.pop("$defs", {}), model.__name__: schema}
