"""The gate's file: `gate.toml`, the closed file of what is compared and of every threshold."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from features.configuration import Closed, validated_text
from features.periods import PeriodKind
from features.workspace import GATE

Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Change = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Tolerance = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Horizon = Annotated[int, Field(ge=1, le=52)]


class Compared(Closed):
    """Which forecasts are compared.

    Attributes:
        origins: How many, at most.
        every_weeks: Weeks from one to the next.
        every_months: Months from one to the next, where months are forecast.
        refit_every: Each recipe is fitted again at every so many origins.
        horizons: Horizons forecast from each.
        simple: Simple methods.
    """

    origins: int = Field(ge=1, le=520)
    every_weeks: int = Field(ge=1, le=52)
    every_months: int = Field(ge=1, le=12)
    refit_every: int = Field(ge=1)
    horizons: tuple[Horizon, ...] = Field(min_length=1)
    simple: tuple[str, ...] = Field(min_length=1)

    def every(self, kind: PeriodKind) -> int:
        """Return the periods from one origin to the next."""
        return self.every_weeks if kind == "week" else self.every_months


class Interval(Closed):
    """How sure a check is.

    Attributes:
        share: Share of the draws within an interval.
        draws: Times that origins are drawn anew.
        short_history_below: With fewer origins districts are drawn instead.
        seed: Of the draws.
    """

    share: Share
    draws: int = Field(ge=100, le=100_000)
    short_history_below: int = Field(ge=2)
    seed: int = Field(ge=0)


class Limits(Closed):
    """The thresholds; each check says how its interval must lie to its own.

    Attributes:
        crps_against_champion: Change of the CRPS; the interval lies below.
        crps_against_simple: Change of the CRPS; the interval does not reach above.
        deviance_against_champion: Change of the Poisson deviance; the interval does not reach above.
        deviance_against_simple: Change of the Poisson deviance; the interval does not reach above.
        worst_strand: Change of the CRPS of the strand that fares worst; the interval does not reach above.
        worst_district: Change of the CRPS of the district that fares worst; the interval does not reach above.
        pit_distance: Largest distance of a strand's PIT to uniform; the interval does not lie wholly above.
        coverage: Share of counts within ranges of nominal 80 %; the interval meets this one.
        decile_bias: Forecast over recorded of a deprivation decile relative to all; the interval reaches within.
    """

    crps_against_champion: Change
    crps_against_simple: Change
    deviance_against_champion: Change
    deviance_against_simple: Change
    worst_strand: Change
    worst_district: Change
    pit_distance: Tolerance
    coverage: tuple[Share, Share]
    decile_bias: Tolerance

    @model_validator(mode="after")
    def _coverage_is_a_range(self) -> "Limits":
        if self.coverage[0] >= self.coverage[1]:
            raise ValueError("coverage must be a range: its first share below its second")
        return self


class GateFile(Closed):
    """What `gate.toml` holds."""

    version: Literal[1]
    schedule: Compared
    interval: Interval
    limits: Limits


@dataclass(frozen=True)
class Gate:
    """The thresholds in force.

    Attributes:
        file: What they are.
        shipped: Whether they are the shipped ones because the workspace has no file.
        sha256: Hash of the text that they were read from.
    """

    file: GateFile
    shipped: bool
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "Gate":
        """Read a workspace's file; where there is none the shipped one holds.

        Raises:
            DataError: It is no TOML, or has a wrong key or value.
        """
        shipped = not path.is_file()
        text = default_text() if shipped else path.read_bytes()
        file = validated_text(text.decode("utf-8-sig"), GATE, GateFile)
        return cls(file, shipped, hashlib.sha256(text).hexdigest())


def default_text() -> bytes:
    """Return the shipped file."""
    return (resources.files("training.gate") / GATE).read_bytes()
