"""An explanation: what a forecast rests on, as multipliers that give the served mean back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from errors import ModelError

# How far base x multipliers x calibration may be from the served mean, relative.
TOLERANCE = 1e-9
# A multiplier within 2 % of 1 is not worth a reader's attention.
WORTH_SAYING = 0.02
MOST_SAID = 3


@dataclass(frozen=True)
class Explanation:
    """Why a mean is what it is: base x multipliers x calibration.

    Invariant: at the bottom level the product is the mean within `TOLERANCE`; a total's multipliers are its members',
    averaged on the log scale with their means as weights, and need not multiply back.

    Attributes:
        mean: Expected incidents.
        base: Where the product begins, in incidents.
        multipliers: Group of features to multiplier.
        calibration: Correction of the strand.
        method: Model or simple method.
        fallback: The simple method that stands in for the model; empty where none does.
        members: Number of areas it stands for.
    """

    mean: float
    base: float
    multipliers: Mapping[str, float]
    calibration: float
    method: str
    fallback: str = ""
    members: int = 1

    def __post_init__(self) -> None:
        """Refuse an explanation of one area that does not multiply back to its mean.

        Raises:
            ModelError: As said.
        """
        product = self.base * math.prod(self.multipliers.values()) * self.calibration
        if self.members == 1 and abs(product - self.mean) > TOLERANCE * max(self.mean, 1.0):
            raise ModelError(f"multiplies to {product!r}, not to {self.mean!r}", place="explanation", fix="report it")

    @property
    def logs(self) -> dict[str, float | None]:
        """Contributions on the log scale; None where a multiplier is 0."""
        return {group: math.log(value) if value > 0 else None for group, value in self.multipliers.items()}

    def sentence(self) -> str:
        """Return the explanation in words: what the model relied on, strongest first."""
        moved = [(group, value) for group, value in self.multipliers.items() if abs(value - 1) >= WORTH_SAYING]
        moved.sort(key=lambda item: (-abs(math.log(max(item[1], 1e-12))), item[0]))
        who = f"The simple method {self.fallback}, which stands in for the model, relied" if self.fallback else ""
        if not moved:
            return f"{who or 'The model relied'} on the strand's mean of {self.base:.2f} alone."
        said = ", ".join(f"{group} ×{value:.2f}" for group, value in moved[:MOST_SAID])
        if who:
            return f"{who} on {said}, starting from {self.base:.2f}; it expects {self.mean:.2f}."
        return f"Starting from {self.base:.2f}, the model relied on {said}; it expects {self.mean:.2f}."

    def document(self) -> dict[str, Any]:
        """Return the explanation as JSON values."""
        return {
            "mean": self.mean,
            "base": self.base,
            "multipliers": dict(self.multipliers),
            "log_contributions": self.logs,
            "calibration": self.calibration,
            "method": self.method,
            "fallback": self.fallback,
            "areas": self.members,
            "sentence": self.sentence(),
        }
