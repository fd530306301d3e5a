"""Question: how is a strand's level over all areas forecast best?

    python -m experiments.rhythm WORKSPACE

Cells are sums of strands' totals and areas' shares of them, and so is the Poisson deviance of cells: that of totals,
over the number of areas, is what better totals can gain. The study forecasts totals alone, from the development
origins (targets of 2018, 2019 and 2020), with the level of a few half-lives and with `features.rhythm` at some tempos.

Finding (bundled Toronto incidents, run on 2026-11-24). Of the former model's deviance of .9657 a cell, .0200 were its
totals', of which about .0071 is what Poisson totals have anyhow. Totals over areas, with the paired difference to the
shipped tempo in 10,000: levels of 2, 4, 8 and 26 weeks .0200, .0208, .0221, .0258; the shipped rhythm .0175; without
its passing swing +12 +- 7; without days +18 +- 6 (first days of months are heaped in Toronto: their weeks hold 5 %
more); a slower level +11 +- 6; a faster one -1 +- 4; one or three harmonics -3 +- 4; a wider swing -2.8 +- 2.0; strands
followed alone +3 +- 4. The tempo is flat about the shipped one, which was not moved further: most of what is left lies
in the spring of 2020. In the model the rhythm replaces the trees' columns of season, calendar and strand level and the
calibration of weeks: .96573 before, .96313 now, -26 +- 12 (2018 -20, 2019 -34, 2020 -25). A column of first days
alone had gained 11 +- 4; leaving the calibration out gains 7 +- 6 once there is a rhythm. Kept for weeks. Months keep
the former way: on Essex 2018 the filter did not beat last month's level (.0082 at best against .0072).
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.development import F64, HORIZONS, deviances, origins, said, without_scored
from experiments.knowledge import weekly_knowledge
from features.calendar import Calendar
from features.panel import Panel
from features.rates import StrandTotals, levels
from features.rhythm import TEMPO, Tempo, follow

NONE = 1e-6
TEMPOS = {
    "shipped": TEMPO,
    "no swing": replace(TEMPO, swing=NONE),
    "no days": replace(TEMPO, day=NONE),
    "one harmonic": replace(TEMPO, harmonics=1),
    "three harmonics": replace(TEMPO, harmonics=3),
    "slow level": replace(TEMPO, level_step=0.007),
    "fast level": replace(TEMPO, level_step=0.028),
    "wide swing": replace(TEMPO, swing=0.08),
    "strands alone": replace(TEMPO, shared_step=0.0, shared_swing=0.0, shared_pattern=0.0),
}
HALF_LIVES = (2.0, 4.0, 8.0, 26.0)
# Half-life that no history reaches, in weeks.
ALL = 1e9


def of_totals(panel: Panel, log_rate: F64) -> F64:
    """Return the deviance of totals over areas, mean of strands and horizons; float64[year, origin]."""
    at = origins(panel)
    target = at[..., None] + np.array(HORIZONS) - 1
    count = panel.counts.sum(axis=1, dtype=np.float64)[target]
    mean = np.exp(log_rate).reshape(count.shape) * len(panel.areas)
    return np.asarray(deviances(count, mean).mean(axis=(2, 3)) / len(panel.areas))


def by_tempo(panel: Panel, tempo: Tempo) -> F64:
    """Return the log rates that the rhythm expects."""
    at, horizons = origins(panel).reshape(-1), np.array(HORIZONS)
    found = follow(StrandTotals.of(panel), panel.first, at, horizons, Calendar("CA-ON"), tempo)
    return found.trend + found.season + found.days


def by_half_life(panel: Panel, half_life: float) -> F64:
    """Return the log rates of a weighted mean."""
    at = origins(panel).reshape(-1)
    totals = StrandTotals.of(panel)
    mean = levels(totals, np.ones((len(at), len(panel.strands))), at, (ALL,))
    level = mean * levels(totals, mean[:, 0], at, (half_life,))
    return np.repeat(np.log(level), len(HORIZONS), axis=1)


def main(root: Path) -> None:
    """Print a line for each way."""
    panel = without_scored(weekly_knowledge(root).at().panel)
    shipped = of_totals(panel, by_tempo(panel, TEMPO))
    for half_life in HALF_LIVES:
        print(said(f"level of {half_life:g} weeks", of_totals(panel, by_half_life(panel, half_life)), shipped))
    for name, tempo in TEMPOS.items():
        print(said(name, of_totals(panel, by_tempo(panel, tempo)), shipped))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
