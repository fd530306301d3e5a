"""Resources, rules and caseloads of a plan as rows of its document."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.papers.means import Means
from models.allocation.posed import Planned
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Rules
from models.allocation.reasons.prices import AT_LIMIT, at_limit, harm_prices

F64 = NDArray[np.float64]

# A family of more rules than this lists only those that cost something.
_MOST_LISTED = 300


def plans_of(planned: Planned) -> Iterator[tuple[str, Plan]]:
    """Yield each programme's plan: "" for that of harm, a team's code for one that is placed by caseload."""
    yield "", planned.plan
    for code in sorted(planned.caseloads):
        yield code, planned.caseloads[code]


def resource_rows(planned: Planned, means: Mapping[str, Means]) -> list[dict[str, Any]]:
    """Return a row for each resource: hours it has, placed and not, what another would gain, and cost."""
    placed = dict.fromkeys(means, 0.0)
    for _, plan in plans_of(planned):
        codes = plan.problem.resources
        for code, hours in zip(codes, np.bincount(plan.problem.posts.resource, plan.hours, len(codes)), strict=True):
            placed[code] = placed.get(code, 0.0) + float(hours)
    return [
        {
            "code": item.code,
            "name": item.name,
            "kind": item.kind,
            "owner": item.owner,
            "hours": item.hours,
            "placed": placed[item.code],
            "unplaced": max(item.hours - placed[item.code], 0.0),
            "units": item.units,
            "units_placed": item.units * placed[item.code] / item.hours if item.units and item.hours > 0 else None,
            "price": item.price,
            "cost": item.cost_an_hour * placed[item.code],
        }
        for item in means.values()
    ]


def rule_rows(planned: Planned) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return rows of rules - all of a small family, of a large one those that cost something - and one a family."""
    rows, families = [], []
    for programme, plan in plans_of(planned):
        for rules, prices in zip(plan.problem.rules, harm_prices(plan), strict=True):
            value: F64 = rules.matrix @ plan.hours
            near = AT_LIMIT * np.maximum(1.0, np.abs(rules.own(plan.hours)))
            kept = (value >= rules.lower - near) & (value <= rules.upper + near)
            binding = at_limit(rules, plan.hours)
            lower, upper, told = rules.told(plan.hours)
            listed = (prices != 0) | ~kept | (len(rules) <= _MOST_LISTED)
            rows += [
                {
                    **_rule(rules, row, float(lower[row]), float(upper[row])),
                    "value": float(told[row]),
                    "price": float(prices[row]),
                    "binding": bool(binding[row]),
                    "kept": bool(kept[row]),
                    "programme": programme,
                }
                for row in np.flatnonzero(listed).tolist()
            ]
            numbers = {"rules": len(rules), "binding": int(binding.sum()), "kept": int(kept.sum())}
            families.append({"kind": rules.kind, "programme": programme, **numbers, "listed": int(listed.sum())})
    return rows, families


def _rule(rules: Rules, row: int, lower: float, upper: float) -> dict[str, Any]:
    limits = {side: limit if np.isfinite(limit) else None for side, limit in (("lower", lower), ("upper", upper))}
    of = None if rules.shares is None else rules.shares.what
    told = {"kind": rules.kind, "name": rules.names[row], "place": rules.places[row]}
    return {**told, "unit": rules.unit, "of": of, **limits}


def caseload_rows(planned: Planned, means: Mapping[str, Means], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a row for each team placed by caseload, each with its areas and strands."""
    rows = []
    for code in sorted(planned.caseloads):
        plan = planned.caseloads[code]
        expected, met = float(plan.problem.value.mean.sum()), float(plan.met.sum())
        rows.append(
            {
                "resource": code,
                "name": means[code].name if code in means else code,
                "hours": float(plan.hours.sum()),
                "expected": expected,
                "capacity": float(plan.dose.sum()),
                "met": met,
                "unmet": expected - met,
                "coverage": met / expected if expected > 0 else None,
                "bound": plan.bound,
                "gap": plan.gap,
                "status": plan.status,
                "approximate": plan.approximate,
                "cells": _by_cell(plan, names),
            }
        )
    return rows


def _by_cell(plan: Plan, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a row for each area and strand of a team's programme: cases, minutes a case, capacity and cases met."""
    problem, links = plan.problem, plan.problem.links
    hours = np.bincount(links.cell, plan.hours[links.post], len(problem.cell_area))
    rate = np.zeros(len(hours))
    np.maximum.at(rate, links.cell, links.rate)
    columns = (problem.cell_area, problem.cell_strand, problem.value.mean, rate, hours, plan.dose, plan.met)
    return [
        {
            "area_code": problem.area_codes[area],
            "name": names.get(problem.area_codes[area], problem.area_codes[area]),
            "strand": problem.strands[strand] if strand >= 0 else "together",
            "expected": expected,
            "minutes_a_case": 60.0 / an_hour if an_hour > 0 else None,
            "hours": held,
            "capacity": capacity,
            "met": met,
            "unmet": expected - met,
        }
        for area, strand, expected, an_hour, held, capacity, met in zip(*(c.tolist() for c in columns), strict=True)
    ]
