"""Thresholds: `monitor.toml`, the closed file of when a model is to be trained again and when it is suspended."""

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from features.configuration import Closed, load_toml, validated_text
from features.workspace import MONITOR

Limit = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Window(Closed):
    """What must be known before a measure says anything.

    Attributes:
        periods: Newest periods since the model was trained that are looked at.
        fewest_periods: With fewer, nothing is assessed.
        fewest_cells: Areas times periods that were forecast and are complete; with fewer, nothing is assessed.
        confidence: One-sided, of the intervals whose near end must be beyond a threshold.
    """

    periods: int = Field(ge=2, le=104)
    fewest_periods: int = Field(ge=2)
    fewest_cells: int = Field(ge=1)
    confidence: float = Field(ge=0.5, lt=1.0)

    @model_validator(mode="after")
    def _can_be_met(self) -> "Window":
        if self.fewest_periods > self.periods:
            raise ValueError("fewest_periods is more than periods, so that nothing could ever be assessed")
        return self


class Limits(Closed):
    """The thresholds of one measure.

    Attributes:
        retrain: Beyond it a new model is asked for; None: never.
        suspend: Beyond it the model is suspended; None: never.
    """

    retrain: Limit | None = None
    suspend: Limit | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Limits":
        if self.retrain is not None and self.suspend is not None and self.suspend < self.retrain:
            raise ValueError("suspend is below retrain: a model would be suspended before a new one is asked for")
        return self


class Thresholds(Closed):
    """What `monitor.toml` holds; each measure's meaning is with `models.monitoring.meanings.MEANINGS`."""

    version: Literal[1]
    window: Window
    features: Limits
    crps: Limits
    pit: Limits
    bias: Limits
    level_shift: Limits
    late: Limits
    age: Limits

    def of(self, measure: str) -> Limits:
        """Return the thresholds of a measure by its name."""
        found: Limits = getattr(self, measure)
        return found


def default_text() -> bytes:
    """Return the shipped `monitor.toml`, with which a workspace begins."""
    return resources.files("models.monitoring").joinpath(MONITOR).read_bytes()


def load_thresholds(path: Path) -> Thresholds:
    """Read a workspace's thresholds; one that was made before there were any has the shipped ones.

    Raises:
        DataError: The file cannot be used.
    """
    if not path.exists():
        return validated_text(default_text().decode(), f"the shipped {MONITOR}", Thresholds)
    return load_toml(path, Thresholds)
