"""What is known of feeds' completeness, as JSON values."""

from datetime import date
from typing import Any

from features import periods
from features.completeness.overview import FeedCompleteness, NewestPeriod
from features.completeness.shifts import LevelShift
from features.periods import PeriodKind


def completeness_document(feed: FeedCompleteness) -> dict[str, Any]:
    """Return what is known of one feed."""
    shifts = []
    for strand, found in feed.shifts.items():
        for shift in found:
            before, day = shift_days(shift, feed.kind)
            sizes = {"ratio": shift.ratio, "low": shift.low, "high": shift.high}
            shifts.append({"strand": strand, "date": str(day), "last_before": str(before), **sizes})
    return {
        "feed": feed.name,
        "period": feed.kind,
        "covered": [[str(first), str(last)] for first, last in feed.spans],
        "missing_months": [list(run) for run in feed.missing],
        "not_delivered": [[str(first), str(last)] for first, last in feed.gaps],
        "half_in_by": feed.in_by(0.5),
        "ninety_in_by": feed.in_by(0.9),
        "delay_curves": {strand: [round(float(share), 4) for share in curve] for strand, curve in feed.curves.items()},
        "newest": [_newest_document(row) for row in feed.newest],
        "outages": [
            {"group": o.group, "name": o.name, "first": str(o.first), "last": str(o.last), "expected": o.expected}
            for o in feed.outages
        ],
        "level_shifts": shifts,
        "recording_changes": [change.as_document() for change in feed.changes],
    }


def shift_days(shift: LevelShift, kind: PeriodKind) -> tuple[date, date]:
    """Return the first days of the last period before a level shift and of the first one after it."""
    return periods.start(shift.last_before, kind), periods.start(shift.period, kind)


def _newest_document(row: NewestPeriod) -> dict[str, Any]:
    said = {"expected": row.expected, "low": row.low, "high": row.high, "used": row.used}
    return {"strand": row.strand, "start": str(row.start), "recorded": row.recorded, "share": row.share, **said}
