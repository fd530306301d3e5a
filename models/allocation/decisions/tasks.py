"""Tasks: what a plan in force asks of the owner of a resource, at a level coarser than the plan's areas.

A task is a resource's hours in one ward or district (where wards are not known), never in a single area of the plan.
Its identifier says which period, resource and place it is about, so that it stays the same when a plan is made anew;
whether an answer still holds is told by the digest of what was asked.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.texts import settled

# Levels that may be told to owners, finest first; each area of a document names its place at those that are known.
LEVELS = ("ward", "district")
ALL = "force"
# What of a plan's document tasks are told from.
PARTS = ("areas", "period", "posts", "resources", "roster")
EVERYWHERE = "all areas"
# How a plan writes the strand of hours that serve all strands at once.
TOGETHER = "together"
# Hours that differ by less are the same task: 36 seconds.
_SAME = 2


@dataclass(frozen=True)
class Task:
    """What is asked of one owner in one place.

    Attributes:
        task_id: Its name, the same in every plan of the period.
        plan_id: The plan that asks it.
        owner: Whose resource it is.
        resource: Code of the resource.
        name: Name of the resource.
        level: "ward", "district", or "force" where neither is known.
        place: Name of the ward or district.
        hours: Hours of the period, in quarter hours.
        strands: The same by strand; "together" where the resource serves all of its strands at once.
        expected: Expected incidents of the place by strand, of the strands that the task is about.
        shifts: Layout by day and shift, where the plan has one.
        digest: Of what is asked: the hours, by strand and shift.
    """

    task_id: str
    plan_id: str
    owner: str
    resource: str
    name: str
    level: str
    place: str
    hours: float
    strands: Mapping[str, float]
    expected: Mapping[str, float]
    shifts: tuple[Mapping[str, Any], ...]
    digest: str

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "task_id": self.task_id,
            "plan_id": self.plan_id,
            "owner": self.owner,
            "resource": self.resource,
            "name": self.name,
            "level": self.level,
            "place": self.place,
            "hours": self.hours,
            "strands": dict(self.strands),
            "expected": dict(self.expected),
            "shifts": [dict(shift) for shift in self.shifts],
        }


def places_of(document: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the level at which a plan is told to owners, and the place of each area at it.

    It is the finest of `LEVELS` that is known for some area and is coarser than the areas; an area whose place is not
    known is told with the others that have none.
    """
    areas: Sequence[Mapping[str, Any]] = document["areas"]
    for level in LEVELS:
        places = {area["area_code"]: str(area.get(level) or "") for area in areas}
        known = set(places.values()) - {""}
        if known and len(set(places.values())) < len(places):
            return level, {code: place or f"no {level} known" for code, place in places.items()}
    return ALL, {area["area_code"]: EVERYWHERE for area in areas}


def tasks_of(plan_id: str, document: Mapping[str, Any], *, idle: bool = False) -> tuple[Task, ...]:
    """Return the tasks of a plan, by owner, resource and place.

    Args:
        plan_id: The plan.
        document: What it says.
        idle: Those without hours too, one for each place where a resource may go: to a partner, who is told hours
            roundly, a task that is missing would say that next to nothing is expected there.
    """
    level, place = places_of(document)
    resources = {resource["code"]: resource for resource in document["resources"]}
    hours: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for post in document["posts"]:
        hours[post["resource"], place[post["area_code"]]][post["strand"]] += post["quarter_hours"]
    for code, where in _open(document, place) if idle else ():
        hours.setdefault((code, where), {})
    expected = _expected(document, place)
    layout = _layout(document, level)
    tasks = []
    for (code, where), strands in hours.items():
        asked = {strand: round(amount, _SAME) for strand, amount in sorted(strands.items())}
        if not idle and not any(asked.values()):
            continue
        shifts = tuple(layout.get((code, where), ()))
        tasks.append(
            Task(
                task_id(document["period"], code, level, where),
                plan_id,
                str(resources[code]["owner"]),
                code,
                str(resources[code]["name"]),
                level,
                where,
                sum(strands.values(), 0.0),
                asked,
                _own(expected[where], [name for name, amount in asked.items() if amount]),
                shifts,
                _digest([asked, shifts]),
            )
        )
    return tuple(sorted(tasks, key=lambda task: (task.owner, task.resource, task.place)))


def task_id(period: Mapping[str, Any], resource: str, level: str, place: str) -> str:
    """Return the name of a task: the first day of its period and a digest of what it is about."""
    return f"{period['start']}-{_digest([period['kind'], period['start'], resource, level, place])[:10]}"


def _expected(document: Mapping[str, Any], place: Mapping[str, str]) -> dict[str, dict[str, float]]:
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for area in document["areas"]:
        for strand, amount in area["expected"].items():
            sums[place[area["area_code"]]][strand] += amount
    return {where: dict(strands) for where, strands in sums.items()}


def _open(document: Mapping[str, Any], place: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return the resources that are given any hours, each with the places where it may go."""
    told = {one["code"]: one["where"] for one in document.get("settings", {}).get("resource", ())}
    found = set()
    for code in {post["resource"] for post in document["posts"]}:
        where: Mapping[str, Any] = told.get(code, {})
        for area in document["areas"]:
            limits = (("districts", area.get("district")), ("area_types", area.get("area_type")))
            if all(not where.get(limit) or own in where[limit] for limit, own in limits):
                found.add((code, place[area["area_code"]]))
    return found


def _own(expected: Mapping[str, float], strands: Collection[str]) -> dict[str, float]:
    """Return the expected incidents of a task's own strands: of all, where its hours are for all of them together."""
    return {name: amount for name, amount in expected.items() if name in strands or TOGETHER in strands}


def _layout(document: Mapping[str, Any], level: str) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """Return hours by day and shift of each resource and place; none by ward, as rosters are by district."""
    hours: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for row in document["roster"] if level in ("district", ALL) else ():
        where = EVERYWHERE if level == ALL else row["district"]
        hours[row["resource"], where][row["day"], row["shift"]] += row["hours"]
    return {
        key: [
            {"day": day, "shift": shift, "hours": round(amount, _SAME)} for (day, shift), amount in sorted(own.items())
        ]
        for key, own in hours.items()
    }


def _digest(value: object) -> str:
    text = settled(value)
    return hashlib.sha256(text).hexdigest()
