"""What the week's page shows, from the API's answers."""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from serving.access.caller import Scope
from serving.desk import Desk
from serving.forecasts.query import ForecastQuery
from serving.forecasts.reading import PATH, covered, forecasts
from serving.pages.scale import Scale
from serving.pages.site import Source
from serving.schemas import Closed

Quantity = Literal["expected", "low", "high"]
_COLUMNS = {"expected": None, "low": "q0.1", "high": "q0.9"}
# As many areas as a force may have; one strand, one period.
_ROWS = 2000


class WeekQuery(Closed):
    """What the week's page is to show."""

    strand: str | None = Field(None, max_length=200)
    level: str | None = Field(None, max_length=40)
    horizon: int | None = Field(None, ge=1, le=60)
    quantity: Quantity = "expected"


@dataclass(frozen=True)
class Week:
    """The week as it is shown.

    Attributes:
        sources: The answers of the API that it is made of.
        periods: What the served run covers.
        strand: That is shown.
        level: Of the areas.
        period: That is shown.
        rows: Forecasts of the areas, most expected first.
        scale: Classes of the quantity.
    """

    sources: tuple[Source, ...]
    periods: dict[str, Any]
    strand: str
    level: str
    period: dict[str, Any]
    rows: tuple[dict[str, Any], ...]
    scale: Scale


def week(desk: Desk, query: WeekQuery, scope: Scope) -> Week:
    """Find the week.

    Raises:
        DataError: The run has no such strand, level or period.
        ServiceError: Nothing is being served yet.
    """
    about = Source("/v1/periods", covered(desk, scope))
    said = about.document
    strand = query.strand or said["strands"][0]
    level = query.level or said["levels"][0]
    horizon = query.horizon or said["periods"][0]["horizon"]
    asked = ForecastQuery(level=level, strand=[strand], horizon=[horizon], limit=_ROWS)
    address = f"{PATH}?{urlencode(asked.model_dump(exclude_none=True, exclude={'format'}), doseq=True)}"
    table = Source(address, forecasts(desk, asked, scope))
    rows = sorted(table.document["rows"], key=lambda row: (-value_of(row, query.quantity), row["area_code"]))
    period = next(one for one in said["periods"] if one["horizon"] == horizon)
    scale = Scale.of([value_of(row, query.quantity) for row in rows])
    return Week((about, table), said, strand, level, period, tuple(rows), scale)


def value_of(row: dict[str, Any], quantity: Quantity) -> float:
    """Return the quantity of a row that is shown."""
    column = _COLUMNS[quantity]
    value: float = row["mean"] if column is None else row["quantiles"][column]
    return value
