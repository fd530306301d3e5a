"""What happens and what is recorded, week by week: the heart of the twin.

In each area, week and kind, incidents are negative binomial round an intensity

    base x season x trend x shocks x drift x crowds + excitement by what happened before (near repeats)

and each is recorded if patrols find it, with probability 1 - exp(-q hours), or else if somebody reports it. The
intensities given the past are kept: they are the truth that forecasts are measured against. Near repeats are the
self-exciting process of Mohler and others (2011, JASA 106), by week, with an MSOA for a neighbourhood.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments.twin.county import County, Floats
from experiments.twin.parameters import Parameters
from experiments.twin.patrols import Patrols, Visits
from experiments.twin.seasons import Weeks
from experiments.twin.traits import Traits
from experiments.twin.world import Mates, Walk, World
from models.progress import Advance

Counts = NDArray[np.int64]
# Planners look back over about ten weeks.
_LATELY = 0.9


@dataclass(frozen=True, eq=False)
class Demand:
    """A simulated county. Arrays are [week, kind, area] unless said, and hold the weeks that are kept.

    Attributes:
        intensity: Incidents expected to occur, given all that happened before.
        probability: That an incident which occurs is recorded, given the week's patrol hours.
        occurred: Incidents.
        found: Those that patrols found.
        told: Those that somebody else reported.
        hours: Delivered patrol hours; float64[week, area].
        visits: The patrol visits.
        world: What was drawn in advance.
    """

    intensity: Floats = field(repr=False)
    probability: Floats = field(repr=False)
    occurred: Counts = field(repr=False)
    found: Counts = field(repr=False)
    told: Counts = field(repr=False)
    hours: Floats = field(repr=False)
    visits: Visits = field(repr=False)
    world: World = field(repr=False)

    @property
    def recorded(self) -> Counts:
        """Incidents that are recorded, those that will be cancelled included."""
        return self.found + self.told


def simulate(
    county: County,
    traits: Traits,
    crowds: Floats,
    weeks: Weeks,
    parameters: Parameters,
    rng: np.random.Generator,
    advance: Advance,
) -> Demand:
    """Simulate all weeks.

    Args:
        county: Areas.
        traits: Their traits.
        crowds: People at events, in tens of thousands; float64[week, district] with the burn-in, districts sorted.
        weeks: Weeks.
        parameters: The generator's.
        rng: Randomness.
        advance: Called with (weeks done, weeks).
    """
    shared = parameters.mechanisms
    crime = np.flatnonzero([kind.feed == "force-crime" for kind in parameters.kinds])
    patrols = Patrols.of(traits, traits.weights[crime[0]], shared, county.share)
    world = World.draw(county, traits, patrols, weeks, parameters, rng)
    county_week = _CountyWeek.of(traits, world, parameters, Mates.of(county.msoas))
    drift = Walk.start(shared.drift, shared.drift_memory, world.base.shape, rng)
    surge, lately = patrols.surged(len(county), rng), np.zeros(len(county))
    kept, visits = [], []
    for week in range(weeks.total):
        advance(week, weeks.total)
        if week % shared.surge_weeks == 0:
            surge = patrols.surged(len(county), rng)
        made = patrols.week(week - weeks.burn_in, lately, surge, rng)
        hours = made.hours(len(county))
        drawn = county_week.draw(week, hours, drift.factor(rng), crowds[week], rng)
        lately = _LATELY * lately + (drawn[3] + drawn[4])[crime].sum(axis=0)
        if week >= weeks.burn_in:
            kept.append((*drawn, hours))
            visits.append(made)
    advance(weeks.total, weeks.total)
    intensity, probability, occurred, found, told, all_hours = (np.stack(part) for part in zip(*kept, strict=True))
    return Demand(intensity, probability, occurred, found, told, all_hours, Visits.joined(visits), world)


@dataclass(eq=False)
class _CountyWeek:
    """Draws the weeks one after another and keeps the excitement that each leaves to the next.

    Attributes:
        world: What was drawn in advance.
        mates: Areas between which near repeats spread.
        town: 0-1, how much of a town centre each area is.
        numbers: Repeats, size, discovery and crowd of each kind; float64[4, kind, 1].
        memory, near: Of the excitement.
        excitement: What past weeks left; float64[kind, area].
    """

    world: World
    mates: Mates
    town: Floats = field(repr=False)
    numbers: Floats = field(repr=False)
    memory: float
    near: float
    excitement: Floats = field(repr=False)

    @classmethod
    def of(cls, traits: Traits, world: World, parameters: Parameters, mates: Mates) -> "_CountyWeek":
        rows = [(kind.repeats, kind.dispersion, kind.discovery, kind.crowd) for kind in parameters.kinds]
        numbers = np.array(rows).T[:, :, None]
        shared = parameters.mechanisms
        # The first week follows a usual one.
        usual = world.base / (1 - numbers[0])
        return cls(
            world, mates, np.minimum(traits.centre, 1.0), numbers, shared.repeat_memory, shared.repeat_near, usual
        )

    def draw(
        self, week: int, hours: Floats, drift: Floats, crowds: Floats, rng: np.random.Generator
    ) -> tuple[Floats, Floats, Counts, Counts, Counts]:
        """Draw a week; return intensity, probability of a record, and incidents occurred, found and told."""
        repeats, size, discovery, crowd = self.numbers
        crowded = 1 + crowd * (crowds[self.world.district] * self.town)
        background = self.world.base * self.world.factor(week) * drift * crowded
        intensity = background + repeats * self.mates.spread(self.excitement, self.near)
        found = 1 - np.exp(-discovery * hours)
        told = np.minimum(self.world.reported * self.world.recording[:, week, None], 1.0)
        occurred = rng.negative_binomial(size, size / (size + intensity))
        by_patrol = rng.binomial(occurred, found)
        by_others = rng.binomial(occurred - by_patrol, told)
        self.excitement = self.memory * self.excitement + (1 - self.memory) * occurred
        return intensity, found + (1 - found) * told, occurred, by_patrol, by_others
