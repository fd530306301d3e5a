"""Rows of shifts: what the roster's document lays out, flat as tables and tasks take it."""

from collections.abc import Iterator, Mapping
from itertools import chain
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
    """Return a row for each resource, area and strand that has hours, with a column for each day and shift."""
    return [
        {
            "resource": resource["resource"],
            "district": held["district"],
            "area_code": area["area_code"],
            "strand": area["strand"],
            "hours": area["hours"],
            **dict(zip(shift_columns(layout), chain.from_iterable(area["by_shift"]), strict=True)),
        }
        for resource in layout.get("resources", ())
        for held in resource["districts"]
        for area in held["areas"]
    ]


def shift_columns(layout: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the columns of days and shifts are called, such as "2026-03-02 early"."""
    shifts = [shift["shift"] for shift in layout.get("shifts", ())]
    return tuple(f"{day} {shift}" for day in layout.get("days", ()) for shift in shifts)


def _cells(layout: Mapping[str, Any], by_shift: list[list[float]]) -> Iterator[tuple[dict[str, str], float]]:
    shifts = [shift["shift"] for shift in layout["shifts"]]
    for day, of_day in zip(layout["days"], by_shift, strict=True):
        for shift, hours in zip(shifts, of_day, strict=True):
            if hours > AT_LIMIT:
                yield {"day": day, "shift": shift}, hours
