"""What a planner asks for, complete: nothing about a plan is decided elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from errors import AllocationError
from features.harm import HarmSet
from models.allocation.curve import F64, ReachCurve
from models.allocation.problem import AllocationProblem


@dataclass(frozen=True)
class PlanRequest:
    """Hours, rules, weights and effect of one plan.

    Attributes:
        total_hours: Patrol hours to place in the period.
        minimum_hours: Fewest hours of every area.
        maximum_hours: Most hours of any area; None: no limit.
        district_minimum: District to fewest hours of its areas together.
        weights: Strand to harm weight.
        weight_of_unlisted: Weight of the strands that `weights` lacks; None: every strand must be listed.
        weights_source: Where the weights come from.
        curve: Reach by hours a week.
        horizon: Periods ahead; 1 is the period that begins at the forecast's origin.
        harm_set: The set of harm weights that `weights` are of; None: they were listed by hand.
    """

    total_hours: float
    minimum_hours: float
    maximum_hours: float | None
    district_minimum: Mapping[str, float]
    weights: Mapping[str, float]
    weight_of_unlisted: float | None
    weights_source: str
    curve: ReachCurve
    horizon: int = 1
    harm_set: HarmSet | None = None

    def problem(
        self,
        area_codes: Sequence[str],
        strands: Sequence[str],
        demand: F64,
        district: Sequence[str] | None,
        weeks: float,
    ) -> AllocationProblem:
        """Return the problem of these areas; `weeks` is the length of the period, which stretches the reach curve.

        Raises:
            AllocationError: A strand has no weight, a weight no strand, or the rules cannot be kept.
        """
        areas = len(area_codes)
        # Without a maximum, one that no allocation meets stands in for it.
        unmet = max(self.total_hours, self.minimum_hours) + 1
        most = unmet if self.maximum_hours is None else self.maximum_hours
        return AllocationProblem(
            area_codes=tuple(area_codes),
            strands=tuple(strands),
            demand=demand,
            weights=self._weights_of(strands),
            weights_source=self.weights_source,
            curve=self.curve.stretched(weeks),
            total_hours=self.total_hours,
            minimum_hours=np.full(areas, self.minimum_hours, dtype=np.float64),
            maximum_hours=np.full(areas, most, dtype=np.float64),
            district=tuple(district) if district is not None else None,
            district_minimum=dict(self.district_minimum),
        )

    def _weights_of(self, strands: Sequence[str]) -> F64:
        # A set weighs the strands of a taxonomy, of which a forecast may lack some; a list made by hand is misspelt.
        strangers = sorted(set(self.weights) - set(strands))
        if strangers and self.harm_set is None:
            fix = f"use the strands of the forecast: {', '.join(strands)}"
            raise AllocationError(f"'{strangers[0]}' is no strand of the forecast", place="harm weights", fix=fix)
        if self.weight_of_unlisted is None and set(strands) - set(self.weights):
            lacking = next(strand for strand in strands if strand not in self.weights)
            if self.harm_set is None:
                fix = "add it, or set weight_of_unlisted"
                raise AllocationError(f"the strand '{lacking}' has no weight", place="harm weights", fix=fix)
            problem = f"the strand '{lacking}' is unweighted in the set '{self.harm_set.name}'"
            fix = "give it a weight in harm.toml, or say by weight_of_unlisted in resources.toml what it counts"
            raise AllocationError(problem, place="harm weights", fix=fix)
        return np.array([self.weights.get(strand, self.weight_of_unlisted) for strand in strands], dtype=np.float64)

    def unweighted(self, strands: Sequence[str]) -> tuple[str, ...]:
        """Return the strands that the set of harm weights leaves unweighted; they count by `weight_of_unlisted`."""
        return () if self.harm_set is None else self.harm_set.unweighted(strands)

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "total_hours": self.total_hours,
            "minimum_hours": self.minimum_hours,
            "maximum_hours": self.maximum_hours,
            "district_minimum": dict(self.district_minimum),
            "weights": dict(self.weights),
            "weight_of_unlisted": self.weight_of_unlisted,
            "weights_source": self.weights_source,
            "harm_set": None if self.harm_set is None else self.harm_set.name,
            "scale_hours_a_week": self.curve.scale_hours,
            "scale_source": self.curve.source,
            "horizon": self.horizon,
        }
