"""Numbers as people write them into `resources.toml`: within limits, and as estimates with a low and a high."""

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from features.configuration import Closed

# Which of an estimate's three numbers a plan reckons with.
EffectLevel = Literal["low", "central", "high"]
_OTHER: dict[EffectLevel, EffectLevel] = {"low": "high", "central": "central", "high": "low"}


def between(low: float, high: float, what: str, *, open_low: bool = False, open_high: bool = False) -> BeforeValidator:
    """Return what refuses anything but a number within limits, with the number and the limits in its sentence.

    Args:
        low: Least.
        high: Most; above it a number is a slip of the pen.
        what: What the number is, for the sentence.
        open_low: The least itself is refused too.
        open_high: The most itself is refused too.
    """
    said = f"{'above' if open_low else 'from'} {low:,.10g} {'and below' if open_high else 'to'} {high:,.10g}"

    def check(value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        inside = number and not math.isnan(value) and low <= value <= high
        if not inside or (open_low and value == low) or (open_high and value == high):
            shown = f"{value:,.10g}" if number else repr(value)
            msg = f"{shown} is no {what}, which is a number {said}"
            raise ValueError(msg)
        return value

    return BeforeValidator(check)


# 60,000 people on duty at every hour of the week: more than any force has.
Hours = Annotated[float, between(0, 1e7, "number of hours a week")]
Minutes = Annotated[float, between(0, 100_000, "number of minutes", open_low=True)]
Share = Annotated[float, between(0, 1, "share", open_low=True)]
Part = Annotated[float, between(0, 1, "share", open_low=True, open_high=True)]
Days = Annotated[float, between(0, 365, "number of days", open_low=True)]


class Estimate(Closed):
    """A number that nobody knows well: low <= central <= high.

    Attributes:
        low: The lowest that is likely.
        central: The likeliest.
        high: The highest that is likely.
    """

    low: float
    central: float
    high: float

    @model_validator(mode="after")
    def _ascends(self) -> "Estimate":
        if not self.low <= self.central <= self.high:
            msg = f"low {self.low:g}, central {self.central:g} and high {self.high:g} do not ascend"
            raise ValueError(msg)
        return self

    def at(self, effect: EffectLevel) -> float:
        """Return the number at a level of effect, where more of it is more effect."""
        return float(getattr(self, effect))

    def against(self, effect: EffectLevel) -> float:
        """Return the number at a level of effect, where more of it is less effect, as minutes for an incident are."""
        return float(getattr(self, _OTHER[effect]))


class MinutesEstimate(Estimate):
    """Minutes."""

    low: Minutes
    central: Minutes
    high: Minutes


class HoursEstimate(Estimate):
    """Hours a week, above 0."""

    low: Annotated[float, between(0, 10_000, "number of hours a week", open_low=True)]
    central: Annotated[float, between(0, 10_000, "number of hours a week", open_low=True)]
    high: Annotated[float, between(0, 10_000, "number of hours a week", open_low=True)]


class DaysEstimate(Estimate):
    """Days."""

    low: Days
    central: Days
    high: Days


class ShareEstimate(Estimate):
    """A share above 0, at most 1."""

    low: Share
    central: Share
    high: Share


class PartEstimate(Estimate):
    """A share above 0 and below 1."""

    low: Part
    central: Part
    high: Part
