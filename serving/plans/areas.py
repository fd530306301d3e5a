"""Why an area has the hours it has: all that a recorded plan says of one area, and what is kept of it elsewhere."""

import math
from collections.abc import Mapping
from typing import Any

from ledger.events import NoSuchRecordError
from models.allocation.decisions.history import history
from models.allocation.decisions.record import KIND as PLAN
from models.allocation.decisions.record import load_plan
from models.kinds import SCENARIO
from serving.access.caller import Scope
from serving.answers import Finding
from serving.asking import Asking
from serving.desk import Desk
from serving.plans.narrowing import PARTS, narrowed

SIMILAR = 5
# Parts of a plan's document that are read.
_READ = (*PARTS, "resources", "rules", "sentences")
_TOLD = ("area_code", "name", "district", "hours", "expected", "status")


def area(desk: Desk, asking: Asking, plan_id: str, area_code: str) -> Finding:
    """Find what a plan says of one area, as far as the caller's sight reaches.

    Raises:
        NoSuchRecordError: There is no such plan, or it has no such area in sight.
        LedgerError: The plan's file was changed.
    """
    return Finding.of(
        area_document(desk, asking.caller.scope, plan_id, area_code), f"{PLAN}/{plan_id}", details={"area": area_code}
    )


def area_document(desk: Desk, scope: Scope, plan_id: str, area_code: str) -> dict[str, Any]:
    """Return what a plan says of one area; nothing is solved.

    Its reason and the rules that hold it, its posts, the resources there with the price of an hour, the rules of the
    whole plan that bind, areas of which much the same is expected, and the studies of what would move its hours.

    Raises:
        NoSuchRecordError: There is no such plan, or it has no such area in sight.
        LedgerError: The plan's file was changed.
    """
    with desk.parsing:
        return _told(desk, scope, plan_id, area_code)


def _told(desk: Desk, scope: Scope, plan_id: str, area_code: str) -> dict[str, Any]:
    plan = narrowed(load_plan(desk.ledger, desk.files, plan_id, _READ).document, scope)
    found = next((one for one in plan["areas"] if one["area_code"] == area_code), None)
    if found is None:
        fix = "use an area code of GET /v1/plans/{id}"
        raise NoSuchRecordError(f"plan {plan_id} has no area {area_code}", fix=fix)
    return {
        "plan_id": plan_id,
        "status": history(desk.ledger).status(plan_id).state,
        "period": plan["period"],
        "run_id": plan["forecast"]["run_id"],
        "area": found,
        "posts": [post for post in plan["posts"] if post["area_code"] == area_code],
        "resources": [one for one in plan["resources"] if one["code"] in found["hours_by_resource"]],
        "binding": [rule for rule in plan["rules"] if rule["binding"]],
        "sentences": plan["sentences"],
        "similar": similar(plan, found),
        "studies": _studies(desk, plan_id, area_code) if scope.areas is None and scope.strands is None else [],
        "notices": plan["notices"],
        "synthetic": plan["synthetic"],
        "attribution": plan["attribution"],
    }


def similar(plan: Mapping[str, Any], area: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the areas of a plan of which most nearly the same is expected, the nearest first.

    Distance is that of the square roots of expected incidents by strand: of counts these spread alike by chance, so
    that an incident weighs more where few are expected.
    """
    others = (one for one in plan["areas"] if one["area_code"] != area["area_code"])
    ranked = sorted((_distance(area["expected"], one["expected"]), one["area_code"], one) for one in others)
    return [{**{name: one[name] for name in _TOLD}, "distance": far} for far, _, one in ranked[:SIMILAR]]


def _distance(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    strands = sorted({*first, *second})
    roots = ([math.sqrt(max(one.get(strand, 0.0), 0.0)) for strand in strands] for one in (first, second))
    return math.dist(*roots)


def _studies(desk: Desk, plan_id: str, area_code: str) -> list[str]:
    rows = desk.ledger.artefacts(SCENARIO, newest_first=True)
    return [row.name for row in rows if (row.meta["plan_id"], row.meta.get("area_code")) == (plan_id, area_code)]
