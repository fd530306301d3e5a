"""A study of a plan as a document: the same study of the same plan is the same document, whoever makes it and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from errors import AllocationError
from models.allocation.resources.amounts import EffectLevel
from models.allocation.scenarios.again import Again, Scenario
from models.allocation.scenarios.choices import choices_beside
from models.allocation.scenarios.compare import compare
from models.allocation.scenarios.fairness import fairness
from models.allocation.scenarios.frontier import frontier
from models.allocation.scenarios.sensitivity import sensitivity
from models.allocation.scenarios.single import flip_of, next_of
from models.books import Books
from models.progress import Advance, silent

SCHEMA = "scenario/1"

Study = Literal["compare", "flip", "next", "frontier", "fairness", "sensitivity"]
# Under which name each says what it found.
PARTS: Mapping[Study, str] = {
    "compare": "comparison",
    "flip": "flip",
    "next": "next",
    "frontier": "frontier",
    "fairness": "fairness",
    "sensitivity": "sensitivity",
}
# Returns a plan solved again; what is studied beside it is named.
Look = Callable[[str, str | None], Again]


@dataclass(frozen=True)
class AskedStudy:
    """What is to be studied.

    Attributes:
        study: Which study.
        plan_id: Of which plan.
        other: Of compare: the other plan.
        weights: Of compare: by this set of harm weights.
        effect: Of compare: by this effect.
        area_code: Of flip: the area.
        resource: Of next: the resource; None: every one.
        hours: Of next: how many more.
    """

    study: Study
    plan_id: str
    other: str | None = None
    weights: str | None = None
    effect: EffectLevel | None = None
    area_code: str | None = None
    resource: str | None = None
    hours: float | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return dict(vars(self))


def study_document(books: Books, asked: AskedStudy, look: Look, advance: Advance = silent) -> dict[str, Any]:
    """Make a study.

    Args:
        books: Ledger and files.
        asked: What is to be studied.
        look: Returns a plan solved again.
        advance: Told how far it is.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It cannot be posed again as it was, or what is asked for does not go with it.
        LedgerError: A file is absent or was changed.
    """
    mine = look(asked.plan_id, None)
    told, sentences = _told(books, asked, mine, look, advance)
    plan = mine.document
    return {
        "schema": SCHEMA,
        **asked.document(),
        "period": plan["period"]["text"],
        **dict.fromkeys(PARTS.values()),
        PARTS[asked.study]: told,
        "sentences": sentences,
        "notices": list(plan["notices"]),
        "synthetic": plan["synthetic"],
        "attribution": plan["attribution"],
    }


def _told(books: Books, asked: AskedStudy, mine: Again, look: Look, advance: Advance) -> tuple[Any, list[str]]:
    match asked.study:
        case "compare":
            return _compared(asked, mine, look)
        case "flip":
            return flip_of(books, mine, str(asked.area_code))
        case "next":
            return next_of(mine, asked.resource, float(asked.hours or 0.0), advance)
        case "frontier":
            points = frontier(mine.planned.plan.problem, mine.scenario.solve, advance=advance)
            return [point.document() for point in points], []
        case "fairness":
            within = fairness(lambda band: mine.scenario.banded(band).planned(), advance=advance)
            return [point.document() for point in within], []
        case "sensitivity":
            base, others = choices_beside(mine.scenario)
            found = sensitivity((base, mine.planned), others, advance=advance)
            return found.document(), found.sentences()


def _compared(asked: AskedStudy, mine: Again, look: Look) -> tuple[dict[str, Any], list[str]]:
    if asked.other:
        theirs = look(asked.other, mine.plan_id)
        told = compare(mine.planned, theirs.planned, (mine.plan_id, theirs.plan_id))
    else:
        made = _otherwise(mine.scenario, asked.weights, asked.effect)
        beside = ", ".join(filter(None, [asked.weights, asked.effect]))
        told = compare(mine.planned, made.planned(), (mine.plan_id, f"{mine.plan_id} by {beside}"))
    return told.document(), told.sentences()


def _otherwise(scenario: Scenario, weights: str | None, effect: EffectLevel | None) -> Scenario:
    known = [item.name for item in scenario.sets.harm.sets]
    if weights is not None and weights not in known:
        problem = f"there is no set of harm weights '{weights}'"
        raise AllocationError(problem, place="weights", fix=f"use one of {', '.join(known)}")
    made = scenario if weights is None else scenario.weighed(weights)
    return made if effect is None else made.assumed(effect)
