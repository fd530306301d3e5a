"""Questions about forecasts: the filters and the page of a read."""

import re
from datetime import date
from typing import Annotated

from pydantic import Field

from errors import DataError
from ledger.events import Scalar
from serving.formats import Format
from serving.schemas import Closed

Filters = Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=200)]

_CURSOR = re.compile(r"([^~]{1,200})~(\d{1,9})")


class ForecastQuery(Format):
    """Which rows of the served run; a filter that is left out leaves all."""

    level: str | None = Field(None, max_length=40, description="Level of the areas; left out: the areas' own.")
    area_code: Filters = Field(None, description="Only these areas; may be given several times.")
    strand: Filters = Field(None, description="Only these strands; may be given several times.")
    horizon: list[int] | None = Field(None, max_length=60, description="Only these periods; 1 is the first.")
    limit: int = Field(100, ge=1, le=1000, description="Most rows of a page.")
    cursor: str | None = Field(None, max_length=220, description="`next_cursor` of the page before.")

    def position(self, run_id: str) -> int:
        """Return where among the filtered rows the page begins.

        Raises:
            DataError: The cursor is none, or belongs to a run that is no longer served.
        """
        if self.cursor is None:
            return 0
        match = _CURSOR.fullmatch(self.cursor)
        if match is None:
            raise DataError("is not a cursor", place="cursor", fix="use next_cursor of the page before")
        if match[1] != run_id:
            raise DataError("belongs to a run that is no longer served", place="cursor", fix="begin again without it")
        return int(match[2])

    @staticmethod
    def cursor_at(run_id: str, position: int) -> str:
        """Return the cursor of the page that begins at `position`."""
        return f"{run_id}~{position}"

    def said(self) -> dict[str, Scalar]:
        """Return the filters as they are recorded."""
        given = {"area_code": self.area_code, "strand": self.strand, "horizon": self.horizon}
        said: dict[str, Scalar] = {} if self.level is None else {"level": self.level}
        return said | {name: ";".join(map(str, values)) for name, values in given.items() if values is not None}


class HistoryQuery(Closed):
    """Of which rows of the served run the counts before it are wanted."""

    level: str | None = Field(None, max_length=40, description="Level of the areas; left out: the areas' own.")
    area_code: Filters = Field(None, description="Only these areas; may be given several times.")
    strand: Filters = Field(None, description="Only these strands; may be given several times.")
    limit: int = Field(50, ge=1, le=500, description="Most rows, an area and a strand each.")


class ChangesQuery(HistoryQuery):
    """Which changes since the run before."""

    period_start: date | None = Field(None, description="Of this period; left out: the first that both runs cover.")
