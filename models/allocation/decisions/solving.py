"""Solving what was asked for: posed, solved, and of plans that are worth the same the one nearest to a plan before."""

from dataclasses import replace
from datetime import date

from features.harm import Harm
from features.periods import PeriodKind
from models.allocation.choices import Choices
from models.allocation.decisions.issued import hours_of
from models.allocation.decisions.nearest import nearest
from models.allocation.decisions.record import PlanRecord
from models.allocation.planned import solve_all
from models.allocation.pose import pose
from models.allocation.posed import Planned, Posed
from models.allocation.posing.record import period_of
from models.allocation.programme.check import check
from models.allocation.programme.hours import NoPlanError
from models.allocation.programme.solver import Effort
from models.allocation.resources.loading import Resources
from models.allocation.roster.shares import ProfileShares
from models.allocation.rules.requested import places_asked
from models.allocation.rules.smallest import find_clash
from models.runs import ForecastRun


def planned_near(
    run: ForecastRun,
    resources: Resources,
    choices: Choices,
    harm: Harm,
    profile: ProfileShares | None,
    near: PlanRecord | None,
) -> Planned:
    """Return the plan of a request, checked; of plans that are worth the same the one nearest to `near`.

    Raises:
        AllocationError: The request cannot be met.
        DataError: The forecast has missing rows, or there is no set of harm weights of that name.
    """
    planned = _solved(pose(run, resources, choices, harm, profile), resources, choices)
    if near is not None:
        planned = replace(planned, plan=nearest(planned.plan, near.document["posts"]))
    for plan in (planned.plan, *planned.caseloads.values()):
        check(plan)
    return planned


def beside(last: PlanRecord | None, resources: Resources, choices: Choices) -> Choices:
    """Return choices that know the last issued plan, where a rule looks at it."""
    if last is None or resources.rules.most_change is None or choices.previous is not None:
        return choices
    hours: dict[str, dict[str, float]] = {}
    for (code, area), amount in hours_of(last).hours.items():
        hours.setdefault(code, {})[area] = amount
    return replace(choices, previous=hours)


def period_asked(run: ForecastRun, choices: Choices) -> tuple[date, PeriodKind]:
    """Return the first day and the kind of the period that a request is for."""
    kind, start = period_of(run, choices.horizon)
    return start, kind


def _solved(posed: Posed, resources: Resources, choices: Choices) -> Planned:
    """Return the plan, or refuse with the rules that clash."""
    effort = Effort(whole_gap=resources.rules.gap, nodes=resources.rules.nodes)
    try:
        return solve_all(posed, effort)
    except NoPlanError as error:
        for problem in (posed.problem, *posed.caseloads.values()):
            clash = find_clash(problem.rules, problem.blocks, places_asked(choices, resources.resources))
            if clash is not None:
                raise clash.error() from error
        raise
