"""Flip points as they are stated: numbers, and words that claim no more than was solved."""

from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["add", "remove"]

MOST = 10.0
QUARTER_HOUR = 0.25
# With this share of the change the hours must not differ yet.
LESS = 0.99
# A smaller change is told as a tie: other plans are equally good, to the digits that demand is forecast with.
LEAST_CHANGE = 1e-4
# Fresh solutions for one flip point; a count and not a clock, so that the answer is the same each time.
MOST_FRESH = 16


@dataclass(frozen=True)
class FlipPoint:
    """The smallest change of an area's demand that was found to change its hours one way.

    Attributes:
        direction: "add" or "remove".
        multiplier: Demand is to be this many times what it is; None: none is stated, and unless the point is tied or
            unsettled no change between 0 and 10 times does it.
        hours: The area's hours then; None without a multiplier.
        hours_before: Its hours with 1 % less of the change; None without a multiplier.
        tied: A change of less than a hundredth of a percent does it: plans that differ here are equally good.
        unsettled: The smallest change was not found: plans that differ here are equally good.
        at_most: Tied or unsettled: a multiplier that does it, solved afresh; None: none was met.
    """

    direction: Direction
    multiplier: float | None = None
    hours: float | None = None
    hours_before: float | None = None
    tied: bool = False
    unsettled: bool = False
    at_most: float | None = None


@dataclass(frozen=True)
class Flips:
    """The flip points of an area.

    Attributes:
        area_code: The area.
        hours: Its hours in the plan.
        step: Hours that count as a difference: a quarter of an hour, or a whole shift.
        adds: What would add hours.
        removes: What would take hours.
        programmes: How many times the plan was solved again, warm and fresh.
    """

    area_code: str
    hours: float
    step: float
    adds: FlipPoint
    removes: FlipPoint
    programmes: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        points: dict[str, dict[str, Any]] = {
            point.direction: {
                "multiplier": point.multiplier,
                "hours": point.hours,
                "hours_with_1_percent_less": point.hours_before,
                "tied": point.tied,
                "unsettled": point.unsettled,
                "at_most": point.at_most,
                "sentence": self.sentence(point),
            }
            for point in (self.adds, self.removes)
        }
        return {"area_code": self.area_code, "hours": self.hours, "step": self.step, **points}

    def sentence(self, point: FlipPoint) -> str:
        """Return a flip point in words."""
        verb = "gain" if point.direction == "add" else "lose"
        step = f"{self.step:g} hours" if self.step != QUARTER_HOUR else "a quarter of an hour"
        if point.tied:
            return (
                f"It is on the edge: a change of demand of {100 * LEAST_CHANGE:g} % or less would make it {verb} "
                f"{step} or more, for plans that differ here are equally good; the solver's fixed order decided."
            )
        if point.unsettled:
            at = (
                ""
                if point.at_most is None
                else f"At {point.at_most:.6g} times the demand expected it would {verb} {step}"
            )
            known = f"{at} or more, solved afresh. " if at else ""
            return (
                f"{known}The smallest change that would make it {verb} {step} was not settled by {MOST_FRESH} fresh "
                "solutions: plans that differ here are equally good."
            )
        if point.multiplier is None:
            return f"No demand between 0 and {MOST:g} times what is expected would make it {verb} {step}."
        return (
            f"It would {verb} {step} or more at {point.multiplier:.6g} times the demand expected ({point.hours:.2f} "
            f"hours there, {point.hours_before:.2f} with 1 % less of the change; both solved afresh)."
        )
