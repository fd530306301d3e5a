"""A plan as far as somebody's sight reaches: their areas and strands, and nothing from which others could be told."""

from collections.abc import Mapping
from typing import Any

from errors import AccessError
from serving.access.caller import Caller, Scope

# Parts that tell of the whole county, or of areas by rules and visits, in the shape that has nothing in it.
_EMPTY: dict[str, Any] = {
    "objective": {},
    "rules": [],
    "families": [],
    "totals": {},
    "coverage": {},
    "equity": {},
    "caseloads": [],
    "unweighted": [],
    "quarter_hours": {},
    "roster": [],
    "layout": None,
    "visits": [],
    "visit_lists": None,
    "sentences": [],
    "settings": {},
    "choices": {},
    "parent": None,
    "resources": [],
}


def narrowed(document: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Return a plan's document as far as a scope reaches; all of it where it has no end.

    Areas are in sight by their code or the name of their district. Where only some strands are, hours on all strands
    together and harm of all strands are left out with the others.
    """
    if scope.areas is None and scope.strands is None:
        return dict(document)
    areas = [area for area in document["areas"] if sees_area(scope, area["area_code"], area["district"])]
    posts = [
        post
        for post in document["posts"]
        if sees_area(scope, post["area_code"], post["district"]) and _sees(scope.strands, post["strand"])
    ]
    if scope.strands is not None:
        areas = [_of_strands(area, posts, scope.strands) for area in areas]
    return {**document, **_EMPTY, "areas": areas, "posts": posts}


def check_sees_all(caller: Caller) -> None:
    """Refuse who sees only some areas or strands: what is asked for is of all of them.

    Raises:
        AccessError: They do.
    """
    if caller.scope.areas is not None or caller.scope.strands is not None:
        fix = "ask somebody who sees all areas and strands"
        raise AccessError("is of areas or strands that you may not see", place="plan", fix=fix)


def sees_area(scope: Scope, *names: str) -> bool:
    """Return whether an area or place of any of these names is in sight."""
    return scope.areas is None or not scope.areas.isdisjoint(names)


def _sees(held: frozenset[str] | None, name: str) -> bool:
    return held is None or name in held


def _of_strands(area: Mapping[str, Any], posts: list[dict[str, Any]], strands: frozenset[str]) -> dict[str, Any]:
    own = [post for post in posts if post["area_code"] == area["area_code"]]
    hours: dict[str, float] = {}
    for post in own:
        hours[post["resource"]] = hours.get(post["resource"], 0.0) + post["hours"]
    expected, met = (
        {name: value for name, value in area[part].items() if name in strands} for part in ("expected", "met")
    )
    return {
        **{key: area[key] for key in ("area_code", "name", "district")},
        "hours": sum(hours.values()),
        "quarter_hours": sum(post["quarter_hours"] for post in own),
        "hours_by_resource": hours,
        "expected": expected,
        "met": met,
        "harm": None,
        "harm_met": None,
        "harm_unmet": None,
        "status": "",
        "reason": "",
    }
