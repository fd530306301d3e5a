"""Question: from which share on is a week worth using, corrected for what is not in yet, and do the ranges hold?

    python -m experiments.incomplete_weeks WORKSPACE [MODEL ...]

Real incidents of a workspace are given SYNTHETIC recording delays: gamma, another mean for each strand, and a mean that
swings by 30 % from week to week. The models are then backtested (25 origins every second week up to 2019-11-03 and to
2020-11-01, horizons 1-4, which no benchmark scores) for a grid of least shares; the last drops every week until it is
complete, as before there was a correction. The grid's other end is to use whatever is in.

Finding (bundled Toronto incidents, run on 2026-11-24): every step towards using more lowers the deviance. shrunken
.9951 and .9961 (the two ends) if weeks are dropped until complete, .9904 and .9898 from .8 on, .9892 and .9884 from one
half on, .9881 and .9878 for whatever is in and certain; weighted-0.05 1.0120 and 1.0058, 1.0063 and .9969, 1.0054 and
.9961, 1.0042 and .9953; boosted .9894 and .9891 against .9835 and .9763 from one half on. One half was taken: below it
little is gained here, where delays never change for good, and a change would be multiplied.
"""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from experiments.knowledge import weekly_knowledge
from experiments.late_ranges import measure
from experiments.late_records import Lateness, LateStore
from features.calendar import Calendar
from features.completeness import curves
from features.counting import flat_areas
from features.incidents.incidents import Incidents
from features.knowledge import Knowledge
from models.progress import silent
from training.backtest import Schedule, measured, run_backtest
from training.choice import Recipe

LEAST_SHARES = (0.05, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, curves.COMPLETE)
MEAN_DAYS = (3.0, 6.0, 9.0, 14.0, 20.0)
ENDS = (date(2019, 11, 3), date(2020, 11, 1))
MODELS = ("shrunken", "weighted-0.05")


def made_late(whole: Incidents, rng: np.random.Generator) -> Incidents:
    """Return real incidents with SYNTHETIC times of recording."""
    week = (whole.day - whole.day.min()).astype(np.int64) // 7
    delay = np.zeros(len(whole), dtype=np.int64)
    for strand in range(len(whole.strand_names)):
        own = whole.strand == strand
        delay[own] = Lateness(MEAN_DAYS[strand % len(MEAN_DAYS)], wobble=0.3).days(week[own], rng)
    return replace(whole, known_at=(whole.day + 1 + delay).astype("datetime64[s]"))


def main(root: Path, models: tuple[str, ...]) -> None:
    """Print each model's deviance for each least share and end."""
    known = weekly_knowledge(root)
    whole = made_late(known.store.view(None, known.areas), np.random.default_rng(1))
    late = Knowledge(LateStore(whole), known.areas or flat_areas(whole), "week")
    measure(late)
    print("model", "least share", *(f"{end:%Y-%m-%d}" for end in ENDS), "origins moved back", sep="\t")
    for model in models:
        for share in LEAST_SHARES:
            # The one place that turns this screw; the product has one value of it.
            curves.LEAST_SHARE = share
            found, lengthened = [], []
            for end in ENDS:
                schedule = Schedule(25, 2, (1, 2, 3, 4), 5, end)
                done = run_backtest(late, schedule, Recipe(model, Calendar("CA-ON"), 1).fit, name=model, advance=silent)
                found.append(float(measured(done, late.as_recorded().at().panel)[0]["poisson_deviance"]))
                lengthened.append(float(np.mean(["late-data" in notices for notices in done.notices])))
            values = (*(f"{value:.4f}" for value in found), f"{np.mean(lengthened):.0%}")
            print(model, f"{share:g}", *values, sep="\t", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or MODELS)
