"""Planning again: what a plan in the ledger was asked with, so that a change of it changes nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from errors import AllocationError
from models.allocation.choices import Choices, ClosedPost, Lock, Reserve
from models.allocation.decisions.answers import Asked, declined
from models.allocation.decisions.tasks import places_of
from models.allocation.resources.file import VERSION, ResourcesFile
from models.allocation.resources.loading import Resources

# Hours of a post that differ by less are unmoved: three minutes.
_UNMOVED = 0.05
_MOST_KEPT = 100


def resources_in(document: Mapping[str, Any], listed: Sequence[str]) -> Resources:
    """Return the resources that a plan was made with, as they were then.

    Args:
        document: The plan.
        listed: Strands of the closed taxonomy.
    """
    file = ResourcesFile.model_validate({"version": VERSION, **document["settings"]})
    return Resources(file.objective, file.resource, file.harm, file.area_types, file.rules, tuple(listed))


def choices_in(document: Mapping[str, Any]) -> Choices:
    """Return what the request of a plan chose."""
    said = dict(document["choices"])
    locks = tuple(Lock(**lock) for lock in said.pop("locks"))
    closed = tuple(ClosedPost(**post) for post in said.pop("closed"))
    reserves = reserves_in(said.pop("reserves", ()))
    return Choices(**said, locks=locks, closed=closed, reserves=reserves)


def reserves_in(said: Iterable[Mapping[str, Any]]) -> tuple[Reserve, ...]:
    """Return hours that a request keeps, from JSON values."""
    return tuple(Reserve(one["resource"], one["hours"], tuple(one["strands"]), tuple(one["districts"])) for one in said)


def locked(choices: Choices, cells: Iterable[Lock]) -> Choices:
    """Return choices with a person's cells as locks, each in the place of a lock of the same cell.

    Raises:
        AllocationError: One cell is given twice.
    """
    new: dict[tuple[str, str, str | None], Lock] = {}
    for cell in cells:
        if _cell(cell) in new:
            problem = f"is set to {new[_cell(cell)].hours:g} hours and again to {cell.hours:g}"
            raise AllocationError(problem, place=cell_text(cell), fix="give it once")
        new[_cell(cell)] = cell
    held = {_cell(lock): lock for lock in choices.locks}
    return replace(choices, locks=tuple((held | new).values()))


def cell_text(cell: Lock | ClosedPost) -> str:
    """Return a cell as people write it: RESOURCE:AREA or RESOURCE:AREA:STRAND."""
    return ":".join(part for part in _cell(cell) if part)


def around(choices: Choices, document: Mapping[str, Any], asked: Sequence[Asked]) -> Choices:
    """Return choices under which no resource goes where its task was declined; locks there are given up.

    A whole ward or district is closed to the resource, not only where the plan had it: else its hours would go to the
    next area of the place that its owner declined.

    Raises:
        AllocationError: Nothing was declined that is not planned around already.
    """
    _, place = places_of(document)
    shut = {(one.task.resource, one.task.place) for one in declined(asked)}
    closed = [
        ClosedPost(resource, area)
        for resource, where in sorted(shut)
        for area in sorted(place)
        if place[area] == where and ClosedPost(resource, area) not in choices.closed
    ]
    if not closed:
        fix = "look at what was said to each of its tasks"
        raise AllocationError("no task of it was declined", place="the plan", fix=fix)
    gone = {(post.resource, post.area_code) for post in closed}
    locks = tuple(lock for lock in choices.locks if (lock.resource, lock.area_code) not in gone)
    return replace(choices, closed=(*choices.closed, *closed), locks=locks)


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what moved from one plan to another: hours of each resource and area, the largest changes first.

    Returns:
        "hours": hours that were added somewhere; "cells": number of cells that changed; "changes": the largest of them;
        "sentences": a sentence for each resource that moved, whose sums are those of the resource before and after:
        what changed too little to count as a change is told as one sum.
    """
    then, now = _hours(before), _hours(after)
    changes = [(cell, then.get(cell, 0.0), now.get(cell, 0.0)) for cell in sorted(then.keys() | now.keys())]
    changes.sort(key=lambda change: (-abs(change[2] - change[1]), change[0]))
    every = changes
    changes = [change for change in changes if abs(change[2] - change[1]) >= _UNMOVED]
    names = {area["area_code"]: area["name"] for area in after["areas"]}
    called = {resource["code"]: resource["name"] for resource in after["resources"]}
    return {
        "hours": sum(max(new - old, 0.0) for _, old, new in changes),
        "cells": len(changes),
        "changes": [
            {"resource": code, "area_code": area, "name": names.get(area, area), "before": old, "after": new}
            for (code, area), old, new in changes[:_MOST_KEPT]
        ],
        "sentences": [_sentence(code, called, names, every) for code in sorted({cell[0] for cell, _, _ in changes})],
    }


def _sentence(
    code: str,
    called: Mapping[str, str],
    names: Mapping[str, str],
    changes: Sequence[tuple[tuple[str, str], float, float]],
) -> str:
    own = [(area, new - old) for (resource, area), old, new in changes if resource == code]
    before = sum(old for (resource, _), old, _ in changes if resource == code)
    after = sum(new for (resource, _), _, new in changes if resource == code)
    own, small = [one for one in own if abs(one[1]) >= _UNMOVED], [one[1] for one in own if 0 < abs(one[1]) < _UNMOVED]
    parts = []
    for word, sign in (("more", 1), ("fewer", -1)):
        some = [(area, change) for area, change in own if change * sign > 0]
        if some:
            area, change = some[0]
            most = f"most in {names.get(area, area)} ({change:+.1f})"
            areas = "1 area" if len(some) == 1 else f"{len(some):,} areas"
            parts.append(f"{abs(sum(change for _, change in some)):,.1f} hours {word} in {areas}, {most}")
    if small:
        net, areas = sum(small), "1 area" if len(small) == 1 else f"{len(small):,} areas"
        parts.append(f"{net:+,.1f} hours in {areas} that changed by less than {_UNMOVED * 60:g} minutes each")
    return f"{called.get(code, code)}: {'; '.join(parts)}; {before:,.1f} hours before, {after:,.1f} after."


def _hours(document: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    hours: dict[tuple[str, str], float] = {}
    for post in document["posts"]:
        cell = (post["resource"], post["area_code"])
        hours[cell] = hours.get(cell, 0.0) + post["hours"]
    return hours


def _cell(cell: Lock | ClosedPost) -> tuple[str, str, str | None]:
    return cell.resource, cell.area_code, cell.strand
