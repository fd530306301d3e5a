"""A sketch: what a plan would be, without what only a plan to decide on has (rosters, visits, ranges, reasons by area).

It is solved as a plan is, so that the plan that is made of the same request has the same hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.choices import Choices
from models.allocation.papers.account import Account, account_of
from models.allocation.papers.document import forecast_document, period_document
from models.allocation.papers.holding import plans_of, resource_rows
from models.allocation.papers.means import means_of
from models.allocation.papers.ranges import group_of
from models.allocation.posed import Planned
from models.allocation.programme.hours import NoPlanError
from models.allocation.programme.solver import solve
from models.allocation.reasons.next_hours import MORE, total_row, with_more
from models.allocation.reasons.sentences import plan_sentences
from models.allocation.reasons.words import MET, amount, hours_text
from models.allocation.resources import Resources
from models.runs import ForecastRun

F64 = NDArray[np.float64]

SCHEMA = "sketch/1"
_MOST_OF_IT, _PART_OF_IT = 0.5, 0.2
# A place whose harm met moves by a smaller share of all that is gained is not named.
_LEAST_OF_IT = 1e-6
_MOST_PLACES = 10


@dataclass(frozen=True)
class Before:
    """A recorded plan, as far as a sketch is set beside it.

    Attributes:
        plan_id: The plan.
        hours: Area code to its hours.
        reached: Area code to the expected harm that is met there.
        placed: Code of a resource to its hours.
        totals: Hours, and expected incidents and harm that are met.
    """

    plan_id: str
    hours: Mapping[str, float]
    reached: Mapping[str, float]
    placed: Mapping[str, float]
    totals: Mapping[str, float]

    @classmethod
    def of(cls, plan_id: str, document: Mapping[str, Any]) -> "Before":
        """Return a plan from its document."""
        placed = {row["code"]: row["placed"] for row in document["resources"]}
        totals = document["totals"]
        return cls(
            plan_id,
            hours={row["area_code"]: row["hours"] for row in document["areas"]},
            reached={row["area_code"]: row["harm_met"] for row in document["areas"]},
            placed=placed,
            totals={
                "hours": sum(placed.values()),
                "met": totals["met"],
                "harm_reached": totals["harm_reached"],
            },
        )


def sketch_document(
    run: ForecastRun,
    planned: Planned,
    resources: Resources,
    choices: Choices,
    before: Before | None,
    more: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return a sketch as JSON values.

    Args:
        run: The forecast.
        planned: The plan that it is of.
        resources: The resources.
        choices: What was chosen.
        before: The plan that it is set beside; None: none.
        more: What some hours more would do, as `more_patrol` says.
    """
    account, means = account_of(planned.posed, planned.plan), means_of(planned, resources, choices)
    areas = _areas(planned, account, before)
    rows = resource_rows(planned, means)
    placed = {} if before is None else before.placed
    plan = planned.plan
    return {
        "schema": SCHEMA,
        "forecast": forecast_document(run),
        "period": period_document(run, choices.horizon),
        "choices": choices.document(),
        "beside": None if before is None else before.plan_id,
        "objective": {"kind": plan.problem.objective, "harm": plan.harm, "gap": plan.gap, "status": plan.status},
        "totals": _totals(account, sum(row["placed"] for row in rows), before),
        "resources": [
            {**row, "before": placed.get(row["code"]), "change": _change(row["placed"], placed.get(row["code"]))}
            for row in rows
        ],
        "districts": _districts(planned, areas),
        "areas": areas,
        "more": None if more is None else dict(more),
        "sentences": plan_sentences(plan, {code: one.name for code, one in means.items()}),
        "notices": list(run.meta.get("notices") or []),
        "synthetic": "synthetic" in (run.meta.get("notices") or []),
        "attribution": run.meta.get("attribution") or "",
    }


