"""Plans that are looked at: one, several by pages, two side by side, and one as a table."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from errors import DataError
from features.cells import guarded
from ledger.files import FileStore, StoredFile
from ledger.texts import compact
from models.allocation.decisions.again import moved
from models.allocation.decisions.history import Status, history, standing
from models.allocation.decisions.parts import parts_of
from models.allocation.decisions.record import KIND as PLAN
from models.allocation.decisions.record import PlanRecord, load_plan
from models.suspension import NOTICE, suspension_of
from serving.answers import CSV, Finding
from serving.asking import Asking
from serving.cursors import page_of
from serving.desk import Desk
from serving.plans.narrowing import PARTS, narrowed
from serving.plans.schemas import PlansQuery

_PLANS_KNOWN = 512
_COLUMNS = ("area_code", "name", "district", "hours", "quarter_hours", "harm", "harm_met", "harm_unmet", "status")
# What of a plan's document is read for the table of a whole plan, and to compare two.
_TABLED = ("areas", "resources", "synthetic", "attribution")
_COMPARED = (*_TABLED, "posts", "period", "totals", "notices")


def plan(desk: Desk, asking: Asking, plan_id: str) -> Finding:
    """Find a recorded plan and where it stands, as far as the caller's sight reaches.

    Raises:
        NoSuchRecordError: There is no such plan.
        LedgerError: The plan's file was changed.
    """
    scope = asking.caller.scope
    if scope.areas is None and scope.strands is None:
        return Finding(plan_body(desk, plan_id), f"{PLAN}/{plan_id}")
    status = standing(desk.ledger, plan_id)
    with desk.parsing:
        record = load_plan(desk.ledger, desk.files, plan_id, PARTS)
        head = _head(plan_id, record.audit_id, _notices_now(desk, _Known.of(record.document)), status)
        return Finding.of({**head, "plan": narrowed(record.document, scope)}, f"{PLAN}/{plan_id}")


def plan_body(desk: Desk, plan_id: str, *, as_made: bool = False) -> bytes:
    """Return a plan and where it stands as JSON; the plan's own file goes in as it is, since it may be large.

    Args:
        desk: What this process answers from.
        plan_id: The plan.
        as_made: As it was when it was made: a draft, with the notices of its day.

    Raises:
        NoSuchRecordError: There is no such plan.
        LedgerError: The plan's file was changed.
    """
    status = standing(desk.ledger, plan_id)
    stored = desk.ledger.artefact(PLAN, plan_id).stored
    known = _known(desk.files, stored)
    audit_id = desk.ledger.event_of(PLAN, plan_id).audit_id
    if as_made:
        head = _head(plan_id, audit_id, list(known.notices), _drafted(status))
    else:
        head = _head(plan_id, audit_id, _notices_now(desk, known), status)
    return b"".join((compact(head)[:-1], b',"plan":', desk.files.read(stored), b"}"))


def plans(desk: Desk, query: PlansQuery) -> Finding:
    """Find a page of plans, newest first.

    Raises:
        DataError: The cursor cannot be used.
    """
    past = history(desk.ledger)
    found = [one for one in reversed(list(past.plans.values())) if _fits(one, query)]
    page, cursor = page_of(found, query, query.limit, lambda one: one.plan_id)
    document = {
        "plans": [one.as_document() for one in page],
        "total": len(found),
        "next_cursor": cursor,
    }
    return Finding.of(document, "plans", details={"rows": len(page)})


def compared(desk: Desk, plan_id: str, other: str) -> Finding:
    """Find two plans side by side, as they were recorded; nothing is solved.

    Raises:
        NoSuchRecordError: There is no such plan.
        DataError: They are not of the same areas.
        LedgerError: A plan's file was changed.
    """
    with desk.parsing:
        first, second = (load_plan(desk.ledger, desk.files, name, _COMPARED) for name in (plan_id, other))
        document = _beside_each_other(desk, first, second)
    return Finding.of(document, f"{PLAN}/{plan_id}", details={"beside": other})


def _beside_each_other(desk: Desk, first: PlanRecord, second: PlanRecord) -> dict[str, Any]:
    areas = [{area["area_code"] for area in one.document["areas"]} for one in (first, second)]
    if areas[0] != areas[1]:
        raise DataError(
            "is not of the same areas", place=f"plan {second.plan_id}", fix="compare plans of the same areas"
        )
    told = moved(first.document, second.document)
    return {
        "first": _side(desk, first),
        "second": _side(desk, second),
        **told,
        "notices": list(dict.fromkeys([*first.document["notices"], *second.document["notices"]])),
        "synthetic": first.document["synthetic"] or second.document["synthetic"],
        "attribution": first.document["attribution"],
    }


def plan_table(desk: Desk, asking: Asking, plan_id: str) -> Finding:
    """Find a plan as a table with a row an area, to take away: what leaves so is a disclosure to whoever asks.

    Raises:
        NoSuchRecordError: There is no such plan.
        LedgerError: The plan's file was changed.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    scope = asking.caller.scope
    parts = _TABLED if scope.areas is None and scope.strands is None else PARTS
    with desk.parsing:
        document = narrowed(load_plan(desk.ledger, desk.files, plan_id, parts).document, scope)
        for row in _table(plan_id, document):
            writer.writerow(guarded(row))
        rows = len(document["areas"])
        del document
    return Finding(
        buffer.getvalue().encode(),
        f"{PLAN}/{plan_id}",
        details={"act": "export", "rows": rows},
        media_type=CSV,
        headers={"content-disposition": f'attachment; filename="plan-{plan_id}.csv"'},
    )


