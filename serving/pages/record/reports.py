"""Reports for auditors: whether the ranges hold, and how errors and hours lie by deprivation."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from serving.asking import Asking
from serving.champions.reading import decision, decisions
from serving.champions.schemas import GateQuery
from serving.desk import Desk
from serving.pages.site import Source
from serving.plans.reading import plan, plans
from serving.plans.schemas import PlansQuery
from serving.scenarios.reading import scenario, scenarios
from serving.scenarios.schemas import ScenariosQuery
from serving.schemas import Closed

# The gate's checks of the ranges, and of errors by deprivation, by how their names begin.
_RANGES, _DECILES = ("coverage", "PIT"), ("bias by deprivation",)
FAIRNESS = "fairness"


class ReportFields(Closed):
    """Which decision of the gate and which plan are reported on; the newest where none is named."""

    gate: str = Field("", max_length=200)
    plan: str = Field("", max_length=200)
    study: str = Field("", max_length=300)


@dataclass(frozen=True)
class Reports:
    """What is reported.

    Attributes:
        sources: The answers of the API that it is made of.
        gates: The gate's decisions, newest first.
        gate: The one that is reported on; None where there is none.
        ranges: Its checks of the ranges.
        deciles: Its checks of errors by deprivation.
        plans: Plans, newest first.
        plan_id: The one that is reported on; "" where there is none.
        equity: How its hours lie against need; None where there is no plan, or it has none.
        fairness: The price of fairness of that plan; None where nobody asked for it.
    """

    sources: tuple[Source, ...]
    gates: list[dict[str, Any]]
    gate: dict[str, Any] | None
    ranges: list[dict[str, Any]]
    deciles: list[dict[str, Any]]
    plans: list[dict[str, Any]]
    plan_id: str
    equity: dict[str, Any] | None
    fairness: dict[str, Any] | None


def reports(desk: Desk, asking: Asking, fields: ReportFields) -> Reports:
    """Find the reports.

    Raises:
        NoSuchRecordError: What is named is not there.
        LedgerError: A file was changed.
    """
    of_gates = Source("/v1/gate-decisions", decisions(desk, GateQuery()))
    of_plans = Source("/v1/plans", plans(desk, PlansQuery()))
    gates, known = of_gates.document["rows"], of_plans.document["plans"]
    sources = [of_gates, of_plans]
    gate, checks = None, []
    if name := fields.gate or (gates[0]["name"] if gates else ""):
        sources.append(Source(f"/v1/gate-decisions/{name}", decision(desk, name)))
        gate = sources[-1].document
        checks = gate["evidence"].get("checks", [])
    study = _study(desk, sources, fields)
    plan_id = study["plan_id"] if study else fields.plan or _first(known)
    equity = None
    if plan_id:
        sources.append(Source(f"/v1/plans/{plan_id}", plan(desk, asking, plan_id)))
        equity = sources[-1].document["plan"].get("equity")
        study = study or _newest_study(desk, sources, plan_id)
    return Reports(
        tuple(sources),
        gates,
        gate,
        [check for check in checks if check["name"].startswith(_RANGES)],
        [check for check in checks if check["name"].startswith(_DECILES)],
        known,
        plan_id,
        equity,
        study,
    )


def _first(known: list[dict[str, Any]]) -> str:
    """Return the plan that is in force, the newest of several, or else the newest of all."""
    issued = [one["plan_id"] for one in known if one["status"] == "issued"]
    every = [one["plan_id"] for one in known]
    return next(iter(issued + every), "")


def _study(desk: Desk, sources: list[Source], fields: ReportFields) -> dict[str, Any] | None:
    if not fields.study.startswith(FAIRNESS):
        return None
    sources.append(Source(f"/v1/scenarios/{fields.study}", scenario(desk, fields.study)))
    return sources[-1].document


def _newest_study(desk: Desk, sources: list[Source], plan_id: str) -> dict[str, Any] | None:
    query = ScenariosQuery(study=FAIRNESS, plan_id=plan_id, limit=1)
    listed = Source(f"/v1/scenarios?study={FAIRNESS}&plan_id={plan_id}&limit=1", scenarios(desk, query))
    sources.append(listed)
    if not listed.document["scenarios"]:
        return None
    name = listed.document["scenarios"][0]["scenario_id"]
    sources.append(Source(f"/v1/scenarios/{name}", scenario(desk, name)))
    return sources[-1].document
