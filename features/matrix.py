"""The feature matrix: one path from a panel to rows, for training and for serving."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features import kernels, rates, recency, rhythm
from features.calendar import Calendar
from features.panel import Panel
from features.periods import PERIODS_A_YEAR
from features.rates import StrandTotals
from features.spec import FeatureSpec, Group

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StartingPoint:
    """The offset of every row, in its factors: strand mean x own level x strand trend x season x days.

    Attributes:
        strand_mean: float64[origin, strand].
        own_level: float64[origin, strand, area], shrunken rate over strand mean.
        present_trend: float64[origin, strand], the strand's level at the origin over its long-run mean.
        strand_trend: float64[origin, horizon, strand], expected level over long-run mean.
        season: float64[origin, horizon, strand], of the strand at the target's time of year.
        days: float64[origin, horizon, strand], of the target's bank holidays, school days and first days of months.
    """

    strand_mean: F64
    own_level: F64
    present_trend: F64
    strand_trend: F64
    season: F64
    days: F64

    def logarithm(self) -> F64:
        """Return the log offset, float64[origin, strand, area, horizon]."""
        of_strand = np.log(self.strand_trend * self.season * self.days) + np.log(self.strand_mean)[:, None]
        logs: F64 = np.log(self.own_level)[..., None] + of_strand.transpose(0, 2, 1)[:, :, None]
        return logs

    def of_strand(self) -> dict[Group, F64]:
        """Return the factors that all areas share by the group that explains them."""
        return {"strand-wide trend": self.strand_trend, "season": self.season, "calendar": self.days}

    def present(self) -> F64:
        """Return the rate at the origin without season and days, float64[origin, strand, area]."""
        rate: F64 = self.own_level * (self.strand_mean * self.present_trend)[:, :, None]
        return rate


@dataclass(frozen=True, eq=False)
class FeatureMatrix:
    """Rows in the order strand, area, origin, horizon.

    Invariant: a row uses only periods before its origin.

    Attributes:
        values: float32[n, k].
        names: Column names.
        groups: Group of each column, as explanations name it.
        spec_hash: Hash of the specification it was built from.
        origins: Ordinals of the origins.
        horizons: Horizons.
        start: The offset's factors, None without an offset.
    """

    values: F32
    names: tuple[str, ...]
    groups: tuple[Group, ...]
    spec_hash: str
    origins: I64
    horizons: I64
    start: StartingPoint | None

    def log_offset(self) -> F64:
        """Return the log offset of every row, float64[n].

        Raises:
            DataError: The specification has no offset.
        """
        if self.start is None:
            raise DataError("has no offset", place="feature matrix", fix="give the specification an offset")
        by_series: F64 = self.start.logarithm().transpose(1, 2, 0, 3)
        return by_series.reshape(-1)


def build(spec: FeatureSpec, panel: Panel, origins: I64, calendar: Calendar | None = None) -> FeatureMatrix:
    """Build the rows of every strand, area, origin and horizon.

    Args:
        spec: What to build.
        panel: Counts; the newest origin is the panel's own.
        origins: Ordinals, ascending, after the panel's first period and up to its origin.
        calendar: What is known of days in advance; needed if the specification has a calendar.

    Raises:
        DataError: The panel's period is another, an origin is outside the panel, or the calendar is missing.
    """
    at = _positions(spec, panel, origins, calendar)
    counts, observed = rates.by_strand(panel)
    n_strands, n_areas, n_periods = counts.shape
    names, groups = zip(*spec.columns(), strict=True)
    values = np.empty((n_strands * n_areas * len(origins) * len(spec.horizons), len(names)), dtype=np.float32)
    recency.recency(
        counts.reshape(-1, n_periods),
        observed.reshape(-1, n_periods),
        at,
        np.array(spec.lags, dtype=np.int64),
        np.array(spec.windows, dtype=np.int64),
        rates.decays(spec.half_lives),
        len(spec.horizons),
        values,
    )
    column = len(spec.lags) + len(spec.windows) + len(spec.half_lives)
    filled = _Filled(spec, panel, at, values, column)
    start = filled.ratios(counts, observed, calendar) if spec.offset else None
    if spec.calendar and calendar:
        filled.calendar(origins, calendar)
    if spec.context:
        filled.context(start)
    return FeatureMatrix(values, names, groups, spec.hash, origins, np.array(spec.horizons, dtype=np.int64), start)


def _positions(spec: FeatureSpec, panel: Panel, origins: I64, calendar: Calendar | None) -> I64:
    if spec.kind != panel.kind:
        raise DataError(
            f"counts {panel.kind}s, not {spec.kind}s", place="panel", fix="rebuild it for the model's period"
        )
    if (spec.calendar or spec.follows_rhythm) and calendar is None:
        raise DataError("needs a calendar", place="feature specification", fix="hand one to build")
    at: I64 = np.asarray(origins, dtype=np.int64) - panel.first
    if len(at) == 0 or np.any(np.diff(at) <= 0) or at[0] < 1 or at[-1] > len(panel.counts):
        raise DataError(
            f"must ascend from {panel.first + 1} to at most {panel.first + len(panel.counts)}",
            place="feature matrix, origins",
            fix="leave out origins outside the panel",
        )
    return at


class _Filled:
    """Fills the columns after the recency kernel's, group by group, in the order of `FeatureSpec.columns`."""

    def __init__(self, spec: FeatureSpec, panel: Panel, at: I64, values: F32, column: int) -> None:
        self.spec, self.panel, self.at, self.values, self.column = spec, panel, at, values, column
        self.repeats = len(spec.horizons)
        self.cube = values.reshape(len(panel.strands), len(panel.areas), len(at), self.repeats, values.shape[1])

    def ratios(self, counts: F32, observed: NDArray[np.bool_], calendar: Calendar | None) -> StartingPoint:
        """Fill every column that is a ratio to the offset, and return the offset."""
        offset = self.spec.offset
        if offset is None:
            raise DataError("has no offset", place="feature specification", fix="give it one")
        totals = StrandTotals.of(self.panel)
        own, means = rates.shrunken(counts, observed, self.at, (offset.rate_half_life, *self.spec.rate_half_lives))
        mean = means[:, 0]
        level = rates.levels(totals, mean, self.at, self.spec.level_half_lives)
        start = self._start(totals, mean, own[:, 0] / mean[:, :, None], calendar)
        base = start.present().astype(np.float32)
        self._log_ratios(own[:, 1:], base)
        self._put(np.log(base).transpose(1, 2, 0)[:, :, :, None])
        if self.spec.neighbour_half_lives:
            self._neighbours(counts, observed, base)
        if self.spec.total_half_lives:
            self._all_strands(counts, observed)
        for k in range(level.shape[1]):
            self._put(np.log(level[:, k] / start.present_trend).T[:, None, :, None])
        year = PERIODS_A_YEAR[self.spec.kind]
        for half_width in self.spec.season_half_widths:
            season = rates.seasons(
                totals, self.at, np.array(self.spec.horizons), year, half_width, reference=max(1, year // 12)
            )
            self._put(season.transpose(2, 0, 1)[:, None])
        return start

    def _start(self, totals: StrandTotals, mean: F64, own_level: F64, calendar: Calendar | None) -> StartingPoint:
        offset, horizons = self.spec.offset, np.array(self.spec.horizons, dtype=np.int64)
        if self.spec.follows_rhythm and calendar:
            # The first one is the origin's own, whatever horizons are asked for.
            asked = np.concatenate([[1], horizons])
            found = rhythm.follow(totals, self.panel.first, self.at, asked, calendar)
            trend = np.exp(found.trend) / mean[:, None]
            season, days = np.exp(found.season[:, 1:]), np.exp(found.days[:, 1:])
            return StartingPoint(mean, own_level, trend[:, 0], trend[:, 1:], season, days)
        lives = () if offset is None or offset.level_half_life is None else (offset.level_half_life,)
        level = rates.levels(totals, mean, self.at, lives)
        trend = np.repeat(level, len(horizons), axis=1)
        return StartingPoint(mean, own_level, level[:, 0], trend, np.ones_like(trend), np.ones_like(trend))

    def calendar(self, origins: I64, calendar: Calendar) -> None:
        """Fill the columns of the target's calendar."""
        targets = origins[:, None] + np.array(self.spec.horizons)[None, :] - 1
        days = calendar.features(targets.reshape(-1), self.spec.kind)
        for k in range(days.shape[1]):
            self._put(days[:, k].reshape(targets.shape)[None, None])

    def context(self, start: StartingPoint | None) -> None:
        """Fill the horizon and the strand's mean."""
        self._put(np.array(self.spec.horizons, dtype=np.float64)[None, None, None, :])
        mean = np.log(start.strand_mean) if start else np.full((len(self.at), len(self.panel.strands)), np.nan)
        self._put(mean.T[:, None, :, None])

    def _neighbours(self, counts: F32, observed: NDArray[np.bool_], base: F32) -> None:
        near, _ = rates.shrunken(counts, observed, self.at, self.spec.neighbour_half_lives)
        sizes = [len(members) for members in self.panel.areas.neighbours]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        members = np.array([i for members in self.panel.areas.neighbours for i in members], dtype=np.int64)
        means = np.empty_like(near)
        kernels.neighbour_means(near, starts, members, means)
        self._log_ratios(means, base)

    def _all_strands(self, counts: F32, observed: NDArray[np.bool_]) -> None:
        whole, seen = counts.sum(axis=0, keepdims=True), np.asarray(observed.any(axis=0, keepdims=True))
        both, _ = rates.shrunken(whole, seen, self.at, self.spec.total_half_lives)
        self._put(np.log(both[:, 0, 0] / both[:, 1, 0]).T[None, :, :, None])

    def _log_ratios(self, numerators: F32, base: F32) -> None:
        flat = numerators.reshape(*numerators.shape[:2], base[0].size)
        kernels.log_ratios(flat, base.reshape(len(base), -1), self.column, self.repeats, self.values)
        self.column += numerators.shape[1]

    def _put(self, block: F64 | F32) -> None:
        """Write one column, broadcast over [strand, area, origin, horizon]."""
        self.cube[..., self.column] = block
        self.column += 1