def _table(plan_id: str, document: Mapping[str, Any]) -> Iterator[list[Any]]:
    codes = [resource["code"] for resource in document["resources"]]
    expected = sorted({strand for area in document["areas"] for strand in area["expected"]})
    marks = ("plan_id", "synthetic", "attribution")
    yield [
        *_COLUMNS,
        *(f"hours {code}" for code in codes),
        *(f"expected {strand}" for strand in expected),
        *marks,
    ]
    for area in document["areas"]:
        yield [
            *(area[name] for name in _COLUMNS),
            *(area["hours_by_resource"].get(code, 0.0) for code in codes),
            *(area["expected"].get(strand, "") for strand in expected),
            *(plan_id, document["synthetic"], document["attribution"]),
        ]


@dataclass(frozen=True)
class _Known:
    """What has to be known of a plan to show it: the notices of its day, and its model."""

    notices: tuple[str, ...]
    model_version: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "_Known":
        return cls(tuple(document["notices"]), str(document["forecast"]["model_version"]))


@lru_cache(maxsize=_PLANS_KNOWN)
def _known(files: FileStore, stored: StoredFile) -> _Known:
    # A county's plan has 8 MB: its file never changes, so it is parsed once.
    return _Known.of(parts_of(files.read(stored), ("notices", "forecast")))


def _head(plan_id: str, audit_id: str, notices: list[str], status: Status) -> dict[str, Any]:
    return {"plan_id": plan_id, "decided_as": audit_id, "notices": notices, "standing": status.as_document()}


def _drafted(status: Status) -> Status:
    return Status(status.plan_id, status.period, status.start, status.parent, "draft", None, status.recorded)


def _side(desk: Desk, record: PlanRecord) -> dict[str, Any]:
    document = record.document
    totals = ("expected", "met", "expected_harm", "harm_reached")
    return {
        "plan_id": record.plan_id,
        "period": document["period"]["text"],
        "status": standing(desk.ledger, record.plan_id).state,
        "hours": sum(resource["placed"] for resource in document["resources"]),
        **{name: document["totals"][name] for name in totals},
    }


def _fits(status: Status, query: PlansQuery) -> bool:
    day = None if query.period_start is None else query.period_start.isoformat()
    return query.status in (None, status.state) and day in (None, status.start)


def _notices_now(desk: Desk, known: _Known) -> list[str]:
    """Return a plan's notices, and that its model is suspended if it has been since: the plan stays as recorded."""
    held = suspension_of(desk.ledger, known.model_version)
    notices = list(known.notices)
    return notices if NOTICE in notices or held is None or not held.strands else [*notices, NOTICE]
