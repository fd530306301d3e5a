"""What the week's page shows, from the API's answers."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel

from errors import DataError, ServiceError
from models.served.read import ServedRun
from serving.access.caller import Scope
from serving.desk import Desk
from serving.forecasts.before import changes
from serving.forecasts.query import ChangesQuery, ForecastQuery
from serving.forecasts.reading import PATH, covered, forecasts
from serving.forecasts.sight import sight
from serving.outlook.hours import DISTRICT, hours
from serving.outlook.hours import PATH as HOURS
from serving.outlook.notices import PATH as NOTICES
from serving.outlook.notices import notices
from serving.outlook.schemas import HoursQuery
from serving.pages.scale import Scale
from serving.pages.site import Source
from serving.pages.week.query import QUANTITIES, Column, WeekQuery

# As many areas as a force may have; one strand, one period.
_ROWS = 2000
_FORCE = "force"
# Stands on every page anyway.
_EVERYWHERE = "synthetic"
_CHANGES = "/v1/forecasts/changes"
# Of the areas as many as are read; of all areas together every strand.
_MOST_CHANGES, _EVERY_STRAND = 10, 100
# Share of a total that its range spans, and how that is said.
_SURE = ((0.25, "quite sure"), (0.6, "fairly sure"), (1.2, "unsure"))
_LEAST = "very unsure"


@dataclass(frozen=True)
class Total:
    """What is expected of a strand in all areas together.

    Attributes:
        row: The forecast.
        sure: How sure it is, in words.
    """

    row: dict[str, Any]
    sure: str


@dataclass(frozen=True)
class Week:
    """The week as it is shown.

    Attributes:
        sources: The answers of the API that it is made of.
        periods: What the served run covers.
        strands: That can be chosen at the level.
        strand: That is shown.
        level: Of the areas.
        period: That is shown.
        plan: What is planned; None where hours are not told by the level.
        rows: Forecasts of the areas with their hours and harm, in the order asked for.
        totals: Of all areas, by strand; empty where they are not all in sight.
        notices: What stands against the forecast.
        changed: Since the run before: of the strand by area, then of all areas by strand; empty where there is none.
        scale: Classes of the quantity.
    """

    sources: tuple[Source, ...]
    periods: dict[str, Any]
    strands: tuple[str, ...]
    strand: str
    level: str
    period: dict[str, Any]
    plan: dict[str, Any] | None
    rows: tuple[dict[str, Any], ...]
    totals: tuple[Total, ...]
    notices: tuple[dict[str, Any], ...]
    changed: tuple[dict[str, Any], ...]
    scale: Scale

    @property
    def names(self) -> dict[str, str]:
        """Code of each area to its name."""
        return {row["area_code"]: row["name"] for row in self.rows}

    @property
    def are_districts(self) -> bool:
        """Whether the rows have a district each that is not their own name."""
        return any(row["district"] for row in self.rows)


def week(desk: Desk, query: WeekQuery, scope: Scope) -> Week:
    """Find the week.

    Raises:
        DataError: The run has no such strand, level or period.
        ServiceError: Nothing is being served yet.
    """
    run = desk.shelf.current
    about = Source("/v1/periods", covered(desk, scope))
    said = about.document
    level = query.level or said["levels"][0]
    horizon = query.horizon or said["periods"][0]["horizon"]
    strands = tuple(sight(run, run.block(level).level, scope).strands)
    strand = query.strand or (strands[0] if strands else "")
    if strand not in strands and strand in run.block(_upper(run)).strands:
        # All strands together are told of larger areas only: whoever comes back to the small ones sees the first.
        strand = strands[0]
    table = _forecasts(desk, ForecastQuery(level=level, strand=[strand], horizon=[horizon], limit=_ROWS), scope)
    planned = _hours(desk, run, level, horizon, scope)
    totals = _totals(desk, run, horizon, scope)
    plan = planned.document if planned else None
    rows = _sorted(_rows(run, table, plan, strand), query)
    quantity = QUANTITIES[query.quantity]
    values = [value for row in rows if (value := quantity.of(row)) is not None]
    period = next(one for one in said["periods"] if one["horizon"] == horizon)
    against = Source(NOTICES, notices(desk, scope))
    changed = _changed(desk, period["period_start"], level, strand, scope, whole=totals is not None)
    sources = tuple(source for source in (about, table, planned, totals, against, *changed) if source)
    return Week(
        sources,
        said,
        strands,
        strand,
        level,
        period,
        plan,
        rows,
        totals=tuple(Total(row, _sure(row)) for row in totals.document["rows"]) if totals else (),
        notices=tuple(one for one in against.document["notices"] if one["code"] != _EVERYWHERE),
        changed=tuple(source.document for source in changed),
        scale=Scale.of(values),
    )


def _upper(run: ServedRun) -> str:
    return run.levels[-1]


def _forecasts(desk: Desk, asked: ForecastQuery, scope: Scope) -> Source:
    address = f"{PATH}?{urlencode(asked.model_dump(exclude_none=True, exclude={'format'}), doseq=True)}"
    return Source(address, forecasts(desk, asked, scope))


def _hours(desk: Desk, run: ServedRun, level: str, horizon: int, scope: Scope) -> Source | None:
    if level not in (run.block(None).level, DISTRICT):
        return None
    asked = HoursQuery(level=level, horizon=horizon)
    return Source(f"{HOURS}?{urlencode(asked.model_dump())}", hours(desk, asked, scope))


def _totals(desk: Desk, run: ServedRun, horizon: int, scope: Scope) -> Source | None:
    """Return the forecasts of all areas together, for whoever sees all of them."""
    if _FORCE not in run.levels or not sight(run, _FORCE, scope).codes:
        return None
    return _forecasts(desk, ForecastQuery(level=_FORCE, horizon=[horizon], limit=_ROWS), scope)


def _changed(desk: Desk, start: str, level: str, strand: str, scope: Scope, *, whole: bool) -> tuple[Source, ...]:
    """Return the changes since the run before: of the strand by area, and of all areas where they are in sight."""
    asked = [ChangesQuery(level=level, strand=[strand], period_start=start, limit=_MOST_CHANGES)]
    if whole:
        asked.append(ChangesQuery(level=_FORCE, period_start=start, limit=_EVERY_STRAND))
    try:
        found = tuple(Source(_address(_CHANGES, one), changes(desk, one, scope)) for one in asked)
    except (DataError, ServiceError):
        # The run before says nothing of this period or level, or was not prepared for reading.
        return ()
    return found if found[0].document["before"] else ()


def _address(path: str, asked: BaseModel) -> str:
    return f"{path}?{urlencode(asked.model_dump(exclude_none=True), doseq=True)}"


def _rows(run: ServedRun, table: Source, plan: dict[str, Any] | None, strand: str) -> list[dict[str, Any]]:
    """Return the table's rows, each with what is planned there, where it lies, and where more is told of it."""
    names, districts = run.meta.get("names", {}), run.meta.get("districts", {})
    planned = {row["place"]: row for row in plan["rows"]} if plan else {}
    nothing = {"hours": None, "harm": None, "harm_met": None}
    asked = urlencode({"strand": strand})
    rows = []
    for row in table.document["rows"]:
        code = row["area_code"]
        own = row["level"] == run.levels[0]
        address = f"/areas/{quote(code, safe='')}?{asked}" if own else f"/week?{asked}"
        named = {"name": names.get(code, code), "district": districts.get(code, ""), "address": address}
        rows.append({**row, **nothing, **planned.get(code, {}), **named, "id": code.replace(" ", "_")})
    return rows


def _sorted(rows: list[dict[str, Any]], query: WeekQuery) -> tuple[dict[str, Any], ...]:
    column, down = query.sorted_by()
    found = sorted(rows, key=lambda row: row["name"])
    if column in ("area", "district"):
        return tuple(sorted(found, key=lambda row: row["name" if column == "area" else "district"], reverse=down))
    of = QUANTITIES[column].of
    known = sorted((row for row in found if of(row) is not None), key=lambda row: _number(row, column), reverse=down)
    return (*known, *(row for row in found if of(row) is None))


def _number(row: dict[str, Any], column: Column) -> float:
    value = QUANTITIES[column].of(row)
    assert value is not None  # noqa: S101 - rows without one were set aside
    return value


def _sure(row: dict[str, Any]) -> str:
    if row["mean"] <= 0:
        return _LEAST
    span = (row["quantiles"]["q0.9"] - row["quantiles"]["q0.1"]) / row["mean"]
    return next((words for most, words in _SURE if span <= most), _LEAST)
