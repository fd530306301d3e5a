"""What a forecaster is, and what a forecast holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from errors import ModelError
from features.panel import Panel
from features.spec import GROUPS
from models.explanation.reasons import TOLERANCE
from models.spread import Spread

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Factors:
    """A mean taken apart: base x one multiplier a group x calibration, for the horizons that were asked for.

    Attributes:
        base: float64[horizon, area, strand], incidents a period.
        multipliers: float64[horizon, area, strand, group], in the order of `features.spec.GROUPS`.
        calibration: float64[horizon, area, strand].
        horizons: Horizons of axis 0, in the forecast's order.
    """

    base: F64
    multipliers: F64
    calibration: F64
    horizons: tuple[int, ...]

    def product(self) -> F64:
        """Return base x multipliers x calibration."""
        result: F64 = self.base * np.prod(self.multipliers, axis=-1) * self.calibration
        return result

    def only(self, horizons: Sequence[int]) -> "Factors | None":
        """Return the factors of some of the horizons; None for none."""
        kept = [at for at, horizon in enumerate(self.horizons) if horizon in horizons]
        if not kept:
            return None
        named = tuple(self.horizons[at] for at in kept)
        return Factors(self.base[kept], self.multipliers[kept], self.calibration[kept], named)


@dataclass(frozen=True, eq=False)
class Forecast:
    """Expected counts at the bottom level with their ranges and reasons.

    Invariants: shapes agree, means are finite and not negative, and the factors multiply back to the mean within
    `TOLERANCE`.

    Attributes:
        mean: float64[horizon, area, strand].
        spread: How counts spread about their means.
        horizons: Horizons of axis 0.
        factors: The mean of some horizons taken apart; None where no explanation was asked for.
        method: Name of the method that made it.
        fallback: The name of the simple method that stands in for the model, by strand, "" where none does; empty:
            nowhere.
        level_fallback: Level to the simple method that its totals follow, by strand, "" where they are the areas' sum.
    """

    mean: F64
    spread: Spread
    horizons: tuple[int, ...]
    factors: Factors | None
    method: str
    fallback: tuple[str, ...] = ()
    level_fallback: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a forecast that is not finite or that its own explanation does not multiply back to.

        Raises:
            ModelError: As said.
        """
        if not np.all(np.isfinite(self.mean)) or np.any(self.mean < 0):
            raise ModelError("gave a mean that is no number of 0 or more", place=self.method, fix="train it again")
        if self.factors is None:
            return
        mean = self.mean[[self.horizons.index(horizon) for horizon in self.factors.horizons]]
        apart = np.abs(self.factors.product() - mean)
        if np.any(apart > TOLERANCE * np.maximum(mean, 1.0)):
            raise ModelError(
                f"factors multiply back to the mean only within {float(apart.max()):.1e}",
                place=self.method,
                fix="report it: a forecast that cannot be explained is not served",
            )

    def fallback_at(self, level: str) -> tuple[str, ...]:
        """Return the simple method that a level's rows follow, by strand, "" where they follow the model."""
        strands = self.mean.shape[2]
        below, here = (names or ("",) * strands for names in (self.fallback, self.level_fallback.get(level, ())))
        return tuple(mine or given for mine, given in zip(here, below, strict=True))

    @property
    def dispersion(self) -> F64:
        """float64[horizon, area, strand], of one area's negative binomial: variance = mean + dispersion x mean^2."""
        return self.spread.dispersion(self.mean, self.horizons)


class DemandForecaster(Protocol):
    """Anything that forecasts counts from a panel alone.

    A forecaster is fitted once and then asked for forecasts from panels that end at any later origin.
    """

    @property
    def method(self) -> str:
        """Name of the method, for tables and records."""

    @property
    def horizons(self) -> tuple[int, ...]:
        """The horizons it was fitted for."""

    def forecast(self, panel: Panel, *, explain: Sequence[int] = ()) -> Forecast:
        """Forecast the periods from the panel's origin on.

        Args:
            panel: What is known.
            explain: Horizons whose mean is taken apart: contributions cost far more than the forecast itself.

        Raises:
            ModelError: The panel is not of the kind, areas or strands that the forecaster was fitted for.
        """


def one_group(group: str, values: F64) -> F64:
    """Return multipliers that are 1 but for one group's values, float64[*values.shape, group]."""
    multipliers = np.ones((*values.shape, len(GROUPS)))
    multipliers[..., [str(name) for name in GROUPS].index(group)] = values
    return multipliers
