"""The service's OpenAPI document."""
from typing import Any
def describe(document: dict[str, Any]) -> dict[str, Any]:
    return document
