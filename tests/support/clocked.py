"""SYNTHETIC exports with clock times of a known truth, and views of incidents at given times."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.twin.clocks import begin, chances, window
from features.incidents.incidents import FeedCoverage, Incidents
from features.provenance import PROVENANCE, UNKNOWN

# Monday.
FIRST = date(2022, 1, 3)
WEEKS = 104
MAPPING = (
    'period = "day"\n[columns]\noccurred_from = "begins"\noccurred_to = "ends"\noffence = "what"\narea_code = "where"\n'
    '[strands]\n"*" = "*"\n'
)
AREAS = "area_code,name,district\nA,A,Harlow\nB,B,Maldon\nC,C,Rochford\n"
CENTRES = {"A": 1.0, "B": 0.0, "C": 0.1}
DISTRICTS = {"A": "Harlow", "B": "Maldon", "C": "Rochford"}
# Strand: the twin's clock, its window, and incidents by area.
STRANDS: dict[str, tuple[str, str, dict[str, int]]] = {
    "violence": ("night", "none", {"A": 3000, "B": 1500, "C": 60}),
    "shops": ("shops", "none", {"A": 1200, "B": 900, "C": 40}),
    "burglary": ("closed", "business", {"A": 900, "B": 900, "C": 30}),
}


def truth(clock: str, centre: float) -> NDArray[np.float64]:
    """Return the true share of each weekday and default shift; float64[21]."""
    by_hour = np.roll(chances(clock, centre), -7)
    cells: NDArray[np.float64] = by_hour.reshape(7, 3, 8).sum(axis=2).ravel()
    return cells


def write_export(path: Path, seed: int) -> Path:
    """Write incidents at the twin's times of the week."""
    rng = np.random.default_rng(seed)
    monday = np.datetime64(FIRST, "m")
    lines = ["begins,ends,what,where\n"]
    for strand, (clock, name, numbers) in STRANDS.items():
        for area, number in numbers.items():
            kind = np.zeros(number, np.int64)
            minute = begin(np.array([clock]), kind, np.full(number, CENTRES[area]), rng)
            starts = monday + rng.integers(0, WEEKS, number) * 10080 + minute
            ends = starts + window(np.array([name]), kind, rng)
            lines += [f"{one}:00,{end}:00,{strand},{area}\n" for one, end in zip(starts, ends, strict=True)]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def view(
    began: Sequence[str], until: Sequence[str] | None = None, *, source: NDArray[np.int64] | None = None, **changed: Any
) -> Incidents:
    """Return a view of incidents at times such as "2022-01-03T23:30", "NaT" for none; `source` is each one's feed."""
    n = len(began)
    starts = np.array(began, "datetime64[s]")
    ends = np.array(until if until is not None else ["NaT"] * n, "datetime64[s]")
    day = np.where(np.isnat(starts), np.datetime64(FIRST, "s"), starts).astype("datetime64[D]")
    last = FIRST + timedelta(weeks=WEEKS) - timedelta(days=1)
    told = datetime(2024, 1, 1, tzinfo=UTC)
    columns: dict[str, Any] = {
        "day": day,
        "area": np.zeros(n, np.int32),
        "strand": np.zeros(n, np.int16),
        "also": np.zeros(n, np.int16),
        "provenance": np.full(n, PROVENANCE.index(UNKNOWN), np.int8),
        "feed": (np.zeros(n) if source is None else source).astype(np.int16),
        "count": np.ones(n, np.int32),
        "known_at": (day + 1).astype("datetime64[s]"),
        "longitude": np.full(n, np.nan),
        "latitude": np.full(n, np.nan),
        "area_codes": ("A",),
        "strand_names": ("violence",),
        "also_sets": ((),),
        "feeds": (FeedCoverage("calls", "day", ("violence",), ((FIRST, last),), told),),
        "as_of": None,
        "snapshot_hash": "synthetic",
        "began": starts,
        "until": ends,
    }
    return Incidents(**{**columns, **changed})
