"""The stack: by strand a weighted geometric mean of a few models, or the simple method that stands in for them.

A geometric mean keeps what explanations need: a product of factors to the power of a weight is again a product of
factors. Where a simple method stands in at an upper level, the level's totals are that method's and the areas below are
scaled to them, so that every level sums the one below it; the scale is part of the calibration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from errors import ModelError
from features.areas.areas import Areas
from features.panel import Panel
from models.boosted import BoostedForecaster
from models.forecaster import F64, Factors, Forecast
from models.levels import level_members, totals, upper_levels
from models.simple import SimpleForecaster
from models.spread import Spread

Member = BoostedForecaster | SimpleForecaster

# What a strand that the model was not trained on is forecast by.
UNTRAINED = "shrunken"
# A plain mean of an area that saw nothing is 0, and with one 0 a geometric mean is 0: no member says less than this
# share of the strand's mean over all areas.
_LEAST_SHARE = 0.02
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class StackedForecaster:
    """A fitted stack.

    Invariants: all members have the same horizons; the weights of a strand sum to 1; every method that a fallback names
    is a member.

    Attributes:
        strands: Strands it knows, in order.
        members: What is weighed: at most one boosted forecaster, and simple methods.
        weights: float64[strand, member].
        spread: How counts spread about the means.
        fallback: The simple method that a strand is forecast by, "" where the stack is better.
        level_fallback: Level to the simple method that each strand's totals follow, "" where they are the areas' sum.
    """

    strands: tuple[str, ...]
    members: tuple[Member, ...]
    weights: F64
    spread: Spread
    fallback: tuple[str, ...]
    level_fallback: Mapping[str, tuple[str, ...]]

    @property
    def method(self) -> str:
        """Name of the method."""
        return "stacked"

    @property
    def horizons(self) -> tuple[int, ...]:
        """Horizons it was fitted for."""
        return self.members[0].horizons

    @property
    def boosted(self) -> BoostedForecaster | None:
        """The boosted member; None where the history was too short for one."""
        return next((member for member in self.members if isinstance(member, BoostedForecaster)), None)

    def forecast(self, panel: Panel, *, explain: Sequence[int] = ()) -> Forecast:
        """Forecast from the panel's origin.

        A strand that the stack was not trained on is forecast by a simple method, and says so.

        Raises:
            ModelError: The panel is of another period.
        """
        boosted = self.boosted
        if boosted and boosted.spec.kind != panel.kind:
            problem = f"was trained by {boosted.spec.kind}, and this panel is by {panel.kind}"
            raise ModelError(problem, place="champion", fix="train again on the present data")
        if panel.strands == self.strands:
            return self._of_known(panel, explain)
        known = self._of_known(panel.only(self.strands), explain)
        return with_others(known, self.strands, panel, explain)

    def _of_known(self, panel: Panel, explain: Sequence[int]) -> Forecast:
        needed = self._needed()
        parts = [
            lifted(member.forecast(panel, explain=explain)) if number in needed else None
            for number, member in enumerate(self.members)
        ]
        found = [(number, part) for number, part in enumerate(parts) if part is not None]
        weights = self.weights[:, [number for number, _ in found]]
        mean = geometric([part.mean for _, part in found], weights)
        by_method = {self.members[number].method: part.mean for number, part in found}
        scale = level_scale(mean, by_method, panel.areas, self.level_fallback)
        factors = None
        apart = [part.factors for _, part in found if part.factors is not None]
        if apart:
            at = [self.horizons.index(horizon) for horizon in apart[0].horizons]
            factors = Factors(
                geometric([one.base for one in apart], weights),
                geometric([one.multipliers for one in apart], weights[:, :, None]),
                geometric([one.calibration for one in apart], weights) * scale[at],
                apart[0].horizons,
            )
        return Forecast(
            mean * scale, self.spread, self.horizons, factors, self.method, self.fallback, dict(self.level_fallback)
        )

    def _needed(self) -> set[int]:
        """Return the members that some strand or level rests on."""
        named = {name for names in self.level_fallback.values() for name in names if name}
        weighed = self.weights.sum(axis=0) > 0
        return {n for n, member in enumerate(self.members) if weighed[n] or member.method in named}


def geometric(values: Sequence[F64], weights: F64) -> F64:
    """Return the weighted geometric mean of arrays [..., strand(, group)]; weights is float64[strand, member(, 1)].

    What is 0 counts only where its weight is not 0.
    """
    total: F64 = np.zeros(values[0].shape)
    with np.errstate(divide="ignore"):
        for number, part in enumerate(values):
            weight = weights[:, number]
            total += np.where(weight > 0, weight * np.log(np.where(weight > 0, part, 1.0)), 0.0)
    return np.asarray(np.exp(total), dtype=np.float64)


def least(mean: F64) -> F64:
    """Return the least that a member may say, float64[..., 1, strand], of its means [..., area, strand]."""
    return np.asarray(np.maximum(_LEAST_SHARE * mean.mean(axis=-2, keepdims=True), _LEAST), dtype=np.float64)


def lifted(forecast: Forecast) -> Forecast:
    """Return a member's forecast with no mean below the least; what is lifted rests on that least alone."""
    mean = np.maximum(forecast.mean, least(forecast.mean))
    factors = forecast.factors
    if factors is not None:
        at = [forecast.horizons.index(horizon) for horizon in factors.horizons]
        low = np.asarray(forecast.mean[at] < mean[at])
        factors = Factors(
            np.where(low, mean[at], factors.base),
            np.where(np.expand_dims(low, -1), 1.0, factors.multipliers),
            np.where(low, 1.0, factors.calibration),
            factors.horizons,
        )
    return replace(forecast, mean=mean, factors=factors)


