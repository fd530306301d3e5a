"""A county's size: 1,111 areas x 9 strands x 156 weeks, trained for 13 horizons and forecast weekly, as commands.

python -m benchmarks.essex_scale [FOLDER]

SYNTHETIC incidents: gamma rates by area and strand, seasons and a trend by strand, shocks by district and week. Each
command is a process of its own with all its imports. The workspace is made in FOLDER and left there for a profiler,
else in a temporary one.
"""

import csv
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

AREAS, STRANDS, WEEKS, DISTRICTS, HORIZONS = 1_111, 9, 156, 14, "1-13"
AREAS_AN_MSOA = 5
MEAN = 0.6
MONDAY = np.datetime64("2022-01-03")
GOALS = {"train": (600.0, 240.0), "weekly run": (60.0, 20.0)}
GATE = {"origins": "1", "refit_every": "1", "horizons": "[1]", "simple": '["shrunken"]'}
MAPPING = """name = "county"
period = "day"
[columns]
occurred_from = "day"
area_code = "area"
offence = "offence"
count = "count"
[strands]
"*" = "*"
"""


def counts(rng: np.random.Generator) -> np.ndarray[tuple[int, int, int], np.dtype[np.int64]]:
    """Return SYNTHETIC counts [week, area, strand]."""
    level = MEAN * np.geomspace(0.2, 3.0, STRANDS)
    rates = level * rng.gamma(1.5, 1 / 1.5, (AREAS, STRANDS))
    week = np.arange(WEEKS)[:, None]
    season = 1 + 0.15 * np.sin(2 * np.pi * (week / 52 + rng.random(STRANDS)))
    trend = np.exp(rng.normal(0, 0.001, STRANDS) * week)
    shocks = rng.gamma(100, 0.01, (WEEKS, DISTRICTS, STRANDS))[:, district_of_area()]
    return rng.poisson((season * trend)[:, None] * shocks * rates)


def district_of_area() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the district of each area, whole MSOAs in each."""
    return np.arange(AREAS) // AREAS_AN_MSOA * DISTRICTS // -(-AREAS // AREAS_AN_MSOA)


def write_files(folder: Path) -> None:
    """Write areas, incidents and their mapping."""
    with (folder / "areas.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["area_code", "msoa", "district", "force"])
        for number, district in enumerate(district_of_area()):
            rows.writerow([f"E{number:05d}", f"M{number // AREAS_AN_MSOA:04d}", f"D{district:02d}", "SYNTHETIC county"])
    found = counts(np.random.default_rng(1))
    week, area, strand = found.nonzero()
    frame = pd.DataFrame(
        {
            "day": (MONDAY + 7 * week + np.random.default_rng(2).integers(0, 7, len(week))).astype("datetime64[s]"),
            "area": np.array([f"E{area:05d}" for area in range(AREAS)])[area],
            "offence": np.array([f"strand {strand}" for strand in range(STRANDS)])[strand],
            "count": found[week, area, strand],
        }
    )
    frame.to_parquet(folder / "incidents.parquet", index=False)
    (folder / "mapping.toml").write_text(MAPPING, "utf-8")


def measured(name: str, folder: Path, *arguments: str) -> None:
    """Run a command as its own process and print its seconds, CPU seconds and peak memory."""
    command = [sys.executable, "-m", "strandcast", *arguments, "--workspace", str(folder / "workspace")]
    began = time.perf_counter()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        process = os.posix_spawn(
            sys.executable, command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)]
        )
        _, status, used = os.wait4(process, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"{name} failed")
    worked, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    goals = ", at most {:g} s, goal {:g} s".format(*GOALS[name]) if name in GOALS else ""
    print(f"{name}: {seconds:.1f} s, {worked:.1f} s CPU, peak {peak:,.0f} MiB{goals}", flush=True)


def main(folder: Path) -> None:
    """Make the workspace and run the commands in it."""
    if not (folder / "workspace").exists():
        write_files(folder)
        areas = ("--areas", str(folder / "areas.csv"), "--holidays", "GB-ENG")
        measured("init", folder, "init", *areas)
        mapping = ("--mapping", str(folder / "mapping.toml"))
        measured("ingest", folder, "ingest", "incidents", str(folder / "incidents.parquet"), *mapping)
    print(f"{AREAS:,} areas x {STRANDS} strands x {WEEKS} weeks, SYNTHETIC; horizons {HORIZONS}")
    measured("train", folder, "train", "--horizons", HORIZONS, "--no-tracking")
    # The gate of one origin fits the challenger once more; the shipped one of 13 origins fits it twice.
    gate = Path("training/gate/gate.toml").read_text("utf-8")
    for key, value in GATE.items():
        gate = re.sub(rf"^{key} = .*$", f"{key} = {value}", gate, flags=re.MULTILINE)
    (folder / "workspace" / "gate.toml").write_text(gate, "utf-8")
    measured("promote", folder, "promote", "--reason", "benchmark", "--despite", "benchmark", "--no-tracking")
    for _ in range(3):
        measured("weekly run", folder, "forecast", "--horizons", HORIZONS)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory(prefix="strandcast-benchmark-") as made:
            main(Path(made))
