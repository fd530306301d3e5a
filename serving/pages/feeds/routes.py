"""The addresses of the pages of feeds."""

from collections.abc import Callable
from http import HTTPStatus
from types import ModuleType
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from errors import StrandcastError
from serving.access.caller import Role
from serving.access.policy import page
from serving.asking import present
from serving.conflicts import sentence_of, status_of
from serving.feeds.routes import INSIDE, RELEASERS
from serving.feeds.schemas import ReleaseOrder
from serving.pages.feeds import pictures
from serving.pages.forms import WRONG, Form, fresh_key, sent_form
from serving.pages.plans.errands import keep_once
from serving.pages.site import Site, led_to
from serving.schemas import Closed

Faults = list[tuple[str, str]]


class ShownQuery(Closed):
    """Which feed, which rule, which page of its quarantine, and what was released just now."""

    name: str
    rule: str | None = None
    cursor: str | None = None
    released: str | None = None


def _reading() -> ModuleType:
    # Feeds are read with pandas: a worker that is not asked for them stays small.
    from serving.pages.feeds import reading  # noqa: PLC0415

    return reading


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/feeds", **page("consultation", *INSIDE, Role.PARTNER))
    async def get_feeds(request: Request) -> Any:
        found = await run_in_threadpool(lambda: _reading().all_feeds(site().desk()))
        return await site().show(request, "feeds.html", found.sources, found=found)

    @router.get("/feeds/one", **page("consultation", *INSIDE, Role.PARTNER))
    async def get_feed(request: Request, query: Annotated[ShownQuery, Query()]) -> Any:
        return await _shown(request, site(), query)

    @router.post("/feeds/release", **page("alteration", *RELEASERS))
    async def release_rows(request: Request) -> Any:
        form = await sent_form(request)
        try:
            order = _order(form)
            keep_once(present(), form)
            answer = await run_in_threadpool(lambda: _release(site(), order))
        except ValidationError as error:
            faults = [(f"release-{one['loc'][-1]}", _sentence(str(one["loc"][-1]))) for one in error.errors()]
            return await _shown(request, site(), ShownQuery(name=form["feed"]), form, faults, WRONG)
        except StrandcastError as error:
            field = error.place if error.place in ("rule", "column", "before", "after", "reason") else "title"
            told = [(f"release-{field}", sentence_of(error))]
            return await _shown(request, site(), ShownQuery(name=form["feed"]), form, told, status_of(error))
        return led_to(f"/feeds/one?{urlencode({'name': order.feed, 'released': answer.headers['audit-id']})}#released")

    return router


def _release(site: Site, order: ReleaseOrder) -> Any:
    from serving.feeds.releasing import release  # noqa: PLC0415 - as above

    return release(site.desk(), present(), order)


def _order(form: Form) -> ReleaseOrder:
    """Return what a form asks for.

    Raises:
        ValidationError: No reason is given, or a field cannot be used.
    """
    replaces = form["way"] == "replace"
    return ReleaseOrder(
        feed=form["feed"],
        rule=None if replaces else form["rule"] or None,
        column=form["column"] if replaces else None,
        before=form["before"] if replaces else None,
        after=form["after"] if replaces else None,
        reason=form["reason"],
    )


def _sentence(field: str) -> str:
    return "Say why, in your words." if field == "reason" else f"Look at “{field}” again: it cannot be used."


async def _shown(
    request: Request,
    site: Site,
    query: ShownQuery,
    typed: Form | None = None,
    faults: Faults | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    asked = query.model_dump(exclude={"released"})
    found = await run_in_threadpool(lambda: _reading().one_feed(site.desk(), _reading().FeedQuery(**asked)))
    known = found.known
    drawn = await run_in_threadpool(lambda: (pictures.delays(known), pictures.newest(known))) if known else (None, None)
    return await site.show(
        request,
        "feed.html",
        found.sources,
        status=status,
        found=found,
        feed=found.feed,
        known=known,
        delays=drawn[0],
        newest=drawn[1],
        query=query,
        typed=typed or Form([]),
        faults=faults or [],
        key=fresh_key(),
        may_release=bool(set(RELEASERS) & set(present().caller.roles)),
    )
