"""Duties: what a partner is told of the hours of its tasks, which follow demand that may be hidden.

A partner is told of each place where its team may go. Where what is expected of all strands of the team has been
published, it is told how many hours it is asked for at most: those of each strand rounded up to a step
(`models.disclosure.steps`) and summed, never the split by strand or shift. Of the other places no hours are told, not
even roundly: who knows its own records would see on which side of a step the hidden number lies. They share what is
left of the team's hours, which it knows. Hours are of places of the rules' level or larger.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from models.allocation.decisions.tasks import ALL, EVERYWHERE, LEVELS, TOGETHER, Task, places_of
from models.disclosure.steps import step_of

_ORDER = (*LEVELS, ALL)


@dataclass(frozen=True)
class Told:
    """What a partner is told of a task.

    Attributes:
        hours: It asks for so many at most; None where what is expected there is hidden.
        place: What these hours are of: the task's place, or the larger one that it lies in.
        strands: What the resource works on somewhere in the plan.
    """

    hours: float | None
    place: str
    strands: tuple[str, ...]


@dataclass(frozen=True)
class Duties:
    """What partners are told of the tasks of one plan.

    Attributes:
        level: Of the places that hours are told of.
        within: Place of a task to the place that its hours are told of; "" where it lies in several.
        most: Resource and place to the hours that it is asked for at most.
        strands: Resource to what it works on.
        shown: Place and strand of which an expected number has been published.
    """

    level: str
    within: Mapping[str, str]
    most: Mapping[tuple[str, str], float]
    strands: Mapping[str, tuple[str, ...]]
    shown: Collection[tuple[str, str]]

    @classmethod
    def of(
        cls,
        document: Mapping[str, Any],
        level: str,
        minimum: int,
        round_to: int,
        shown: Collection[tuple[str, str, str]],
    ) -> "Duties":
        """Return what partners are told.

        Args:
            document: The plan.
            level: The smallest places that may be shown.
            minimum: The smallest number that may be shown.
            round_to: The finest step of hours.
            shown: Level, place and strand of which an expected number of the plan's period has been published.
        """
        finest, task_place = places_of(document)
        coarser = max(finest, level, key=_ORDER.index)
        place = {
            area["area_code"]: EVERYWHERE
            if coarser == ALL
            else task_place[area["area_code"]]
            if coarser == finest
            else str(area.get(coarser) or "")
            for area in document["areas"]
        }
        holders: dict[str, set[str]] = defaultdict(set)
        for area, where in task_place.items():
            holders[where].add(place[area])
        within = {where: next(iter(found)) if len(found) == 1 else "" for where, found in holders.items()}
        hours = _hours(document, place)
        expected = _expected(document, place)
        most: dict[tuple[str, str], float] = defaultdict(float)
        strands: dict[str, list[str]] = defaultdict(list)
        for (resource, strand), given in hours.items():
            strands[resource].append(strand)
            step = step_of(given, expected[strand], minimum, round_to)
            for where in set(place.values()):
                most[resource, where] += step * max(1, ceil(given.get(where, 0.0) / step))
        names = {resource: tuple(sorted(own)) for resource, own in strands.items()}
        every = {strand for strand in expected if strand != TOGETHER}
        told = frozenset((where, strand) for known, where, strand in shown if known == coarser)
        whole = {(where, TOGETHER) for where in set(place.values()) if all((where, one) in told for one in every)}
        return cls(coarser, within, dict(most), names, told | whole)

    def told(self, task: Task) -> Told:
        """Return what a partner is told of one of the plan's tasks."""
        place = self.within[task.place]
        strands = self.strands[task.resource]
        shown = place and all((place, strand) in self.shown for strand in strands)
        return Told(self.most[task.resource, place] if shown else None, place, strands)


def _hours(document: Mapping[str, Any], place: Mapping[str, str]) -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for post in document["posts"]:
        found[post["resource"], post["strand"]][place[post["area_code"]]] += post["quarter_hours"]
    return found


def _expected(document: Mapping[str, Any], place: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Return what is expected by strand and place; of hours for all strands together, incidents of all of them."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for area in document["areas"]:
        for strand, amount in area["expected"].items():
            for name in (strand, TOGETHER):
                found[name][place[area["area_code"]]] += amount
    return found
