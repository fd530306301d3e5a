"""Measures: how numbers of one kind are rounded, and what somebody knows of a number that was."""

from dataclasses import dataclass

import numpy as np

from models.disclosure.places import F64

# Multiples of `round_to` that a total is rounded to where a finer one would tell of a hidden number.
COARSER = (1, 2, 4)


@dataclass(frozen=True)
class Measure:
    """How numbers of one kind are shown.

    Attributes:
        minimum: Smaller ones are hidden.
        round_to: They are rounded to multiples of it.
        whole: They are counts; else they are means, and can be any number.
    """

    minimum: int
    round_to: int
    whole: bool = True

    @property
    def most_hidden(self) -> float:
        """The largest number that is hidden for being small; of means the bound that they lie below."""
        return float(self.minimum - 1 if self.whole else self.minimum)

    def rounded(self, values: F64) -> F64:
        """Return the numbers as shown: to the nearest multiple, halves up."""
        result: F64 = np.floor(values / self.round_to + 0.5) * self.round_to
        return result

    def interval(self, shown: float, step: int) -> tuple[float, float]:
        """Return the smallest and the largest number that is shown as this one, rounded to `step`, and large enough."""
        half = step / 2
        down, up = (step // 2, (step - 1) // 2) if self.whole else (half, half)
        return max(shown - down, self.minimum), shown + up
