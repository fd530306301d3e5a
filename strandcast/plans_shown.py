"""How plans are shown: tables of hours, resources and rules, where they stand, and the lines below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from models.allocation.decisions.record import PlanRecord

_MOST_AREAS_SHOWN = 15
_MOST_RULES_SHOWN = 10
_MOST_POSTS_SHOWN = 5


def plan_tables(document: Mapping[str, Any]) -> list[Table]:
    """Return the tables of a plan: areas with most hours, resources, caseloads, and what rules cost."""
    return [_areas(document), _resources(document), *_caseloads(document), *_rules(document)]


def plan_lines(document: Mapping[str, Any]) -> list[str]:
    """Return the plan's sentences, what it was made from, its notices and source."""
    parent = document["parent"]
    return [
        *document["sentences"],
        *(_parent(parent) if parent else []),
        *([f"Notices: {', '.join(document['notices'])}."] if document["notices"] else []),
        f"Plan {document['plan_id']}, made on the forecast {document['forecast']['run_id']}.",
        *([document["attribution"]] if document["attribution"] else []),
    ]


def draft_lines(record: PlanRecord) -> list[str]:
    """Return what is to be said of a plan that was just made: that it is a draft, and how to decide on it."""
    if record.found:
        found = f"The same plan was recorded before, as {record.audit_id}."
        return [f"{found} Where it stands: strandcast plans show {record.plan_id}"]
    return [
        f"It is a draft, recorded as {record.audit_id}: nobody has decided on it yet.",
        f"Next: strandcast plans issue {record.plan_id} --by NAME",
    ]


def status_table(title: str, plans: Sequence[Mapping[str, Any]]) -> Table:
    """Return where plans stand: who decided, when and why."""
    columns = ["plan", "period", "status", "by", "when", "why"]
    rows = [
        [
            plan["plan_id"],
            f"{plan['period']} of {plan['period_start']}",
            plan["status"],
            plan["decided_by"] or "",
            (plan["decided_at"] or "")[:16].replace("T", " "),
            plan["reason"] or "",
        ]
        for plan in plans
    ]
    return plain_table(title, columns, rows, whole=["plan", "status"])


def _areas(document: Mapping[str, Any]) -> Table:
    ranked = sorted(document["areas"], key=lambda area: (-area["hours"], area["area_code"]))
    rows = [
        [
            area["name"],
            area["district"],
            f"{area['hours']:.1f}",
            _resources_of(area["hours_by_resource"]),
            f"{sum(area['expected'].values()):.1f}",
            f"{sum(area['met'].values()):.1f}",
            area["status"],
        ]
        for area in ranked[:_MOST_AREAS_SHOWN]
    ]
    title = f"Hours for {document['period']['text']} ({len(rows)} of {len(ranked)} areas)"
    columns = ["area", "district", "hours", "of", "expected", "met", "status"]
    return plain_table(title, columns, rows, ["hours", "expected", "met"])


def _resources_of(hours: Mapping[str, float]) -> str:
    most = sorted(hours.items(), key=lambda item: (-item[1], item[0]))[:_MOST_POSTS_SHOWN]
    more = ", ..." if len(hours) > len(most) else ""
    return ", ".join(f"{code} {amount:.1f}" for code, amount in most) + more


def _resources(document: Mapping[str, Any]) -> Table:
    rows = [
        [
            resource["name"],
            resource["owner"],
            f"{resource['hours']:,.1f}",
            f"{resource['placed']:,.1f}",
            f"{resource['unplaced']:,.1f}",
            "" if resource["price"] is None else f"{resource['price']:.4g}",
        ]
        for resource in document["resources"]
    ]
    columns = ["resource", "owner", "hours", "placed", "unplaced", "an hour more"]
    return plain_table("Resources", columns, rows, columns[2:])


def _caseloads(document: Mapping[str, Any]) -> list[Table]:
    rows = [
        [
            team["name"],
            f"{team['hours']:,.1f}",
            f"{team['expected']:,.1f}",
            f"{team['met']:,.1f}",
            f"{team['unmet']:,.1f}",
        ]
        for team in document["caseloads"]
    ]
    columns = ["team", "hours", "cases expected", "met", "unmet"]
    return [plain_table("Teams placed by caseload", columns, rows, columns[1:])] if rows else []


def _rules(document: Mapping[str, Any]) -> list[Table]:
    binding = [rule for rule in document["rules"] if rule["binding"] and rule["kind"] != "total"]
    ranked = sorted(binding, key=lambda rule: (-abs(rule["price"] or 0.0), rule["kind"], rule["name"]))
    rows = [
        [rule["kind"], rule["name"], _held(rule), _limits(rule), f"{abs(rule['price'] or 0.0):.4g}"]
        for rule in ranked[:_MOST_RULES_SHOWN]
    ]
    title = f"What rules cost, by an hour's give ({len(rows)} of {len(binding)})"
    columns = ["rule", "of", "has", "limit", "price"]
    return [plain_table(title, columns, rows, columns[2:])] if rows else []


def _held(rule: Mapping[str, Any]) -> str:
    return _in_unit(rule, rule["value"]) + (f" of {rule['of']}" if rule["unit"] == "share" else "")


def _limits(rule: Mapping[str, Any]) -> str:
    if rule["lower"] is not None and rule["lower"] == rule["upper"]:
        return _in_unit(rule, rule["lower"])
    sides = (("at least", rule["lower"]), ("at most", rule["upper"]))
    return ", ".join(f"{side} {_in_unit(rule, limit)}" for side, limit in sides if limit is not None)


def _in_unit(rule: Mapping[str, Any], value: float) -> str:
    if rule["unit"] == "share":
        return f"{100 * value:.3g} %"
    # No plan has less than nothing: -0.0 is the solver's.
    return f"{value + 0.0:,.1f}".replace("-0.0", "0.0") + (" h" if rule["unit"] == "hours" else "")


def _parent(parent: Mapping[str, Any]) -> list[str]:
    if parent["act"] == "edit":
        begin = f"Edited from plan {parent['plan_id']} by {parent['by']}: {parent['reason']}"
        return [f"{begin}.".replace("..", "."), *parent["moved"]["sentences"]]
    told = [
        f"Planned around {task['resource']} in {task['place']}, declined by {task['by']}: {task['reason']}"
        for task in parent["declined"]
    ]
    return [f"Made from plan {parent['plan_id']}.", *told, *parent["moved"]["sentences"]]
