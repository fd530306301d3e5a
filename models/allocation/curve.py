"""The reach curve: what share of an area's demand is reached by the hours spent there, with diminishing returns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import AllocationError

F64 = NDArray[np.float64]

_SMALLEST = np.finfo(np.float64).tiny


@dataclass(frozen=True)
class ReachCurve:
    """The share reached by h hours, 1 - exp(-h / scale_hours): concave, 0 without hours, 63 % at `scale_hours`.

    Invariants: the scale is finite and above 0; the source says where it comes from.

    Attributes:
        scale_hours: Hours in the period at which 63 % of an area's demand is reached.
        source: Where the scale comes from.
    """

    scale_hours: float
    source: str

    def __post_init__(self) -> None:
        """Refuse a curve that is none.

        Raises:
            AllocationError: An invariant does not hold.
        """
        if not (np.isfinite(self.scale_hours) and self.scale_hours > 0):
            problem = f"the reach curve's scale is {self.scale_hours:g} hours"
            raise AllocationError(problem, place="scale_hours", fix="give a number above 0")
        if not self.source.strip():
            raise AllocationError("the reach curve has no source", place="reach", fix="say where its scale comes from")

    def stretched(self, factor: float) -> "ReachCurve":
        """Return the curve of a period that is `factor` times as long."""
        return ReachCurve(self.scale_hours * factor, self.source)

    def reach(self, hours: F64) -> F64:
        """Return the share reached."""
        share: F64 = -np.expm1(-hours / self.scale_hours)
        return share

    def slope(self, hours: F64) -> F64:
        """Return the share that the next hour would reach."""
        slope: F64 = np.exp(-hours / self.scale_hours) / self.scale_hours
        return slope

    def chord_slope(self, start: F64, end: F64) -> F64:
        """Return the mean slope between two points, exact to rounding however close they are."""
        width = end - start
        apart = np.maximum(width, _SMALLEST)
        chord: F64 = np.where(
            width > 0,
            np.exp(-start / self.scale_hours) * -np.expm1(-width / self.scale_hours) / apart,
            self.slope(start),
        )
        return chord

    def hours_at_slope(self, slope: F64) -> F64:
        """Return the hours at which the slope is `slope`; infinite where it is 0 or less, negative above the first."""
        with np.errstate(divide="ignore"):
            hours: F64 = -self.scale_hours * np.log(np.maximum(slope, 0.0) * self.scale_hours)
        return hours

    def even_grid(self, low: F64, high: F64, pieces: int) -> F64:
        """Return breakpoints at which straight pieces err alike: float64[area, pieces + 1], from `low` to `high`.

        A chord over a width w errs by about w^2 exp(-h / s) / (8 s^2), so breakpoints evenly spaced in exp(-h / 2s) err
        by at most about 1 / (2 pieces^2) of an area's demand, whatever the range.
        """
        half = 2 * self.scale_hours
        ends = np.exp(-low / half), np.exp(-high / half)
        steps = np.linspace(*ends, pieces + 1, axis=-1)
        grid: F64 = np.clip(-half * np.log(np.maximum(steps, _SMALLEST)), low[:, None], high[:, None])
        grid[:, 0], grid[:, -1] = low, high
        return grid


def window_grid(low: F64, high: F64, hours: F64, half: F64, pieces: int) -> F64:
    """Return breakpoints gathered within `half` of `hours`: float64[area, pieces + 1], from `low` to `high`.

    `hours` are breakpoints, so that a programme on this grid finds no worse a solution than they are.
    """
    inner = np.linspace(hours - half, hours + half, pieces - 2, axis=-1)
    grid = np.column_stack([low, inner, hours, high])
    return np.sort(np.clip(grid, low[:, None], high[:, None]), axis=1)
