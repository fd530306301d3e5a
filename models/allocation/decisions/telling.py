"""What a plan's document says in words: reasons of the plan and its areas, what is unweighted, the roster."""

from collections.abc import Sequence
from typing import Any

from models.allocation.posed import Planned
from models.allocation.reasons.sentences import area_sentences, plan_sentences
from models.allocation.reasons.statements import statements
from models.allocation.resources.loading import Resources
from models.runs import ForecastRun


def told_of(
    run: ForecastRun, resources: Resources, planned: Planned, roster: Sequence[str], near: str | None
) -> dict[str, Any]:
    """Return the sentences on a plan, and the status and reason of each area.

    Args:
        run: The forecast.
        resources: The resources.
        planned: The plan.
        roster: Sentences on the roster and the lists of visits.
        near: The plan that it was kept near to; None: there is none.
    """
    names = {resource.code: resource.name for resource in resources.resources}
    told = statements(planned.plan)
    teams = [
        f"{names[code]}, by caseload: {sentence}"
        for code in sorted(planned.caseloads)
        for sentence in plan_sentences(planned.caseloads[code], names)[:1]
    ]
    return {
        "sentences": [
            *plan_sentences(planned.plan, names),
            *teams,
            *_unweighted(planned.posed.unweighted),
            *_fallback(run),
            *([f"Of plans that are worth the same it is the one nearest to plan {near}."] if near else []),
            *roster,
        ],
        "areas": {
            item.area_code: {**item.document(), "status": item.status_text, "reason": sentence}
            for item, sentence in zip(told, area_sentences(planned.plan, told), strict=True)
        },
    }


def _unweighted(strands: Sequence[str]) -> list[str]:
    if not strands:
        return []
    have = "strand has" if len(strands) == 1 else "strands have"
    names = ", ".join(strands)
    return [f"{len(strands)} {have} no harm weight, which is no harm of 0, and stand apart from it: {names}."]


def _fallback(run: ForecastRun) -> list[str]:
    methods: dict[str, str] = run.meta.get("fallback") or {}
    return [f"Demand of {strand} is forecast by the simple method {method}." for strand, method in methods.items()]
