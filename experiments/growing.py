"""Question: once weeks start from the rhythm of strands, what else may the trees gain?

    python -m experiments.growing WORKSPACE

Each way of growing is fitted twice a year and forecasts from the development origins (targets of 2018 to 2020).

Finding (bundled Toronto incidents, run on 2026-11-24): nothing that was tried. Differences to the shipped way in mean
Poisson deviance, in 10,000, with the 95 % interval over 75 paired origins; against one seed but where said:

| idea | difference | kept |
|---|---|---|
| scores of two seeds averaged | +0.8 +- 1.0 | no: an average costs as many trees and gains nothing |
| scores of five seeds averaged | +0.2 (against two seeds -0.5 +- 0.5) | no |
| areas' counts divided by the rhythm before rates are taken | +7.3 +- 9.0 | no |
| the area's long-run share alone so divided | -0.6 +- 0.7 | no |
| and, under divided counts: half-lives of 2 weeks, of 4 for neighbours and all strands | +0.9 +- 1.7 | no |
| the area's level over all strands, medium and long, against its own | -0.6 +- 3.2 | no |
| row weights with a half-life of 156 weeks | -0.5 +- 1.8 | no |
| 350 rounds | +0.8 +- 2.0 | no |
| 40 % of columns a tree, 1,500 rows in a leaf | -0.8 +- 2.9 | no |

The last four rows are against divided counts. Those that need other features or row weights were measured in a working
copy that had them; this study repeats the others. Likelihoods, cadence, partner feeds and a prior of districts have
studies of their own: `likelihood`, `cadence`, `partner_feeds` and `hierarchy`.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.development import F64, HORIZONS, deviances, origins, said, without_scored
from experiments.knowledge import weekly_knowledge
from features.calendar import Calendar
from features.panel import Panel
from models.boosted import BoostingSettings
from training.fit import Fit, FitPlan, fit_boosted

REFIT_EVERY = 13
SHIPPED = BoostingSettings()
WAYS: dict[str, tuple[BoostingSettings, tuple[int, ...]]] = {
    "shipped": (SHIPPED, (1,)),
    "two seeds": (SHIPPED, (1, 2)),
    "five seeds": (SHIPPED, (1, 2, 3, 4, 5)),
    "350 rounds": (replace(SHIPPED, rounds=350), (1,)),
    "fewer columns, larger leaves": (replace(SHIPPED, column_share=0.4, rows_in_leaf=1500), (1,)),
}


def deviance(panel: Panel, settings: BoostingSettings, seeds: Sequence[int]) -> F64:
    """Return the mean deviance of each development origin, float64[year, origin]; seeds are averaged as logarithms."""
    at = origins(panel)
    found = np.empty(at.shape)
    fits: list[Fit] = []
    for year, of_year in enumerate(at):
        for number, origin in enumerate(of_year):
            known = panel.until(panel.first + int(origin))
            if number % REFIT_EVERY == 0:
                plan = replace(FitPlan.standard("week", len(known.counts)), boosting=settings)
                fits = [fit_boosted(known, HORIZONS, Calendar("CA-ON"), seed=seed, plan=plan) for seed in seeds]
            mean = np.exp(np.mean([np.log(fit.model.forecast(known).mean) for fit in fits], axis=0))
            count = panel.counts[origin : origin + len(HORIZONS)].astype(np.float64)
            found[year, number] = deviances(count, mean).mean()
    return found


def main(root: Path) -> None:
    """Print a line for each way."""
    panel = without_scored(weekly_knowledge(root).at().panel)
    shipped: F64 | None = None
    for name, (settings, seeds) in WAYS.items():
        found = deviance(panel, settings, seeds)
        print(said(name, found, shipped))
        shipped = found if shipped is None else shipped


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
