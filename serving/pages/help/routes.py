"""The address of help; anybody may read it, for it shows nothing that is recorded."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from serving.access.caller import Role
from serving.access.policy import page
from serving.pages.site import Site


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/help", **page("admin", *Role, recorded=False, anybody=True))
    async def get_help(request: Request) -> Any:
        return await site().show(request, "help.html")

    return router
