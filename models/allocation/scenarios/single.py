"""Studies of one area and of one resource: what would move the area's hours, where more of the resource would go."""

from typing import Any

from models.allocation.programme.warm import Warm
from models.allocation.reasons.contributions import behind
from models.allocation.reasons.flip import flips
from models.allocation.reasons.next_hours import next_hours
from models.allocation.reasons.sentences import area_sentences
from models.allocation.scenarios.again import Again
from models.books import Books
from models.progress import Advance, silent


def flip_of(books: Books, mine: Again, area_code: str) -> tuple[dict[str, Any], list[str]]:
    """Return the flip points of an area with its reason and what its forecast relied on, and all of it in sentences.

    Raises:
        AllocationError: The plan has no such area.
        ModelError: The forecast cannot be explained any more.
        LedgerError: A file is absent or was changed.
    """
    plan, run = mine.planned.plan, mine.scenario.run
    found = flips(plan, area_code, warm=Warm(), fresh=mine.scenario.solve)
    demand, at = mine.planned.posed.demand, plan.problem.area_codes.index(area_code)
    counted = dict(zip(demand.strands, demand.mean[at].tolist(), strict=True))
    factors = behind(books.ledger, books.files, run, mine.scenario.choices.horizon, area_code, counted)
    reason = area_sentences(plan)[at]
    document = {**found.document(), "reason": reason, "behind": [factor.document() for factor in factors]}
    points = (found.sentence(found.adds), found.sentence(found.removes))
    return document, [reason, *points, *(factor.sentence() for factor in factors)]


def next_of(
    mine: Again, resource: str | None, hours: float, advance: Advance = silent
) -> tuple[dict[str, Any], list[str]]:
    """Return what more hours of a resource would do, of every one for None, and the same in sentences.

    Raises:
        AllocationError: The plan places no such resource, or no plan keeps the rules with these hours.
    """
    plan = mine.planned.plan
    codes = [resource] if resource else list(plan.problem.resources)
    told = []
    for done, code in enumerate(codes):
        advance(done, len(codes))
        told.append(next_hours(plan, code, mine.scenario.solve, hours))
    advance(len(codes), len(codes))
    names = {area["area_code"]: area["name"] for area in mine.document["areas"]}
    document = {"hours": hours, "resources": [one.document() for one in told]}
    return document, [one.sentence(names) for one in told]
