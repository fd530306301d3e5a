"""The plan as a document: everything that was asked, decided and relied on, as JSON values."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from errors import AllocationError
from features import periods
from features.periods import PeriodKind
from models.allocation.curve import F64
from models.allocation.plan import AllocationPlan
from models.allocation.problem import AllocationProblem
from models.allocation.request import PlanRequest
from models.allocation.rounding import quarter_hours
from models.allocation.single_reasons import area_sentences, plan_sentences
from models.patrol import SHARE
from models.runs import ForecastRun
from models.table import cube

SCHEMA = "plan/1"
# Incidents; below it nothing was left out but by rounding.
_LEAST_TOLD = 0.05


def problem_of(run: ForecastRun, request: PlanRequest) -> AllocationProblem:
    """Return the problem that a request poses on a forecast.

    Raises:
        AllocationError: The forecast has no such horizon, or the request cannot be met.
        DataError: The forecast has missing rows.
    """
    horizons = sorted(int(horizon) for horizon in run.frame["horizon"].unique())
    if request.horizon not in horizons:
        fix = f"use one of: {', '.join(map(str, horizons))}"
        raise AllocationError(f"the forecast {run.run_id} has no horizon {request.horizon}", place="horizon", fix=fix)
    demand, codes, strands = patrol_demand(run, request.horizon)
    parents: Mapping[str, str] = run.meta.get("districts") or {}
    district = [parents.get(code) or "" for code in codes] if any(parents.values()) else None
    kind, start = period_of(run, request.horizon)
    end = periods.start(periods.ordinal(start, kind) + 1, kind)
    return request.problem(codes, strands, demand, district, weeks=(end - start).days / 7)


def patrol_demand(run: ForecastRun, horizon: int) -> tuple[F64, tuple[str, ...], tuple[str, ...]]:
    """Return the demand that may draw patrols, float64[area, strand], with areas and strands.

    Raises:
        DataError: The forecast has missing rows.
    """
    rows = run.frame[run.frame["horizon"] == horizon]
    demand, codes, strands, _ = cube(rows)
    if SHARE in rows:
        demand = demand * cube(rows, SHARE)[0]
    return demand[0], codes, strands


def period_of(run: ForecastRun, horizon: int) -> tuple[PeriodKind, date]:
    """Return the kind and the first day of the period that a plan is for."""
    kind: PeriodKind = "month" if run.meta["period"] == "month" else "week"
    origin = periods.ordinal(date.fromisoformat(run.meta["origin"]), kind)
    return kind, periods.start(origin + horizon - 1, kind)


def plan_document(run: ForecastRun, request: PlanRequest, plan: AllocationPlan) -> dict[str, Any]:
    """Return what there is to say of a plan, as JSON values; the same plan gives the same document."""
    kind, start = period_of(run, request.horizon)
    names: Mapping[str, str] = run.meta.get("names") or {}
    text = f"the week beginning {start.isoformat()}" if kind == "week" else f"the month of {start:%B %Y}"
    return {
        "schema": SCHEMA,
        "forecast": {
            "run_id": run.run_id,
            "audit_id": run.audit_id,
            **{key: run.meta.get(key) for key in ("origin", "as_of", "model_version", "snapshot_hash")},
        },
        "period": {"kind": kind, "start": start.isoformat(), "horizon": request.horizon, "text": text},
        "request": request.as_document(),
        "summary": _summary(run, plan, request, names),
        "binding_limits": [
            {"kind": limit.kind, "name": limit.name, "hours": limit.hours, "price": limit.price}
            for limit in plan.binding_limits()
        ],
        "areas": _areas(plan, names),
        "notices": list(run.meta.get("notices") or []),
        "fallback": dict(run.meta.get("fallback") or {}),
        "attribution": run.meta.get("attribution") or "",
    }


def _summary(run: ForecastRun, plan: AllocationPlan, request: PlanRequest, names: Mapping[str, str]) -> dict[str, Any]:
    problem = plan.problem
    forecast = float(run.frame.loc[run.frame["horizon"] == request.horizon, "mean"].sum())
    left_out = max(0.0, forecast - float(problem.demand.sum()))
    unweighted = request.unweighted(problem.strands)
    demand = float(problem.weighted_demand.sum())
    quarters = quarter_hours(plan)
    rounded = None if quarters is None else float(problem.weighted_demand @ problem.curve.reach(quarters))
    return {
        "areas": len(problem.area_codes),
        "total_hours": problem.total_hours,
        "expected": float(problem.demand.sum()),
        "left_out": left_out,
        "weighted_expected": demand,
        "reached": plan.objective,
        "reached_share": plan.objective / demand if demand > 0 else None,
        "shadow_price": plan.shadow_price,
        "gap": plan.gap,
        "status": plan.status,
        "solver": "HiGHS",
        "scale_hours": problem.curve.scale_hours,
        "quarter_hours_reached": rounded,
        "unweighted": list(unweighted),
        "sentences": [
            *plan_sentences(plan, names),
            *_fallback_sentences(run),
            *_left_out_sentences(forecast, left_out),
            *_unweighted_sentences(request, unweighted),
        ],
    }


def _fallback_sentences(run: ForecastRun) -> list[str]:
    methods: Mapping[str, str] = run.meta.get("fallback") or {}
    return [f"Demand of {strand} is forecast by the simple method {method}." for strand, method in methods.items()]


def _left_out_sentences(forecast: float, left_out: float) -> list[str]:
    if left_out < _LEAST_TOLD:
        return []
    why = "officers found them, or they count under another strand too"
    return [f"Of {forecast:,.1f} incidents forecast {left_out:,.1f} draw no patrols: {why}."]


def _unweighted_sentences(request: PlanRequest, strands: Sequence[str]) -> list[str]:
    if request.harm_set is None or not strands:
        return []
    these = "1 strand has" if len(strands) == 1 else f"{len(strands)} strands have"
    names, counted = ", ".join(strands), f"{request.weight_of_unlisted:g}"
    held = f"{these} no harm weight in the set '{request.harm_set.name}', which is no harm of 0"
    return [f"{held}; one of their incidents counts {counted}, as weight_of_unlisted says: {names}."]


def _areas(plan: AllocationPlan, names: Mapping[str, str]) -> list[dict[str, Any]]:
    problem = plan.problem
    quarters = quarter_hours(plan)
    numbers = {
        "hours": plan.hours,
        "quarter_hours": np.full(len(plan.hours), np.nan) if quarters is None else quarters,
        "weighted_expected": problem.weighted_demand,
        "reach": plan.reach,
        "reached": plan.reached,
        "marginal": plan.marginal,
        "reduced_cost": plan.reduced_cost,
    }
    columns = {key: values.tolist() for key, values in numbers.items()}
    if quarters is None:
        columns["quarter_hours"] = [None] * len(plan.hours)
    demand, sentences = problem.demand.tolist(), area_sentences(plan)
    return [
        {
            "area_code": code,
            "name": names.get(code, code),
            "district": problem.district[at] if problem.district else "",
            "expected": dict(zip(problem.strands, demand[at], strict=True)),
            **{key: values[at] for key, values in columns.items()},
            "limit": plan.limits[at],
            "reason": sentences[at],
        }
        for at, code in enumerate(problem.area_codes)
    ]
