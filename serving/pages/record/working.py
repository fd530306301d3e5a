"""What an auditor has done: replays and exports, asked for once however often a form is sent."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from errors import DataError
from serving.access.caller import Role
from serving.access.policy import page
from serving.asking import present
from serving.jobs.reading import cancel, job
from serving.jobs.schemas import CancelOrder
from serving.jobs.waiting import Errand, run_errand
from serving.once import HEADER
from serving.pages.forms import KEY, Form, fresh_key, sent_form
from serving.pages.record import reading
from serving.pages.record.reports import FAIRNESS, ReportFields, reports
from serving.pages.record.searching import SearchFields, page_address, searched
from serving.pages.site import Site, Source, led_to
from serving.plans.narrowing import check_sees_all
from serving.record.exporting import export_errand, handed_out
from serving.replays.reading import replay_errand
from serving.replays.schemas import ReplayOrder
from serving.scenarios.reading import scenario_errand
from serving.scenarios.schemas import ScenarioOrder
from serving.schemas import Id

_READS = page("consultation", Role.AUDITOR)
_PLACES = {
    "replays": "/record/replays/",
    "exports": "/record/exports?made=",
    "scenarios": "/record/reports?study=",
    "jobs": "/record/jobs/",
}
_EXPORTS = SearchFields(kind="export", operation="consultation", outcome="ok")


def working(router: APIRouter, site: Callable[[], Site]) -> None:
    """Lay the routes of what is done on request."""
    _exporting(router, site)
    _reporting(router, site)

    @router.post("/record/{id}/replay", **_READS)
    async def ask_replay(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        form = await sent_form(request)
        # Somebody who follows a link to nothing is told so before a job is asked for.
        await run_in_threadpool(site().desk().ledger.event, id)
        return await _led(site(), form, replay_errand(ReplayOrder(id=id)))

    @router.get("/record/jobs/{id}", **_READS)
    async def get_work(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        source = Source(f"/v1/jobs/{id}", await run_in_threadpool(job, site().desk(), present(), id))
        told = source.document
        if told["location"] is not None:
            return led_to(_page_of(told["location"]))
        return await site().show(request, "record_job.html", [source], job=told)

    @router.post("/record/jobs/{id}/cancel", **page("admin", Role.AUDITOR))
    async def cancel_work(request: Request, id: Id) -> Any:  # noqa: A002 - the name in the path
        await sent_form(request)
        await run_in_threadpool(cancel, site().desk(), present(), id, CancelOrder())
        return led_to(f"/record/jobs/{id}")


def _exporting(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/record/exports", **_READS)
    async def get_exports(request: Request, cursor: str = "", made: str = "") -> Any:
        fields = _EXPORTS.model_copy(update={"cursor": cursor[:800]})
        query, _ = searched(fields)
        assert query is not None  # noqa: S101 - the fields are our own
        source = await run_in_threadpool(reading.search, site().desk(), query)
        found, following = source.document, source.document["next_cursor"]
        after = page_address("/record/exports", SearchFields(), cursor=following) if following else ""
        told: dict[str, Any] = {"found": found, "following": after, "made": made, "key": fresh_key()}
        return await site().show(request, "record_exports.html", [source], **told)

    @router.post("/record/exports", **_READS)
    async def ask_export(request: Request) -> Any:
        return await _led(site(), await sent_form(request), export_errand())

    @router.get("/record/exports/{id}", **page("disclosure", Role.AUDITOR))
    async def get_export(id: Id) -> Any:  # noqa: A002 - the name in the path
        return await handed_out(site().desk(), present(), id)


def _reporting(router: APIRouter, site: Callable[[], Site]) -> None:
    @router.get("/record/reports", **_READS)
    async def get_reports(request: Request, fields: Annotated[ReportFields, Query()]) -> Any:
        check_sees_all(present().caller)
        report = await run_in_threadpool(reports, site().desk(), present(), fields)
        return await site().show(request, "record_reports.html", report.sources, report=report, key=fresh_key())

    @router.post("/record/reports", **_READS)
    async def ask_fairness(request: Request) -> Any:
        form = await sent_form(request)
        check_sees_all(present().caller)
        if not form["plan"]:
            raise DataError("names no plan", place="plan", fix="open the reports again and choose one")
        return await _led(
            site(), form, scenario_errand(site().desk(), ScenarioOrder(study=FAIRNESS, plan_id=form["plan"]))
        )


async def _led(site: Site, form: Form, errand: Errand) -> Response:
    """Run an errand and lead to what it made, or to the job while it is at work; a problem is told as it is."""
    asking = present()
    if form[KEY]:
        asking.headers = {**asking.headers, HEADER: form[KEY]}
    answer = await run_errand(site.desk(), asking, errand)
    if answer.status_code in (HTTPStatus.CREATED, HTTPStatus.ACCEPTED):
        return led_to(_page_of(answer.headers["location"]))
    return answer


def _page_of(place: str) -> str:
    """Return the address of the page that shows what the API gives under an address."""
    _, _, kind, name = place.split("/", 3)
    return f"{_PLACES[kind]}{name}"
