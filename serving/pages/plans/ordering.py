"""The builder's form: what it asks for, and what stands in its fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from errors import DataError
from serving.pages.forms import Form

ROWS = 3
_MOST_ROWS = 30
_MOST_HOURS = 1_000_000.0


@dataclass
class Ordered:
    """What a form asks for.

    Attributes:
        values: The order, as `SketchRequest` takes it.
        faults: Id of a field, and what is wrong with it.
    """

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def hours(self, form: Form, name: str, called: str) -> float | None:
        """Return a field as hours; None where it is blank or none, which is then a fault."""
        try:
            value = form.number(name, called)
        except DataError as error:
            self.faults.append((name, str(error)))
            return None
        if value is not None and not 0 <= value <= _MOST_HOURS:
            self.faults.append((name, f"{called}: use a number from 0 to {_MOST_HOURS:,.0f}."))
            return None
        return value

    def needed(self, form: Form, name: str, called: str) -> float:
        """Return a field as hours; 0 where there are none, which is a fault."""
        if not form[name]:
            self.faults.append((name, f"{called}: enter the hours."))
        return self.hours(form, name, called) or 0.0


def ordered(form: Form, resources: list[dict[str, Any]], codes: Mapping[str, str]) -> Ordered:
    """Return what a form asks for.

    Args:
        form: The form as sent.
        resources: The workspace's, as the API tells them.
        codes: Code and name of each area, in small letters, to its code.
    """
    told = Ordered()
    values: dict[str, Any] = {"title": form["title"]}
    for name in ("beside", "objective", "effect"):
        values[name] = form[name] or None
    values["horizon"] = int(form["horizon"]) if form["horizon"].isdigit() else None
    values["minimum_hours"] = told.hours(form, "minimum_hours", "Fewest hours of any area")
    values["maximum_hours"] = told.hours(form, "maximum_hours", "Most hours of any area")
    hours = {one["code"]: told.hours(form, f"hours-{one['code']}", f"Hours of {one['name']}") for one in resources}
    values["hours"] = {code: value for code, value in hours.items() if value is not None} or None
    values["district_minimum"] = _floors(told, form) or None
    values["ringfences"] = _kept(told, form) or None
    values["locks"] = _locks(told, form, codes) or None
    told.values = {name: value for name, value in values.items() if value is not None}
    return told


def fields_of_order(order: Mapping[str, Any], title: str, beside: str | None) -> dict[str, str]:
    """Return what stands in the fields of a form that asks for an order."""
    said = {"title": title, "beside": beside or ""}
    for name in ("horizon", "objective", "effect", "minimum_hours", "maximum_hours"):
        said[name] = _text(order.get(name))
    said |= {f"hours-{code}": _text(value) for code, value in (order.get("hours") or {}).items()}
    for number, (name, value) in enumerate((order.get("district_minimum") or {}).items(), start=1):
        said |= {f"floor_district_{number}": name, f"floor_hours_{number}": _text(value)}
    for number, one in enumerate(order.get("ringfences") or (), start=1):
        said |= {f"kept_resource_{number}": one["resource"], f"kept_hours_{number}": _text(one["hours"])}
        said |= {f"kept_strand_{number}": next(iter(one["strands"]), "")}
        said |= {f"kept_district_{number}": next(iter(one["districts"]), "")}
    for number, one in enumerate(order.get("locks") or (), start=1):
        said |= {f"lock_resource_{number}": one["resource"], f"lock_area_{number}": one["area_code"]}
        said |= {f"lock_hours_{number}": _text(one["hours"])}
    return said


def rows_of(fields: Mapping[str, str], first: str) -> range:
    """Return the numbers of the rows of a kind that a form shows: those that are filled, and one more, or three."""
    filled = [number for number in range(1, _MOST_ROWS) if fields.get(f"{first}_{number}")]
    return range(1, max(ROWS, *(number + 1 for number in filled), 1) + 1) if filled else range(1, ROWS + 1)


def _floors(told: Ordered, form: Form) -> dict[str, float]:
    floors = {}
    for number in range(1, _MOST_ROWS + 1):
        name = form[f"floor_district_{number}"]
        if name:
            floors[name] = told.needed(form, f"floor_hours_{number}", f"Fewest hours of {name}")
    return floors


def _kept(told: Ordered, form: Form) -> list[dict[str, Any]]:
    kept = []
    for number in range(1, _MOST_ROWS + 1):
        resource = form[f"kept_resource_{number}"]
        if not resource:
            continue
        strand, district = form[f"kept_strand_{number}"], form[f"kept_district_{number}"]
        if not strand and not district:
            sentence = f"Hours kept of {resource}: choose a strand, a district, or both."
            told.faults.append((f"kept_strand_{number}", sentence))
        hours = told.needed(form, f"kept_hours_{number}", f"Hours kept of {resource}")
        for_whom = {"strands": [strand] if strand else [], "districts": [district] if district else []}
        kept.append({"resource": resource, "hours": hours, **for_whom})
    return kept


def _locks(told: Ordered, form: Form, codes: Mapping[str, str]) -> list[dict[str, Any]]:
    locks = []
    for number in range(1, _MOST_ROWS + 1):
        resource, area = form[f"lock_resource_{number}"], form[f"lock_area_{number}"]
        if not resource and not area:
            continue
        if not resource:
            told.faults.append((f"lock_resource_{number}", f"Fixed hours in {area}: choose who works there."))
        code = codes.get(area.lower())
        if code is None:
            named = f"there is no area “{area}”" if area else "name an area"
            told.faults.append((f"lock_area_{number}", f"Fixed hours: {named}. Use its name or its code."))
        hours = told.needed(form, f"lock_hours_{number}", f"Fixed hours in {area or 'an area'}")
        locks.append({"resource": resource, "area_code": code or area, "hours": hours})
    return locks


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and value < _MOST_HOURS else "" if value is None else str(value)
