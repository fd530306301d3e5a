"""In which form an answer is asked for: JSON, or CSV by `format=csv` or `Accept: text/csv`."""

import math
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Literal

from fastapi import Request
from pydantic import Field

from serving.schemas import Closed

JSON, CSV = "application/json", "text/csv"
# What a route that answers in both forms declares.
TABLE: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {"content": {CSV: {"schema": {"type": "string"}}}, "description": "As asked."}
}

# Forms that the service speaks; a problem is JSON too.
_SPOKEN = frozenset({JSON, CSV, "application/problem+json"})
_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.ASCII | re.IGNORECASE)


class Format(Closed):
    """The form of an answer."""

    format: Literal["json", "csv"] | None = Field(None, description="Left out: JSON, or as the Accept header says.")


def wants_csv(request: Request, query: Format) -> bool:
    """Return whether CSV is asked for; what the address says goes before what the header does.

    Of two forms that a header takes equally well the one that it names goes first, and of two that it names the first.
    """
    if query.format is not None:
        return query.format == "csv"
    ranges = _ranges(request.headers.get("accept", ""))
    csv, json = (_quality(form, ranges) for form in (CSV, JSON))
    if csv != json:
        return csv > json
    named = list(ranges)
    places = [named.index(form) if form in ranges else math.inf for form in (CSV, JSON)]
    return csv > 0 and places[0] < places[1]


def accepts(header: str, also: Iterable[str] = ()) -> bool:
    """Return whether an Accept header takes a form that the service speaks, or one of the route's own (RFC 9110).

    Args:
        header: As it was sent; "" where there is none, and then every form is taken.
        also: Media types of the route besides.
    """
    ranges = _ranges(header)
    return not ranges or any(_quality(form, ranges) > 0 for form in _SPOKEN.union(also))


def _ranges(header: str) -> dict[str, float]:
    """Return the media ranges of an Accept header to their qualities; a quality that cannot be read counts as 1."""
    ranges: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = part.split(";")
        if name.strip():
            found = [float(match[1]) for one in parameters if (match := _QUALITY.fullmatch(one))]
            ranges[name.strip()] = found[-1] if found else 1.0
    return ranges


def _quality(form: str, ranges: dict[str, float]) -> float:
    """Return how gladly a form is taken; of the ranges that it lies in the narrowest holds."""
    kind = form.partition("/")[0]
    return next((ranges[one] for one in (form, f"{kind}/*", "*/*") if one in ranges), 0.0)
