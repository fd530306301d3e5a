"""Which model: from the name a person gives to a function that fits it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from errors import ModelError
from features.calendar import Calendar
from features.panel import Panel
from features.periods import PERIODS_A_YEAR, PeriodKind
from models.beside_months import PartForecaster
from models.boosted import BoostingSettings
from models.bundle import Fitted, calendar_document, calendar_of
from models.simple import SimpleForecaster, fit_simple
from models.stacked import StackedForecaster
from training.evaluate import HoldOut
from training.fit import Fit, FitPlan, fit_boosted
from training.months import fit_beside_months
from training.stack import StackFit, fit_stacked

STACKED = "stacked"
BOOSTED = "boosted"

# Served unless others are asked for: a quarter ahead.
SERVED: Mapping[PeriodKind, tuple[int, ...]] = {"week": tuple(range(1, 14)), "month": (1, 2, 3)}


@dataclass(frozen=True)
class Recipe:
    """How a model is made, and made again.

    Attributes:
        name: "stacked", "boosted", or a simple method of `models.simple.NAMES`.
        calendar: Of the place.
        seed: Of what is drawn.
        settings: How trees are grown; None: as `FitPlan.standard` says for the history at hand.
    """

    name: str
    calendar: Calendar
    seed: int
    settings: BoostingSettings | None = None

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> "Recipe":
        """Return the recipe that a model's manifest keeps.

        Raises:
            ModelError: It keeps none that can be read.
        """
        try:
            kept = manifest["recipe"]
            settings = BoostingSettings(**kept["settings"]) if kept["settings"] is not None else None
            return cls(str(kept["name"]), calendar_of(kept["calendar"]), int(kept["seed"]), settings)
        except (KeyError, TypeError, ValueError) as error:
            problem = f"keeps no recipe that can be read ({type(error).__name__})"
            raise ModelError(problem, place="model manifest", fix="train again") from error

    def document(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        settings = asdict(self.settings) if self.settings is not None else None
        calendar = calendar_document(self.calendar)
        return {"name": self.name, "calendar": calendar, "seed": self.seed, "settings": settings}

    def plan(self, panel: Panel) -> FitPlan:
        """Return the plan by which trees are fitted to a panel.

        Raises:
            ModelError: The history is too short.
        """
        plan = FitPlan.standard(panel.kind, int(panel.observed.any(axis=(1, 2)).sum()))
        return plan if self.settings is None else replace(plan, boosting=self.settings)

    def fit(self, panel: Panel, horizons: tuple[int, ...]) -> Fitted:
        """Fit the model to a panel for some horizons.

        Raises:
            ModelError: The name is unknown or the history too short.
        """
        if panel.months:
            return fit_beside_months(panel, horizons, self.calendar, self._fit_part)
        return self._fit_part(panel, horizons)

    def fit_checked(self, panel: Panel, horizons: tuple[int, ...]) -> tuple[Fitted, HoldOut]:
        """Fit the model, and return with it forecasts of the newest periods made without them.

        Where monthly feeds speak they are forecasts of the part of the model that `BesideMonths.checked` names.

        Raises:
            ModelError: The name is unknown or the history too short.
        """
        if panel.months is None:
            return self._fit_checked_part(panel, horizons)
        held: list[HoldOut] = []

        def fit_part(part: Panel, ahead: tuple[int, ...]) -> PartForecaster:
            fitted, hold_out = self._fit_checked_part(part, ahead)
            held.append(hold_out)
            return fitted

        return fit_beside_months(panel, horizons, self.calendar, fit_part), held[-1]

    def _fit_part(self, panel: Panel, horizons: tuple[int, ...]) -> PartForecaster:
        if self.name == BOOSTED:
            return self._boosted(panel, horizons).model
        if self.name == STACKED:
            return self._stacked(panel, horizons).model
        return fit_simple(self.name, panel, horizons)

    def _fit_checked_part(self, panel: Panel, horizons: tuple[int, ...]) -> tuple[PartForecaster, HoldOut]:
        if self.name == BOOSTED:
            fit = self._boosted(panel, horizons)
            return fit.model, fit.hold_out
        if self.name == STACKED:
            stack = self._stacked(panel, horizons)
            return stack.model, stack.hold_out or _half_year(stack.model, panel)
        model = fit_simple(self.name, panel, horizons)
        return model, _half_year(model, panel)

    def _boosted(self, panel: Panel, horizons: tuple[int, ...]) -> Fit:
        return fit_boosted(panel, horizons, self.calendar, seed=self.seed, plan=self.plan(panel))

    def _stacked(self, panel: Panel, horizons: tuple[int, ...]) -> StackFit:
        return fit_stacked(panel, horizons, lambda: self._boosted(panel, horizons))


def _half_year(model: StackedForecaster | SimpleForecaster, panel: Panel) -> HoldOut:
    """Return forecasts of a model without trees from each origin of the newest half-year, at most half of the panel."""
    n = len(panel.counts)
    origins = np.arange(n - min(n // 2, PERIODS_A_YEAR[panel.kind] // 2), n)
    mean = np.stack([model.forecast(panel.until(panel.first + int(at))).mean for at in origins])
    target = origins[:, None] + np.array(model.horizons)[None, :] - 1
    known = np.minimum(target, n - 1)
    count = np.where(panel.complete, panel.counts, 0.0)[known].astype(np.float64)
    seen = panel.complete[known] & (target < n)[:, :, None, None]
    return HoldOut(count, mean, seen, model.spread, origins + panel.first, model.horizons, panel.strands)
