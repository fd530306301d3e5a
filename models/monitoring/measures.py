"""The measures of monitoring, put together: what each says of each strand of the champion."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.completeness.alarms import comparable_totals
from features.completeness.shifts import FEWEST, LEAST_MEAN, level_shifts
from features.panel import Panel
from features.periods import PeriodKind
from models.monitoring.recorded import PIT_LEVELS, Scores
from models.monitoring.stability import Stability
from models.monitoring.thresholds import Limits, Thresholds, Window
from models.monitoring.verdict import ALL, ORDER, RETRAIN, SUSPEND, State, Verdict, judged, margin, unknown, worst

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Monitoring:
    """What monitoring found on a day.

    Attributes:
        version: The champion.
        trained: First day that it did not learn from.
        as_of: Knowledge date of what it was held against.
        kind: "week" or "month".
        snapshot_hash: Names what was known.
        periods: First days of the periods whose recorded forecasts were looked at.
        runs: The runs that they are of.
        strands: Strands of the model's panel.
        verdicts: Every measure of every strand.
        methods: Strand to the best simple method in those periods; "shrunken" where that cannot be told.
        thresholds: What they were held to.
        weekly: Strand to what was recorded and forecast in each of `periods`, in the cells that were compared.
        pit: Strand to the share of cells whose randomised PIT is at or below each of `PIT_LEVELS`; of ranges that hold
            what they say it is the level itself. A strand of which no cell was compared is left out.
    """

    version: str
    trained: date
    as_of: date
    kind: PeriodKind
    snapshot_hash: str
    periods: tuple[date, ...]
    runs: tuple[str, ...]
    strands: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    methods: dict[str, str]
    thresholds: Thresholds
    weekly: dict[str, dict[str, list[float]]]
    pit: dict[str, list[float]]

    @property
    def state(self) -> State:
        """The worst of all."""
        return worst([verdict.state for verdict in self.verdicts])

    def state_of(self, strand: str) -> State:
        """Return the worst of one strand, of what is true of the whole model included."""
        return worst([verdict.state for verdict in self.verdicts if verdict.strand in (strand, ALL)])

    def to_suspend(self) -> dict[str, str]:
        """Return the strands that the model is to be suspended for, each with the method that stands in."""
        return {strand: self.methods[strand] for strand in self.strands if self.state_of(strand) == SUSPEND}

    def to_retrain(self) -> tuple[str, ...]:
        """Return the strands for which a new model is asked for."""
        return tuple(strand for strand in self.strands if self.state_of(strand) in (RETRAIN, SUSPEND))

    def why(self, strand: str) -> str:
        """Return in words what is worst of a strand, "" where nothing is wrong."""
        of = [v for v in self.verdicts if v.strand in (strand, ALL) and v.state in (RETRAIN, SUSPEND)]
        of.sort(key=lambda verdict: ORDER.index(verdict.state))
        return "; ".join(f"{v.measure}{f' ({v.detail})' if v.detail else ''} {v.value:.2f}" for v in of)

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON values; the same facts give the same document."""
        return {
            "schema": "monitoring/1",
            "model_version": self.version,
            "trained": self.trained.isoformat(),
            "as_of": self.as_of.isoformat(),
            "period": self.kind,
            "snapshot_hash": self.snapshot_hash,
            "periods": [day.isoformat() for day in self.periods],
            "runs": list(self.runs),
            "state": self.state,
            "strands": {
                strand: {"state": self.state_of(strand), "why": self.why(strand), "simple_method": self.methods[strand]}
                for strand in self.strands
            },
            "retrain": list(self.to_retrain()),
            "suspend": self.to_suspend(),
            "verdicts": [verdict.as_document() for verdict in self.verdicts],
            "weekly": self.weekly,
            "pit": {"levels": PIT_LEVELS.tolist(), "shares": self.pit},
            "thresholds": self.thresholds.model_dump(mode="json"),
        }


