"""The plan as a document: everything that was asked, decided and relied on, as JSON values.

The same plan gives the same document, byte for byte: nothing here looks at a clock.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np

from features import periods
from models.allocation.choices import Choices
from models.allocation.papers.account import Account, account_of
from models.allocation.papers.equity import equity
from models.allocation.papers.holding import caseload_rows, plans_of, resource_rows, rule_rows
from models.allocation.papers.means import means_of
from models.allocation.papers.places import area_rows, coverage, post_rows
from models.allocation.papers.quarters import quarters_of
from models.allocation.papers.ranges import Ranges, drawn_demand, group_of, interval, ranges_of
from models.allocation.papers.rostering import district_shifts
from models.allocation.papers.rounded import rounded, rounded_sentences
from models.allocation.posed import Planned
from models.allocation.posing.record import period_of
from models.allocation.reasons.told import reasons_of
from models.allocation.resources import Resources
from models.runs import ForecastRun

SCHEMA = "plan/2"


def plan_document(
    run: ForecastRun,
    planned: Planned,
    *,
    resources: Resources,
    choices: Choices,
    roster: Mapping[str, Any] | None = None,
    visits: Mapping[str, Any] | None = None,
    parent: Mapping[str, Any] | None = None,
    reasons: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what there is to say of a plan, as JSON values.

    Args:
        run: The forecast that it is made from.
        planned: What was posed and decided.
        resources: The file of resources.
        choices: What the request said over the file.
        roster: The roster's document: days, shifts, and hours of each resource by district and area, day and shift.
        visits: The visit lists' document, visits as its `rows`.
        parent: The plan that this one was edited from, with who did so and why.
        reasons: `sentences` on the plan, and in `areas` the status and reason of each area by its code; None: those
            of `reasons_of`.
    """
    posed, plan = planned.posed, planned.plan
    account, means = account_of(posed, plan), means_of(planned, resources, choices)
    quarters = quarters_of(planned)
    posts = [
        row
        for code, one in plans_of(planned)
        for row in post_rows(one, posed.ground, None if code else account, quarters[code])
    ]
    called = {code: one.name for code, one in means.items()}
    told = reasons or reasons_of(planned, called)
    names = dict(zip(posed.ground.area_codes, posed.ground.names, strict=True))
    drawn = ranges_of(drawn_demand(run, posed, choices), plan, account, group_of(posed.ground)[1])
    rules, families = rule_rows(planned)
    return {
        "schema": SCHEMA,
        "forecast": forecast_document(run),
        "period": period_document(run, choices.horizon),
        "objective": _objective(planned, choices),
        "resources": resource_rows(planned, means),
        "rules": rules,
        "families": families,
        "totals": _totals(run, planned, account, drawn, choices.horizon),
        "coverage": coverage(plan.problem.strands, posed.ground, account, drawn),
        "equity": equity(plan, posed.ground, account),
        "posts": posts,
        "areas": area_rows(plan, posed.ground, account, posts, told["areas"]),
        "caseloads": caseload_rows(planned, means, names),
        "unweighted": _unweighted(planned, account),
        "quarter_hours": rounded(planned, quarters),
        "roster": district_shifts(roster or {}),
        "layout": None if roster is None else dict(roster),
        "visits": _known(visits or {}),
        "visit_lists": None if visits is None else {key: told for key, told in visits.items() if key != "rows"},
        "sentences": [*told["sentences"], *rounded_sentences(planned, quarters, called), *posed.resting],
        "notices": list(run.meta.get("notices") or []),
        "fallback": dict(run.meta.get("fallback") or {}),
        "synthetic": "synthetic" in (run.meta.get("notices") or []),
        "attribution": run.meta.get("attribution") or "",
        "settings": resources.document(),
        "choices": choices.document(),
        "parent": None if parent is None else dict(parent),
    }


def period_document(run: ForecastRun, horizon: int) -> dict[str, Any]:
    """Return the period that a plan is for: its kind, first and last day, and how it is called."""
    kind, start = period_of(run, horizon)
    end = periods.start(periods.ordinal(start, kind) + 1, kind) - timedelta(days=1)
    text = f"the week beginning {start.isoformat()}" if kind == "week" else f"the month of {start:%B %Y}"
    days = {"start": start.isoformat(), "end": end.isoformat()}
    return {"kind": kind, **days, "horizon": horizon, "weeks": ((end - start).days + 1) / 7, "text": text}


def forecast_document(run: ForecastRun) -> dict[str, Any]:
    """Return the forecast that a plan is made on."""
    told = {key: run.meta.get(key) for key in ("origin", "as_of", "model_version", "snapshot_hash")}
    return {"run_id": run.run_id, "audit_id": run.audit_id, **told}


def _objective(planned: Planned, choices: Choices) -> dict[str, Any]:
    plan = planned.plan
    worst = plan.problem.worst
    weights = zip(plan.problem.strands, planned.posed.weight.tolist(), strict=True)
    return {
        "kind": plan.problem.objective,
        "harm": plan.harm,
        "worth": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "status": plan.status,
        "approximate": plan.approximate,
        "whole_shifts": plan.shifts is not None,
        "programmes": plan.programmes,
        "solver": "HiGHS",
        "worst_unmet": plan.worst_unmet,
        "worst_weeks": None if worst is None else {"level": worst.level, "weight": worst.weight},
        "weight_set": planned.posed.weight_set,
        "weight_source": planned.posed.weight_source,
        "weights": {name: None if np.isnan(weight) else weight for name, weight in weights},
        "effect_level": choices.effect,
    }


def _totals(run: ForecastRun, planned: Planned, account: Account, drawn: Ranges, horizon: int) -> dict[str, Any]:
    harm, reached = float(account.harm.sum()), float(account.harm_met.sum())
    expected, met = float(account.expected.sum()), float(account.met.sum())
    forecast = float(run.frame.loc[run.frame["horizon"] == horizon, "mean"].sum())
    return {
        "areas": len(planned.posed.ground.area_codes),
        "expected": expected,
        "expected_range": interval(drawn.incidents),
        "left_out": max(forecast - expected, 0.0),
        "met": met,
        "met_range": interval(drawn.met),
        "covered": met / expected if expected > 0 else None,
        "expected_harm": harm,
        "expected_harm_range": interval(drawn.harm),
        "harm_reached": reached,
        "harm_reached_range": interval(drawn.reached),
        "unmet": harm - reached,
        "unmet_range": interval(drawn.unmet),
        "coverage": reached / harm if harm > 0 else None,
        "ranges": {"share": 0.8, "drawn": drawn.drawn, "draws": len(drawn.harm), "means": "exact"},
    }


def _known(visits: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the visit lists without what is not known of a visit: there may be tens of thousands."""
    return [{key: told for key, told in row.items() if told is not None} for row in visits.get("rows", ())]


def _unweighted(planned: Planned, account: Account) -> list[dict[str, Any]]:
    """Return strands without a harm weight, with their hours and incidents: unweighted, which is not no harm."""
    strands = planned.plan.problem.strands
    return [
        {
            "strand": name,
            "expected": float(account.expected[:, at].sum()),
            "met": float(account.met[:, at].sum()),
            "hours": float(account.hours[:, at].sum()),
            "planned": bool(account.open[:, at].any()),
        }
        for at, name in enumerate(strands)
        if np.isnan(account.weight[at])
    ]
