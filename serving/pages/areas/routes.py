"""The addresses of the page of an area, and of the studies that are asked for there."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from errors import StrandcastError
from serving.access.policy import page
from serving.asking import present
from serving.forecasts.routes import READERS
from serving.jobs.reading import job
from serving.pages.areas.pictures import BASE, fan, steps_of, waterfall
from serving.pages.areas.reading import AreaQuery, Forecast, asked_of, forecast, planned, sees_all
from serving.pages.areas.studying import asked_for, place_of
from serving.pages.areas.wording import FOUND_BY_POLICE, NAMES, NOTICED, PROXY, REASONS, way_of
from serving.pages.forms import WRONG, fresh_key, sent_form
from serving.pages.plans.errands import told_of
from serving.pages.site import Site, Source, led_to
from serving.schemas import Id

# A district is named, a small area has a code.
Code = Annotated[str, Path(min_length=1, max_length=200)]

_MOST_RULES = 12

Faults = list[tuple[str, str]]


def routes(site: Callable[[], Site]) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/areas/{code}", **page("consultation", *READERS))
    async def get_area(request: Request, code: Code, query: Annotated[AreaQuery, Query()]) -> Any:
        return await _shown(request, site(), code, query)

    @router.post("/areas/{code}/studies", **page("consultation", *READERS))
    async def ask_study(request: Request, code: Code) -> Any:
        form = await sent_form(request)
        try:
            place, status, why = await asked_for(site().desk(), present(), code, form)
        except ValidationError:
            place, status, why = "", WRONG, "There is no plan to study. Open the page again."
        except StrandcastError as error:
            place, (status, why) = "", told_of(error)
        if place:
            return led_to(place)
        query = AreaQuery(strand=form["strand"] or None)
        return await _shown(request, site(), code, query, faults=[("studies", why)], status=status)

    @router.get("/areas/{code}/jobs/{id}", **page("consultation", *READERS))
    async def get_work(request: Request, code: Code, id: Id, query: Annotated[AreaQuery, Query()]) -> Any:  # noqa: A002 - in the path
        source = Source(f"/v1/jobs/{id}", await run_in_threadpool(job, site().desk(), present(), id))
        told = source.document
        back = place_of(code, query.model_dump())
        if told["status"] == "done":
            return led_to(f"{back}#studies")
        return await site().show(request, "area_job.html", [source], job=told, back=back)

    return router


async def _shown(
    request: Request,
    site: Site,
    code: str,
    query: AreaQuery,
    *,
    faults: Faults | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Any:
    desk, asking = site.desk(), present()
    found = await run_in_threadpool(forecast, desk, code, query, asking.caller.scope)
    plans = await run_in_threadpool(planned, desk, asking, code, found.expected["period_start"], query.plan)
    questions = await run_in_threadpool(asked_of, desk, asking, code)
    names: dict[str, str] = desk.shelf.current.meta.get("names", {})
    fan_picture, reasons_picture = await run_in_threadpool(_pictures, found, names.get(code, code))
    return await site.show(
        request,
        "area.html",
        (*found.sources, *plans.sources, questions),
        status=status,
        code=code,
        name=names.get(code, code),
        names=names,
        found=found,
        plans=plans,
        questions=questions.document,
        fan=fan_picture,
        waterfall=reasons_picture,
        steps=steps_of(found.reasons),
        called=REASONS,
        base=BASE,
        way_of=way_of,
        noticed=NOTICED,
        by_police=found.noticed.get(FOUND_BY_POLICE),
        proxy=PROXY in found.reasons["notices"],
        called_resource={one["code"]: one["name"] for one in (plans.told or {"resources": []})["resources"]},
        binding=_dearest(plans.told["binding"] if plans.told else []),
        most_rules=_MOST_RULES,
        may_study=sees_all(asking.caller.scope),
        key=fresh_key(),
        faults=faults or [],
    )


def _dearest(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rules by what they cost, the dearest first."""
    return sorted(rules, key=lambda rule: -abs(rule.get("price") or 0.0))


def _pictures(found: Forecast, name: str) -> tuple[Any, Any]:
    what = f"{found.strand} in {name}"
    drawn = fan(found.before["period_starts"], found.row, found.expected["horizon"], what)
    return drawn, waterfall(found.reasons, NAMES)
