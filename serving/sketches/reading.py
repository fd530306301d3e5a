"""Sketches over HTTP: asked for as jobs, kept, looked at again, and set side by side."""

import json
from typing import Any

from errors import DataError
from ledger.artefacts import Artefact, Json
from models.allocation.decisions.record import KIND as PLAN
from models.kinds import SKETCH as KIND
from serving.answers import Finding
from serving.cursors import page_of
from serving.desk import Desk
from serving.jobs.job import Asked
from serving.jobs.made import kept_body, made_answer
from serving.jobs.waiting import Errand
from serving.plans.making import asked_for
from serving.plans.schemas import PlanOrder
from serving.sketches.schemas import SketchesQuery, SketchRequest

_MOST_AREAS = 50
_OWN = {"title", "beside"}


def sketch_errand(desk: Desk, order: SketchRequest) -> Errand:
    """Return the job that sketches what a plan would be, which is refused where it names no plan.

    Raises:
        ServiceError: Nothing is being served yet.
    """

    def check() -> None:
        if order.beside is not None and not any(row.name == order.beside for row in desk.ledger.artefacts(PLAN)):
            raise DataError("names no plan that is recorded", place="beside", fix="list them at /v1/plans")

    said = order.model_dump(mode="json", exclude_none=True, exclude=_OWN)
    asked: dict[str, Json] = {
        **asked_for(desk, PlanOrder.model_validate(said)),
        "title": order.title,
        "beside": order.beside,
        "order": said,
    }
    return Errand(Asked("sketch", asked, "consultation"), order.model_dump(mode="json"), made_answer(_made), check)


def sketches(desk: Desk, query: SketchesQuery) -> Finding:
    """Find a page of the sketches that are kept, newest first.

    Raises:
        DataError: The cursor cannot be used.
    """
    rows = [row for row in desk.ledger.artefacts(KIND, newest_first=True) if _fits(row, query)]
    page, cursor = page_of(rows, query, query.limit, lambda row: row.name)
    document = {
        "sketches": [_line(row) for row in page],
        "total": len(rows),
        "next_cursor": cursor,
    }
    return Finding.of(document, "sketches", details={"rows": len(page)})


def sketch(desk: Desk, name: str) -> Finding:
    """Find one sketch.

    Raises:
        NoSuchRecordError: There is none of this name.
        LedgerError: Its file is absent or was changed.
    """
    return Finding(kept_body(desk, KIND, name), f"{KIND}/{name}")


def sketches_compared(desk: Desk, name: str, other: str) -> Finding:
    """Find two sketches side by side, the second against the first; nothing is solved.

    Raises:
        NoSuchRecordError: There is no such sketch.
        DataError: They are not of the same areas.
        LedgerError: A file is absent or was changed.
    """
    rows = [desk.ledger.artefact(KIND, one) for one in (name, other)]
    first, second = (json.loads(desk.files.read(row.stored)) for row in rows)
    codes = [[area["area_code"] for area in one["areas"]] for one in (first, second)]
    if codes[0] != codes[1]:
        raise DataError("is not of the same areas", place=f"sketch {other}", fix="compare sketches of the same areas")
    areas = [
        _both(then["area_code"], then["name"], then, now)
        for then, now in zip(first["areas"], second["areas"], strict=True)
    ]
    areas = sorted((one for one in areas if one["change"]), key=lambda one: (-abs(one["change"]), one["code"]))
    document = {
        "first": _line(rows[0]),
        "second": _line(rows[1]),
        "hours_change": second["totals"]["hours"] - first["totals"]["hours"],
        "harm_reached_change": second["totals"]["harm_reached"] - first["totals"]["harm_reached"],
        "resources": _resources(first, second),
        "districts": [
            _both(then["district"], then["district"], then, now)
            for then, now in zip(first["districts"], second["districts"], strict=True)
        ],
        "areas": areas[:_MOST_AREAS],
        "notices": list(dict.fromkeys([*first["notices"], *second["notices"]])),
        "synthetic": first["synthetic"] or second["synthetic"],
        "attribution": first["attribution"],
    }
    return Finding.of(document, f"{KIND}/{name}", details={"beside": other})


def _resources(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    hours = [{row["code"]: row["placed"] for row in one["resources"]} for one in (first, second)]
    names = {row["code"]: row["name"] for one in (first, second) for row in one["resources"]}
    rows = []
    for code, name in names.items():
        then, now = (side.get(code, 0.0) for side in hours)
        rows.append({"code": code, "name": name, "first": then, "second": now, "change": now - then})
    return rows


def _both(code: str, name: str, then: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "first": then["hours"],
        "second": now["hours"],
        "change": now["hours"] - then["hours"],
        "harm_met_first": then["harm_met"],
        "harm_met_second": now["harm_met"],
    }


def _made(desk: Desk, name: str, _: str) -> bytes:
    return kept_body(desk, KIND, name)


def _line(row: Artefact) -> dict[str, Any]:
    return {"sketch_id": row.name, **row.meta}


def _fits(row: Artefact, query: SketchesQuery) -> bool:
    day = None if query.period_start is None else query.period_start.isoformat()
    return day in (None, row.meta["period_start"]) and query.titled in (None, bool(row.meta["title"]))
