"""A small backtest of boosted models on a SYNTHETIC store, here or in a process that a test may end.

python -m tests.support.backtests FOLDER WORKERS
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

from features.calendar import Calendar
from features.panel import Panel
from models.forecaster import DemandForecaster
from models.progress import silent
from tests.support.recorded import Recorded
from training.backtest import Backtest, Schedule, run_backtest
from training.choice import Recipe

STORE = Recorded.drawn(3, weeks=90, areas=20, n=12_000)
SCHEDULE = Schedule(8, 2, (1, 2), 1)
RECIPE = Recipe("boosted", Calendar(), 1)


def run(folder: Path | None = None, *, workers: int = 1, store: Recorded = STORE) -> Backtest:
    """Return the backtest."""
    return run_backtest(store.knowledge(), SCHEDULE, RECIPE.fit, name="m", advance=silent, workers=workers, kept=folder)


def digest(done: Backtest) -> str:
    """Return a hash of all that a backtest says."""
    documents = [(item.method, item.horizons, item.fallback, item.spread.document()) for item in done.forecasts]
    said = done.mean.tobytes() + done.dispersion().tobytes() + repr((documents, done.notices)).encode()
    return hashlib.sha256(said).hexdigest()


def assert_equal(one: Backtest, other: Backtest) -> None:
    """Assert that two backtests say the same to the bit."""
    np.testing.assert_array_equal(one.mean, other.mean)
    assert digest(one) == digest(other)


def broken(panel: Panel, horizons: tuple[int, ...]) -> DemandForecaster:
    """Fail as no fit should."""
    message = f"no fit of {len(panel.counts)}"
    raise ValueError(message)


if __name__ == "__main__":
    try:
        sys.stdout.write(digest(run(Path(sys.argv[1]), workers=int(sys.argv[2]))))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
