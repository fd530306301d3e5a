"""What the public summary shows: rows of the published tables, and nothing else."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from errors import DataError
from models.disclosure.published import TableName
from serving.desk import Desk
from serving.pages.site import Source
from serving.pages.summary.advice import Advice, advice_on
from serving.published.reading import overview, table
from serving.published.schemas import PublishedQuery
from serving.schemas import Closed

PATH = "/v1/published"
# As many as a place has of two years of weeks, thrice over.
_ROWS = 10_000
_FORCE = "force"
_WEEK = timedelta(days=7)
Row = dict[str, Any]


class SummaryQuery(Closed):
    """Of which place the summary is."""

    place: str | None = Field(None, max_length=200)


@dataclass(frozen=True)
class Told:
    """What has been published of a strand in the place.

    Attributes:
        strand: The strand.
        newest: The newest count; None where none was published.
        year_before: The count of the same week or month of the year before; None where none was published.
        expected: The newest expected number; None where none was published.
        advice: What people can do.
    """

    strand: str
    newest: Row | None
    year_before: Row | None
    expected: Row | None
    advice: Advice


@dataclass(frozen=True)
class Summary:
    """The summary as it is shown.

    Attributes:
        sources: The answers of the API that it is made of.
        places: That can be chosen, the force first.
        place: That is shown; "" where nothing was published.
        strands: What is told of each.
        rules: By which numbers were hidden and rounded.
        marks: What stands with everything shown.
    """

    sources: tuple[Source, ...]
    places: tuple[str, ...]
    place: str
    strands: tuple[Told, ...]
    rules: dict[str, Any]
    marks: tuple[str, ...]


def summary(desk: Desk, query: SummaryQuery) -> Summary:
    """Find the summary of one place.

    Raises:
        DataError: Nothing was published of the place.
    """
    about = Source(PATH, overview(desk))
    said = about.document
    places = said["places"]
    place = query.place or (_largest(desk, len(places)) if places else "")
    if not place:
        return Summary((about,), (), "", (), {}, tuple(said["terms"].get("marks", ())))
    if place not in places:
        raise DataError(f"nothing was published of {place!r}", place="place", fix="choose one of the list")
    counts, expected = _rows(desk, "counts", place), _rows(desk, "expected", place)
    sources = tuple(source for source in (about, counts, expected) if source)
    recorded, coming = (source.document["rows"] if source else [] for source in (counts, expected))
    told = tuple(_told(strand, recorded, coming) for strand in said["strands"])
    rules = said["terms"].get("rules", {})
    return Summary(sources, tuple(places), place, told, rules, tuple(said["terms"].get("marks", ())))


def _largest(desk: Desk, places: int) -> str:
    """Return the largest place that has been published: of a strand's rows the last are those of the force."""
    first = table(desk, "counts", PublishedQuery(limit=places), as_csv=False)
    rows = Source(PATH, first).document["rows"]
    return next((row["place"] for row in rows if row["level"] == _FORCE), rows[0]["place"] if rows else "")


def _rows(desk: Desk, name: TableName, place: str) -> Source | None:
    """Return the rows of a place; None where the table has none of it."""
    address = f"{PATH}/{name}?{urlencode({'place': place, 'limit': _ROWS})}"
    try:
        return Source(address, table(desk, name, PublishedQuery(place=[place], limit=_ROWS), as_csv=False))
    except DataError:
        return None


def _told(strand: str, recorded: list[Row], coming: list[Row]) -> Told:
    own = {row["first_day"]: row for row in recorded if row["strand"] == strand}
    newest = own[max(own)] if own else None
    expected = [row for row in coming if row["strand"] == strand]
    return Told(
        strand,
        newest,
        own.get(_year_before(newest)) if newest else None,
        max(expected, key=lambda row: row["first_day"], default=None),
        advice_on(strand),
    )


def _year_before(row: Row) -> str:
    """Return the first day of the same week or month of the year before."""
    first, last = (date.fromisoformat(row[part]) for part in ("first_day", "last_day"))
    if (last - first + timedelta(days=1)) % _WEEK == timedelta(0):
        return (first - 52 * _WEEK).isoformat()
    return first.replace(year=first.year - 1).isoformat()
