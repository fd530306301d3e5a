"""The unit of a backtest's work: a model fitted at one origin, and the forecasts made with it until the next refit."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.panel import Panel
from models.forecaster import DemandForecaster, Forecast
from models.stacked import with_others

Fit = Callable[[Panel, tuple[int, ...]], DemandForecaster]
PanelAt = Callable[[int], Panel]


@dataclass(frozen=True, eq=False)
class Answer:
    """A method's forecast from one origin.

    Attributes:
        forecast: Without factors, which nobody asks of a past forecast.
        notices: Codes that hold for all its rows.
    """

    forecast: Forecast
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Refit:
    """Origins that are forecast from with one fit: the first is the one it is fitted at.

    Attributes:
        number: Its place in the schedule, from 0.
        origins: Ordinals, ascending.
        fits: Name of each method to what fits it.
    """

    number: int
    origins: tuple[int, ...]
    fits: Mapping[str, Fit]


class Fitted:
    """The models of one refit, made when they are first asked for.

    A feed that grows later within the refit asks for longer horizons than were fitted; the model is then fitted again.
    A strand that nothing was known of when they were fitted is forecast by a simple method, so that what is met later
    changes no forecast of before.
    """

    def __init__(self, fits: Mapping[str, Fit], horizons: tuple[int, ...]) -> None:
        self._fits, self._horizons = fits, horizons
        self._models: dict[str, DemandForecaster] = {}
        self._strands: tuple[str, ...] = ()

    def answers(self, origin: int, panel: Panel) -> dict[str, Answer]:
        """Return each method's forecast from an origin.

        Args:
            origin: Ordinal.
            panel: What was known at its beginning.

        Raises:
            ModelError: The history is too short for a model.
        """
        late = origin - panel.first - len(panel.counts)
        needed = tuple(horizon + late for horizon in self._horizons)
        marks = {
            "late-data": late > 0,
            "incomplete-corrected": panel.corrected,
            "erased-rows": bool(panel.erased),
        }
        notices = tuple(code for code, holds in marks.items() if holds)
        found = {}
        for name, fit in self._fits.items():
            if name not in self._models or self._models[name].horizons != needed:
                self._strands = met_strands(panel)
                self._models[name] = fit(_of(panel, self._strands), needed)
            forecast = self._models[name].forecast(_of(panel, self._strands))
            if self._strands != panel.strands:
                forecast = with_others(forecast, self._strands, panel)
            found[name] = Answer(replace(forecast, factors=None), notices)
        return found


def met_strands(panel: Panel) -> tuple[str, ...]:
    """Return the strands that some incident was known of; of one that is met later nothing is known, not even its name.

    A panel that tells of months beside its weeks is taken as it is.
    """
    met = np.flatnonzero(panel.counts.sum(axis=(0, 1)))
    if panel.months is not None or not len(met):
        return panel.strands
    return tuple(panel.strands[column] for column in met)


def _of(panel: Panel, strands: tuple[str, ...]) -> Panel:
    return panel if strands == panel.strands else panel.only(strands)


def in_turn(
    refits: Sequence[Refit], horizons: tuple[int, ...], panel_at: PanelAt
) -> Generator[tuple[Refit, dict[str, Answer]]]:
    """Yield the answers of one origin after the other, made in this process."""
    for refit in refits:
        fitted = Fitted(refit.fits, horizons)
        for origin in refit.origins:
            yield refit, fitted.answers(origin, panel_at(origin))
