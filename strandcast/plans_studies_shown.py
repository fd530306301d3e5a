"""How studies of plans are shown: tables on the screen, and what stands in every document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from models.allocation.scenarios.again import Studied
    from models.allocation.scenarios.compare import Comparison, Line
    from models.allocation.scenarios.fairness import FairnessPoint
    from models.allocation.scenarios.frontier import FrontierPoint
    from models.allocation.scenarios.sensitivity import Sensitivity

_MOST_AREAS_SHOWN = 8
_MOST_MARKED_SHOWN = 15
_MOST_DISTRICTS_SHOWN = 15


def study_document(mine: Studied, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a study with what must stand beside it: plan, record, notices, source."""
    plan = mine.document
    return {
        "plan_id": mine.plan_id,
        "audit_id": mine.audit_id,
        "period": plan["period"]["text"],
        **document,
        "notices": list(plan["notices"]),
        "synthetic": plan["synthetic"],
        "attribution": plan["attribution"],
    }


def comparison_rows(told: Comparison) -> list[dict[str, Any]]:
    """Return a row for each area, district, strand and decile."""
    kinds = {"area": told.areas, "district": told.districts, "strand": told.strands, "decile": told.deciles}
    return [
        {
            "kind": kind,
            "name": line.name,
            "hours_first": line.hours[0],
            "hours_second": line.hours[1],
            "change": line.change,
            "harm_met_first": line.met[0],
            "harm_met_second": line.met[1],
            "harm_met_second_by_the_weights_of_the_first": line.met_alike[1],
        }
        for kind, lines in kinds.items()
        for line in lines
    ]


def comparison_tables(told: Comparison, plan: Mapping[str, Any]) -> list[Table]:
    """Return who gains and who loses most, and districts, strands and deciles."""
    names = {area["area_code"]: area["name"] for area in plan["areas"]}
    ends = [*told.gainers[:_MOST_AREAS_SHOWN], *reversed(told.losers[:_MOST_AREAS_SHOWN])]
    shown = f"Areas that gain and lose most ({len(ends)} of {len(told.gainers) + len(told.losers):,})"
    districts = sorted(told.districts, key=lambda line: (-abs(line.change), line.name))[:_MOST_DISTRICTS_SHOWN]
    return [
        _lines(shown, ends, names),
        _lines(f"Districts ({len(districts)} of {len(told.districts)})", districts, {}),
        _lines("Strands", told.strands, {}),
        _lines("Deprivation deciles, 1 the most deprived", told.deciles, {}),
    ]


def _lines(title: str, lines: Sequence[Line], names: Mapping[str, str]) -> Table:
    columns = ["", "hours", "beside", "change", "harm met", "beside, by the first's weights"]
    rows = [
        [
            names.get(line.name, line.name),
            *(f"{value:.2f}" for value in line.hours),
            f"{line.change:+.2f}",
            f"{line.met[0]:.2f}",
            f"{line.met_alike[1]:.2f}",
        ]
        for line in lines
    ]
    return plain_table(title, columns, rows, columns[1:])


def frontier_table(points: Sequence[FrontierPoint]) -> Table:
    """Return the frontier."""
    columns = ["times the hours", "hours", "placed", "harm met", "an hour more"]
    rows = [
        [
            f"{point.factor:g}",
            f"{point.hours:,.1f}",
            *(_cell(value) for value in (point.placed, point.harm, point.price)),
        ]
        for point in points
    ]
    return plain_table("Harm against hours", columns, rows, columns)


def fairness_table(points: Sequence[FairnessPoint]) -> Table:
    """Return the price of fairness."""
    columns = ["hours' share over need's share", "harm met", "given up, %", "lowest decile", "highest decile"]
    rows = [
        [
            "no rule" if point.band is None else f"{1 / point.band:.2f} to {point.band:g}",
            _cell(point.harm),
            _cell(None if point.price is None else 100 * point.price),
            _cell(point.lowest),
            _cell(point.highest),
        ]
        for point in points
    ]
    return plain_table("Price of fairness", columns, rows, columns[1:])


def sensitivity_table(told: Sensitivity, plan: Mapping[str, Any]) -> Table:
    """Return the areas whose place depends on a choice, those whose ranks are apart the most."""
    names = {area["area_code"]: area["name"] for area in plan["areas"]}
    shown = told.marked[:_MOST_MARKED_SHOWN]
    rows = [
        [
            names.get(area.area_code, area.area_code),
            *(f"{area.rank[name]:g} ({area.place[name]})" for name in told.choices),
        ]
        for area in shown
    ]
    title = f"Rank by hours, and place ({len(shown)} of {len(told.marked):,} marked areas)"
    return plain_table(title, ["area", *told.choices], rows, told.choices)


def sensitivity_rows(told: Sensitivity) -> list[dict[str, Any]]:
    """Return a row for each area and choice."""
    return [
        {
            "area_code": area.area_code,
            "choice": name,
            "hours": area.hours[name],
            "rank": area.rank[name],
            "place": area.place[name],
            "depends": area.depends,
        }
        for area in told.areas
        for name in told.choices
    ]


def _cell(value: float | None) -> str:
    return "no plan keeps the rules" if value is None else f"{value:,.3f}"
