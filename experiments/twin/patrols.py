"""Patrol visits: planned by standing orders, by what was recorded lately and by surges, and mostly delivered."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments.twin.county import Floats, Index
from experiments.twin.parameters import Mechanisms
from experiments.twin.traits import Traits

_MINUTES_AN_HOUR = 60.0
_SHORTEST_VISIT = 10.0


@dataclass(frozen=True, eq=False)
class Visits:
    """Patrol visits, one entry a planned visit.

    Attributes:
        area, week: Where, and in which week of the simulation.
        planned, delivered: Minutes; 0 delivered where the visit did not take place.
    """

    area: Index = field(repr=False)
    week: Index = field(repr=False)
    planned: Index = field(repr=False)
    delivered: Index = field(repr=False)

    @classmethod
    def joined(cls, parts: list["Visits"]) -> "Visits":
        """Return the visits of several weeks as one."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__annotations__))

    def hours(self, areas: int) -> Floats:
        """Return delivered hours by area, all weeks together."""
        return np.bincount(self.area, weights=self.delivered, minlength=areas) / _MINUTES_AN_HOUR


@dataclass(frozen=True, eq=False)
class Patrols:
    """How patrols are placed.

    Attributes:
        standing: Shares of the areas by standing orders, summing to 1.
        visits_a_week: Planned in the whole county, on average.
        mechanisms: Feedback, surges and delivery.
    """

    standing: Floats = field(repr=False)
    visits_a_week: float
    mechanisms: Mechanisms

    @classmethod
    def of(cls, traits: Traits, weights: Floats, mechanisms: Mechanisms, share: float) -> "Patrols":
        """Return patrols whose standing orders look at violence and town centres; `share` is the county's own."""
        standing = np.sqrt(weights) * np.exp(0.3 * traits.centre)
        hours = mechanisms.patrol_hours_a_week * share
        return cls(standing / standing.sum(), hours * _MINUTES_AN_HOUR / mechanisms.visit_minutes, mechanisms)

    def surged(self, areas: int, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Draw the areas of the next surge; which they are has nothing to do with what happens there."""
        return rng.random(areas) < self.mechanisms.surge_areas

    def week(self, week: int, lately: Floats, surge: NDArray[np.bool_], rng: np.random.Generator) -> Visits:
        """Draw one week's visits.

        Args:
            week: Its index in the simulation.
            lately: Records of the last weeks by area, on any scale.
            surge: Areas of the present surge.
            rng: Randomness.
        """
        total = lately.sum()
        recent = lately / total if total > 0 else self.standing
        feedback = self.mechanisms.patrol_feedback
        mean = self.visits_a_week * ((1 - feedback) * self.standing + feedback * recent)
        mean = np.where(surge, mean * self.mechanisms.surge_factor, mean)
        area = np.repeat(np.arange(len(mean)), rng.poisson(mean))
        planned = self.planned_minutes(rng, len(area))
        kept = rng.random(len(area)) < self.mechanisms.delivered
        delivered = np.where(kept, np.rint(planned * rng.uniform(0.6, 1.1, len(area))), 0.0)
        return Visits(area, np.full(len(area), week), planned.astype(np.int64), delivered.astype(np.int64))

    def planned_minutes(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw the minutes of planned visits: gamma, mostly half an hour to two hours."""
        spread = self.mechanisms.visit_minutes - _SHORTEST_VISIT
        drawn: Floats = np.rint(_SHORTEST_VISIT + rng.gamma(2.5, spread / 2.5, count))
        return drawn

    def usual_discovery(self, discovery: float, rng: np.random.Generator) -> Floats:
        """Return the mean of 1 - exp(-q hours) by area under standing orders.

        Visits are Poisson and independent, so the mean of exp(-q hours) is exp(-visits (1 - E exp(-q hours of one))).
        """
        minutes = self.planned_minutes(rng, 4096) * rng.uniform(0.6, 1.1, 4096)
        miss = np.exp(-discovery * minutes / _MINUTES_AN_HOUR).mean()
        visits = self.visits_a_week * self.standing * self.mechanisms.delivered
        surges = 1 + self.mechanisms.surge_areas * (self.mechanisms.surge_factor - 1)
        found: Floats = 1 - np.exp(-visits * surges * (1 - miss))
        return found
