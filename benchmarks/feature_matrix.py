"""The feature matrix against mlforecast with polars: 10,000 series x 260 weeks, 22 lags, rolling and weighted means.

Beside them a plain copy of the finished matrix, into memory that is there already (warm) and into new memory (fresh):
nothing can be faster than its output can be written.

uv run --group benchmark python -m benchmarks.feature_matrix [PEER]

Each side runs in a process of its own, the sides in turn, and reports its seconds, by the clock and of all its threads'
work, and its peak memory. SYNTHETIC Poisson counts.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from numpy.typing import NDArray

Times = list[tuple[float, float]]

SERIES, WEEKS = 10_000, 260
ROUNDS, RUNS = 5, 5
LAGS = (1, 2, 3, 4, 5, 6, 7, 8, 13, 26, 52)
WINDOWS = (4, 8, 13, 26, 52)
HALF_LIVES = (2.0, 4.0, 8.0, 13.0, 26.0, 52.0)


def counts() -> NDArray[np.float32]:
    """Return float32[series, week]."""
    return np.random.default_rng(1).poisson(0.6, (SERIES, WEEKS)).astype(np.float32)


def ours() -> Times:
    """Build the matrix with our kernels; the first run compiles and is not counted."""
    from datetime import date

    from features.areas.areas import Areas
    from features.matrix import build
    from features.panel import Panel
    from features.spec import FeatureSpec

    n = SERIES // 5
    unknown = np.full(n, np.nan)
    codes = tuple(f"{i:05d}" for i in range(n))
    areas = Areas(codes, codes, {}, unknown, unknown, unknown, np.full((n, 2), np.nan), ((),) * n)
    cube = np.ascontiguousarray(counts().reshape(5, n, WEEKS).transpose(2, 1, 0))
    panel = Panel.of_counts(cube, np.ones(cube.shape, bool), "week", 0, areas, tuple("abcde"), date(2026, 1, 1))
    spec = FeatureSpec("week", lags=LAGS, windows=WINDOWS, half_lives=HALF_LIVES)
    return timed(lambda: build(spec, panel, np.arange(1, WEEKS + 1)).values.shape)


def mlforecast() -> Times:
    """Build the same features with mlforecast on a polars frame."""
    import polars as pl
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExponentiallyWeightedMean, RollingMean

    frame = pl.DataFrame(
        {
            "unique_id": np.repeat(np.arange(SERIES), WEEKS),
            "ds": np.tile(np.arange(WEEKS), SERIES),
            "y": counts().reshape(-1),
        }
    )
    transforms = [RollingMean(window, min_samples=1) for window in WINDOWS]
    weighted = [ExponentiallyWeightedMean(1 - 0.5 ** (1 / half_life)) for half_life in HALF_LIVES]
    forecast = MLForecast(models=[], freq=1, lags=list(LAGS), lag_transforms={1: transforms + weighted}, num_threads=2)
    return timed(lambda: forecast.preprocess(frame, dropna=False, static_features=[]).shape)


def copies(*, fresh: bool) -> Times:
    """Copy a matrix of the size that the others build."""
    columns = len(LAGS) + len(WINDOWS) + len(HALF_LIVES)
    matrix = np.ones((SERIES * WEEKS, columns), dtype=np.float32)
    if fresh:
        return timed(matrix.copy)
    other = np.empty_like(matrix)
    return timed(lambda: np.copyto(other, matrix))


def timed(build: Callable[[], object]) -> Times:
    """Call `build` once to warm up and then `RUNS` times; return the seconds of each, by the clock and of work."""
    build()
    times = []
    for _ in range(RUNS):
        began, worked = time.perf_counter(), time.process_time()
        build()
        times.append((time.perf_counter() - began, time.process_time() - worked))
    return times


SIDES: dict[str, Callable[[], Times]] = {
    "ours": ours,
    "mlforecast": mlforecast,
    "copy, warm": lambda: copies(fresh=False),
    "copy, fresh": lambda: copies(fresh=True),
}


def report(side: str) -> None:
    """Run one side in this process and print its figures as JSON."""
    times = SIDES[side]()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, work = zip(*times, strict=True)
    print(json.dumps({"seconds": seconds, "work": work, "peak": [peak]}))


def main() -> None:
    """Run all sides in turn and print medians and ratios."""
    found: dict[str, dict[str, list[float]]] = {side: {"seconds": [], "work": [], "peak": []} for side in SIDES}
    for _ in range(ROUNDS):
        for side, kept in found.items():
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.feature_matrix", side], check=True, capture_output=True, text=True
            )
            for name, values in json.loads(done.stdout.splitlines()[-1]).items():
                kept[name] += values
    print(f"{SERIES * WEEKS:,} rows x {len(LAGS) + len(WINDOWS) + len(HALF_LIVES)} features, SYNTHETIC")
    print("side", "median s", "least s", "median CPU s", "peak MiB", "median / ours", "CPU / ours", sep="\t")
    seconds, work = (median(found["ours"][name]) for name in ("seconds", "work"))
    for side, kept in found.items():
        wall, cpu, peak = (median(kept[name]) for name in ("seconds", "work", "peak"))
        least = min(kept["seconds"])
        ratios = f"{wall / seconds:.2f}", f"{cpu / work:.2f}"
        print(side, f"{wall:.4f}", f"{least:.4f}", f"{cpu:.4f}", f"{peak:.0f}", *ratios, sep="\t")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        report(sys.argv[1])
    else:
        main()
