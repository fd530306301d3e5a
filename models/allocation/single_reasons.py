"""Reasons: what the plan relied on, in words. They speak of the plan and its rules, not of the world."""

from collections.abc import Mapping

import numpy as np

from models.allocation.plan import AllocationPlan

_NAMED_STRANDS = 3
_NAMED_AREAS = 3
_AT_LIMIT = 1e-6


def amount(value: float) -> str:
    """Return a small number as people read it."""
    if value == 0:
        return "0"
    if abs(value) < 0.001:
        return "under 0.001"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def hours_text(hours: float) -> str:
    """Return hours as people read them: 4 hours, 17.2 hours."""
    text = f"{hours:,.1f}".removesuffix(".0")
    return "1 hour" if text == "1" else f"{text} hours"


def unit(plan: AllocationPlan) -> str:
    """Return what is counted: incidents, weighted where the weights are not all one."""
    return "incidents" if bool((plan.problem.weights == 1).all()) else "weighted incidents"


def area_sentences(plan: AllocationPlan) -> list[str]:
    """Return a sentence for each area: its hours, what it expects, how much is reached, and what holds it."""
    problem = plan.problem
    sentences = []
    for number in range(len(problem.area_codes)):
        expected = problem.demand[number]
        ranked = sorted(zip(-expected, problem.strands, strict=True))[:_NAMED_STRANDS]
        strands = ", ".join(f"{strand} {amount(-value)}" for value, strand in ranked if value < 0)
        demand = f"{amount(float(expected.sum()))} expected incidents" + (f" ({strands})" if strands else "")
        given = hours_text(float(plan.hours[number])) if plan.hours[number] > _AT_LIMIT else "no hours"
        share = f"{100 * plan.reach[number]:.0f} % of them reached"
        sentences.append(f"The plan gives {given} to {demand}, {share}; {_limit_text(plan, number)}.")
    return sentences


def _limit_text(plan: AllocationPlan, number: int) -> str:
    problem = plan.problem
    here, elsewhere = amount(float(plan.marginal[number])), amount(plan.shadow_price)
    compared = f"the next hour here would reach {here}, elsewhere {elsewhere}"
    match plan.limits[number]:
        case "fixed":
            return "its minimum and maximum are the same"
        case "minimum" if problem.minimum_hours[number] == 0:
            return f"an hour here would reach {here}, elsewhere {elsewhere}"
        case "minimum":
            return f"it is at its minimum of {hours_text(float(problem.minimum_hours[number]))}: {compared}"
        case "maximum":
            return f"it is at its maximum of {hours_text(float(problem.maximum_hours[number]))}: {compared}"
        case "district_minimum":
            name = problem.district[number] if problem.district else ""
            floor = hours_text(problem.district_minimum[name])
            return f"the minimum of {floor} for {name} keeps hours here: {compared}"
        case _:
            return f"no limit holds it: the next hour would reach {here}, as in every area that no limit holds"


def plan_sentences(plan: AllocationPlan, names: Mapping[str, str]) -> list[str]:
    """Return sentences on the whole plan: what it reaches, what one more hour would do, and what its limits cost.

    Args:
        plan: The plan.
        names: Area code to name.
    """
    problem, what = plan.problem, unit(plan)
    demand = float(problem.weighted_demand.sum())
    share = f" ({100 * plan.objective / demand:.1f} %)" if demand > 0 else ""
    reached = (
        f"The plan places {hours_text(problem.total_hours)} over {len(problem.area_codes):,} areas and reaches "
        f"{plan.objective:,.1f} of {demand:,.1f} expected {what}{share}; by the same rules, demand and reach curve no "
        f"plan reaches more than {_above(plan)} above that."
    )
    return [reached, _next_hour(plan, names, what), *_limit_sentences(plan, what)]


def _above(plan: AllocationPlan) -> str:
    percent = 100 * plan.gap / plan.objective if plan.objective > 0 else 0.0
    return "0.001 %" if percent <= 0.001 else f"{percent:.1g} %"


def _next_hour(plan: AllocationPlan, names: Mapping[str, str], what: str) -> str:
    codes = plan.problem.area_codes
    free = [code for code, limit in zip(codes, plan.limits, strict=True) if not limit]
    room = plan.hours < plan.problem.maximum_hours - _AT_LIMIT
    if not room.any():
        return "Not one more hour could be placed: every area is at its maximum."
    if not free:
        # Where limits hold every area, the next hour goes where it reaches most.
        best = int(np.argmax(np.where(room, plan.marginal, -1.0)))
        where = f"in {names.get(codes[best], codes[best])}"
        return f"One more patrol hour would reach {amount(float(plan.marginal[best]))} more {what}, {where}."
    if len(free) <= _NAMED_AREAS:
        where = f"in {', '.join(names.get(code, code) for code in free)}"
    else:
        where = f"spread alike over the {len(free):,} areas that no limit holds"
    return f"One more patrol hour would reach {amount(plan.shadow_price)} more {what}, {where}."


def _limit_sentences(plan: AllocationPlan, what: str) -> list[str]:
    sentences = []
    binding = plan.binding_limits()
    for kind, text, eased in (("area_minimum", "minimum", "lower"), ("area_maximum", "maximum", "higher")):
        held = [limit for limit in binding if limit.kind == kind]
        if held:
            areas = "1 area is at its" if len(held) == 1 else f"{len(held):,} areas are at their"
            gain = f"would reach at most {amount(held[0].price)} more {what}"
            sentences.append(f"{areas} {text}; one that is an hour {eased} {gain}.")
    sentences += [
        f"The minimum of {hours_text(limit.hours)} for {limit.name} holds; one that is an hour lower would reach "
        f"{amount(limit.price)} more {what}."
        for limit in binding
        if limit.kind == "district_minimum"
    ]
    return sentences
