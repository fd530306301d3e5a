"""Which model: from the name a person gives to a function that fits it."""

from dataclasses import dataclass

from features.calendar import Calendar
from features.panel import Panel
from models.bundle import Fitted
from models.simple import fit_simple
from training.fit import fit_boosted

BOOSTED = "boosted"


@dataclass(frozen=True)
class Recipe:
    """A model to be fitted.

    Attributes:
        name: "boosted", or a simple method of `models.simple.NAMES`.
        horizons: Horizons to serve.
        calendar: Of the place.
        seed: Of what is drawn.
    """

    name: str
    horizons: tuple[int, ...]
    calendar: Calendar
    seed: int

    def fit(self, panel: Panel) -> Fitted:
        """Fit the model to a panel.

        Raises:
            ModelError: The name is unknown or the history too short.
        """
        if self.name == BOOSTED:
            return fit_boosted(panel, self.horizons, self.calendar, seed=self.seed).model
        return fit_simple(self.name, panel, self.horizons)
