"""What somebody may choose on the week's page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from serving.schemas import Closed

Quantity = Literal["expected", "low", "high", "harm", "hours"]
Column = Literal["area", "district", "expected", "low", "high", "harm", "hours"]
Row = Mapping[str, Any]

FIRST_ROWS = 200


class WeekQuery(Closed):
    """What the week's page is to show."""

    strand: str | None = Field(None, max_length=200)
    level: str | None = Field(None, max_length=40)
    horizon: int | None = Field(None, ge=1, le=60)
    quantity: Quantity = "expected"
    sort: Column | None = None
    order: Literal["up", "down"] | None = None
    rows: Literal["first", "all"] = "first"

    def sorted_by(self) -> tuple[Column, bool]:
        """Return the column that the table is sorted by, and whether the largest stands first."""
        column = self.sort or self.quantity
        first = self.order or ("up" if column in ("area", "district") else "down")
        return column, first == "down"

    def shown(self, rows: int) -> int:
        """Return how many of the table's rows are shown: all of them take a browser long to lay out."""
        return rows if self.rows == "all" else min(rows, FIRST_ROWS)

    def address(self, **changed: Any) -> str:
        """Return the address of the page with some choices changed."""
        asked = {**self.model_dump(exclude_defaults=True), **changed}
        return f"/week?{urlencode({name: value for name, value in asked.items() if value is not None})}"

    def sorting(self, column: Column) -> str:
        """Return the address of the page sorted by a column, or the other way round where it is already."""
        own, down = self.sorted_by()
        turned = ("up" if down else "down") if column == own else None
        return self.address(sort=column, order=turned)


@dataclass(frozen=True)
class Choice:
    """A quantity as it is chosen and told.

    Attributes:
        value: In the address.
        name: As it is called.
        of: Its value in a row of the table; None where it has none.
    """

    value: Quantity
    name: str
    of: Callable[[Row], float | None]


CHOICES = (
    Choice("expected", "Expected incidents", lambda row: row["mean"]),
    Choice("low", "Low end of the range", lambda row: row["quantiles"]["q0.1"]),
    Choice("high", "High end of the range", lambda row: row["quantiles"]["q0.9"]),
    Choice("harm", "Expected harm, all strands", lambda row: row["harm"]),
    Choice("hours", "Planned hours, all strands", lambda row: row["hours"]),
)
QUANTITIES: Mapping[str, Choice] = {choice.value: choice for choice in CHOICES}
