"""Training's name for the fit of the ranges, which lies in models because simple methods have ranges too."""

from models.ranges import fit_spread

__all__ = ["fit_spread"]
