"""What a plan rests on: the ground, the demand, and the programmes that follow from what there is to place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Ground:
    """What is known of the areas.

    Invariants: area codes ascend; every column has one entry an area.

    Attributes:
        area_codes: Areas.
        names: Their names.
        parents: Level ("ward", "district", "lpa", "force") to the parent's name for each area, "" where unknown.
        area_type: "town-centre", "urban", "rural", or "any" where nothing tells.
        decile: Deprivation decile, 1 (most deprived) to 10, NaN where unknown.
        population: Residents, NaN where unknown.
    """

    area_codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: Mapping[str, tuple[str, ...]]
    area_type: tuple[str, ...]
    decile: F64
    population: F64

    @property
    def district(self) -> tuple[str, ...] | None:
        """District of each area, "" where unknown; None where no district is known at all."""
        names = self.parents.get("district", ())
        return names if any(names) else None


@dataclass(frozen=True, eq=False)
class Demand:
    """What is expected of one period and may draw patrols.

    Attributes:
        strands: Strands.
        mean: Expected incidents, float64[area, strand].
        dispersion: Variance is mean + dispersion x mean^2, float64[area, strand].
        weeks: Length of the period in weeks.
        draws: Joint draws, int32[draw, area, strand]; None where none were asked for.
    """

    strands: tuple[str, ...]
    mean: F64
    dispersion: F64
    weeks: float
    draws: I32 | None = None


@dataclass(frozen=True, eq=False)
class Posed:
    """The programmes of one plan.

    Attributes:
        ground: The areas.
        demand: What is expected.
        weight: Harm weight of each strand, NaN where it has none; float64[strand].
        problem: The programme of harm reached or prevented.
        caseloads: Code of each team that is placed by caseload to its programme.
        resting: A sentence for each rule that rests because nothing is known of what it speaks of.
        weight_set: Name of the set of harm weights; None: they are listed with the resources.
        weight_source: Where the weights come from.
    """

    ground: Ground
    demand: Demand
    weight: F64
    problem: Problem
    caseloads: Mapping[str, Problem]
    resting: tuple[str, ...] = ()
    weight_set: str | None = None
    weight_source: str = ""

    @property
    def unweighted(self) -> Sequence[str]:
        """Strands without a harm weight: shown as unweighted, never as no harm."""
        return [name for name, weight in zip(self.demand.strands, self.weight, strict=True) if np.isnan(weight)]


@dataclass(frozen=True, eq=False)
class Planned:
    """The solved programmes of one plan.

    Attributes:
        posed: What was asked for.
        plan: The plan of harm reached or prevented.
        caseloads: Code of each team to its plan.
    """

    posed: Posed
    plan: Plan
    caseloads: Mapping[str, Plan]
