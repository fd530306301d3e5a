"""In which form an answer is asked for: JSON, or CSV by `format=csv` or `Accept: text/csv`."""

from http import HTTPStatus
from typing import Any, Literal

from fastapi import Request
from pydantic import Field

from serving.schemas import Closed

# What a route that answers in both forms declares.
TABLE: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "As asked."}
}


class Format(Closed):
    """The form of an answer."""

    format: Literal["json", "csv"] | None = Field(None, description="Left out: JSON, or as the Accept header says.")


def wants_csv(request: Request, query: Format) -> bool:
    """Return whether CSV is asked for; what the address says goes before what the header does."""
    if query.format is not None:
        return query.format == "csv"
    wanted = [one.partition(";")[0].strip() for one in request.headers.get("accept", "").lower().split(",")]
    return next((one == "text/csv" for one in wanted if one in ("text/csv", "application/json")), False)
