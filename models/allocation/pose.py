"""Posing: from a recorded forecast, the resources and what a request chooses to the programmes of one plan.

Harm reached: patrols and teams serve cells, either all by capacity (`Met`: a post for each strand, an hour of which is
worth so many incidents' time) or all by presence (`Share`: a post serves all strands of its resource in an area at
once). Harm prevented: those with an effect are placed by it (`Share` with fading links), all others by caseload.

A team that is placed by caseload has a programme of its own in which every case counts alike, whatever its harm weight.
It goes where its cases come up, so that its capacity is not that of one area: with c cases' worth of hours for an
area's m expected cases, m (1 - exp(-c / m)) are counted as met. That is what c hours meet that fall on cases without
knowing of each other, less than the smaller of c and m that a team meets which wastes none. Hours of such a team follow
its cases: at the optimum c / m is the same everywhere that no rule holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from features import harm as weighing
from models.allocation.choices import Choices
from models.allocation.posed import Demand, Ground, Posed
from models.allocation.posing.access import allowed_of
from models.allocation.posing.actions import Action, cases, met, prevented, works_on
from models.allocation.posing.asking import placed_of, reserved_of
from models.allocation.posing.columns import Columns, columns_of
from models.allocation.posing.demand import demand_of, drawn_weeks
from models.allocation.posing.ground import ground_of
from models.allocation.posing.overrides import settings_of
from models.allocation.posing.record import recorded
from models.allocation.posing.resting import without_resting
from models.allocation.posing.rosters import blocks_of
from models.allocation.posing.weighing import Weighing, weighing_of
from models.allocation.programme.posts import Posts
from models.allocation.programme.problem import Objective, Problem, WorstWeeks
from models.allocation.programme.values import Met, Share, Value
from models.allocation.resources import Resource, Resources
from models.allocation.resources.file import Aim, check_objective
from models.allocation.resources.hours import period_hours
from models.allocation.roster.calls import call_shares
from models.allocation.roster.shares import ProfileShares
from models.allocation.rules.asked import Asked
from models.allocation.rules.build import build
from models.allocation.rules.settings import RuleSettings
from models.profiles.shifts import DEFAULT
from models.runs import ForecastRun

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Cases below which an area counts as having so many, so that an hour there has an effect that can be reckoned with.
_LEAST_CASES = 1e-4


@dataclass(frozen=True, eq=False)
class _Given:
    """Everything that the programmes of one plan are made from."""

    resources: Resources
    choices: Choices
    objective: Aim
    settings: RuleSettings
    resting: tuple[str, ...]
    ground: Ground
    demand: Demand
    weighing: Weighing
    hours: F64
    works: Bools
    allowed: Bools
    actions: tuple[Action, ...]
    caseload: tuple[bool, ...]
    profile: ProfileShares | None

    def asked(self, chosen: Sequence[int], columns: Columns) -> Asked:
        """Return what the rules of a programme of some resources are built from."""
        strands = self.demand.strands
        reserved = reserved_of(self.choices, self.resources.resources, self.demand.weeks)
        placed = [
            placed_of(
                item,
                float(self.hours[at]),
                strands,
                self.works[at],
                self.actions[at],
                caseload=self.caseload[at],
                reserved=reserved.get(item.code, ()),
            )
            for at, item in enumerate(self.resources.resources)
        ]
        return Asked(
            settings=self.settings,
            ground=self.ground,
            demand=self.demand,
            weight=self.weighing.weight,
            posts=columns.posts,
            resources=[placed[at] for at in chosen],
            choices=self.choices,
            by_workload=self.resources.harm.unweighted == "workload",
            elsewhere=[item for at, item in enumerate(placed) if at not in chosen],
            unforecast=[strand for strand in self.resources.listed if strand not in strands],
            calls=None if self.profile is None else call_shares(self.profile, self.ground, self.demand, self.resources),
            shifts=DEFAULT if self.profile is None else self.profile.shifts.text,
        )


def pose(
    run: ForecastRun,
    resources: Resources,
    choices: Choices,
    harm: weighing.Harm,
    profile: ProfileShares | None = None,
) -> Posed:
    """Return the programmes of a plan.

    Args:
        run: The recorded forecast; nothing else tells of the areas and their demand.
        resources: The workspace's resources.
        choices: What this plan's request says.
        harm: The workspace's sets of harm weights.
        profile: When calls come, for response standards; None: evenly.

    Raises:
        AllocationError: The forecast, the resources and the request do not go together; names the place and the fix.
        DataError: The forecast has missing rows, or there is no such set of weights.
    """
    given = _given(run, resources, choices, harm, profile)
    placed = [at for at, alone in enumerate(given.caseload) if not alone]
    caseloads = {
        resources.resources[at].code: _caseload(given, at)
        for at, alone in enumerate(given.caseload)
        if alone and given.allowed[at].any()
    }
    main = _main(given, placed)
    weights = given.weighing
    return Posed(
        ground=given.ground,
        demand=given.demand,
        weight=weights.weight,
        problem=main,
        caseloads=caseloads,
        resting=given.resting,
        weight_set=weights.name,
        weight_source=weights.source,
    )


def _given(
    run: ForecastRun, resources: Resources, choices: Choices, harm: weighing.Harm, profile: ProfileShares | None
) -> _Given:
    known = recorded(run, choices.horizon)
    ground = ground_of(run, known, resources.area_types)
    settings, resting = without_resting(settings_of(resources.rules, choices, known.weeks), ground)
    worst = settings.worst_weeks
    weeks = None if worst is None else drawn_weeks(run, known, ground, choices.horizon, worst.draws, worst.seed)
    demand = demand_of(known, choices.demand, weeks)
    objective = choices.objective or resources.objective
    try:
        check_objective(resources.resources, objective)
    except ValueError as error:
        fix = "ask for the objective of the file, or add what is lacking"
        raise AllocationError(str(error), place=f"objective {objective}", fix=fix) from None
    strands, level = known.strands, choices.effect
    works = [works_on(item, strands, resources.listed) for item in resources.resources]
    actions = [
        prevented(item, strands, on, level, known.weeks)
        if objective == "prevented" and not _alone(item, objective)
        else met(item, strands, on, level, known.weeks)
        for item, on in zip(resources.resources, works, strict=True)
    ]
    return _Given(
        resources=resources,
        choices=choices,
        objective=objective,
        settings=settings,
        resting=resting,
        ground=ground,
        demand=demand,
        weighing=weighing_of(resources, choices.harm_set, harm, strands),
        hours=period_hours(resources.resources, choices, known.weeks),
        works=np.stack(works),
        allowed=allowed_of(resources.resources, np.stack(works), ground),
        actions=tuple(actions),
        caseload=tuple(_alone(item, objective) for item in resources.resources),
        profile=profile,
    )


def _alone(resource: Resource, objective: Aim) -> bool:
    """Return whether a resource is placed by caseload, in a programme of its own."""
    return resource.kind == "caseload" or (objective == "prevented" and not resource.effect)


def _main(given: _Given, placed: Sequence[int]) -> Problem:
    """Return the programme of all patrols and teams that are placed together."""
    resources = [given.resources.resources[at] for at in placed]
    together = given.objective == "prevented" or any(item.by_presence for item in resources)
    worst = given.settings.worst_weeks
    weights = given.weighing
    merge = worst is None or len(np.unique(np.nan_to_num(weights.weight, nan=-1.0))) == 1
    actions = [given.actions[at] for at in placed]
    if not given.allowed[list(placed)].any():
        problem = "no patrol or team may work anywhere on a strand of the forecast"
        raise AllocationError(problem, place="resources.toml", fix="add one, or widen its strands or where it may go")
    columns = columns_of(actions, given.allowed[list(placed)], given.ground.area_type, together=together, merge=merge)
    draws = given.demand.draws
    return _problem(
        given,
        given.objective,
        resources,
        columns,
        _value(given, columns, together=together),
        given.asked(placed, columns),
        None if worst is None or draws is None else WorstWeeks(_of_cells(draws, columns), worst.level, worst.weight),
    )


def _caseload(given: _Given, at: int) -> Problem:
    """Return the programme of one team by caseload, over the strands that it works on."""
    resource = given.resources.resources[at]
    own = np.flatnonzero(given.works[at])
    action = Action(given.actions[at].rate[:, own])
    columns = columns_of([action], given.allowed[at : at + 1][:, :, own], given.ground.area_type, together=False)
    share = cases(resource, given.demand.strands)[own]
    mean = (given.demand.mean[:, own] * share).reshape(-1)
    value = Share(np.ones(len(mean)), np.zeros(len(mean)), mean)
    links = replace(columns.links, rate=columns.links.rate / np.maximum(mean, _LEAST_CASES)[columns.links.cell])
    # Posts and cells name the forecast's strands, not those of the team.
    posts = Posts(columns.posts.resource, columns.posts.area, own[columns.posts.strand])
    columns = Columns(posts, links, columns.cell_area, own[columns.cell_strand])
    return _problem(given, "caseload", [resource], columns, value, given.asked([at], columns), None)


def _problem(
    given: _Given,
    objective: Objective,
    resources: Sequence[Resource],
    columns: Columns,
    value: Value,
    asked: Asked,
    worst: WorstWeeks | None,
) -> Problem:
    whole = given.settings.whole_shifts and objective != "caseload"
    return Problem(
        objective=objective,
        area_codes=given.ground.area_codes,
        strands=given.demand.strands,
        resources=tuple(item.code for item in resources),
        posts=columns.posts,
        links=columns.links,
        cell_area=columns.cell_area,
        cell_strand=columns.cell_strand,
        value=value,
        rules=build(asked),
        blocks=blocks_of(resources, given.ground, columns.posts) if whole else None,
        worst=worst,
    )


def _value(given: _Given, columns: Columns, *, together: bool) -> Value:
    """Return what doses are worth; where all strands of an area are one cell, its weight is their incidents' mean."""
    mean, dispersion = given.demand.mean, given.demand.dispersion
    weight, placing = np.nan_to_num(given.weighing.weight), given.weighing.placing
    if (columns.cell_strand == -1).any():
        total = mean.sum(axis=1)
        some = np.where(total > 0, total, 1.0)
        return Share(mean @ weight / some, mean @ placing / some, total)
    areas = len(mean)
    cells = np.tile(weight, areas), np.tile(placing, areas), mean.reshape(-1)
    return Share(*cells) if together else Met(*cells, dispersion.reshape(-1))


def _of_cells(weeks: NDArray[np.int32], columns: Columns) -> NDArray[np.int32]:
    """Return drawn weeks by cell, int32[week, cell]."""
    if (columns.cell_strand == -1).any():
        weeks = weeks.sum(axis=2, dtype=np.int32)
    result: NDArray[np.int32] = weeks.reshape(len(weeks), -1)
    return result
