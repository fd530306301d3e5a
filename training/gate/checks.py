"""The checks: each compares an interval with its threshold."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from training.gate.sample import GRID, Pit, Sample
from training.gate.settings import Limits
from training.gate.units import Units

F64 = NDArray[np.float64]
Outcome = Literal["passed", "failed", "not assessed"]

CHALLENGER, CHAMPION = "challenger", "champion"
_LOW, _HIGH = int(np.argmin(np.abs(GRID - 0.1))), int(np.argmin(np.abs(GRID - 0.9)))


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: What is measured.
        about: Of what: a strand, a district, a level; or why it is not assessed.
        against: The method that is compared with; empty where none is.
        value: The figure; None where it is not assessed.
        low: Lower end of its interval.
        high: Upper end of its interval.
        rule: What the interval must do, in words: "lie below 0 %".
        outcome: What came of it.
        unit: "%" where the figures are shares, empty where they are distances.
        required: Whether a model is refused too where this is not assessed.
    """

    name: str
    about: str
    against: str
    value: float | None
    low: float | None
    high: float | None
    rule: str
    outcome: Outcome
    unit: str = "%"
    required: bool = False

    @property
    def shown(self) -> str:
        """The figure with its interval as people read it; empty where it is not assessed."""
        if self.value is None or self.low is None or self.high is None:
            return ""
        if self.unit:
            return f"{100 * self.value:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f})"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    @property
    def stands_in_the_way(self) -> bool:
        """Whether the model is refused for it."""
        return self.outcome == "failed" or (self.required and self.outcome == "not assessed")

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        return {**asdict(self), "shown": self.shown}


@dataclass(frozen=True, eq=False)
class Checks:
    """Makes the checks of one sample.

    Attributes:
        sample: What is looked at.
        units: What is drawn.
        limits: Thresholds.
    """

    sample: Sample
    units: Units
    limits: Limits

    def against_champion(self) -> Iterator[Check]:
        """Yield the comparisons with the champion's recipe."""
        crps, deviance = self.limits.crps_against_champion, self.limits.deviance_against_champion
        yield self._change("CRPS", "all strands", self.sample.crps, CHAMPION, below(crps), required=True)
        name = "Poisson deviance"
        yield self._change(name, "all strands", self.sample.deviance, CHAMPION, at_most(deviance), required=True)

    def against_simple(self, best: str) -> Iterator[Check]:
        """Yield the comparisons with the best simple method."""
        crps, deviance = self.limits.crps_against_simple, self.limits.deviance_against_simple
        yield self._change("CRPS", "all strands", self.sample.crps, best, at_most(crps), required=True)
        name = "Poisson deviance"
        yield self._change(name, "all strands", self.sample.deviance, best, at_most(deviance), required=True)

    def worst(self, reference: str) -> Iterator[Check]:
        """Yield the comparison of the strand, and of the district, that fares worst."""
        mine, other = self.sample.crps[CHALLENGER], self.sample.crps[reference]
        rule = at_most(self.limits.worst_strand)
        yield self._worst("CRPS, worst strand", (mine, other), self.sample.strands, reference, rule)
        name, rule = "CRPS, worst district", at_most(self.limits.worst_district)
        if not self.sample.districts:
            yield not_assessed(name, "the areas have no districts", rule, against=reference)
        elif self.units.short:
            yield not_assessed(name, "short history: districts are what is drawn", rule, against=reference)
        else:
            by_block = (mine.sum(axis=2)[:, None], other.sum(axis=2)[:, None])
            yield self._worst(name, by_block, self.sample.blocks, reference, rule)

    def calibration(self) -> Iterator[Check]:
        """Yield the checks of the ranges: PIT of the strand that is furthest off, and coverage by level."""
        yield self._pit_distance()
        wanted = self.limits.coverage
        pits = [(f"{self.sample.areas.level} x strand", self.sample.areas, slice(None))]
        for pit in self.sample.totals:
            pits.append((f"{pit.level} x strand", pit, slice(None, -1)))
            pits.append((f"{pit.level}, all strands", pit, slice(-1, None)))
        for about, pit, strands in pits:
            yield self._coverage(about, pit, strands, meets(*wanted))

    def deciles(self) -> Iterator[Check]:
        """Yield the check of bias by deprivation decile."""
        name, rule = "bias by deprivation decile", near(self.limits.decile_bias)
        sums = self.sample.deciles
        if sums is None:
            yield not_assessed(name, "the areas have no deprivation deciles", rule)
            return
        held = np.flatnonzero(sums[..., 1].sum(axis=(0, 1)) > 0)
        if len(held) < 2:
            yield not_assessed(name, "incidents were recorded in fewer than two deciles", rule)
            return
        values, draws = _bias(sums.sum(axis=(0, 1))[held]), _bias(self.units.sums(sums)[:, held])
        worst = int(np.argmax(np.abs(values)))
        low, high = self.units.interval(draws[:, worst])
        yield judged(name, f"decile {held[worst] + 1}", "", (float(values[worst]), low, high), rule)

    def _change(self, name: str, about: str, sums: Any, against: str, rule: "Rule", *, required: bool) -> Check:
        mine, other = sums[CHALLENGER].sum(axis=2), sums[against].sum(axis=2)
        if other.sum() <= 0:
            return not_assessed(name, "nothing to compare", rule, against=against, required=required)
        value = float(mine.sum() / other.sum() - 1)
        low, high = self.units.interval(_over(self.units.sums(mine), self.units.sums(other)) - 1)
        return judged(name, about, against, (value, low, high), rule, required=required)

    def _worst(self, name: str, sums: tuple[F64, F64], names: tuple[str, ...], against: str, rule: "Rule") -> Check:
        """Compare the part that fares worst; the sums, the challenger's and the other's, are [origin, block, part]."""
        mine, other = sums
        change = _over(mine.sum(axis=(0, 1)), other.sum(axis=(0, 1))) - 1
        if not np.isfinite(change).any():
            return not_assessed(name, "nothing to compare", rule, against=against)
        worst = int(np.nanargmax(change))
        draws = _over(self.units.sums(mine[..., worst]), self.units.sums(other[..., worst])) - 1
        return judged(name, names[worst], against, (float(change[worst]), *self.units.interval(draws)), rule)

    def _pit_distance(self) -> Check:
        pit, rule = self.sample.areas, not_above(self.limits.pit_distance)
        name = "PIT distance, worst strand"
        if pit.members.sum() <= 0:
            return not_assessed(name, "no cell was seen", rule)
        distance = _distance(pit.below.sum(axis=(0, 1)), pit.members.sum(axis=(0, 1)))
        worst = int(np.nanargmax(distance))
        below = self.units.sums(pit.below[:, :, worst])
        draws = _distance(below, self.units.sums(pit.members[:, :, worst]))
        value = float(distance[worst])
        return judged(name, self.sample.strands[worst], "", (value, *self.units.reflected(value, draws)), rule)

    def _coverage(self, about: str, pit: Pit, strands: slice, rule: "Rule") -> Check:
        name = "coverage of 80 %"
        if self.units.short and pit is not self.sample.areas and pit.members.shape[1] != len(self.sample.blocks):
            return not_assessed(name, f"{about}: short history, too few totals", rule)
        members, below = pit.members[:, :, strands].sum(axis=2), pit.below[:, :, strands].sum(axis=2)
        if members.sum() <= 0:
            return not_assessed(name, f"{about}: no total was seen whole", rule)
        value = float(_covered(below.sum(axis=(0, 1)), members.sum()))
        draws = _covered(self.units.sums(below), self.units.sums(members))
        return judged(name, about, "", (value, *self.units.interval(draws)), rule)


