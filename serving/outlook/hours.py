"""Hours and harm of a period by place: of the plan in force, or, while nobody has issued one, of the newest draft."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from errors import DataError
from ledger.files import FileStore, StoredFile
from models.allocation.decisions.history import Status, history
from models.allocation.decisions.record import KIND as PLAN
from models.served.read import ServedRun
from serving.access.caller import Scope
from serving.answers import Finding
from serving.desk import Desk
from serving.outlook.schemas import HoursQuery
from serving.plans.narrowing import narrowed

PATH = "/v1/hours"
DISTRICT = "district"
_PLANS_KEPT = 4
_OF_PLACE = ("hours", "harm", "harm_met")


@dataclass(frozen=True)
class _Planned:
    """What is told of a plan here, a small part of its file.

    Attributes:
        about: Its forecast, what its harm weights are, and its notices.
        rows: Level -> a row a place.
    """

    about: Mapping[str, Any]
    rows: Mapping[str, tuple[Mapping[str, Any], ...]]


def hours(desk: Desk, query: HoursQuery, scope: Scope) -> Finding:
    """Find the hours of one period, as far as a caller sees them.

    Raises:
        DataError: The run has no such period, or hours are not told by this level.
        ServiceError: Nothing is being served yet.
        LedgerError: The plan's file was changed.
    """
    run = desk.shelf.current
    level, start = _level(run, query.level), _start(run, query.horizon)
    chosen = _chosen(desk, start)
    head = {"level": level, "period_start": start}
    if chosen is None:
        nothing: dict[str, Any] = {
            "plan_id": None,
            "status": None,
            "run_id": None,
            "weight_source": "",
            "notices": [],
            "rows": [],
        }
        return Finding.of({**head, **nothing}, "plans", details={"read": "hours"})
    stored = desk.ledger.artefact(PLAN, chosen.plan_id).stored
    planned = _planned(desk.files, stored, run.block(None).level, scope)
    document = {
        **head,
        "plan_id": chosen.plan_id,
        "status": chosen.state,
        **planned.about,
        "rows": list(planned.rows.get(level, ())),
    }
    return Finding.of(document, f"{PLAN}/{chosen.plan_id}", details={"read": "hours"})


def _level(run: ServedRun, asked: str | None) -> str:
    level, own = run.block(asked).level, run.block(None).level
    if level not in (own, DISTRICT):
        raise DataError(f"hours are not told by {level}", place="level", fix=f"use {own} or {DISTRICT}")
    return level


def _start(run: ServedRun, horizon: int) -> str:
    if horizon not in run.layout.horizons:
        fix = "GET /v1/periods shows what the run covers"
        raise DataError(f"the run has no horizon {horizon}", place="horizon", fix=fix)
    return run.layout.period_starts[run.layout.horizons.index(horizon)]


def _chosen(desk: Desk, start: str) -> Status | None:
    """Return the plan in force for the period that begins on a day, or else its newest draft."""
    own = [one for one in history(desk.ledger).plans.values() if one.start == start]
    newest = {state: one for one in own for state in [one.state]}
    return newest.get("issued") or newest.get("draft")


# A county's plan has 8 MB, of which this is a hundredth part; its file never changes.
@lru_cache(maxsize=_PLANS_KEPT)
def _planned(files: FileStore, stored: StoredFile, level: str, scope: Scope) -> _Planned:
    document = narrowed(json.loads(files.read(stored)), scope)
    areas = tuple({"place": area["area_code"], **_told(area)} for area in document["areas"])
    districts = document["coverage"].get("districts", []) if document["coverage"] else []
    about = {
        "run_id": document["forecast"]["run_id"],
        "weight_source": document["objective"].get("weight_source", "") if document["objective"] else "",
        "notices": document["notices"],
    }
    by_district = tuple({"place": one["district"], **_told(one)} for one in districts)
    return _Planned(about, {level: areas, DISTRICT: by_district})


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _OF_PLACE}
