"""The site: pages made of the API's own answers, and recorded as such before they leave.

A page computes no number. It is made of findings, each the body that the API would answer under an address, seen by the
same caller; every finding is recorded as the API records it, with the page beside it. So what stands on a page equals
what the API says, is disclosed by the same rules, and is replayed in the same way.
"""

import asyncio
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from ledger.events import Event, Scalar
from serving.access.policy import Policies
from serving.answers import AUDIT_ID, CSV, Finding, draft_of
from serving.asked import asked_of
from serving.asking import Asking, present
from serving.desk import Desk
from serving.pages import words
from serving.pages.assets import Assets
from serving.pages.navigation import places_for

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "page"
# Nothing runs, is drawn or is sent but what this service itself gives; no style or script stands in a page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Levels above pay for themselves with neither time nor bytes.
_GZIP_LEVEL = 5
_WORTH_PACKING = 1024


@dataclass(frozen=True)
class Source:
    """An answer of the API that a page is made of.

    Attributes:
        asked: Address under which the API gives it, with its query.
        finding: What it gives to this caller.
    """

    asked: str
    finding: Finding

    @cached_property
    def document(self) -> dict[str, Any]:
        """The body of a JSON answer."""
        document: dict[str, Any] = json.loads(self.finding.body)
        return document


class Site:
    """Shows pages.

    Args:
        desk: Returns the desk of this process.
        policies: Returns the policies of all routes.
    """

    def __init__(self, desk: Callable[[], Desk], policies: Callable[[], Policies]) -> None:
        self.desk = desk
        self._policies = policies
        self.assets = Assets()
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= words.FILTERS
        self._templates.globals["asset"] = self.assets.address

    async def show(
        self,
        request: Request,
        template: str,
        sources: Sequence[Source] = (),
        *,
        status: HTTPStatus = HTTPStatus.OK,
        **values: Any,
    ) -> Response:
        """Return a page, recorded.

        Args:
            request: What is answered.
            template: Name of its template.
            sources: Answers of the API that it shows.
            status: Of the answer.
            values: What else the template is given.

        Raises:
            LedgerError: It could not be recorded; then there is no page.
        """
        asking = present()
        events = await self._recorded(request, sources, asking)
        page = await run_in_threadpool(
            self.render, template, asking, audit_ids=[event.audit_id for event in events], **values
        )
        return _packed(request, HTMLResponse(page, status, {"content-security-policy": POLICY, "vary": "cookie"}))

    async def take_away(self, request: Request, source: Source) -> Response:
        """Return a file that somebody takes away: the very bytes that the API gives, recorded as it records them.

        Raises:
            LedgerError: It could not be recorded; then there is no file.
        """
        (event,) = await self._recorded(request, [source], present())
        found = source.finding
        headers = {"cache-control": "no-store", AUDIT_ID: event.audit_id, **found.headers}
        return Response(found.body, found.status, headers, found.media_type)

    def render(self, template: str, asking: Asking, **values: Any) -> str:
        """Return a page as HTML; `values` are what the template is given beside what every page has."""
        settings = self.desk().workspace.settings
        return self._templates.get_template(template).render(
            service=settings.name,
            synthetic=settings.synthetic,
            attribution=settings.attribution,
            caller=asking.caller,
            signed_in=asking.session is not None,
            places=places_for(asking.caller.roles),
            path=asking.path,
            request_id=asking.request_id,
            form_token=asking.session.form_token() if asking.session else "",
            **{"audit_ids": [], **values},
        )

    async def _recorded(self, request: Request, sources: Sequence[Source], asking: Asking) -> list[Event]:
        page = str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
        drafts = []
        for source in sources:
            policy = self._policies().find("GET", source.asked.partition("?")[0])
            if policy is None or asking.caller.role not in policy.roles:
                msg = f"{page} shows {source.asked} to a {asking.caller.role}, whom the API does not answer"
                raise AssertionError(msg)
            details: dict[str, Scalar] = {PAGE: page[:500]}
            if source.finding.lasting:
                media = "csv" if source.finding.media_type == CSV else None
                details |= asked_of(source.asked, media, asking.caller.scope) | self._surroundings()
            drafts.append(draft_of(source.finding, policy.operation, details))
        recorder = self.desk().recorder
        return await asyncio.gather(*(asyncio.wrap_future(recorder.record(draft)) for draft in drafts))

    def _surroundings(self) -> dict[str, Scalar]:
        return self.desk().answering_details()


def led_to(address: str) -> Response:
    """Return the answer that leads on to another page after a form was taken (303)."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _packed(request: Request, answer: Response) -> Response:
    body = bytes(answer.body)
    if len(body) < _WORTH_PACKING or "gzip" not in request.headers.get("accept-encoding", ""):
        return answer
    packed = gzip.compress(body, _GZIP_LEVEL, mtime=0)
    headers = {**answer.headers, "content-encoding": "gzip", "vary": "cookie, accept-encoding"}
    headers.pop("content-length", None)
    return Response(packed, answer.status_code, headers)
