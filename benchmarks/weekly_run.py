"""The weekly run on all of Toronto, warm: features, forecast, contributions, allocation, ledger; CPU seconds.

python -m benchmarks.weekly_run
"""

import resource
import subprocess
import sys

from benchmarks.protocol import workspace

RUNS = 3
GOAL_CPU_S = 20.0


def cpu_of(*arguments: str) -> float:
    """Run a command as its own process and return its CPU seconds, those of its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "strandcast", *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    ingest = ["ingest", "incidents", "examples/toronto/incidents.parquet", "--mapping", "examples/toronto/mapping.toml"]
    with workspace(
        ["init", "--holidays", "CA-ON"],
        ingest,
        ["train", "--no-tracking"],
        ["promote", "--reason", "benchmark", "--despite", "time is measured here", "--no-tracking"],
    ) as deployment:
        place = ["--workspace", str(deployment.workspace.root)]
        for run in range(1, RUNS + 1):
            forecast = cpu_of("forecast", *place)
            plan = cpu_of("allocate", "--hours", "2400", "--minimum", "4", "--maximum", "60", *place)
            spent = forecast + plan
            print(f"run {run}: forecast {forecast:.1f} + allocate {plan:.1f} = {spent:.1f} s CPU, goal {GOAL_CPU_S:g}")