def level_scale(
    mean: F64, by_method: Mapping[str, F64], areas: Areas, level_fallback: Mapping[str, tuple[str, ...]]
) -> F64:
    """Return what each area is multiplied by so that totals follow the methods that stand in for them.

    Levels are gone through from the lowest up, so the highest holds exactly and those below as shares of it.

    Args:
        mean: float64[..., horizon, area, strand].
        by_method: Means of the simple methods, by name.
        areas: The areas.
        level_fallback: Level to the method of each strand, "" for none.

    Returns:
        float64[..., horizon, area, strand].
    """
    scale: F64 = np.ones(mean.shape)
    for level in upper_levels(areas):
        for s, method in enumerate(level_fallback.get(level, ())):
            if not method:
                continue
            one = slice(s, s + 1)
            wanted = totals(by_method[method][..., one], areas, level)
            present = totals((mean * scale)[..., one], areas, level)
            ratio = np.where(present > 0, wanted / np.where(present > 0, present, 1.0), 1.0)
            for number, members in enumerate(level_members(areas, level).values()):
                scale[..., members, s] *= ratio[..., number, :]
    return scale


def with_others(known: Forecast, trained: tuple[str, ...], panel: Panel, explain: Sequence[int] = ()) -> Forecast:
    """Return a forecast of trained strands with a simple method's of the panel's other strands, which says so."""
    other = SimpleForecaster(UNTRAINED, known.horizons, known.spread).forecast(panel, explain=explain)
    return _spliced(known, lifted(other), trained, panel.strands)


def _spliced(known: Forecast, other: Forecast, trained: tuple[str, ...], strands: tuple[str, ...]) -> Forecast:
    """Return one forecast of all strands: those that were trained from `known`, the rest from `other`."""
    place = [trained.index(name) if name in trained else -1 for name in strands]
    new = np.array([at < 0 for at in place])

    def merged(mine: F64, theirs: F64, axis: int) -> F64:
        moved = np.moveaxis(np.take(mine, place, axis), axis, -1)
        return np.moveaxis(np.where(new, np.moveaxis(theirs, axis, -1), moved), -1, axis)

    def named(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(UNTRAINED if at < 0 else names[at] if names else "" for at in place)

    factors = known.factors
    if factors is not None and other.factors is not None:
        factors = Factors(
            merged(factors.base, other.factors.base, 2),
            merged(factors.multipliers, other.factors.multipliers, 2),
            merged(factors.calibration, other.factors.calibration, 2),
            factors.horizons,
        )
    return Forecast(
        merged(known.mean, other.mean, 2),
        known.spread.of_strands(place),
        known.horizons,
        factors,
        known.method,
        named(known.fallback),
        {level: named(names) for level, names in known.level_fallback.items()},
    )
