"""What the page of trends shows, from the API's answer."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from matplotlib.figure import Figure
from pydantic import Field

from models.levels import ALL_STRANDS
from serving.access.caller import Scope
from serving.desk import Desk
from serving.outlook.schemas import TrendsQuery
from serving.outlook.trends import PATH, trends
from serving.pages.charts import INK, LINE, OTHER, QUIET
from serving.pages.site import Source
from serving.pages.words import strand_name
from serving.schemas import Closed

_ROW_INCHES, _HEAD_INCHES = 0.34, 0.75


class TrendsPageQuery(Closed):
    """What the page of trends is to show."""

    by: Literal["strand", "district"] = "strand"
    place: str | None = Field(None, max_length=200)
    strand: str | None = Field(None, max_length=200)


@dataclass(frozen=True)
class Line:
    """One rate with what is to be known of it.

    Attributes:
        name: Of the strand or place.
        rate: As the API tells it.
        verdict: What the interval says, in words.
        marks: Recording changes and steps of its strand.
    """

    name: str
    rate: dict[str, Any]
    verdict: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Trends:
    """The trends as they are shown.

    Attributes:
        source: The answer of the API.
        said: Its document.
        places: That can be chosen.
        strands: That can be chosen.
        chosen: The place or strand that is shown.
        lines: A rate each.
    """

    source: Source
    said: dict[str, Any]
    places: tuple[str, ...]
    strands: tuple[str, ...]
    chosen: str
    lines: tuple[Line, ...]


def found_trends(desk: Desk, query: TrendsPageQuery, scope: Scope) -> Trends:
    """Find the trends of all strands in one place, or of one strand in all places.

    Raises:
        NoSuchRecordError: None were computed yet.
    """
    # All of them: from these the page knows what can be chosen.
    source = Source(PATH, trends(desk, TrendsQuery(), scope))
    said = source.document
    places, strands = (tuple(dict.fromkeys(rate[part] for rate in said["rates"])) for part in ("place", "strand"))
    by_strand = query.by == "strand"
    options, asked = (places, query.place) if by_strand else (strands, query.strand)
    chosen = asked if asked is not None and asked in options else (options[0] if options else "")
    part, other = ("place", "strand") if by_strand else ("strand", "place")
    rows = [rate for rate in said["rates"] if rate[part] == chosen]
    lines = tuple(Line(_name(rate, other), rate, verdict(rate), _marks(said, rate["strand"])) for rate in rows)
    return Trends(source, said, places, strands, chosen, lines)


def verdict(rate: dict[str, Any]) -> str:
    """Return in words what a rate's interval says."""
    if rate["rate"] is None:
        return "too few to tell" if rate["why"] == "too few" else "not observed in both years"
    if rate["low"] > 0:
        return "more"
    return "fewer" if rate["high"] < 0 else "no clear change"


class Point(NamedTuple):
    """A rate as it is drawn.

    Attributes:
        name: Of the strand or place.
        rate: Change, of one.
        low: Lower end of the interval.
        high: Upper end.
        marked: Whether the recording changed.
    """

    name: str
    rate: float
    low: float
    high: float
    marked: bool


def points_of(lines: tuple[Line, ...]) -> tuple[Point, ...]:
    """Return what can be drawn of some lines."""
    told = [(line, line.rate) for line in lines if line.rate["rate"] is not None]
    return tuple(Point(line.name, rate["rate"], rate["low"], rate["high"], bool(line.marks)) for line, rate in told)


def draw(points: tuple[Point, ...], figure: Figure) -> None:
    """Draw each rate as a point with its interval, and a line where nothing changed."""
    axes = figure.add_subplot()
    axes.axvline(0, color=QUIET, linewidth=1)
    for at, point in enumerate(reversed(points)):
        colour = OTHER if point.marked else LINE
        axes.plot([100 * point.low, 100 * point.high], [at, at], color=colour, linewidth=3)
        axes.plot([100 * point.rate], [at], marker="D" if point.marked else "o", color=INK, markersize=6)
    axes.set_yticks(range(len(points)), [point.name for point in reversed(points)])
    axes.set_ylim(-0.6, len(points) - 0.4)
    axes.set_xlabel("change on the year before, %")
    axes.grid(axis="x")


def height(points: tuple[Point, ...]) -> float:
    """Return how high the chart of some points is, in inches."""
    return _HEAD_INCHES + _ROW_INCHES * len(points)


def _name(rate: dict[str, Any], part: str) -> str:
    return strand_name(rate[part]) if part == "strand" else str(rate[part])


def _marks(said: dict[str, Any], strand: str) -> tuple[str, ...]:
    """Return what changed in the recording of a strand within the two years; of all together that of each."""
    together = strand == ALL_STRANDS
    declared = [(change, _declared(change)) for change in said["changes"]]
    steps = [(shift, _step(shift)) for shift in said["shifts"]]
    every = [*declared, *steps]
    return tuple(f"{one['strand']}: {told}" for one, told in every if together or one["strand"] == strand)


def _declared(change: dict[str, Any]) -> str:
    since = f"recorded in another way by {change['feed']} since {_day(change['date'])}"
    return f"{since}: {change['reason']}. Counts from before are scaled."


def _step(shift: dict[str, Any]) -> str:
    size = f"to {shift['ratio']:.0%} of the level before (95% interval {shift['low']:.0%} to {shift['high']:.0%})"
    return f"a step on {_day(shift['date'])} that nobody has declared, {size}."


def _day(value: str) -> str:
    told = date.fromisoformat(value)
    return f"{told.day} {told:%B %Y}"