def more_patrol(planned: Planned, resources: Resources, more: float = MORE) -> dict[str, Any] | None:
    """Return what some patrol hours more would reach, and where most of it, by solving again with them.

    They are shared among the patrols in proportion to their hours, as a plain total is. None where no patrol is placed
    with the others, hours go by whole shifts, or no plan keeps the rules with them.
    """
    plan = planned.plan
    placed = {plan.problem.resources[at] for at in np.unique(plan.problem.posts.resource).tolist()}
    patrols = [one.code for one in resources.resources if one.kind == "patrol" and one.code in placed]
    if not patrols or plan.problem.blocks is not None:
        return None
    rows = [total_row(plan.problem, code) for code in patrols]
    held = plan.problem.rules[0].upper[rows]
    parts = held / held.sum() if held.sum() > 0 else np.full(len(rows), 1.0 / len(rows))
    problem = plan.problem
    for row, part in zip(rows, parts.tolist(), strict=True):
        problem = with_more(problem, row, more * part)
    try:
        after = solve(problem)
    except NoPlanError:
        return None
    ground = planned.posed.ground
    names_of, group = group_of(ground)
    if ground.district is None:
        names_of, group = ground.names, np.arange(len(ground.names))
    then, now = (account_of(planned.posed, one).harm_met.sum(axis=1) for one in (plan, after))
    gained = np.bincount(group, now - then, len(names_of)).tolist()
    least = _LEAST_OF_IT * abs(after.harm - plan.harm)
    named = ((gain, name) for name, gain in zip(names_of, gained, strict=True) if name and abs(gain) > least)
    told = sorted(named, key=lambda one: -one[0])
    places = [{"place": name, "harm": gain} for gain, name in told[:_MOST_PLACES]]
    found = {"hours": more, "harm": after.harm - plan.harm, "places": places}
    return {**found, "sentence": _more_sentence(found, MET[plan.problem.objective])}


def _more_sentence(found: Mapping[str, Any], verb: str) -> str:
    gain, said = found["harm"], f"{hours_text(found['hours'])} more of patrol in the period"
    if gain < 0.001:
        return f"{said} would add nothing to the expected harm that is {verb}."
    first = found["places"][0] if found["places"] else None
    where = ""
    if first is not None and first["harm"] > _MOST_OF_IT * gain:
        where = f", most of it in {first['place']} ({amount(first['harm'])})"
    elif first is not None and first["harm"] > _PART_OF_IT * gain:
        where = f", the largest part in {first['place']} ({amount(first['harm'])})"
    elif first is not None:
        where = ", spread over many places"
    return f"{said} would add {amount(gain)} to the expected harm that is {verb}{where}."


def _totals(account: Account, hours: float, before: Before | None) -> dict[str, Any]:
    return {
        "areas": len(account.expected),
        "hours": hours,
        "expected": float(account.expected.sum()),
        "met": float(account.met.sum()),
        "expected_harm": float(account.harm.sum()),
        "harm_reached": float(account.harm_met.sum()),
        "before": None if before is None else dict(before.totals),
        "hours_change": _change(hours, None if before is None else before.totals["hours"]),
        "harm_reached_change": _change(
            float(account.harm_met.sum()), None if before is None else before.totals["harm_reached"]
        ),
    }


def _areas(planned: Planned, account: Account, before: Before | None) -> list[dict[str, Any]]:
    ground = planned.posed.ground
    count = len(ground.area_codes)
    hours: F64 = np.zeros(count)
    for _, plan in plans_of(planned):
        hours += np.bincount(plan.problem.posts.area, plan.hours, count)
    district = ground.district or ("",) * count
    columns = (hours, account.harm.sum(axis=1), account.harm_met.sum(axis=1))
    rows = []
    for at, (given, harm, met) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        code = ground.area_codes[at]
        named = {"area_code": code, "name": ground.names[at], "district": district[at]}
        then = (None, None) if before is None else (before.hours.get(code), before.reached.get(code))
        rows.append({**named, **_row(given, harm, met, *then)})
    return rows


def _districts(planned: Planned, areas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names, group = group_of(planned.posed.ground)
    rows = []
    for number, name in enumerate(names):
        own = [area for area, mine in zip(areas, group.tolist(), strict=True) if mine == number]
        known = all(area["before"] is not None for area in own)
        sums = [sum(area[key] for area in own) for key in ("hours", "harm", "harm_met")]
        then = [sum(area[key] for area in own) if known else None for key in ("before", "harm_met_before")]
        rows.append({"district": name, **_row(*sums, *then)})
    return rows


def _row(hours: float, harm: float, met: float, before: float | None, met_before: float | None) -> dict[str, Any]:
    return {
        "hours": hours,
        "before": before,
        "change": _change(hours, before),
        "harm": harm,
        "harm_met": met,
        "harm_met_before": met_before,
        "harm_met_change": _change(met, met_before),
    }


def _change(now: float, before: float | None) -> float | None:
    return None if before is None else now - before
