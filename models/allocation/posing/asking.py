"""What the builders of rules are told of the resources."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError
from models.allocation.choices import Choices
from models.allocation.posing.actions import Action
from models.allocation.resources.effect import EVERY, Response
from models.allocation.resources.resource import Resource
from models.allocation.rules.asked import Placed, Ringfence, Standard
from models.allocation.rules.requested import reserve_place

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_MINUTES = 60.0


def reserved_of(choices: Choices, resources: Sequence[Resource], weeks: float) -> dict[str, tuple[Ringfence, ...]]:
    """Return the hours that a request keeps, by the code of the resource.

    Raises:
        AllocationError: There is no such resource, or the hours are no number of hours.
    """
    codes = [resource.code for resource in resources]
    kept: dict[str, tuple[Ringfence, ...]] = {}
    for reserve in choices.reserves:
        place = reserve_place(reserve)
        if reserve.resource not in codes:
            problem = f"'{reserve.resource}' is no resource of the file"
            raise AllocationError(problem, place=place, fix=f"use one of: {', '.join(codes)}")
        if not (math.isfinite(reserve.hours) and reserve.hours >= 0):
            problem = f"{reserve.hours:g} is no number of hours"
            raise AllocationError(problem, place=place, fix="give a number of 0 or more")
        fence = Ringfence(reserve.hours / weeks, reserve.strands, reserve.districts, place)
        kept[reserve.resource] = (*kept.get(reserve.resource, ()), fence)
    return kept


def placed_of(
    resource: Resource,
    hours: float,
    strands: Sequence[str],
    works: Bools,
    action: Action,
    *,
    caseload: bool,
    reserved: Sequence[Ringfence] = (),
) -> Placed:
    """Return a resource as its rules see it.

    Args:
        resource: The resource.
        hours: Hours of it in the period.
        strands: Strands of the forecast.
        works: Which of them it works on.
        action: What an hour does where it meets by capacity; its minutes are those on the way included.
        caseload: It has a programme of its own.
        reserved: Ringfences that the request asks for, beside its own.
    """
    own = tuple(strand for strand, on in zip(strands, works, strict=True) if on)
    minutes = {}
    if resource.meets and not resource.by_presence:
        rates = action.rate[-1]
        minutes = {strand: _MINUTES / rate for strand, rate in zip(strands, rates.tolist(), strict=True) if rate > 0}
    fences = tuple(Ringfence(item.hours_a_week, item.strands, item.districts) for item in resource.ringfence)
    return Placed(
        code=resource.code,
        name=resource.name,
        hours=hours,
        strands=own,
        cost_an_hour=resource.cost_an_hour,
        minutes=minutes,
        ringfences=(*fences, *reserved),
        standard=None if resource.response is None else standard_of(resource.response),
        caseload=caseload,
    )


def standard_of(response: Response) -> Standard:
    """Return a response standard as its rule sees it."""
    return Standard(
        calls_an_incident=response.calls_an_incident,
        minutes_a_call=response.minutes_a_call,
        answer_minutes=response.answer_minutes,
        answered_share=response.answered_share,
        strands=() if EVERY in response.strands else response.strands,
        crew=response.crew,
    )
