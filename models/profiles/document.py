"""Profiles as documents: a row for each share, CSV, and a summary."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from features.cells import guarded
from models.profiles.pooling import NOMINAL, Pooled
from models.profiles.shifts import WEEKDAYS
from models.profiles.study import FEWEST, Profiles

COLUMNS = (
    "strand",
    "level",
    "place",
    "weekday",
    "shift",
    "hours",
    "share",
    "low",
    "high",
    "incidents",
    "own_weight",
    "as_of",
    "notices",
    "attribution",
)
FORCE = "force"
EVERYWHERE = "everywhere"
EVERY_STRAND = "every strand"
_DIGITS = 5


def rows(found: Profiles, notices: list[str], attribution: str) -> list[dict[str, Any]]:
    """Return a row for each strand, place, weekday and shift; JSON values under `COLUMNS`."""
    ends = {
        "as_of": found.clocked.as_of.isoformat(),
        "notices": ";".join(notices),
        "attribution": attribution,
    }
    table = []
    for number, strand in enumerate(found.strands):
        table += [
            {"strand": strand, "level": FORCE, "place": EVERYWHERE, **cell, **ends}
            for cell in _cells(found, found.force, number)
        ]
        for at, part in enumerate(found.parts_of[number]):
            table += [
                {"strand": strand, "level": found.level, "place": found.parts[part], **cell, **ends}
                for cell in _cells(found, found.within[number], at)
            ]
    return table


def to_csv(table: list[dict[str, Any]]) -> bytes:
    """Return rows as CSV, in which a spreadsheet takes no text for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table:
        cells = [row[name] for name in COLUMNS]
        writer.writerow(guarded(cells))
    return text.getvalue().encode()


def summary(found: Profiles, notices: list[str], attribution: str) -> dict[str, Any]:
    """Return what was asked, found and relied on, without the shares; JSON values."""
    rests = found.clocked
    known = found.force.count.sum(axis=1)
    return {
        "strand": found.request.strand or EVERY_STRAND,
        "as_of": rests.as_of.isoformat(),
        "first_day": rests.first.isoformat(),
        "last_day": rests.last.isoformat(),
        "weeks": rests.weeks,
        "shifts": [{"shift": shift.name, "hours": shift.hours} for shift in found.request.shifts.shifts],
        "longest_hours": found.request.longest_hours,
        "nominal": NOMINAL,
        "pull": round(found.force.pull, 1),
        "strands": [
            {
                "strand": strand,
                "incidents": int(found.total[number]),
                "with_clock_time": round(float(known[number])),
                "own_weight": round(float(found.force.own[number]), 4),
                "pull": round(found.within[number].pull, 1),
                "places": [found.parts[part] for part in found.parts_of[number]],
            }
            for number, strand in enumerate(found.strands)
        ],
        "level": found.level,
        "fewest": FEWEST,
        "weekly_only": list(rests.weekly_only),
        "partly_without_clock_times": [name for name in rests.partly if name in found.strands],
        "feeds_left_out": list(rests.left_out),
        "heaped_at_midnight": list(rests.heaped),
        "without_clock_time": {"midnight": rests.midnight, "long_interval": rests.long},
        "found_by_officers": rests.found_by_officers,
        "erased": [item.sentence() for item in rests.incidents.erased],
        "snapshot_hash": rests.incidents.snapshot_hash,
        "notices": notices,
        "attribution": attribution,
    }


def _cells(found: Profiles, pooled: Pooled, row: int) -> Iterator[dict[str, Any]]:
    shifts = found.request.shifts.shifts
    low, high = (bound[row] for bound in pooled.range())
    share, total, own = pooled.share[row], pooled.count[row].sum(), pooled.own[row]
    for cell in range(len(share)):
        shift = shifts[cell % len(shifts)]
        yield {
            "weekday": WEEKDAYS[cell // len(shifts)],
            "shift": shift.name,
            "hours": shift.hours,
            "share": round(float(share[cell]), _DIGITS),
            "low": round(float(low[cell]), _DIGITS),
            "high": round(float(high[cell]), _DIGITS),
            "incidents": round(float(total)),
            "own_weight": round(float(own), 4),
        }
