"""Which role may ask for which route, as one table, from the service's OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from serving.access.caller import Role
from serving.access.policy import OPERATION, ROLES

YES, NO = "yes", "·"


def routes_in(description: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Return method, path and operation of each route of a document, by path."""
    return [
        (method.upper(), path, operation)
        for path, operations in sorted(description["paths"].items())
        for method, operation in sorted(operations.items())
    ]


def admitted(operation: Mapping[str, Any]) -> frozenset[Role]:
    """Return the roles that may ask for an operation."""
    return frozenset(map(Role, operation[ROLES]))


def matrix(description: Mapping[str, Any]) -> str:
    """Return the table, Markdown: a row a route, a column a role."""
    head = ["route", "for the record", *Role]
    rows = [
        [
            f"`{method} {path}`",
            str(operation[OPERATION]) if operation["security"] else "open to all",
            *(YES if role in admitted(operation) else NO for role in Role),
        ]
        for method, path, operation in routes_in(description)
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"|{'|'.join(f' {cell} ' if cell != '---' else cell for cell in line)}|\n" for line in lines)
