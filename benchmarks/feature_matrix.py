"""The feature matrix against mlforecast with polars: 10,000 series x 260 weeks, 22 lags, rolling and weighted means.

uv run --group benchmark python -m benchmarks.feature_matrix [PEER]

Each side runs in a process of its own, in turn, and reports its seconds and its peak memory. SYNTHETIC Poisson counts.
"""

import json
import resource
import subprocess
import sys
import time
from statistics import median

import numpy as np
from numpy.typing import NDArray

SERIES, WEEKS, RUNS = 10_000, 260, 3
LAGS = (1, 2, 3, 4, 5, 6, 7, 8, 13, 26, 52)
WINDOWS = (4, 8, 13, 26, 52)
HALF_LIVES = (2.0, 4.0, 8.0, 13.0, 26.0, 52.0)


def counts() -> NDArray[np.float32]:
    """Return float32[series, week]."""
    return np.random.default_rng(1).poisson(0.6, (SERIES, WEEKS)).astype(np.float32)


def ours() -> list[float]:
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


def mlforecast() -> list[float]:
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


def timed(build: object) -> list[float]:
    """Call `build` once to warm up and then `RUNS` times; return the seconds of each."""
    seconds = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        build()  # type: ignore[operator]
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def report(side: str) -> None:
    """Run one side in this process and print its figures as JSON."""
    seconds = {"ours": ours, "mlforecast": mlforecast}[side]()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak}))


def main() -> None:
    """Run both sides in turn and print medians and ratios."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(2):
        for side in ("ours", "mlforecast"):
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.feature_matrix", side], check=True, capture_output=True, text=True
            )
            figures = json.loads(done.stdout.splitlines()[-1])
            kept = found.setdefault(side, {"seconds": [], "peak_mib": []})
            kept["seconds"] += figures["seconds"]
            kept["peak_mib"].append(figures["peak_mib"])
    print(f"{SERIES * WEEKS:,} rows x {len(LAGS) + len(WINDOWS) + len(HALF_LIVES)} features, SYNTHETIC")
    for side, kept in found.items():
        print(f"{side:>10}: median {median(kept['seconds']):.3f} s, peak {median(kept['peak_mib']):,.0f} MiB")
    time_ratio = median(found["mlforecast"]["seconds"]) / median(found["ours"]["seconds"])
    memory_ratio = median(found["mlforecast"]["peak_mib"]) / median(found["ours"]["peak_mib"])
    print(f"mlforecast / ours: {time_ratio:.1f} x the time, {memory_ratio:.2f} x the memory")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        report(sys.argv[1])
    else:
        main()