def of_scores(found: Scores | str, strands: tuple[str, ...], asked: Thresholds, kind: str) -> list[Verdict]:
    """Return the verdicts on CRPS, PIT and bias."""
    names = ("crps", "pit", "bias")
    verdicts = []
    for strand in strands:
        if isinstance(found, str) or strand not in found.strands:
            why = found if isinstance(found, str) else "it was not forecast"
            verdicts += [unknown(strand, name, why) for name in names]
            continue
        column = found.strands.index(strand)
        kept = found.cells[:, column] > 0
        cells, weeks = int(found.cells[:, column].sum()), int(kept.sum())
        told = f"{weeks} {kind}s, {cells:,} cells"
        if weeks < asked.window.fewest_periods or cells < asked.window.fewest_cells:
            least = f"{asked.window.fewest_periods} {kind}s and {asked.window.fewest_cells} cells are needed"
            verdicts += [unknown(strand, name, f"{told}; {least}") for name in names]
            continue
        verdicts += [
            _crps(found, column, kept, strand, asked, told),
            _pit(found, column, kept, strand, asked, told),
            _bias(found, column, kept, strand, asked, told),
        ]
    return verdicts


def best_methods(found: Scores | str, strands: tuple[str, ...]) -> dict[str, str]:
    """Return each strand's simple method with the lowest CRPS in the periods looked at, else "shrunken"."""
    methods = dict.fromkeys(strands, "shrunken")
    if not isinstance(found, str):
        for column, strand in enumerate(found.strands):
            sums = {method: float(values[:, column].sum()) for method, values in found.simple.items()}
            sums = {method: value for method, value in sums.items() if np.isfinite(value) and value > 0}
            if sums and strand in methods:
                methods[strand] = min(sums, key=lambda method: sums[method])
    return methods


def weekly(found: Scores | str, strands: tuple[str, ...]) -> dict[str, dict[str, list[float]]]:
    """Return what was recorded and forecast of each strand in each period looked at."""
    if isinstance(found, str):
        return {}
    at = {strand: found.strands.index(strand) for strand in strands if strand in found.strands}
    return {
        strand: {"recorded": found.recorded[:, s].tolist(), "forecast": found.expected[:, s].tolist()}
        for strand, s in at.items()
    }


def pit_shares(found: Scores | str, strands: tuple[str, ...]) -> dict[str, list[float]]:
    """Return for each strand the share of compared cells whose PIT is at or below each of `PIT_LEVELS`."""
    if isinstance(found, str):
        return {}
    cells = found.cells.sum(axis=0)
    at = {strand: found.strands.index(strand) for strand in strands if strand in found.strands}
    return {strand: (found.pit[:, s].sum(axis=0) / cells[s]).tolist() for strand, s in at.items() if cells[s] > 0}


def _crps(found: Scores, column: int, kept: NDArray[np.bool_], strand: str, asked: Thresholds, told: str) -> Verdict:
    sums = {method: values[kept, column] for method, values in found.simple.items()}
    sums = {method: values for method, values in sums.items() if np.isfinite(values).all() and values.sum() > 0}
    if not sums:
        return unknown(strand, "crps", "no simple method could be asked in the same cells")
    best = min(sums, key=lambda method: float(sums[method].sum()))
    model, simple = found.crps[kept, column], sums[best]
    ratio = float(model.sum() / simple.sum())
    # A ratio of sums: its noise is that of the periods' differences from it, over the mean that it is of.
    apart = margin((model - ratio * simple) / simple.mean(), asked.window.confidence)
    return judged(strand, "crps", asked.crps, ratio, ratio - apart, f"against {best}; {told}")


def _pit(found: Scores, column: int, kept: NDArray[np.bool_], strand: str, asked: Thresholds, told: str) -> Verdict:
    below, cells = found.pit[kept, column], found.cells[kept, column]
    share = below.sum(axis=0) / cells.sum() - PIT_LEVELS
    at = int(np.argmax(np.abs(share)))
    distance = float(abs(share[at]))
    by_period = (below[:, at] - (PIT_LEVELS[at] + share[at]) * cells) / cells.mean()
    low = distance - margin(by_period, asked.window.confidence)
    return judged(strand, "pit", asked.pit, distance, low, f"at level {PIT_LEVELS[at]:.2f}; {told}")


def _bias(found: Scores, column: int, kept: NDArray[np.bool_], strand: str, asked: Thresholds, told: str) -> Verdict:
    recorded, expected = found.recorded[kept, column], found.expected[kept, column]
    if recorded.sum() <= 0 or expected.sum() <= 0:
        return unknown(strand, "bias", f"nothing was recorded or forecast; {told}")
    ratio = float(recorded.sum() / expected.sum())
    apart = margin((recorded - ratio * expected) / expected.mean() / ratio, asked.window.confidence)
    size = abs(np.log(ratio))
    evidence = f"recorded {recorded.sum():,.0f}, forecast {expected.sum():,.1f}; {told}"
    return judged(strand, "bias", asked.bias, float(np.exp(size)), float(np.exp(size - apart)), evidence)


