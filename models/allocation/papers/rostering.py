"""Rows of shifts and visits: what the roster lays out, as tables and tasks take it."""

from collections.abc import Mapping
from typing import Any

from models.allocation.papers.holding import AT_LIMIT


def shift_rows(layout: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each resource, district, day and shift that has hours.

    Args:
        layout: The roster's own document: days, shifts, and hours of each resource by district, day and shift.
    """
    days, shifts = layout.get("days", ()), [shift["shift"] for shift in layout.get("shifts", ())]
    return [
        {
            "resource": resource["resource"],
            "district": held["district"],
            "place": held["district"],
            "day": day,
            "shift": shift,
            "hours": hours,
        }
        for resource in layout.get("resources", ())
        for held in resource["districts"]
        for day, by_shift in zip(days, held["by_shift"], strict=True)
        for shift, hours in zip(shifts, by_shift, strict=True)
        if hours > AT_LIMIT
    ]


def visit_rows(lists: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of the visit lists, each with its area's name."""
    return [{**row, "name": names.get(row["area_code"], row["area_code"])} for row in lists.get("rows", ())]
