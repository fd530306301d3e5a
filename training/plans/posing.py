"""The programmes of past weeks, by a workspace's own resources and rules."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.harm import Harm
from features.panel import Panel
from models.allocation.choices import Choices
from models.allocation.pose import pose
from models.allocation.posing.weighing import weighing_of
from models.allocation.programme.problem import Problem
from models.allocation.resources import Resources
from models.ground import GROUND, ground_document
from models.patrol import SHARE
from models.runs import DISPERSION, SPREAD, ForecastRun
from models.spread import Spread
from training.plans.week import Week

F64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Posing:
    """What is the same in every week.

    Attributes:
        resources: Resources and rules, as they are now.
        choices: What is chosen over their file.
        harm: Sets of harm weights.
        panel: Areas, strands and period.
        spread: How counts spread about the forecast of each week by its first day; None where nobody draws weeks.
    """

    resources: Resources
    choices: Choices
    harm: Harm
    panel: Panel
    spread: dict[str, Spread]

    @cached_property
    def weight(self) -> F64:
        """Harm weight of each strand, NaN where it has none."""
        return weighing_of(self.resources, self.choices.harm_set, self.harm, self.panel.strands).weight

    def pose(self, week: Week) -> Problem:
        """Return the programme of patrols and teams for a week's forecast.

        No plan was issued then, so nothing limits how far a week may lie from the one before.

        Raises:
            AllocationError: Resources, rules and forecast do not go together.
            DataError: There is no such set of weights.
        """
        return pose(self._run(week), self.resources, replace(self.choices, horizon=1), self.harm).problem

    def _run(self, week: Week) -> ForecastRun:
        areas, panel = self.panel.areas, self.panel
        area, strand = (axis.reshape(-1) for axis in np.indices(week.forecast.mean.shape))
        frame = pd.DataFrame(
            {
                "area_code": pd.Categorical.from_codes(area.tolist(), categories=pd.Index(areas.codes, dtype="str")),
                "strand": pd.Categorical.from_codes(strand.tolist(), categories=pd.Index(panel.strands, dtype="str")),
                "horizon": 1,
                "mean": week.forecast.mean.reshape(-1),
                DISPERSION: week.forecast.dispersion.reshape(-1),
                SHARE: week.share.reshape(-1),
            }
        )
        meta: dict[str, Any] = {
            "origin": week.start.isoformat(),
            "as_of": week.start.isoformat(),
            "period": panel.kind,
            "strands": list(panel.strands),
            "districts": dict(zip(areas.codes, areas.parents.get("district", ()), strict=False)),
            "names": dict(zip(areas.codes, areas.names, strict=True)),
            GROUND: ground_document(areas),
        }
        spread = self.spread.get(week.start.isoformat())
        if spread is not None:
            meta[SPREAD] = spread.document()
        return ForecastRun(f"{week.start}-evaluated", frame, meta, "")
