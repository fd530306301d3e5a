"""The short way to a mounted route: past what BentoML does for its own routes, and past FastAPI's for what it need not.

BentoML matches every mounted route once to find the application, which matches them again, and holds a context that
none of ours reads. FastAPI asks, for every request, what the annotations of a query's fields are.
"""

from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any, get_args, get_origin

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.access.policy import Policies
from serving.asking import present

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Direct:
    """ASGI middleware that hands a request for a mounted route to its application.

    Args:
        app: What answers all else.
        web: The application.
        policies: Of its routes.
    """

    def __init__(self, app: ASGIApp, *, web: ASGIApp, policies: Policies) -> None:
        self.app = app
        self.web = web
        self._mounted = frozenset((one.method, one.template) for one in policies.all)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        policy = present().policy if scope["type"] == "http" else None
        mounted = policy is not None and (policy.method, policy.template) in self._mounted
        await (self.web if mounted else self.app)(scope, receive, send)


class QueryRoute(APIRoute):
    """A route of reads whose query is read in one step.

    Whatever is not plain, a query that does not hold or a field that is given twice, is left to FastAPI, which also
    says what is wrong with it.
    """

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        handler = super().get_route_handler()
        return _plain(self.dependant, handler) if self.methods == {"GET"} and _is_plain(self.dependant) else handler


def _is_plain(dependant: Dependant) -> bool:
    """Tell whether nothing is asked for but the request, one shape of a query and names in the path."""
    others = (dependant.dependencies, dependant.header_params, dependant.cookie_params, dependant.body_params)
    queries = [field.field_info.annotation for field in dependant.query_params]
    return (
        not any(others)
        and dependant.request_param_name is not None
        and all(field.field_info.annotation is str and not field.field_info.metadata for field in dependant.path_params)
        and (not queries or (len(queries) == 1 and isinstance(queries[0], type) and issubclass(queries[0], BaseModel)))
    )


def _plain(dependant: Dependant, otherwise: Handler) -> Handler:
    call: Callable[..., Awaitable[Response]] | None = dependant.call
    name = dependant.request_param_name
    assert call is not None and name is not None  # noqa: S101, PT018 - a plain route has both
    names = [field.name for field in dependant.path_params]
    query = next(iter(dependant.query_params), None)
    shape: Any = query.field_info.annotation if query else None
    lists = frozenset(field for field, info in shape.model_fields.items() if _is_list(info.annotation)) if shape else ()

    async def handle(request: Request) -> Response:
        values: dict[str, Any] = {name: request, **{one: request.path_params[one] for one in names}}
        if query is not None:
            given = _given(request.query_params, lists)
            try:
                values[query.name] = None if given is None else shape.model_validate(given)
            except ValidationError:
                given = None
            if given is None:
                return await otherwise(request)
        return await call(**values)

    return handle


def _given(sent: QueryParams, lists: Collection[str]) -> dict[str, Any] | None:
    """Return the fields of a query; None where one that is no list is given twice."""
    given: dict[str, Any] = {}
    for name, value in sent.multi_items():
        if name in lists:
            given.setdefault(name, []).append(value)
        elif name in given:
            return None
        else:
            given[name] = value
    return given


def _is_list(annotation: Any) -> bool:
    """Tell whether a field is a list, or may be one."""
    return any(get_origin(one) is list for one in (annotation, *get_args(annotation)))
