"""The pages where somebody signs in and out, where they begin, and what pages are made of."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from errors import AccessError, DataError
from ledger.events import Draft
from serving.access.caller import Caller, Role
from serving.access.policy import page
from serving.access.refused import TooManyAttemptsError, UnknownCallerError
from serving.access.session import ended
from serving.asking import present
from serving.desk import Desk
from serving.pages.forms import WRONG, fields_of, is_from_elsewhere, sent_form
from serving.pages.navigation import home_of
from serving.pages.site import Site, led_to

_ANYBODY = page("admin", *Role, recorded=False, anybody=True)
_WRONG_KEY = "This key does not open anything. Check that you copied all of it, and that it has not expired."
_FOR_EVER = "public, max-age=31536000, immutable"


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    _assets(router, site)
    _signing_in(router, site)
    _inside(router)
    return router


def _assets(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/static/{mark}/{name}", **_ANYBODY)
    async def get_asset(request: Request, mark: str, name: str) -> Any:
        found = site().assets.find(mark, name)
        if found is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        headers = {"cache-control": _FOR_EVER, "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.packed, headers={**headers, "content-encoding": "gzip"}, media_type=found.media_type)
        return Response(found.content, headers=headers, media_type=found.media_type)


def _signing_in(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/sign-in", **_ANYBODY)
    async def get_sign_in(request: Request, next: str = "") -> Any:  # noqa: A002 - the name in the address
        return await site().show(request, "sign_in.html", wanted=_within(next), fault="")

    @router.post("/sign-in", **page("admin", *Role, anybody=True))
    async def sign_in(request: Request) -> Any:
        if is_from_elsewhere(request):
            raise AccessError("did not come from the page where one signs in", place="form", fix="open the page again")
        sent = await fields_of(request)
        key, wanted = sent["key"], _within(sent["next"])
        desk = site().desk()
        address = request.client.host if request.client else ""
        try:
            caller = await desk.door.caller([f"Bearer {key}"] if key else [], address, frozenset(Role))
        except (UnknownCallerError, TooManyAttemptsError) as error:
            late = isinstance(error, TooManyAttemptsError)
            fault = str(error) if late else _WRONG_KEY if key else "Enter your key."
            status = HTTPStatus.TOO_MANY_REQUESTS if late else WRONG
            return await site().show(request, "sign_in.html", status=status, wanted=wanted, fault=fault)
        cookie = desk.sessions.cookie(desk.sessions.begin(key), request.url.scheme)
        if cookie is None:
            raise DataError("is too long to stay signed in with", place="key", fix="sign in with an API key")
        await _record(desk, caller)
        answer = led_to(wanted or home_of(caller.roles))
        answer.headers["set-cookie"] = cookie
        return answer


def _inside(router: APIRouter) -> None:
    @router.post("/sign-out", **page("admin", *Role, recorded=False))
    async def sign_out(request: Request) -> Any:
        await sent_form(request)
        answer = led_to("/sign-in")
        answer.headers["set-cookie"] = ended(request.url.scheme)
        return answer

    @router.get("/home", **page("admin", *Role, recorded=False))
    async def get_home() -> Any:
        return led_to(home_of(present().caller.roles))


async def _record(desk: Desk, caller: Caller) -> None:
    """Record that somebody signed in, before they are let in."""
    asking = present()
    asking.caller = caller
    draft = Draft("admin", "session", caller.name, details={"act": "sign-in"})
    await asyncio.wrap_future(desk.recorder.record(asking.acting().complete(draft)))


def _within(address: str) -> str:
    """Return an address if it is one of this site; "" if it would lead elsewhere."""
    leads_out = not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable()
    return "" if leads_out else address
