"""A plan's document as flat tables: one for each thing that it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.allocation.papers.rostering import area_shifts, shift_columns

Cell = str | float | int | bool | None


@dataclass(frozen=True)
class Sheet:
    """A table.

    Attributes:
        name: What it is called, at most 31 characters.
        columns: Headers.
        rows: Cells; None where there is nothing to say.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheets(document: Mapping[str, Any]) -> tuple[Sheet, ...]:
    """Return all tables of a plan, the summary first; those that the plan has nothing for keep their headers alone."""
    layout: Mapping[str, Any] = document["layout"] or {}
    return (
        _summary(document),
        areas_sheet(document),
        _rows("Posts", document["posts"], _POSTS),
        _rows("Resources", document["resources"], _RESOURCES),
        _rows("Rules", document["rules"], _RULES),
        _rows("Strands", document["coverage"]["strands"], ("strand", "weighted", *_COVERED)),
        _rows("Districts", document["coverage"]["districts"], ("district", *_COVERED)),
        _deciles(document),
        _caseloads(document),
        _named("Shifts", document, area_shifts(layout), (*_SHIFTS, *shift_columns(layout))),
        _named("Visits", document, document["visits"], _VISITS),
    )


def areas_sheet(document: Mapping[str, Any]) -> Sheet:
    """Return a row for each area: hours by resource, incidents expected and met by strand, what holds it."""
    codes = [row["code"] for row in document["resources"]]
    strands = list(document["areas"][0]["expected"]) if document["areas"] else []
    columns = (
        *_AREA[:8],
        *(f"hours: {code}" for code in codes),
        *(f"expected: {strand}" for strand in strands),
        *(f"met: {strand}" for strand in strands),
        *_AREA[8:],
    )
    rows = tuple(
        (
            *(area[key] for key in _AREA[:8]),
            *(area["hours_by_resource"].get(code, 0.0) for code in codes),
            *(area["expected"][strand] for strand in strands),
            *(area["met"][strand] for strand in strands),
            *(area[key] for key in _AREA[8:]),
        )
        for area in document["areas"]
    )
    return Sheet("Areas", columns, rows)


_AREA = (
    "area_code",
    "name",
    "district",
    "area_type",
    "decile",
    "hours",
    "quarter_hours",
    "harm",
    "harm_met",
    "harm_unmet",
    "status",
    "reason",
)
_POSTS = ("resource", "area_code", "name", "district", "strand", "hours", "quarter_hours", "dose")
_RESOURCES = (
    "code",
    "name",
    "kind",
    "owner",
    "units",
    "hours",
    "placed",
    "unplaced",
    "units_placed",
    "price",
    "cost",
)
_RULES = ("kind", "name", "unit", "of", "lower", "upper", "value", "price", "binding", "kept", "programme", "place")
_COVERED = ("hours", "expected", "met", "covered", "harm", "harm_met", "harm_unmet", "harm_covered")
_CASES = ("area_code", "name", "strand", "expected", "minutes_a_case", "hours", "capacity", "met", "unmet")
_SHIFTS = ("resource", "district", "area_code", "name", "strand", "hours")
_VISITS = ("resource", "district", "day", "shift", "patrol", "time", "minutes", "area_code", "name", "spot")


def _rows(name: str, rows: Sequence[Mapping[str, Any]], columns: tuple[str, ...]) -> Sheet:
    return Sheet(name, columns, tuple(tuple(_flat(row.get(column)) for column in columns) for row in rows))


def _flat(value: Any) -> Cell:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {told}" for key, told in value.items())
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _named(
    sheet: str, document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], columns: tuple[str, ...]
) -> Sheet:
    """Return rows with the name of each row's area."""
    names = {row["area_code"]: row["name"] for row in document["areas"]}
    return _rows(sheet, [{**row, "name": names.get(row["area_code"])} for row in rows], columns)


def _deciles(document: Mapping[str, Any]) -> Sheet:
    columns = ("decile", "areas", "hours", "need", "hours_share", "need_share", "ratio", "inside", "reasons")
    rows = tuple(
        tuple(" ".join(row["reasons"]) if column == "reasons" else row[column] for column in columns)
        for row in document["equity"]["deciles"]
    )
    return Sheet("Deciles", columns, rows)


def _caseloads(document: Mapping[str, Any]) -> Sheet:
    rows = tuple(
        (team["resource"], *(cell[key] for key in _CASES)) for team in document["caseloads"] for cell in team["cells"]
    )
    return Sheet("Caseload", ("resource", *_CASES), rows)


def standing(document: Mapping[str, Any]) -> str:
    """Return where the plan stands; one of which nothing is said is a draft."""
    told: Mapping[str, Any] = document.get("standing") or {}
    return str(told.get("sentence") or "A draft: nobody has decided on it yet.")


def _summary(document: Mapping[str, Any]) -> Sheet:
    """Return what is told of the whole plan, a line each, its marks first."""
    totals, objective, forecast = document["totals"], document["objective"], document["forecast"]
    rows: list[tuple[Cell, ...]] = [("SYNTHETIC", "The data are made up.")] if document["synthetic"] else []
    rows += [
        ("plan", document.get("plan_id")),
        ("recorded as", document.get("audit_id")),
        ("standing", standing(document)),
        ("period", document["period"]["text"]),
        ("forecast", forecast["run_id"]),
        ("model", forecast["model_version"]),
        ("as of", forecast["as_of"]),
        ("objective", objective["kind"]),
        ("status", objective["status"]),
        ("expected harm", totals["expected_harm"]),
        ("harm reached", totals["harm_reached"]),
        ("harm reached, 1 in 10 weeks below", totals["harm_reached_range"][0]),
        ("harm reached, 1 in 10 weeks above", totals["harm_reached_range"][1]),
        ("harm unmet", totals["unmet"]),
        ("harm unmet, 1 in 10 weeks below", totals["unmet_range"][0]),
        ("harm unmet, 1 in 10 weeks above", totals["unmet_range"][1]),
        ("share of harm reached", totals["coverage"]),
        ("expected incidents", totals["expected"]),
        ("no plan is worth more than", objective["bound"]),
        ("by at most", objective["gap"]),
        ("prices are approximate", objective["approximate"]),
        ("harm weights", objective["weight_set"] or objective["weight_source"]),
        ("effect reckoned with", objective["effect_level"]),
        *(("unweighted strand, which is not no harm", row["strand"]) for row in document["unweighted"]),
        *(("", sentence) for sentence in document["sentences"]),
        ("notices", "; ".join(document["notices"])),
        ("source", document["attribution"]),
    ]
    return Sheet("Summary", ("what", "value"), tuple(rows))
