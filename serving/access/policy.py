"""The policy of routes: what each does to the record and who may ask for it. A route without one is denied."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard, get_args, get_origin

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute

from ledger.events import OPERATIONS
from serving.access.caller import Role

OTHER = "other"
# Keys of the OpenAPI document under which a route says what it does and for whom.
OPERATION, ROLES, RECORDED, ANYBODY = "x-operation", "x-roles", "x-recorded", "x-anybody"

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PARAMETER = re.compile(r"\\\{[a-z_]+\\\}")


@dataclass(frozen=True)
class Policy:
    """What a route does to the record, and who may ask for it.

    Invariant: the operation is one of the ledger's; some role may ask.

    Attributes:
        method: HTTP method.
        template: Its path, with names in braces where a value stands.
        operation: The ledger's word for what it does.
        roles: Who may ask.
        recorded: Whether it touches what is recorded at all; probes and descriptions do not.
        anybody: Whether it is answered to whoever asks, unknown too; so are probes and descriptions.
        page: Whether it is a page for people, who sign in and stay signed in by a cookie; all else takes none.
        several: Names of its query that may stand there more than once.
        media: Media types of its answers, where they are others than JSON.
    """

    method: str
    template: str
    operation: str
    roles: frozenset[Role]
    recorded: bool = True
    anybody: bool = False
    page: bool = False
    several: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a policy that says nothing.

        Raises:
            ValueError: The invariant does not hold.
        """
        if self.operation not in OPERATIONS or not self.roles:
            msg = f"{self.method} {self.template} needs an operation of the ledger and a role"
            raise ValueError(msg)


class Policies:
    """Every policy, found by method and path."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.all = tuple(sorted(policies, key=lambda one: (one.template, one.method)))
        # A path in full is found at once, and goes before a template that would match it too.
        self._plain = {one.template for one in self.all if "{" not in one.template}
        self._patterns = tuple(
            (template, re.compile(_PARAMETER.sub("[^/]+", re.escape(template))))
            for template in dict.fromkeys(one.template for one in self.all if "{" in one.template)
        )
        self._by_route = {(one.method, one.template): one for one in self.all}

    def template(self, path: str) -> str:
        """Return the template that a path belongs to, or `OTHER`."""
        if path in self._plain:
            return path
        return next((template for template, pattern in self._patterns if pattern.fullmatch(path)), OTHER)

    def find(self, method: str, path: str) -> Policy | None:
        """Return the policy of a request; None where there is no such route."""
        return self._by_route.get((method, self.template(path)))

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that a path takes."""
        template = self.template(path)
        return tuple(method for method in _METHODS if (method, template) in self._by_route)


def declared(operation: str, *roles: Role, recorded: bool = True, anybody: bool = False) -> dict[str, Any]:
    """Return what a route's decorator is given so that it has a policy."""
    said = {OPERATION: operation, ROLES: sorted(roles), RECORDED: recorded, ANYBODY: anybody}
    return {"openapi_extra": said}


def page(operation: str, *roles: Role, recorded: bool = True, anybody: bool = False) -> dict[str, Any]:
    """Return what the decorator of a page is given: it has a policy, and no place in the description of the API."""
    said = declared(operation, *roles, recorded=recorded, anybody=anybody)
    return {**said, "include_in_schema": False, "response_model": None}


def policies_of(routes: Iterable[BaseRoute]) -> list[Policy]:
    """Return the policies that routes declare.

    Raises:
        ValueError: A route declares none.
    """
    found = []
    for route in routes:
        said = route.openapi_extra if isinstance(route, APIRoute) else None
        if not isinstance(route, APIRoute) or not said or OPERATION not in said:
            msg = f"the route {getattr(route, 'path', route)} declares no operation and no role"
            raise ValueError(msg)
        roles = frozenset(map(Role, said[ROLES]))
        found += [
            Policy(
                method,
                route.path,
                said[OPERATION],
                roles,
                said[RECORDED],
                said[ANYBODY],
                page=not route.include_in_schema,
                several=_several(route),
                media=frozenset(media for answer in route.responses.values() for media in answer.get("content", ())),
            )
            for method in sorted(route.methods or ())
        ]
    return found


def _several(route: APIRoute) -> frozenset[str]:
    """Return the names of a route's query that take lists."""
    names: set[str] = set()
    for field in route.dependant.query_params:
        shape = field.field_info.annotation
        fields = shape.model_fields if _is_shape(shape) else {field.alias: field.field_info}
        names |= {name for name, info in fields.items() if _takes_list(info.annotation)}
    return frozenset(names)


def _is_shape(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _takes_list(annotation: object) -> bool:
    return get_origin(annotation) is list or any(map(_takes_list, get_args(annotation)))
