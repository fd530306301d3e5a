"""Rows of shifts: what the roster's document lays out, flat as tables and tasks take it."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.allocation.reasons.prices import AT_LIMIT


def district_shifts(layout: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each resource, district, day and shift that has hours.

    Args:
        layout: The roster's document: days, shifts, and hours of each resource by district and area, day and shift.
    """
    return [
        {"resource": resource["resource"], "district": held["district"], **when, "hours": hours}
        for resource in layout.get("resources", ())
        for held in resource["districts"]
        for when, hours in _cells(layout, held["by_shift"])
    ]


def area_shifts(layout: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each resource, area, strand, day and shift that has hours."""
    return [
        {
            "resource": resource["resource"],
            "district": held["district"],
            "area_code": area["area_code"],
            "strand": area["strand"],
            **when,
            "hours": hours,
        }
        for resource in layout.get("resources", ())
        for held in resource["districts"]
        for area in held["areas"]
        for when, hours in _cells(layout, area["by_shift"])
    ]


def _cells(layout: Mapping[str, Any], by_shift: list[list[float]]) -> Iterator[tuple[dict[str, str], float]]:
    shifts = [shift["shift"] for shift in layout["shifts"]]
    for day, of_day in zip(layout["days"], by_shift, strict=True):
        for shift, hours in zip(shifts, of_day, strict=True):
            if hours > AT_LIMIT:
                yield {"day": day, "shift": shift}, hours
