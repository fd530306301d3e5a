"""What the weeks of a simulation do not change, and what is drawn for all of them in advance."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, logit

from experiments.twin.county import County, Floats, Index, groups
from experiments.twin.parameters import WEEKS_A_YEAR, Parameters
from experiments.twin.patrols import Patrols
from experiments.twin.seasons import Weeks, recording, rhythm
from experiments.twin.traits import Traits


@dataclass(frozen=True, eq=False)
class World:
    """The frame in which incidents happen; weeks include the burn-in.

    Attributes:
        base: Incidents a week before factors and repeats; float64[kind, area].
        rhythm: Factor of season, holidays and trend; float64[kind, week].
        recording: Factor of the probability that a report is recorded; float64[kind, week].
        reported: Probability that somebody reports an incident; float64[kind, area].
        county_shock: Factor of each kind's week, mean 1; float64[kind, week].
        district_shock: Factor of each district's week, mean 1; float64[district, week].
        district: Index of each area's district.
    """

    base: Floats = field(repr=False)
    rhythm: Floats = field(repr=False)
    recording: Floats = field(repr=False)
    reported: Floats = field(repr=False)
    county_shock: Floats = field(repr=False)
    district_shock: Floats = field(repr=False)
    district: Index = field(repr=False)

    @classmethod
    def draw(
        cls,
        county: County,
        traits: Traits,
        patrols: Patrols,
        weeks: Weeks,
        parameters: Parameters,
        rng: np.random.Generator,
    ) -> "World":
        """Draw a world whose records come, on average, to the totals that the parameters give."""
        reported = reporting(parameters, traits)
        names, district = groups(county.districts)
        shared = parameters.mechanisms
        districts = Walk.start(shared.district_shock, shared.shock_memory, (len(names),), rng)
        return cls(
            _base(county, traits, patrols, parameters, reported, rng),
            rhythm(parameters, weeks),
            recording(parameters, weeks),
            reported,
            county_shocks(parameters, weeks.total, rng),
            districts.steps(weeks.total, rng),
            district,
        )

    def factor(self, week: int) -> Floats:
        """Return the factor of everything but the area's own drift in a week; float64[kind, area]."""
        kinds: Floats = self.rhythm[:, week] * self.county_shock[:, week]
        both: Floats = kinds[:, None] * self.district_shock[:, week][self.district]
        return both


def reporting(parameters: Parameters, traits: Traits) -> Floats:
    """Return the probability that somebody reports an incident; float64[kind, area]."""
    usual = logit(np.array([kind.reported for kind in parameters.kinds]))
    slope = np.array([kind.trust for kind in parameters.kinds])
    probability: Floats = expit(usual[:, None] + slope[:, None] * traits.trust)
    return probability


def _base(
    county: County,
    traits: Traits,
    patrols: Patrols,
    parameters: Parameters,
    reported: Floats,
    rng: np.random.Generator,
) -> Floats:
    base = np.empty_like(traits.weights)
    for row, kind, weights, told in zip(base, parameters.kinds, traits.weights, reported, strict=True):
        found = patrols.usual_discovery(kind.discovery, rng)
        stands = 1 - parameters.mechanisms.cancelled if kind.feed == "force-crime" else 1.0
        recorded = float((weights * (found + (1 - found) * told)).sum()) * stands
        # Of the incidents, a share `repeats` is brought about by others and comes on top.
        row[:] = weights * (1 - kind.repeats) * kind.recorded_a_year * county.share / WEEKS_A_YEAR / recorded
    return base


def county_shocks(parameters: Parameters, weeks: int, rng: np.random.Generator) -> Floats:
    """Draw each kind's weekly factor; a share of their variance all kinds have in common; float64[kind, week]."""
    shared = parameters.mechanisms
    own = np.array([kind.shock for kind in parameters.kinds])
    common = _standard_walk(shared.shock_memory, (1, weeks), rng)
    each = _standard_walk(shared.shock_memory, (len(own), weeks), rng)
    mixed = np.sqrt(shared.shock_common) * common + np.sqrt(1 - shared.shock_common) * each
    shocks: Floats = np.exp(own[:, None] * mixed - own[:, None] ** 2 / 2)
    return shocks


def _standard_walk(memory: float, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    walk = Walk.start(1.0, memory, (shape[0],), rng)
    return np.stack([walk.next(rng) for _ in range(shape[1])], axis=1)


@dataclass(eq=False)
class Walk:
    """A stationary autoregression of order 1 that is stepped week by week, with its logs' mean 0.

    Attributes:
        spread: Standard deviation.
        memory: Lag-1 correlation.
        state: Present values.
    """

    spread: float
    memory: float
    state: Floats = field(repr=False)

    @classmethod
    def start(cls, spread: float, memory: float, shape: tuple[int, ...], rng: np.random.Generator) -> "Walk":
        """Start from the stationary distribution."""
        return cls(spread, memory, spread * rng.standard_normal(shape))

    def next(self, rng: np.random.Generator) -> Floats:
        """Step, and return the values."""
        scale = self.spread * np.sqrt(1 - self.memory**2)
        self.state = self.memory * self.state + scale * rng.standard_normal(self.state.shape)
        return self.state

    def factor(self, rng: np.random.Generator) -> Floats:
        """Step, and return log-normal factors with mean 1."""
        factor: Floats = np.exp(self.next(rng) - self.spread**2 / 2)
        return factor

    def steps(self, weeks: int, rng: np.random.Generator) -> Floats:
        """Return the factors of some weeks, the weeks last."""
        return np.stack([self.factor(rng) for _ in range(weeks)], axis=-1)


@dataclass(frozen=True, eq=False)
class Mates:
    """Areas that lie in the same MSOA, between which near repeats spread.

    Attributes:
        order: Areas sorted by MSOA.
        first: Where in `order` each MSOA begins.
        msoa: Index of each area's MSOA.
        others: Other areas of its MSOA.
    """

    order: Index = field(repr=False)
    first: Index = field(repr=False)
    msoa: Index = field(repr=False)
    others: Floats = field(repr=False)

    @classmethod
    def of(cls, msoas: Sequence[str]) -> "Mates":
        """Group areas by MSOA."""
        names, index = groups(msoas)
        sizes = np.bincount(index, minlength=len(names))
        first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        return cls(np.argsort(index, kind="stable"), first, index, (sizes[index] - 1).astype(np.float64))

    def spread(self, values: Floats, near: float) -> Floats:
        """Return values of which a share `near` stays and the rest goes to the other areas of the MSOA evenly.

        Args:
            values: float64[kind, area].
            near: Share that stays; where an area is alone, all of it.
        """
        # reduceat adds in a fixed order, which a product of matrices does not.
        sums = np.add.reduceat(values[:, self.order], self.first, axis=1)[:, self.msoa]
        alone = self.others == 0
        others: Floats = np.where(alone, values, (sums - values) / np.where(alone, 1.0, self.others))
        mixed: Floats = near * values + (1 - near) * others
        return np.maximum(mixed, 0.0)
