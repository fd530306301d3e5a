"""A plan as far as somebody's sight reaches: their areas and strands, and nothing from which others could be told."""

from collections.abc import Mapping
from typing import Any

from errors import AccessError
from serving.access.caller import Caller, Scope

# What passes as it is: what a plan is, what it rests on, and that something stands against it.
_PASSING = ("schema", "forecast", "period", "notices", "synthetic", "attribution")
# What a plan must be read with so that it can be narrowed.
PARTS = (*_PASSING, "areas", "posts")
# Of an area: what is of itself alone. Rules, prices and reasons set it against others, so they stay behind.
_OF_AREA = (
    *("area_code", "name", "msoa", "ward", "district", "lpa", "force", "area_type", "decile"),
    *("hours", "quarter_hours", "hours_by_resource", "by_resource", "expected", "met"),
    *("harm", "harm_met", "harm_unmet"),
)
_OF_AREA_AND_STRANDS = ("area_code", "name", "district")
_OF_POST = ("area_code", "name", "district", "strand", "resource", "hours", "quarter_hours", "dose")
# A document has all of its parts: those that do not pass have nothing in them.
_TABLES = ("objective", "totals", "coverage", "equity", "quarter_hours", "fallback", "settings", "choices")
_LISTS = ("resources", "rules", "families", "caseloads", "unweighted", "roster", "visits", "sentences")
_NOTHING: dict[str, Any] = {
    **{name: {} for name in _TABLES},
    **{name: [] for name in _LISTS},
    **dict.fromkeys(("layout", "visit_lists", "parent")),
}


def narrowed(document: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Return a plan's document as far as a scope reaches; all of it where it has no end.

    Only what is named here passes: a part that plans come to have later is out of sight until somebody decides on it.
    Areas are in sight by their code or the name of their district. Where only some strands are, hours on all strands
    together and harm of all strands are left out with the others.
    """
    if scope.areas is None and scope.strands is None:
        return dict(document)
    areas = [_of_area(area) for area in document["areas"] if sees_area(scope, area["area_code"], area["district"])]
    posts = [
        {name: post[name] for name in _OF_POST}
        for post in document["posts"]
        if sees_area(scope, post["area_code"], post["district"]) and _sees(scope.strands, post["strand"])
    ]
    if scope.strands is not None:
        areas = [_of_strands(area, posts, scope.strands) for area in areas]
    passing = {name: document[name] for name in _PASSING}
    return {**_NOTHING, **passing, "areas": areas, "posts": posts}


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


def _of_area(area: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: area[name] for name in _OF_AREA if name in area}, "status": "", "reason": ""}


def _of_strands(area: Mapping[str, Any], posts: list[dict[str, Any]], strands: frozenset[str]) -> dict[str, Any]:
    own = [post for post in posts if post["area_code"] == area["area_code"]]
    hours: dict[str, float] = {}
    for post in own:
        hours[post["resource"]] = hours.get(post["resource"], 0.0) + post["hours"]
    expected, met = (
        {name: value for name, value in area[part].items() if name in strands} for part in ("expected", "met")
    )
    return {
        **{name: area[name] for name in _OF_AREA_AND_STRANDS},
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