def of_stability(found: tuple[Stability, ...] | str, strands: tuple[str, ...], limits: Limits) -> list[Verdict]:
    """Return the verdicts on the features; of the index what earlier windows reached too is no evidence of a move."""
    if isinstance(found, str):
        return [unknown(strand, "features", found) for strand in strands]
    told = {item.strand for item in found}
    late = "too few of the newest periods are in"
    verdicts = [unknown(strand, "features", late) for strand in strands if strand not in told]
    for item in found:
        evidence = f"earlier windows reach {item.usual:.2f}; most in '{item.feature}' ({item.feature_index:.2f})"
        low = max(0.0, item.index - item.usual)
        verdicts.append(judged(item.strand, "features", limits, item.index, low, evidence, detail=item.group))
    return verdicts


def of_levels(panel: Panel, trained: int, limits: Limits) -> list[Verdict]:
    """Return the verdicts on level shifts since the model was trained."""
    return list(_levels(panel, trained, limits))


def _levels(panel: Panel, trained: int, limits: Limits) -> Iterator[Verdict]:
    for strand, total, compared in comparable_totals(panel):
        since = int(compared[max(0, trained - panel.first) :].sum())
        known = int(compared.sum())
        if known < FEWEST[panel.kind] or total[compared].mean() < LEAST_MEAN:
            yield unknown(
                strand, "level_shift", f"{known} {panel.kind}s to compare, or too few incidents a {panel.kind}"
            )
            continue
        shifts = [s for s in level_shifts(total, compared, panel.first, panel.kind) if s.period >= trained]
        if shifts:
            newest = shifts[-1]
            near = min(abs(np.log(newest.low)), abs(np.log(newest.high))) if newest.low > 1 or newest.high < 1 else 0.0
            since_text = periods.start(newest.period, panel.kind)
            value = float(np.exp(abs(np.log(newest.ratio))))
            evidence = f"×{newest.ratio:.2f} ({newest.low:.2f}-{newest.high:.2f}) from {since_text}"
            yield judged(strand, "level_shift", limits, value, float(np.exp(near)), evidence)
        elif since < 1:
            yield unknown(strand, "level_shift", f"no complete {panel.kind} since the model was trained")
        else:
            yield judged(strand, "level_shift", limits, 1.0, 1.0, f"none found; {since} {panel.kind}s since training")


def of_lateness(panel: Panel, trained: Panel, limits: Limits) -> list[Verdict]:
    """Return the verdicts on how many newest periods of each strand are missing beyond those that were at training.

    Args:
        panel: As known now.
        trained: As known when the model was trained: a feed that is published late is no later for that.
        limits: The thresholds.
    """
    before = _lateness(trained)
    verdicts = []
    for strand, late in _lateness(panel).items():
        if late is None:
            verdicts.append(unknown(strand, "late", "nothing of it was ever observed"))
            continue
        usual = before.get(strand) or 0
        evidence = f"{late} {panel.kind}s behind, {usual} when the model was trained"
        beyond = float(max(0, late - usual))
        verdicts.append(judged(strand, "late", limits, beyond, beyond, evidence))
    return verdicts


def _lateness(panel: Panel) -> dict[str, int | None]:
    """Return how many newest ended periods nothing of each strand is known of; None where nothing ever was."""
    ended = periods.ordinal(panel.as_of, panel.kind) - panel.first
    found: dict[str, int | None] = {}
    for column, strand in enumerate(panel.strands):
        seen = np.flatnonzero(panel.observed[:, :, column].any(axis=1))
        found[strand] = ended - 1 - int(seen[-1]) if len(seen) else None
    return found


def of_age(panel: Panel, trained: int, limits: Limits) -> Verdict:
    """Return the verdict on the model's age."""
    age = float(periods.ordinal(panel.as_of, panel.kind) - trained)
    evidence = f"trained on what was before {periods.start(trained, panel.kind)}"
    if age < 0:
        return unknown(ALL, "age", f"{evidence}, which is still to come at {panel.as_of}")
    return judged(ALL, "age", limits, age, age, evidence)


def window_text(window: Window, kind: str) -> str:
    """Return in words what must be known before a measure says anything."""
    return (
        f"Looked at: the newest {window.periods} {kind}s since training. Fewer than {window.fewest_periods} {kind}s or "
        f"{window.fewest_cells} cells are not assessed; a threshold is passed only by the near end of a one-sided "
        f"{window.confidence:.0%} interval over {kind}s."
    )
