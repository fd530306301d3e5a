"""Ingest on a national year's volume, validation beside a bare pandera pass, and views of three county-years.

python -m benchmarks.ingest STREET_FILES [national|validation|view ...]
    STREET_FILES: the given archive of street-level files of Essex, repeated with new keys. The result is SYNTHETIC.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.national import given_rows, months_from, write_download

FORCES, MONTHS, ROWS = 43, 12, 6_000_000
GOAL_CPU_S, GOAL_PEAK_GB = 90.0, 4.0
COUNTY_MONTHS, COUNTY_ROWS = 36, 650_000
GOAL_VIEW_S = 2.0
VALIDATED_ROWS, RUNS = 1_000_000, 5
GOAL_VALIDATION = 2.0


@dataclass(frozen=True)
class Spent:
    """What one process took.

    Attributes:
        cpu_s: User and system time.
        wall_s: Time on the wall.
        peak_gb: Largest resident set, 10^9 bytes.
    """

    cpu_s: float
    wall_s: float
    peak_gb: float


def spent_by(arguments: Sequence[str]) -> Spent:
    """Run a command of Strandcast as its own process; its figures are the system's.

    Raises:
        SystemExit: It failed.
    """
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "strandcast", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    return Spent(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss * 1024 / 1e9)


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds that work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def national(given: Sequence[list[str]], folder: Path) -> None:
    """Ingest a year of 43 forces."""
    download, workspace = folder / "national.zip", str(folder / "national")
    rows = write_download(download, given, FORCES, months_from(2024, MONTHS), ROWS)
    spent_by(["init", "--taxonomy", "police-uk", "--workspace", workspace, "--json"])
    spent = spent_by(["ingest", "police-uk", str(download), "--workspace", workspace, "--json"])
    print(
        f"ingest police-uk: {rows:,} rows of {FORCES} forces x {MONTHS} months: {spent.cpu_s:.1f} s CPU "
        f"(goal {GOAL_CPU_S:g}), {spent.wall_s:.1f} s, peak {spent.peak_gb:.2f} GB (goal {GOAL_PEAK_GB:g})"
    )


def validation(given: Sequence[list[str]], folder: Path) -> None:
    """Judge a million rows, one in a hundred broken, as ingest does and with nothing but pandera, in turn."""
    import pandas as pd
    from pandera.errors import SchemaErrors

    from features.feeds.catalogue import load_contract
    from features.feeds.mapped import wanted_of
    from features.feeds.places import Places
    from features.feeds.reading import Setting
    from features.feeds.schema import Schema
    from features.feeds.sources import Content, source_files
    from features.feeds.strand_rules import rules_of
    from features.feeds.tables import read_table
    from features.feeds.typed import typed_rows
    from features.workspace import Workspace

    month, download = "2024-01", folder / "month.zip"
    write_download(download, given, 1, [month], VALIDATED_ROWS)
    spent_by(["init", "--taxonomy", "police-uk", "--workspace", str(folder / "w"), "--json"])
    contract, taxonomy = load_contract(folder, "police-uk"), Workspace.open(folder / "w").taxonomy()
    received = datetime(2024, 7, 1, tzinfo=UTC)
    setting = Setting(Places(), taxonomy, b"benchmark", received)
    with source_files(download) as files:
        table = read_table(Content.of(files[0]), wanted_of(contract))
    rows = typed_rows(table, contract, rules_of(contract, taxonomy, "benchmark").rows, setting)
    rows.loc[::100, "day"] = pd.NaT
    schema = Schema(contract, received.date(), date(2024, 1, 1))

    def plain() -> None:
        """The same checks as anyone would write them down for pandera."""
        try:
            schema._schema(rows).validate(rows, lazy=True)  # noqa: SLF001 - the pass itself is timed
        except SchemaErrors:
            return

    ours, theirs = (min(seconds(judge) for _ in range(RUNS)) for judge in (lambda: schema.broken(rows), plain))
    print(
        f"validation of {len(rows):,} rows: {ours:.2f} s CPU, pandera alone {theirs:.2f} s, "
        f"ratio {ours / theirs:.2f} (goal {GOAL_VALIDATION:g})"
    )


def view(given: Sequence[list[str]], folder: Path) -> None:
    """Read three county-years, see them as of a day and count them into a panel."""
    from features.counting import build_panel, flat_areas
    from features.incidents.store import load_incidents
    from strandcast.command import Context
    from strandcast.deployment import Deployment
    from strandcast.output import Output

    download, workspace = folder / "county.zip", folder / "county"
    rows = write_download(download, given, 1, months_from(2021, COUNTY_MONTHS), COUNTY_ROWS)
    spent_by(["init", "--taxonomy", "police-uk", "--workspace", str(workspace), "--json"])
    spent_by(["ingest", "police-uk", str(download), "--workspace", str(workspace), "--json"])
    with Deployment.open(Context(workspace, Output.standard(as_json=False))) as deployment:
        archive = deployment.archive()
        for run in range(1, RUNS + 1):
            began, cpu = time.perf_counter(), time.process_time()
            store = load_incidents(archive)
            loaded = time.perf_counter()
            incidents = store.view(date(2023, 7, 1))
            seen = time.perf_counter()
            panel = build_panel(incidents, "month", flat_areas(incidents))
            counted = time.perf_counter()
            print(
                f"as_of panel, run {run}: {rows:,} rows held, {len(incidents):,} known, panel {panel.counts.shape}: "
                f"read {loaded - began:.2f} + view {seen - loaded:.2f} + panel {counted - seen:.2f} "
                f"= {counted - began:.2f} s (goal {GOAL_VIEW_S:g}), {time.process_time() - cpu:.2f} s CPU"
            )


PARTS = {"national": national, "validation": validation, "view": view}

if __name__ == "__main__":
    chosen = sys.argv[2:] or list(PARTS)
    if len(sys.argv) < 2 or set(chosen) - set(PARTS):
        raise SystemExit(__doc__)
    rows_given = given_rows(Path(sys.argv[1]))
    for part in chosen:
        with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as place:
            PARTS[part](rows_given, Path(place))
