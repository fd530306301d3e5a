"""Verdicts: what a measure says of a strand, and on what evidence."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from models.monitoring.thresholds import Limits

F64 = NDArray[np.float64]
State = Literal["ok", "retrain", "suspend", "not assessed"]
OK: State = "ok"
RETRAIN: State = "retrain"
SUSPEND: State = "suspend"
NOT_ASSESSED: State = "not assessed"
# Worst first; what could not be looked at is worse than what was looked at and found well.
ORDER: tuple[State, ...] = (SUSPEND, RETRAIN, NOT_ASSESSED, OK)
ALL = "all"


@dataclass(frozen=True)
class Verdict:
    """What one measure says.

    Invariant: without a value the state is "not assessed", and with one it is not.

    Attributes:
        strand: The strand; "all" for what is true of the model as a whole.
        measure: Name of the measure, a section of `monitor.toml`.
        detail: Which one where a measure has several: the group of features.
        value: What was measured; None where there was nothing to measure.
        low: Lower end of its one-sided interval; the value itself where it has no noise.
        state: What follows.
        evidence: What it rests on, or why it is not assessed, in words.
    """

    strand: str
    measure: str
    detail: str
    value: float | None
    low: float | None
    state: State
    evidence: str

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "strand": self.strand,
            "measure": self.measure,
            "detail": self.detail,
            "value": self.value,
            "low": self.low,
            "state": self.state,
            "evidence": self.evidence,
        }


def judged(
    strand: str, measure: str, limits: Limits, value: float, low: float, evidence: str, *, detail: str = ""
) -> Verdict:
    """Return the verdict on a value: a threshold is passed only where the lower end of the interval is beyond it."""
    if not (math.isfinite(value) and math.isfinite(low)):
        return unknown(strand, measure, "it comes to no number", detail=detail)
    state = OK
    if limits.retrain is not None and low > limits.retrain:
        state = RETRAIN
    if limits.suspend is not None and low > limits.suspend:
        state = SUSPEND
    return Verdict(strand, measure, detail, value, low, state, evidence)


def unknown(strand: str, measure: str, why: str, *, detail: str = "") -> Verdict:
    """Return the verdict where there is nothing to assess."""
    return Verdict(strand, measure, detail, None, None, NOT_ASSESSED, why)


def worst(states: list[State]) -> State:
    """Return the worst of some states; of none, that nothing was assessed."""
    return min(states, key=ORDER.index, default=NOT_ASSESSED)


def margin(by_period: F64, confidence: float) -> float:
    """Return how far below a mean over periods the lower end of its one-sided interval lies.

    Areas of one week share what moved all of them, so that a week, not a cell, is what the noise is told by: Student's
    t with one degree of freedom less than there are periods, on the periods' own spread.

    Args:
        by_period: float64[period], what each period contributes to the mean; at least 2.
        confidence: One-sided.
    """
    n = len(by_period)
    error = float(by_period.std(ddof=1)) / math.sqrt(n)
    return float(student.ppf(confidence, n - 1)) * error
