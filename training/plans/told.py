"""What an evaluation of plans says: a row a plan, with regret and paired intervals."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.plans.contest import CLAIRVOYANT, PLAN, SIMPLE, TRUE, Outcome
from training.plans.intervals import Interval, paired, saved

F64 = NDArray[np.float64]

BOOTSTRAP_SEED = 5


@dataclass(frozen=True)
class Told:
    """One plan over all weeks. Shares are of the harm of each week.

    Attributes:
        plan: Its name.
        reached: Mean share of the harm that happened which it reached.
        regret: By how much the best plan reached more: the clairvoyant's, or where the truth is known the optimum's
            for it, scored by what it expected.
        ahead: By how much the plan of the programme reached more, with its interval; None for that plan itself.
        saved: By what share the programme's regret is lower than this plan's; None where that says nothing.
        unplaced: Mean hours left unplaced.
    """

    plan: str
    reached: float
    regret: float
    ahead: Interval | None
    saved: Interval | None
    unplaced: float


def told(outcomes: tuple[Outcome, ...]) -> list[Told]:
    """Return the rows of one evaluation, or of several worlds of equally many weeks that are pooled."""
    names = outcomes[0].plans
    expected = all(outcome.expected is not None for outcome in outcomes)
    reached = np.stack([outcome.share() for outcome in outcomes], axis=1)
    scored = np.stack([outcome.share(expected=expected) for outcome in outcomes], axis=1)
    best = scored[names.index(TRUE if expected else CLAIRVOYANT)]
    regret = best - scored
    mine = names.index(PLAN)
    unplaced = np.stack([outcome.unplaced for outcome in outcomes], axis=1)
    rows = []
    for number, name in enumerate(names):
        others = name != PLAN
        rows.append(
            Told(
                name,
                float(reached[number].mean()),
                float(regret[number].mean()),
                paired(scored[mine] - scored[number]) if others else None,
                _saved(regret[mine], regret[number]) if name in SIMPLE else None,
                float(unplaced[number].mean()),
            )
        )
    return rows


def best_simple(rows: list[Told]) -> Told:
    """Return the simple rule with the least regret: the hardest to beat, chosen after the fact."""
    return min((row for row in rows if row.plan in SIMPLE), key=lambda row: row.regret)


def by_week(outcome: Outcome) -> pd.DataFrame:
    """Return the table of an evaluation: a row a plan and week."""
    share = outcome.share()
    return pd.DataFrame(
        [
            {
                "period_start": pd.Timestamp(start),
                "plan": name,
                "harm": outcome.happened[w],
                "harm_reached": outcome.reached[p, w],
                "share_reached": share[p, w],
                "regret": share[outcome.plans.index(CLAIRVOYANT), w] - share[p, w],
                "hours_unplaced": outcome.unplaced[p, w],
            }
            for p, name in enumerate(outcome.plans)
            for w, start in enumerate(outcome.starts)
        ]
    )


def document(rows: list[Told]) -> list[dict[str, Any]]:
    """Return rows as JSON values."""

    def ends(interval: Interval | None) -> dict[str, float] | None:
        return None if interval is None else vars(interval)

    return [{**vars(row), "ahead": ends(row.ahead), "saved": ends(row.saved)} for row in rows]


def _saved(mine: F64, other: F64) -> Interval | None:
    return saved(mine, other, np.random.default_rng(BOOTSTRAP_SEED)) if other.sum() > 0 else None
