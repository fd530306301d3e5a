"""The table [rules] of `resources.toml`: what a plan must keep, whatever it would reach without."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from features.configuration import Closed

# 60,000 people on duty at every hour of the week: more than any force has, so more is a slip of the pen.
MOST_HOURS = 1e7
_MOST_MONEY = 1e12

# Every district, or strand, that is not named beside it.
EVERY = "*"


def _between(low: float, high: float, what: str) -> BeforeValidator:
    """Return what refuses anything but a number from `low` to `high`, with the number in the sentence."""

    def check(value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            shown = f"{value:,.10g}" if number else str(value).lower()
            msg = f"{shown} is no {what}, which is a number from {low:,.10g} to {high:,.10g}"
            raise ValueError(msg)
        return value

    return BeforeValidator(check)


WeekHours = Annotated[float, _between(0, MOST_HOURS, "number of hours a week")]
Money = Annotated[float, _between(0, _MOST_MONEY, "budget")]
Part = Annotated[float, _between(0, 1, "share")]


class Floor(Closed):
    """The least of a strand: `120`, `{ hours = 120 }`, `{ share = 0.05 }`, or both, which both hold.

    Attributes:
        hours: Hours a week.
        share: Share of the hours that patrols and teams are placed for.
    """

    hours: WeekHours = 0.0
    share: Part = 0.0

    @model_validator(mode="before")
    @classmethod
    def _take_a_number_for_hours(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"hours": value}


class MostChange(Closed):
    """How far a resource's hours in a district may lie from those of the last issued plan: the larger of both.

    Attributes:
        share: Share of the last plan's hours there.
        hours: Hours a week; without them a district that had none gets none.
    """

    share: Annotated[float, _between(0, 100, "share")] = 0.0
    hours: WeekHours = 0.0

    @model_validator(mode="after")
    def _is_told(self) -> "MostChange":
        if not {"share", "hours"} & self.model_fields_set:
            raise ValueError("give share, hours or both")
        return self


class Disparity(Closed):
    """What a deprivation decile's share of the hours may be, times its share of the need.

    Attributes:
        low: Least, 0 to 1.
        high: Most, 1 or more.
    """

    low: Part = 0.0
    high: Annotated[float, _between(1, 1000, "ratio of hours to need")] = 1000.0


class WorstWeeksSettings(Closed):
    """Protection of the worst weeks.

    Attributes:
        draws: Weeks drawn from the forecast's joint distribution.
        level: Share of weeks that are not the worst.
        weight: How much the mean unmet harm of the worst weeks counts, beside the expectation.
        seed: Seed of the draws.
    """

    draws: Annotated[int, _between(2, 10_000, "number of draws")] = 50
    level: Annotated[float, _between(0, 0.999, "share of weeks")] = 0.9
    weight: Part = 0.5
    seed: Annotated[int, _between(0, 2**32 - 1, "seed")] = 1

    @model_validator(mode="after")
    def _has_a_worst_week(self) -> "WorstWeeksSettings":
        if (1 - self.level) * self.draws < 1 - 1e-9:
            msg = f"the worst {1 - self.level:.3g} of {self.draws} draws is not one week: draw more, or lower level"
            raise ValueError(msg)
        return self


class RuleSettings(Closed):
    """What [rules] holds. Hours are a week's, and are stretched to the period; of all patrols and teams together.

    Attributes:
        whole_shifts: Hours are whole shifts of whole crews.
        gap: Whole shifts: the search ends when no plan can be better by more than this share.
        nodes: Whole shifts: the search ends after so many nodes.
        minimum_per_area: Fewest hours of every area.
        maximum_per_area: Most hours of any area; None: no limit.
        minimum_per_district: District to fewest hours; "*": every other district.
        minimum_per_strand: Strand to its least; "*": every other strand.
        unweighted_workload: A strand without a harm weight has, of the hours placed of each resource that works on it,
            at least this much of the part that it has in the incidents of all the resource's strands.
        minimum_cover: Code of a resource to its fewest hours in every district where it may go.
        most_change: How far from the last issued plan; None: any distance.
        disparity: Hours against need by deprivation decile; None: not looked at.
        budget: Most that the hours may cost in a week; None: no limit.
        worst_weeks: Protection of the worst weeks; None: the expectation alone.
    """

    whole_shifts: bool = False
    gap: Annotated[float, _between(0, 0.5, "gap")] = 0.01
    nodes: Annotated[int, _between(1, 10_000_000, "number of nodes")] = 2_000
    minimum_per_area: WeekHours = 0.0
    maximum_per_area: WeekHours | None = None
    minimum_per_district: dict[str, WeekHours] = Field(default_factory=dict)
    minimum_per_strand: dict[str, Floor] = Field(default_factory=dict)
    unweighted_workload: Part = 1.0
    minimum_cover: dict[str, WeekHours] = Field(default_factory=dict)
    most_change: MostChange | None = None
    disparity: Disparity | None = None
    budget: Money | None = None
    worst_weeks: WorstWeeksSettings | None = None

    @model_validator(mode="after")
    def _do_not_cross(self) -> "RuleSettings":
        most = self.maximum_per_area
        if most is not None and self.minimum_per_area > most:
            least = f"{self.minimum_per_area:,.10g}"
            raise ValueError(f"the minimum of {least} hours of an area is above the maximum of {most:,.10g}")
        return self
