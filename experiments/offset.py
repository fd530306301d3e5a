"""Question: from which rate should the trees start?

    python -m experiments.offset WORKSPACE [END ...]

The offset is a shrunken area rate moved to the strand's present level. This study forecasts with the offset alone,
for a grid of half-lives, over 25 origins every second week before each END (by default two years that no benchmark
scores).

Finding (bundled Toronto incidents, targets up to 2019-11-03 and 2020-11-01, run on 2026-11-23): a long rate with a
fast level wins in both years. Mean deviance of (rate, level) in weeks: (78, 78) .9925, (78, 26) .9861, (78, 4) .9806,
(78, 2) .9793; (26, 2) .9781, (52, 2) .9775 is the least, (156, 2) .9832. An area keeps its share of a strand for a
year and more while the strand as a whole moves within weeks. Under the trees the pairs near the least no longer
differ (they add the shorter rates themselves), and 78 and 4 weeks were kept: a slower level is safer for a strand
with few incidents. Months use the same times, 18 and 1.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np

from experiments.knowledge import weekly_knowledge
from features import periods
from features.matrix import build
from features.panel import Panel
from features.spec import FeatureSpec, Offset
from models.metrics import poisson_deviance

HORIZONS = (1, 2, 3, 4)
ORIGINS, EVERY = 25, 2
RATES = (26.0, 52.0, 78.0, 156.0)
LEVELS = (2.0, 4.0, 13.0, 26.0, 78.0)


def deviance(panel: Panel, offset: Offset, last_target: int) -> float:
    """Return the deviance of the offset alone over the origins whose last target is `last_target`."""
    newest = last_target - max(HORIZONS) + 1
    origins = np.arange(newest - EVERY * (ORIGINS - 1), newest + 1, EVERY)
    matrix = build(FeatureSpec(panel.kind, HORIZONS, offset=offset, context=True), panel, origins)
    mean = np.exp(matrix.log_offset()).reshape(len(panel.strands), len(panel.areas), len(origins), len(HORIZONS))
    at = origins[:, None] + np.array(HORIZONS)[None, :] - 1 - panel.first
    return poisson_deviance(panel.counts[at].transpose(3, 2, 0, 1).astype(np.float64), mean)


def main(root: Path, ends: list[date]) -> None:
    """Print the grid's deviance for each end."""
    panel = weekly_knowledge(root).at().panel
    print("rate, level:", *(f"{end:%Y-%m-%d}" for end in ends), "mean", sep="\t")
    for rate in RATES:
        for level in LEVELS:
            targets = [periods.ordinal(end, panel.kind) - 1 for end in ends]
            found = [deviance(panel, Offset(rate, level), target) for target in targets]
            print(f"{rate:g}, {level:g}", *(f"{value:.4f}" for value in found), f"{np.mean(found):.4f}", sep="\t")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    asked = [date.fromisoformat(text) for text in sys.argv[2:]]
    main(Path(sys.argv[1]), asked or [date(2019, 11, 4), date(2020, 11, 2)])
