"""What is told of a plan: the sentences and statements that go into its document."""

from typing import Any

from models.allocation.posed import Planned
from models.allocation.reasons.sentences import area_sentences, plan_sentences
from models.allocation.reasons.statements import statements


def reasons_of(planned: Planned, names: dict[str, str]) -> dict[str, Any]:
    """Return the sentences on a plan and of each area its status, reason, rules and next hour; JSON values.

    Teams that are placed by caseload have sentences of their own, after those of the plan.

    Args:
        planned: The plan.
        names: Code of a resource to its name.
    """
    plan = planned.plan
    told = statements(plan)
    areas = {
        item.area_code: {**item.document(), "status": item.status_text, "reason": sentence}
        for item, sentence in zip(told, area_sentences(plan, told), strict=True)
    }
    sentences = plan_sentences(plan, names)
    for code in sorted(planned.caseloads):
        own = plan_sentences(planned.caseloads[code], names)
        sentences += [f"{names.get(code, code)}, by caseload: {sentence}" for sentence in own]
    return {"sentences": sentences, "areas": areas}
