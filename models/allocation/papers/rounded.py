"""What rounding to quarter hours keeps and costs, as values of the plan's document and in sentences."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.papers.holding import plans_of
from models.allocation.papers.limits import A_QUARTER
from models.allocation.papers.quarters import Quarters
from models.allocation.posed import Planned
from models.allocation.programme.plan import Plan
from models.allocation.reasons.prices import AT_LIMIT
from models.allocation.reasons.words import MET, amount

F64 = NDArray[np.float64]

# A share of what is reached above which rounding is told to cost something.
_TOLD = 0.001
_MOST_RULES_SAID = 3


def rounded(planned: Planned, quarters: Mapping[str, Quarters]) -> dict[str, Any]:
    """Return what quarter hours keep, and what they reach.

    Args:
        planned: The plan.
        quarters: Each programme's plan in quarter hours.
    """
    small, none = _small(planned, quarters)
    return {
        "kept": not any(held.broken for held in quarters.values()),
        "broken": [
            {"rule": name, "missed_by": missed, "programme": code}
            for code, held in quarters.items()
            for name, missed in held.broken
        ],
        "hours": sum(float(held.hours.sum()) for held in quarters.values()),
        "harm_reached": _harm(planned.plan, quarters[""]),
        "small_posts": small,
        "small_posts_without": none,
    }


def rounded_sentences(planned: Planned, quarters: Mapping[str, Quarters], names: Mapping[str, str]) -> list[str]:
    """Return sentences on what rounding costs, which posts lose all of their hours, and which rules it breaks.

    Args:
        planned: The plan.
        quarters: Each programme's plan in quarter hours.
        names: Code of a resource to its name.
    """
    said = []
    for code, plan in plans_of(planned):
        harm = _harm(plan, quarters[code])
        if plan.harm - harm > _TOLD * plan.harm:
            whose = f"{names.get(code, code)}, by caseload: in" if code else "In"
            what = "caseload" if code else "expected harm"
            said.append(
                f"{whose} quarter hours, as rosters and tasks hold them, {harm:,.4g} of {what} is "
                f"{MET[plan.problem.objective]}, exactly planned {plan.harm:,.4g}: rounding costs "
                f"{100 * (1 - harm / plan.harm):.2g} %."
            )
    small, none = _small(planned, quarters)
    if none:
        said.append(
            f"Of {small:,} posts (a resource in an area, on a strand) that the plan gives less than a quarter hour, "
            f"{none:,} have none in quarter hours and {small - none:,} have a quarter: so every resource keeps its "
            "hours, to the quarter below."
        )
    broken = [(missed, name) for held in quarters.values() for name, missed in held.broken]
    if broken:
        named = ", ".join(f"{name} by {amount(missed)} hours" for missed, name in broken[:_MOST_RULES_SAID])
        others = f" and {len(broken) - _MOST_RULES_SAID:,} more" if len(broken) > _MOST_RULES_SAID else ""
        said.append(f"Quarter hours miss the rules of {named}{others}; the plan itself keeps them.")
    return said


def _harm(plan: Plan, quarters: Quarters) -> float:
    return float(plan.problem.expected(quarters.hours).sum())


def _small(planned: Planned, quarters: Mapping[str, Quarters]) -> tuple[int, int]:
    """Return how many posts have some hours and less than a quarter, and how many of them have none in quarters."""
    small = none = 0
    for code, plan in plans_of(planned):
        some = (plan.hours > AT_LIMIT) & (plan.hours < A_QUARTER - AT_LIMIT)
        small += int(some.sum())
        none += int((some & (quarters[code].hours == 0)).sum())
    return small, none
