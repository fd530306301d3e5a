"""A champion of which some strands are suspended: simple methods forecast these, the model the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.panel import Panel
from ledger.ledger import Ledger
from models.forecaster import DemandForecaster, Forecast
from models.registry import Registered
from models.simple import fit_simple
from models.spread import Shock, Spread
from models.suspension import Suspension, suspension_of

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PartlySuspended:
    """A model with simple methods in its place for some strands.

    Attributes:
        model: The champion's own.
        methods: Suspended strand to the simple method.
    """

    model: DemandForecaster
    methods: Mapping[str, str]

    @property
    def method(self) -> str:
        """Name of the model's method."""
        return self.model.method

    @property
    def horizons(self) -> tuple[int, ...]:
        """Horizons it serves."""
        return self.model.horizons

    def forecast(self, panel: Panel, *, explain: Sequence[int] = ()) -> Forecast:
        """Forecast from the panel's origin; the simple methods are fitted to the panel, as they need no training.

        Raises:
            ModelError: The panel is not of the model's kind or strands, or a method cannot be fitted to it.
        """
        result = self.model.forecast(panel, explain=explain)
        names = list(result.fallback) or [""] * len(panel.strands)
        for method in sorted(set(self.methods.values())):
            own = np.array([self.methods.get(strand) == method for strand in panel.strands])
            simple = fit_simple(method, panel, self.horizons).forecast(panel, explain=explain)
            names = [method if stands else name for stands, name in zip(own, names, strict=True)]
            result = _mixed(result, simple, own, tuple(names))
        return result


@dataclass(frozen=True)
class Standing:
    """The champion as it may forecast now.

    Attributes:
        version: Its name.
        model: What forecasts: the model, or it with simple methods in its place for some strands.
        origin: What it learnt from ends before this day.
        suspension: The suspension in force; None where there is none.
    """

    version: str
    model: DemandForecaster
    origin: date
    suspension: Suspension | None = None

    @property
    def suspended(self) -> Mapping[str, str]:
        """Strand that it is suspended for to the simple method that stands in."""
        return self.suspension.strands if self.suspension else {}


def in_force(champion: Registered, ledger: Ledger) -> Standing:
    """Return a champion as it may forecast now: nothing forecasts with one that was not asked for here."""
    held = suspension_of(ledger, champion.version)
    if held is None or not held.strands:
        return Standing(champion.version, champion.model, champion.origin)
    return Standing(champion.version, with_stand_ins(champion.model, held.strands), champion.origin, held)


def with_stand_ins(model: DemandForecaster, methods: Mapping[str, str]) -> DemandForecaster:
    """Return a model with simple methods in its place for the strands named."""
    return PartlySuspended(model, methods) if methods else model


def _mixed(model: Forecast, simple: Forecast, own: Bool, fallback: tuple[str, ...]) -> Forecast:
    """Return the model's forecast with another in the place of the strands in `own`."""
    factors = None
    if model.factors is not None and simple.factors is not None:
        one, other = model.factors, simple.factors
        factors = replace(
            one,
            base=np.where(own, other.base, one.base),
            multipliers=np.where(own[:, None], other.multipliers, one.multipliers),
            calibration=np.where(own, other.calibration, one.calibration),
        )
    spread = _mixed_spread(model.spread, simple.spread, own)
    mean = np.where(own, simple.mean, model.mean)
    levels = {
        level: tuple("" if stands else name for stands, name in zip(own, names, strict=True))
        for level, names in model.level_fallback.items()
    }
    return Forecast(mean, spread, model.horizons, factors, model.method, fallback, levels)


def _mixed_spread(model: Spread, simple: Spread, own: Bool) -> Spread:
    """Return a spread whose strands are each of their own method.

    What strands share is the model's; where the simple method found more of it, its strands' own shocks hold the rest,
    so that the variance of each strand's totals stays that of its method.
    """
    parts: dict[str, Any] = {}
    for field in fields(Spread):
        one, other = getattr(model, field.name), getattr(simple, field.name)
        if isinstance(one, Shock) and len(one.variance) != len(own):
            continue
        if isinstance(one, Shock):
            other = _taking_over(other, simple, model, field.name)
            parts[field.name] = Shock(
                np.where(own, other.variance, one.variance), np.where(own, other.growth, one.growth)
            )
        else:
            parts[field.name] = np.where(own, other, one)
    return replace(model, **parts)


def _taking_over(shock: Shock, simple: Spread, model: Spread, name: str) -> Shock:
    shared = {"force_strand": "force", "district_strand": "district"}.get(name)
    if shared is None:
        return shock
    ratio = (1 + getattr(simple, shared).variance) / (1 + getattr(model, shared).variance)
    return replace(shock, variance=np.maximum((1 + shock.variance) * ratio - 1, 0.0))
