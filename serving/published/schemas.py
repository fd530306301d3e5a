"""What goes in and out of the published tables."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from ledger.events import Scalar
from models.disclosure.published import Asked
from serving.cursors import Paged, beyond_the_end
from serving.formats import Format
from serving.schemas import Closed

Names = Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=200)]


class PublishedQuery(Format, Paged):
    """Which rows of a published table; a filter that is left out leaves all."""

    place: Names = Field(None, description="Only these wards, districts or the force; may be given several times.")
    strand: Names = Field(None, description="Only these strands; may be given several times.")
    since: date | None = Field(None, description="Only periods that begin on this day or later.")
    until: date | None = Field(None, description="Only periods that end by this day.")
    limit: int = Field(1000, ge=1, le=10_000, description="Most rows of a page.")

    def asked(self) -> Asked:
        """Return the choice of rows."""
        places, strands = (None if given is None else tuple(given) for given in (self.place, self.strand))
        return Asked(places, strands, self.since, self.until)

    def position(self, state: str, total: int) -> int:
        """Return where among the chosen rows the page begins.

        Args:
            state: Which table as of which set.
            total: How many rows the filters leave.

        Raises:
            DataError: The cursor cannot be used here, or leads beyond the end.
        """
        begin = self.number(state) or 0
        if begin and begin >= total:
            beyond_the_end()
        return begin

    def said(self) -> dict[str, Scalar]:
        """Return the filters as they are recorded."""
        given = {"place": self.place, "strand": self.strand}
        days = {name: str(day) for name, day in (("since", self.since), ("until", self.until)) if day is not None}
        return {**{name: ";".join(values) for name, values in given.items() if values is not None}, **days}


class PublishedTable(Closed):
    """What there is of one table."""

    table: str
    columns: list[str]
    rows: int
    first_day: date | None = Field(description="First day of its first period.")
    last_day: date | None = Field(description="Last day of its last period.")


class PublishedOverview(Closed):
    """What has been published."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    sets: list[str] = Field(description="Names of the sets, oldest first.")
    tables: list[PublishedTable]
    places: list[str]
    strands: list[str]
    terms: dict[str, Any] = Field(description="Rules, smallest numbers and sources of the newest set.")


class PublishedRows(Closed):
    """One page of a published table."""

    audit_id: str = Field(description="The event of this answer, recorded before it left.")
    table: str
    marks: list[str] = Field(description="What stands with everything shown: source, and that data are made up.")
    total: int = Field(description="Rows that the filters leave.")
    next_cursor: str | None
    rows: list[dict[str, Any]] = Field(description="As published; a number that is hidden is null.")
