"""What hours of a resource do: what they meet by capacity or by presence, and what visits prevent."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from features.configuration import Closed
from models.allocation.resources.amounts import (
    DaysEstimate,
    HoursEstimate,
    MinutesEstimate,
    PartEstimate,
    ShareEstimate,
    between,
)

# "any": nothing tells what an area is. Where a table names area types, an area of type "any" is let pass.
AreaType = Literal["town-centre", "urban", "rural", "any"]
# Every strand of the forecast.
EVERY = "*"

Source = Annotated[str, Field(min_length=1)]


class Meets(Closed):
    """What hours meet of a week's incidents, in one of two ways.

    By capacity: an incident takes so many minutes, and each is met once. By presence: being there for so many hours a
    week reaches 63 % of what happens, 1 - exp(-hours / so many), however much that is.

    Attributes:
        strands: Codes or names of strands that this is said of; "*": every strand of the resource. The first that names
            a strand counts.
        minutes_an_incident: Minutes of people that one incident, or one case, takes.
        hours_for_63_percent: Hours a week in one area at which 63 % of its incidents are reached.
        cases_an_incident: Share of incidents that make a case of a team of kind "caseload"; None: each does.
        source: Where the numbers come from.
    """

    strands: tuple[str, ...] = (EVERY,)
    minutes_an_incident: MinutesEstimate | None = None
    hours_for_63_percent: HoursEstimate | None = None
    cases_an_incident: ShareEstimate | None = None
    source: Source

    @model_validator(mode="after")
    def _is_one_of_two(self) -> "Meets":
        if (self.minutes_an_incident is None) == (self.hours_for_63_percent is None):
            raise ValueError("give minutes_an_incident or hours_for_63_percent, and not both")
        return self

    @property
    def by_presence(self) -> bool:
        """Whether being there counts, and not minutes an incident."""
        return self.hours_for_63_percent is not None


class Effect(Closed):
    """What visits prevent: v / (v + 1) of a ceiling, where v counts visits in units of those that give half of it.

    Visits fall at random times at a rate lambda a day, and what one does halves every half-life since the last: at a
    rate mu = ln 2 / half-life. The expected effect is lambda / (lambda + mu) of the ceiling, so v = lambda / mu.

    Attributes:
        strands: Codes or names of strands; "*": every strand of the resource.
        area_types: Types of areas; empty: every type. The first effect that names both strand and type counts.
        ceiling: Share of an area's incidents that endless visits would prevent.
        half_life_days: Days in which what a visit does halves.
        visit_minutes: Length of a visit of a whole crew, 5 to 60; of hot-spot patrol 10 to 20.
        places: Spots of an area that share its visits.
        source: Where the numbers come from.
    """

    strands: tuple[str, ...] = (EVERY,)
    area_types: tuple[AreaType, ...] = ()
    ceiling: PartEstimate
    half_life_days: DaysEstimate
    visit_minutes: Annotated[float, between(5, 60, "length of a visit in minutes")]
    places: Annotated[float, between(1, 1000, "number of spots in an area")] = 1.0
    source: Source


class Response(Closed):
    """The standard of answering calls: what least cover follows from, by district and shift (Erlang C).

    Attributes:
        strands: Codes or names of strands whose incidents are called in; "*": every strand of the resource.
        calls_an_incident: Calls for one recorded incident.
        minutes_a_call: Minutes that a crew is tied up by a call, travel included.
        answer_minutes: Minutes within which a crew is to be free for a call.
        answered_share: Share of calls for which it is.
        crew: People who go to a call.
        source: Where the numbers come from.
    """

    strands: tuple[str, ...] = (EVERY,)
    calls_an_incident: Annotated[float, between(0, 100, "number of calls for an incident", open_low=True)]
    minutes_a_call: Annotated[float, between(0, 1440, "number of minutes for a call", open_low=True)]
    answer_minutes: Annotated[float, between(0, 1440, "number of minutes to wait", open_low=True)]
    answered_share: Annotated[float, between(0, 1, "share", open_low=True, open_high=True)]
    crew: Annotated[int, between(1, 20, "number of people")] = 1
    source: Source
