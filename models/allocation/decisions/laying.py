"""Laying a plan out over its days and shifts, and drawing the lists of its visits."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.choices import Choices
from models.allocation.papers.holding import plans_of
from models.allocation.papers.quarters import quarter_hours
from models.allocation.posed import Planned
from models.allocation.posing.actions import works_on
from models.allocation.posing.record import period_of
from models.allocation.resources.effect import EVERY
from models.allocation.resources.loading import Resources
from models.allocation.resources.resource import Resource
from models.allocation.roster.calendar import Calendar
from models.allocation.roster.duty import Duty, Visits
from models.allocation.roster.layout import lay_out
from models.allocation.roster.recorded import recorded_profiles, recorded_spots
from models.allocation.roster.spots import Place
from models.allocation.roster.visits import Seed, visits
from models.allocation.rules.asked import Asked, Placed, Standard
from models.allocation.rules.response import covers
from models.books import Books
from models.profiles.shifts import DEFAULT, Shifts
from models.runs import ForecastRun

F64 = NDArray[np.float64]

# Lists of one plan are drawn once; who draws others changes the plan.
_SEED = 1
_MINUTES_AN_HOUR = 60


@dataclass(frozen=True, eq=False)
class LaidOut:
    """The documents of a roster and of its visit lists.

    Attributes:
        roster: Days, shifts, and the hours of each resource by district and area.
        visits: The lists, their visits as `rows`.
        sentences: What there is to say of both.
    """

    roster: dict[str, Any]
    visits: dict[str, Any]
    sentences: tuple[str, ...]


def laid_out(
    run: ForecastRun,
    resources: Resources,
    choices: Choices,
    planned: Planned,
    books: Books,
    *,
    place: Place,
    secret: str,
) -> LaidOut:
    """Lay a plan out by the profiles and hot spots that are recorded; without any, evenly and over whole areas.

    Args:
        run: The forecast.
        resources: The resources.
        choices: What the request chose.
        planned: The plan.
        books: Where profiles and hot spots are recorded.
        place: Tells which area a point lies in.
        secret: What nobody outside knows, so that nobody can draw the lists of visits but who has the plan.

    Raises:
        AllocationError: A response standard cannot be met.
        LedgerError: A recorded study's file is absent or was changed.
    """
    kind, start = period_of(run, choices.horizon)
    profile = recorded_profiles(books.ledger, books.files, start)
    shifts = Shifts.read(DEFAULT) if profile is None else profile.shifts
    quarters = {code: quarter_hours(plan, planned.posed.ground.district).hours for code, plan in plans_of(planned)}
    roster = lay_out(
        planned,
        [duty_of(resource) for resource in resources.resources],
        Calendar.of(shifts, kind, start),
        profile,
        cover_of(resources, choices, planned, shifts),
        quarters,
    )
    seed = Seed(_SEED, _identity(run, resources, choices, planned, secret))
    lists = visits(roster, seed.rng(), recorded_spots(books.ledger, books.files, start, place))
    said = (*roster.sentences(), *lists.sentences())
    return LaidOut(roster.document(), lists.document(seed), said)


def duty_of(resource: Resource) -> Duty:
    """Return what a roster needs to know of a resource; one visits if its effect is one of visits."""
    way = None
    if resource.effect:
        minutes = resource.effect[0].visit_minutes
        on_the_way = minutes * resource.travel / (1 - resource.travel)
        places = max(effect.places for effect in resource.effect)
        way = Visits(round(minutes), round(on_the_way), round(places))
    return Duty(resource.code, resource.name, resource.kind, resource.strands, resource.crew, way)


def cover_of(resources: Resources, choices: Choices, planned: Planned, shifts: Shifts) -> Mapping[tuple[str, str], F64]:
    """Return the least cover of each resource that answers calls, by district: hours in each shift of a week.

    Raises:
        AllocationError: More calls come than anybody could answer.
    """
    posed, problem = planned.posed, planned.plan.problem
    by_code = {resource.code: resource for resource in resources.resources}
    asked = Asked(
        settings=resources.rules,
        ground=posed.ground,
        demand=posed.demand,
        weight=posed.weight,
        posts=problem.posts,
        resources=[_placed(by_code[code], posed.demand.strands, resources.listed) for code in problem.resources],
        choices=choices,
        unforecast=[strand for strand in resources.listed if strand not in posed.demand.strands],
        shifts=",".join(f"{shift.name}={shift.hours}" for shift in shifts.shifts),
    )
    hours = np.tile([shift.minutes / _MINUTES_AN_HOUR for shift in shifts.shifts], 7)
    found = {}
    for one in covers(asked):
        response = by_code[one.resource].response
        for number, district in enumerate(one.districts):
            name = district if asked.districts else ""
            found[one.resource, name] = one.units[number] * hours * (1 if response is None else response.crew)
    return found


def _placed(resource: Resource, strands: tuple[str, ...], listed: tuple[str, ...]) -> Placed:
    response, own = resource.response, works_on(resource, strands, listed)
    standard = None
    if response is not None:
        standard = Standard(
            response.calls_an_incident,
            response.minutes_a_call,
            response.answer_minutes,
            response.answered_share,
            () if EVERY in response.strands else response.strands,
            response.crew,
        )
    named = tuple(strand for strand, on in zip(strands, own, strict=True) if on)
    return Placed(resource.code, resource.name, 0.0, named, standard=standard)


def _identity(run: ForecastRun, resources: Resources, choices: Choices, planned: Planned, secret: str) -> str:
    asked = [run.run_id, resources.document(), choices.document()]
    digest = hashlib.sha256(secret.encode())
    digest.update(json.dumps(asked, ensure_ascii=False, sort_keys=True).encode())
    for _, plan in plans_of(planned):
        digest.update(plan.hours.tobytes())
    return digest.hexdigest()
