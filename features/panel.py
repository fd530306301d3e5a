"""The panel: counts by period, area and strand, and which of them were observed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features import periods
from features.areas.areas import Areas
from features.completeness.changes import RecordingChange
from features.incidents.incidents import Erased
from features.months import Months
from features.periods import PeriodKind
from features.provenance import UNKNOWN, ProvenanceClass


@dataclass(frozen=True, eq=False)
class Panel:
    """Counts known at `as_of`.

    Invariants: arrays are read-only; the last period ends on the day before `origin`; a cell that was not
    observed holds 0 in `counts` and False in `observed`; `classes` sums to `counts`; nowhere is `once` more than
    `counts`, nor `reported` more than `once`; where `completeness` is below 1, counts are what was recorded divided by
    the share that is usually in by then, and no truth to measure a forecast on.

    Attributes:
        counts: float32[period, area, strand]; an incident counts in every strand that it belongs to.
        once: float32[period, area, strand]; every incident in one strand only, so that sums over strands are totals.
        reported: float32[period, area, strand]; `once` without the incidents that officers found themselves.
        classes: Class of provenance -> float32[period, area, strand]: `counts` by how the incidents came to notice;
            only classes that occur.
        observed: bool[period, area, strand]; False means *missing*, not zero.
        kind: "week" or "month".
        first: Ordinal of the first period.
        areas: The areas of axis 1.
        strands: The strands of axis 2.
        as_of: Knowledge date: only facts known before this day are counted.
        completeness: float32[period, strand], share of the records that is usually in by `as_of`; 1 = complete.
        changes: Recording changes that earlier periods are rescaled by.
        left_out: Feeds that give coarser periods than these, and are therefore not counted.
        erased: What was erased after the view, of days that the panel counts: there it is not exact.
        months: What monthly feeds tell beside weeks; a strand that only they speak of has no week that was observed.
    """

    counts: NDArray[np.float32]
    once: NDArray[np.float32]
    reported: NDArray[np.float32]
    classes: Mapping[ProvenanceClass, NDArray[np.float32]]
    observed: NDArray[np.bool_]
    kind: PeriodKind
    first: int
    areas: Areas
    strands: tuple[str, ...]
    as_of: date
    completeness: NDArray[np.float32]
    changes: tuple[RecordingChange, ...] = ()
    left_out: tuple[str, ...] = ()
    erased: tuple[Erased, ...] = ()
    months: Months | None = None

    @classmethod
    def of_counts(
        cls,
        counts: NDArray[np.float32],
        observed: NDArray[np.bool_],
        kind: PeriodKind,
        first: int,
        areas: Areas,
        strands: tuple[str, ...],
        as_of: date,
    ) -> "Panel":
        """Return the complete panel of incidents that are each of one strand, and came to notice nobody knows how."""
        complete = np.ones((len(counts), len(strands)), dtype=np.float32)
        return cls(counts, counts, counts, {UNKNOWN: counts}, observed, kind, first, areas, strands, as_of, complete)

    @property
    def origin(self) -> date:
        """First day of the period after the last one: the forecast's origin."""
        return periods.start(self.first + len(self.counts), self.kind)

    @property
    def complete(self) -> NDArray[np.bool_]:
        """bool[period, area, strand]: observed, and as good as all records are in; only these are truth.

        Of a strand that monthly feeds speak of too, no week was seen whole.
        """
        full: NDArray[np.bool_] = self.observed & ((self.completeness == 1) & ~self.from_months)[:, None, :]
        return full

    @property
    def corrected(self) -> bool:
        """Whether some period is counted before all its records are in."""
        return bool((self.completeness < 1).any())

    @property
    def from_months(self) -> NDArray[np.bool_]:
        """bool[strand]: some feed of the strand gives months, so its weeks are in part forecast from those."""
        told = self.months.panel.strands if self.months else ()
        return np.array([strand in told for strand in self.strands], dtype=np.bool_)

    def only(self, strands: tuple[str, ...]) -> "Panel":
        """Return the panel's own periods of some strands, or of strands that it has none of, without its months."""
        at = [self.strands.index(name) if name in self.strands else -1 for name in strands]
        known, column = np.array(at, dtype=np.int64) >= 0, np.maximum(at, 0)

        def taken(values: NDArray[Any], absent: float) -> NDArray[Any]:
            chosen = np.where(known, values[..., column], np.asarray(absent, dtype=values.dtype))
            chosen.setflags(write=False)
            return chosen

        return replace(
            self,
            counts=taken(self.counts, 0),
            once=taken(self.once, 0),
            reported=taken(self.reported, 0),
            classes={name: taken(counts, 0) for name, counts in self.classes.items()},
            observed=taken(self.observed, 0),
            completeness=taken(self.completeness, 1),
            strands=strands,
            months=None,
        )

    def until(self, origin: int) -> "Panel":
        """Return the panel without the periods from `origin` (an ordinal) on."""
        return self.between(0, origin - self.first)

    def between(self, first: int, end: int) -> "Panel":
        """Return the periods from position `first` to before position `end`."""
        kept = slice(first, end)
        begin = periods.start(self.first + first, self.kind)
        return replace(
            self,
            counts=self.counts[kept],
            once=self.once[kept],
            reported=self.reported[kept],
            classes={name: counts[kept] for name, counts in self.classes.items()},
            observed=self.observed[kept],
            completeness=self.completeness[kept],
            first=self.first + first,
            erased=tuple(item for item in self.erased if item.before > begin),
            months=self.months and self.months.between(first, end, periods.start(self.first + end, self.kind)),
        )
