"""The pages where somebody signs in and out, where they begin, and what pages are made of."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from errors import AccessError, DataError, StrandcastError
from ledger.events import Draft, NoSuchRecordError
from serving.access.caller import Caller, Role
from serving.access.code_flow import Begun, CodeFlow
from serving.access.policy import page
from serving.access.refused import TooManyAttemptsError, UnknownCallerError
from serving.access.sealing import Seal, cookie_of
from serving.access.session import ended
from serving.asking import present
from serving.desk import Desk
from serving.pages.forms import WRONG, fields_of, is_from_elsewhere, sent_form
from serving.pages.navigation import home_of
from serving.pages.site import Site, led_to

_ANYBODY = page("admin", *Role, recorded=False, anybody=True)
_WRONG_KEY = "This key does not open anything. Check that you copied all of it, and that it has not expired."
_NO_KEY = "Enter your key."
_BEGUN, _BEGUN_SECONDS = "strandcast-sign-in", 600
_FOR_EVER = "public, max-age=31536000, immutable"


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    _assets(router, site)
    _signing_in(router, site)
    _with_an_account(router, site)
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
        account = site().desk().code_flow is not None
        return await site().show(request, "sign_in.html", wanted=_within(next), fault="", account=account)

    @router.post("/sign-in", **page("admin", *Role, anybody=True))
    async def sign_in(request: Request) -> Any:
        if is_from_elsewhere(request):
            raise AccessError("did not come from the page where one signs in", place="form", fix="open the page again")
        sent = await fields_of(request)
        key, wanted = sent["key"], _within(sent["next"])
        desk = site().desk()
        try:
            caller = await desk.door.caller([f"Bearer {key}"] if key else [], _address(request), frozenset(Role))
        except (UnknownCallerError, TooManyAttemptsError) as error:
            late = isinstance(error, TooManyAttemptsError)
            return await _again(request, site(), error, wanted, str(error) if late else _WRONG_KEY if key else _NO_KEY)
        return await _let_in(request, desk, caller, key, wanted)


def _with_an_account(router: APIRouter, site: Callable[[], Site]) -> None:
    # A link, not a form: a page may send forms to this service alone, and browsers hold redirections to that too.
    @router.get("/sign-in/account", **_ANYBODY)
    async def sign_in_elsewhere(request: Request, next: str = "") -> Any:  # noqa: A002 - the name in the address
        flow = _flow_of(site().desk())
        begun = Begun.anew(_within(next))
        place = await run_in_threadpool(flow.address, begun, _back(request))
        answer = led_to(place)
        kept = _seal(site().desk()).sealed([begun.state, begun.verifier, begun.wanted])
        answer.set_cookie(
            _BEGUN, kept, _BEGUN_SECONDS, path="/sign-in", secure=request.url.scheme == "https", httponly=True
        )
        return answer

    @router.get("/sign-in/answer", **page("admin", *Role, anybody=True))
    async def signed_in_elsewhere(request: Request, state: str = "", code: str = "") -> Any:
        desk = site().desk()
        kept = _seal(desk).opened(cookie_of(request.scope, _BEGUN) or "")
        begun = Begun(*kept) if kept else Begun.anew("")
        try:
            token = await run_in_threadpool(_flow_of(desk).token, begun, _back(request), state, code)
            caller = await desk.door.caller([f"Bearer {token}"], _address(request), frozenset(Role))
        except (UnknownCallerError, TooManyAttemptsError) as error:
            return await _again(request, site(), error, begun.wanted, str(error))
        return await _let_in(request, desk, caller, token, begun.wanted)


async def _again(request: Request, site: Site, error: StrandcastError, wanted: str, fault: str) -> Response:
    """Show the page where one signs in, with what is wrong."""
    late = isinstance(error, TooManyAttemptsError)
    status = HTTPStatus.TOO_MANY_REQUESTS if late else WRONG
    account = site.desk().code_flow is not None
    return await site.show(request, "sign_in.html", status=status, wanted=wanted, fault=fault, account=account)


async def _let_in(request: Request, desk: Desk, caller: Caller, token: str, wanted: str) -> Response:
    """Begin a session, recorded before it is begun.

    Raises:
        DataError: What was signed in with does not fit into a cookie.
        LedgerError: It could not be recorded.
    """
    cookie = desk.sessions.cookie(desk.sessions.begin(token), request.url.scheme)
    if cookie is None:
        raise DataError("is too long to stay signed in with", place="token", fix="sign in with an API key")
    await _record(desk, caller)
    answer = led_to(wanted or home_of(caller.roles))
    answer.headers["set-cookie"] = cookie
    return answer


def _flow_of(desk: Desk) -> CodeFlow:
    if desk.code_flow is None:
        raise NoSuchRecordError("this service has no sign-in with an organisation's account", fix="use a key")
    return desk.code_flow


def _seal(desk: Desk) -> Seal:
    return Seal(desk.workspace.settings.salt, "sign-in")


def _back(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers['host']}/sign-in/answer"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


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
