"""A recorded plan posed again: from its document, its run and what its workspace weighs by, and seen to be the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from errors import AllocationError, DataError
from ledger.events import Draft
from models.allocation.choices import Choices
from models.allocation.decisions.again import choices_in, resources_in
from models.allocation.decisions.drafts import Sets
from models.allocation.decisions.nearest import nearest
from models.allocation.decisions.record import KIND, load_plan
from models.allocation.pose import pose
from models.allocation.posed import Planned, Posed
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem
from models.allocation.programme.solver import Effort, solve
from models.allocation.resources import Resources
from models.allocation.resources.amounts import EffectLevel
from models.allocation.roster.recorded import named_profiles
from models.allocation.roster.shares import ProfileShares
from models.allocation.rules.settings import Disparity
from models.books import Books
from models.runs import ForecastRun, load_run

# The same programme on the same processor has the same bits; on another one sums may differ in their last digits.
_SAME = 1e-6


@dataclass(frozen=True, eq=False)
class Scenario:
    """Everything that a plan is made from, so that it can be made again, or otherwise.

    Attributes:
        name: What it is called: a plan's name, or what is different.
        run: The forecast.
        resources: The file of resources.
        choices: What the request said over the file.
        sets: What the workspace knows that plans are made with.
        profile: When calls come, by the profiles that the plan was posed with; None: evenly.
        near: Posts of the plan that it was made from: of equally good plans the nearest is taken; None: of its own.
    """

    name: str
    run: ForecastRun
    resources: Resources
    choices: Choices
    sets: Sets
    profile: ProfileShares | None = None
    near: Sequence[Mapping[str, Any]] | None = None

    @property
    def harm_set(self) -> str:
        """Name of the set of harm weights; "own" for weights that the file of resources lists itself."""
        return self.choices.harm_set or self.resources.harm.set or "own"

    def posed(self) -> Posed:
        """Return its programmes.

        Raises:
            AllocationError: They cannot be posed.
        """
        return pose(self.run, self.resources, self.choices, self.sets.harm, self.profile)

    def solve(self, problem: Problem) -> Plan:
        """Return the plan of a problem of patrols and teams, solved as plans of these settings are.

        Raises:
            AllocationError: There is none.
        """
        rules = self.resources.rules
        plan = solve(problem, Effort(whole_gap=rules.gap, nodes=rules.nodes))
        return plan if self.near is None else nearest(plan, self.near)

    def planned(self) -> Planned:
        """Return its plan.

        Raises:
            AllocationError: There is none.
        """
        posed, alone = self.posed(), replace(self, near=None)
        caseloads = {code: alone.solve(problem) for code, problem in posed.caseloads.items()}
        return Planned(posed, self.solve(posed.problem), caseloads)

    def weighed(self, harm_set: str) -> "Scenario":
        """Return it under another set of harm weights."""
        return replace(self, name=harm_set, choices=replace(self.choices, harm_set=harm_set))

    def assumed(self, effect: EffectLevel) -> "Scenario":
        """Return it under another level of the effects."""
        return replace(self, name=f"{effect} effect", choices=replace(self.choices, effect=effect))

    def banded(self, band: float | None) -> "Scenario":
        """Return it with each decile's share of hours between 1 / band and band times that of need; None: no rule."""
        disparity = None if band is None else Disparity(low=1.0 / band, high=band)
        rules = self.resources.rules.model_copy(update={"disparity": disparity})
        return replace(self, resources=replace(self.resources, rules=rules))


def scenario_of(document: Mapping[str, Any], books: Books, sets: Sets, name: str = "the plan") -> Scenario:
    """Return what a recorded plan was made from.

    Raises:
        AllocationError: The document lacks what it was made from.
        LedgerError: The run's file, or that of its profiles, is absent or was changed.
    """
    try:
        resources, choices = resources_in(document, sets.strands), choices_in(document)
        run_id, laid = document["forecast"]["run_id"], document["layout"]
        named = laid["profile"]["run_id"] if laid and laid["profile"] else None
        beside = document["near"]
    except (KeyError, TypeError, ValueError, DataError) as error:
        problem = f"its document does not say what it was made from ({type(error).__name__})"
        raise AllocationError(problem, place=name, fix="make the plan again with this version") from error
    profile = None if named is None else named_profiles(books.ledger, books.files, named)
    near = None if beside is None else load_plan(books.ledger, books.files, beside).document["posts"]
    return Scenario(name, load_run(books.ledger, books.files, run_id), resources, choices, sets, profile, near)


def planned_again(scenario: Scenario, document: Mapping[str, Any]) -> Planned:
    """Return a recorded plan solved again, and seen to be worth what was recorded.

    Raises:
        AllocationError: It is not: something that it rests on has changed since.
    """
    planned = scenario.planned()
    recorded, now = float(document["objective"]["worth"]), planned.plan.objective
    if abs(now - recorded) > _SAME * max(abs(recorded), 1.0):
        problem = f"posed again it is worth {now:,.10g}, and {recorded:,.10g} was recorded"
        fix = "put the harm weights or profiles back that it was made with, or make the plan again"
        raise AllocationError(problem, place=scenario.name, fix=fix)
    return planned


@dataclass(frozen=True, eq=False)
class Again:
    """A recorded plan, solved again.

    Attributes:
        plan_id: Name of the plan.
        document: Its document.
        scenario: What it was made from.
        planned: The plan.
    """

    plan_id: str
    document: Mapping[str, Any]
    scenario: Scenario
    planned: Planned


@dataclass(frozen=True, eq=False)
class Studied(Again):
    """A recorded plan, solved again, and the record of its being looked at.

    Attributes:
        audit_id: The event of the consultation.
    """

    audit_id: str


def solved_again(books: Books, sets: Sets, plan_id: str) -> Again:
    """Return a recorded plan solved again; that it was looked at is for the caller to record.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It cannot be posed again as it was.
        LedgerError: It could not be read.
    """
    document = load_plan(books.ledger, books.files, plan_id).document
    scenario = scenario_of(document, books, sets, f"plan {plan_id}")
    return Again(plan_id, document, scenario, planned_again(scenario, document))


def studied(books: Books, sets: Sets, plan_id: str, study: str, **details: str | int | bool | None) -> Studied:
    """Return a recorded plan for a study, which is recorded before anything of it is shown.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It cannot be posed again as it was.
        LedgerError: It could not be read or recorded.
    """
    mine = solved_again(books, sets, plan_id)
    draft = Draft("consultation", f"{KIND}/{plan_id}", books.actor, details={"study": study, **details})
    return Studied(mine.plan_id, mine.document, mine.scenario, mine.planned, books.ledger.append(draft).audit_id)
