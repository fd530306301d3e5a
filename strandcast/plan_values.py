"""What people write on a command line about plans: hours of a resource or district, and cells of a plan."""

from __future__ import annotations

import math
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class CellHours:
    """A cell of a plan and its hours, as written.

    Attributes:
        resource: Code of the resource.
        area_code: The area.
        strand: The strand; None: all strands of the resource together.
        hours: Hours of the period.
    """

    resource: str
    area_code: str
    strand: str | None
    hours: float


class DistrictHours(click.ParamType[tuple[str, float]]):
    """A district's minimum as people write it: NAME=HOURS."""

    name = "district=hours"

    def convert(
        self, value: str | tuple[str, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Return the district and its hours."""
        if isinstance(value, tuple):
            return value
        district, hours = _parts(value)
        if hours is None or not district:
            self.fail(f"'{value}' is no minimum of a district; write NAME=HOURS", param, ctx)
        return district, hours


class ResourceHours(click.ParamType[tuple[str, float]]):
    """Hours as people write them: H for all patrols together, with "" as the resource, or RESOURCE=H."""

    name = "hours"

    def convert(
        self, value: str | tuple[str, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Return the resource and its hours."""
        if isinstance(value, tuple):
            return value
        resource, hours = _parts(value if "=" in value else f"={value}")
        if hours is None or ("=" in value and not resource):
            self.fail(f"'{value}' is no number of hours; write HOURS or RESOURCE=HOURS", param, ctx)
        return resource, hours


class Cell(click.ParamType[CellHours]):
    """A cell and its hours as people write them: RESOURCE:AREA=H or RESOURCE:AREA:STRAND=H."""

    name = "cell=hours"

    def convert(self, value: str | CellHours, param: click.Parameter | None, ctx: click.Context | None) -> CellHours:
        """Return the cell."""
        if isinstance(value, CellHours):
            return value
        cell, hours = _parts(value)
        resource, area, strand = [*(part.strip() for part in cell.split(":", 2)), "", ""][:3]
        named = bool(resource and area) and (bool(strand) or cell.count(":") == 1)
        if hours is None or not named or not (math.isfinite(hours) and hours >= 0):
            self.fail(f"'{value}' is no cell with hours of 0 or more; write RESOURCE:AREA[:STRAND]=HOURS", param, ctx)
        return CellHours(resource, area, strand or None, hours)


def _parts(value: str) -> tuple[str, float | None]:
    name, found, hours = value.rpartition("=")
    try:
        return name.strip(), float(hours) if found else None
    except ValueError:
        return name.strip(), None