@dataclass(frozen=True)
class Rule:
    """How an interval must lie.

    Attributes:
        words: What the interval must do, with the threshold.
        holds: Whether the interval (low, high) does so.
        unit: As of a check.
    """

    words: str
    holds: Callable[[float, float], bool]
    unit: str = "%"


def below(limit: float) -> Rule:
    """Return the rule that the whole interval lies below a limit."""
    return Rule(f"lie below {_percent(limit)}", lambda _, high: high < limit)


def at_most(limit: float) -> Rule:
    """Return the rule that the interval does not reach above a limit."""
    return Rule(f"not exceed {_percent(limit)}", lambda _, high: high <= limit)


def not_above(limit: float) -> Rule:
    """Return the rule that the interval does not lie wholly above a limit."""
    return Rule(f"not lie all above {limit:g}", lambda low, _: low <= limit, "")


def meets(least: float, most: float) -> Rule:
    """Return the rule that the interval meets a range."""
    return Rule(f"meet {100 * least:g}-{_percent(most)}", lambda low, high: high >= least and low <= most)


def near(limit: float) -> Rule:
    """Return the rule that the interval reaches within a distance of 0."""
    return Rule(f"reach within {_percent(limit)} of 0", lambda low, high: low <= limit and high >= -limit)


def judged(
    name: str, about: str, against: str, found: tuple[float, float, float], rule: Rule, *, required: bool = False
) -> Check:
    """Return the check of a figure with its interval."""
    value, low, high = found
    outcome: Outcome = "passed" if rule.holds(low, high) else "failed"
    return Check(name, about, against, value, low, high, rule.words, outcome, rule.unit, required)


def not_assessed(name: str, why: str, rule: Rule, *, against: str = "", required: bool = False) -> Check:
    """Return a check that could not be made, which is never one that passed."""
    return Check(name, why, against, None, None, None, rule.words, "not assessed", rule.unit, required)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _over(above: F64, under: F64) -> F64:
    return np.where(under > 0, above / np.where(under > 0, under, 1.0), np.nan)


def _distance(below: F64, members: F64) -> F64:
    """Return the largest distance of a PIT's distribution to uniform, over the last axis."""
    return np.asarray(np.max(np.abs(_over(below, members[..., None]) - GRID), axis=-1), dtype=np.float64)


def _covered(below: F64, members: F64) -> F64:
    return _over(below[..., _HIGH] - below[..., _LOW], np.asarray(members))


def _bias(sums: F64) -> F64:
    """Return forecast over recorded of each decile over that of all, less 1; sums are float64[..., decile, 2]."""
    every = sums.sum(axis=-2)
    return _over(sums[..., 0], sums[..., 1]) / _over(every[..., 0], every[..., 1])[..., None] - 1
