"""Sentences: what the plan and each of its areas relied on. They speak of the model and the rules alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Kind, Problem
from models.allocation.reasons.prices import AT_LIMIT, Price, binding, prices, side
from models.allocation.reasons.statements import Statement, Status, statements
from models.allocation.reasons.words import MET, amount, hours_text

_MOST_RULES_SAID = 8
_MOST_RESOURCES_SAID = 3
# Worths of an hour that differ by a smaller share are the same to a reader.
_ALIKE = 0.02
_CHEAPEST = 1e-4
# Rules whose limits are hours; those of others are sums of money or shares of several areas' hours.
_IN_HOURS: tuple[Kind, ...] = ("ringfence", "floor", "cover", "response", "cap", "change", "lock")


def plan_sentences(plan: Plan, names: Mapping[str, str]) -> list[str]:
    """Return sentences on the whole plan: what it meets, what an hour more of each resource would, what rules cost.

    Args:
        plan: The plan.
        names: Code of a resource to its name, as people call it.
    """
    told = prices(plan)
    rules = [price for price in binding(told) if price.kind != "total" and price.price != 0]
    said = [_rule_sentence(plan, price) for price in rules[:_MOST_RULES_SAID]]
    if len(rules) > _MOST_RULES_SAID:
        said.append(f"{len(rules) - _MOST_RULES_SAID:,} more rules hold and cost less an hour.")
    return [_worth(plan), *_totals(plan, told, names), *said, *_approximate(plan)]


def area_sentences(plan: Plan, told: Sequence[Statement] | None = None) -> list[str]:
    """Return a sentence for each area: hours, what is expected, how much of it is met, and what holds it."""
    known = statements(plan) if told is None else told
    return [_area_sentence(plan, number, item) for number, item in enumerate(known)]


def _worth(plan: Plan) -> str:
    problem, verb = plan.problem, MET[plan.problem.objective]
    most = float(problem.value.weight @ problem.value.mean)
    share = f" ({100 * plan.harm / most:.1f} %)" if most > 0 else ""
    above = 100 * plan.gap / plan.objective if plan.objective > 0 else 0.0
    limit = "0.001 %" if above <= 0.001 else f"{above:.2g} %"
    what = "caseload" if problem.objective == "caseload" else "expected harm"
    return (
        f"The plan places {hours_text(float(plan.hours.sum()))} over {len(problem.area_codes):,} areas; of "
        f"{amount(most)} {what} {amount(plan.harm)} is {verb}{share}, by the model's forecast and the effects assumed. "
        f"By the same rules no plan is worth more than {limit} above it."
    )


def _totals(plan: Plan, told: Sequence[Price], names: Mapping[str, str]) -> list[str]:
    verb = MET[plan.problem.objective]
    said = []
    for price in told:
        if price.kind != "total":
            continue
        name = names.get(price.name, price.name)
        spare = (price.upper or 0.0) - price.value
        if price.aid:
            said.append(f"{name}: an hour more would go to strands without a harm weight; no harm is told of it.")
        elif price.price > 0:
            said.append(f"{name}: an hour more would add {amount(price.price)} to what is {verb}.")
        elif price.price < 0:
            said.append(f"{name}: all hours have to be placed; an hour fewer would add {amount(-price.price)}.")
        elif spare > AT_LIMIT:
            most = hours_text(price.upper or 0.0)
            said.append(f"{name}: {hours_text(spare)} of {most} stay unplaced; an hour more adds nothing.")
        else:
            said.append(f"{name}: an hour more would add nothing.")
    return said


def _rule_sentence(plan: Plan, price: Price) -> str:
    gain = f"would add {amount(abs(price.price))} to what is {MET[plan.problem.objective]}"
    if price.unit == "share":
        most = side(price) == "at most"
        share = 100 * ((price.upper if most else price.lower) or 0.0)
        eased = "more let there" if most else "less asked for there"
        asked = f"{side(price)} {share:.3g} % of {price.of}"
        return f"The {price.kind} of {price.name} holds, {asked}; an hour {eased} {gain}."
    if price.kind not in _IN_HOURS:
        return f"The {price.kind} of {price.name} holds; one unit of give {gain}."
    limit = price.upper if side(price) == "at most" else price.lower
    hours = "" if limit is None else f", {side(price)} {hours_text(limit)}"
    eased = "higher" if side(price) == "at most" else "lower"
    return f"The {price.kind} of {price.name} holds{hours}; one that is an hour {eased} {gain}."


def _approximate(plan: Plan) -> list[str]:
    if not plan.approximate:
        return []
    return ["These prices are approximate: they are those of the programme without whole shifts."]


def _area_sentence(plan: Plan, number: int, told: Statement) -> str:
    verb = MET[plan.problem.objective]
    given = "no hours" if told.hours <= AT_LIMIT else hours_text(told.hours)
    resources = ", ".join(
        f"{code} {hours_text(hours)}" for code, hours in list(told.by_resource.items())[:_MOST_RESOURCES_SAID]
    )
    resources = f" ({resources})" if len(told.by_resource) > 1 else ""
    demand = f"{amount(told.expected)} expected incidents{_by_strand(plan.problem, number)}"
    share = f", {100 * told.met / told.expected:.0f} % {verb}" if told.expected > 0 else ""
    return f"The plan gives {given}{resources} to {demand}{share}; {_status_text(told, verb)}."


def _by_strand(problem: Problem, area: int) -> str:
    cells = np.flatnonzero((problem.cell_area == area) & (problem.cell_strand >= 0))
    mean = problem.value.mean[cells]
    ranked = sorted(zip(-mean, problem.cell_strand[cells].tolist(), strict=True))[:3]
    told = ", ".join(f"{problem.strands[strand]} {amount(-value)}" for value, strand in ranked if value < 0)
    return f" ({told})" if told else ""


def _status_text(told: Statement, verb: str) -> str:
    about = " (approximate)" if told.approximate else ""
    here = f"an hour more of {told.resource} here, all else as it is, would add {_an_hour(told.next_hour)} {verb}"
    compared = f"{here}, elsewhere {_an_hour(told.elsewhere)}{about}"
    first = told.holdings[0] if told.holdings else None
    others = f"; so do {', '.join(rule.text for rule in told.holdings[1:4])}" if len(told.holdings) > 1 else ""
    texts: dict[Status, str] = {
        "at the margin": _at_the_margin(told, verb, about),
        "marginal: the next hour goes elsewhere": f"the next hour goes elsewhere: {compared}",
        "nothing is left to meet": "nothing is left to meet by the resources that may work here",
        "no hours": f"hours go elsewhere: {compared}",
        "no demand": "nothing is expected that a resource may work on",
        "no post": "no resource may work here",
    }
    if first is None:
        return texts[told.status]
    held: dict[Status, str] = {
        "locked": f"the planner's lock {first.name} holds it",
        "at its floor": f"it is at its floor, {first.name}",
        "capped": f"it is capped, {first.name}",
        "held by a rule": f"it is held by a rule, {first.text}",
    }
    price = f" at {amount(abs(first.price))} an hour{about}" if first.price else ""
    return f"{held[told.status]}{price}{others}: {compared}"


def _at_the_margin(told: Statement, verb: str, about: str) -> str:
    """Return what is said of an area at the margin: there the two sides may differ by rules, and by a whole hour."""
    elsewhere, resource = f"{_an_hour(told.elsewhere)}{about}", told.resource
    if abs(told.cost - told.elsewhere) > _ALIKE * max(told.cost, told.elsewhere):
        here = f"the next hour of {resource} here would add {_an_hour(told.slope)} {verb}"
        return f"it is at the margin: {here} and eases rules that make up for the {elsewhere} elsewhere"
    said = f"it is at the margin: an hour of {resource} does as much here as elsewhere, {elsewhere}"
    if told.next_hour < (1 - _ALIKE) * told.slope:
        return f"{said}, at first: a whole hour more would add {_an_hour(told.next_hour)}"
    return said


def _an_hour(worth: float) -> str:
    """Return the worth of an hour, so that those of cheap resources can be told from each other."""
    return f"{worth:.2g}" if _CHEAPEST <= worth < 0.001 else amount(worth)
