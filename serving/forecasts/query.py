"""Questions about forecasts: the filters and the page of a read."""

from datetime import date
from typing import Annotated

from pydantic import Field

from ledger.events import Scalar
from serving.cursors import Paged, beyond_the_end
from serving.formats import Format
from serving.schemas import Closed

# Of a row there are sixty counts and more: whoever wants very many asks several times.
Few = Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=20)]
Filters = Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=200)]


class ForecastQuery(Format, Paged):
    """Which rows of the served run; a filter that is left out leaves all."""

    level: str | None = Field(None, max_length=40, description="Level of the areas; left out: the areas' own.")
    area_code: Filters = Field(None, description="Only these areas; may be given several times.")
    strand: Filters = Field(None, description="Only these strands; may be given several times.")
    horizon: list[int] | None = Field(None, max_length=60, description="Only these periods; 1 is the first.")
    limit: int = Field(100, ge=1, le=2000, description="Most rows of a page.")

    def position(self, run_id: str, total: int) -> int:
        """Return where among the filtered rows the page begins.

        Args:
            run_id: The run that is served.
            total: How many rows the filters leave.

        Raises:
            DataError: The cursor cannot be used here, or leads beyond the end.
        """
        begin = self.number(run_id) or 0
        if begin and begin >= total:
            beyond_the_end()
        return begin

    def said(self) -> dict[str, Scalar]:
        """Return the filters as they are recorded."""
        given = {"area_code": self.area_code, "strand": self.strand, "horizon": self.horizon}
        said: dict[str, Scalar] = {} if self.level is None else {"level": self.level}
        return said | {name: ";".join(map(str, values)) for name, values in given.items() if values is not None}


class HistoryQuery(Closed):
    """Of which rows of the served run the counts before it are wanted."""

    level: str | None = Field(None, max_length=40, description="Level of the areas; left out: the areas' own.")
    area_code: Few = Field(None, description="Only these areas; at most 20.")
    strand: Few = Field(None, description="Only these strands; at most 20.")
    limit: int = Field(50, ge=1, le=500, description="Most rows, an area and a strand each.")


class ChangesQuery(HistoryQuery):
    """Which changes since the run before."""

    period_start: date | None = Field(None, description="Of this period; left out: the first that both runs cover.")
