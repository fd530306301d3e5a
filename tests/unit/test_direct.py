"""The short way to a mounted route answers as the long one does."""

import asyncio
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from serving.access.caller import Role
from serving.access.policy import Policies, Policy
from serving.asking import Asking, begin
from serving.direct import Direct, QueryRoute
from serving.forecasts.query import ForecastQuery

QUERIES = (
    "",
    "area_code=A&area_code=B&horizon=1",
    "horizon=1&horizon=2&limit=7&format=csv",
    "strand=a%26b&level=f%C3%B6rce",
    "level=",
    "area_code=",
    "limit=1&limit=2",
    "limit=0",
    "limit=many",
    "horizon=1.5",
    "format=xml",
    "cursor=run~1",
    "unknown=1",
    "unknown=1&unknown=2",
    "area_code",
)


def asked(kind: type[APIRoute], path: str) -> tuple[int, Any]:
    """Return what a route of this kind answers."""
    router = APIRouter(route_class=kind)

    @router.get("/rows/{name}")
    async def rows(request: Request, name: str, query: Annotated[ForecastQuery, Query()]) -> Any:
        return JSONResponse({"name": name, "path": request.url.path, **query.model_dump()})

    web = FastAPI()
    web.router.routes.extend(router.routes)
    answer = TestClient(web).get(path)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_read_as_fastapi_reads_it(query: str) -> None:
    path = f"/rows/a%20name?{query}"

    assert asked(QueryRoute, path) == asked(APIRoute, path)


def test_only_what_does_not_hold_is_left_to_fastapi(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []

    async def noted(request: Request) -> JSONResponse:
        left.append(request.url.query)
        return JSONResponse({})

    monkeypatch.setattr(APIRoute, "get_route_handler", lambda _route: noted)
    for query in QUERIES:
        asked(QueryRoute, f"/rows/one?{query}")

    assert left == [
        *("limit=1&limit=2", "limit=0", "limit=many", "horizon=1.5", "format=xml"),
        *("unknown=1", "unknown=1&unknown=2"),
    ]


def test_a_route_that_asks_for_more_is_left_to_fastapi_whole() -> None:
    router = APIRouter(route_class=QueryRoute)

    @router.get("/rows")
    async def rows(request: Request, limit: Annotated[int, Query(ge=1)] = 1) -> Any:
        return JSONResponse({"limit": limit, "path": request.url.path})

    web = FastAPI()
    web.router.routes.extend(router.routes)

    assert TestClient(web).get("/rows?limit=3").json() == {"limit": 3, "path": "/rows"}
    assert TestClient(web).get("/rows?limit=0").status_code == 422


@pytest.mark.parametrize(("method", "reached"), [("GET", "mounted"), ("POST", "other")])
def test_mounted_routes_alone_are_reached_directly(method: str, reached: str) -> None:
    seen: list[str] = []

    def app(name: str) -> Any:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(name)

        return answer

    async def ask() -> None:
        roles = frozenset({Role.PLANNER})
        mounted = Policies([Policy("GET", "/v1/plans", "consultation", roles)])
        begin(Asking("1", policy=Policy(method, "/v1/plans", "combination", roles)))
        await Direct(app("other"), web=app("mounted"), policies=mounted)({"type": "http"}, None, None)  # type: ignore[arg-type]

    asyncio.run(ask())

    assert seen == [reached]
