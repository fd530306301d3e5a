"""How good a forecast was: measures that sparse counts cannot flatter."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import mean_pinball_loss, mean_poisson_deviance

F64 = NDArray[np.float64]

# A forecast of exactly 0 has an infinite deviance where something happened; the measure is taken at this mean instead.
LEAST_MEAN = 1e-3


def poisson_deviance(count: F64, mean: F64) -> float:
    """Return the mean Poisson deviance, means raised to 0.001 at least."""
    return float(mean_poisson_deviance(count.reshape(-1), np.maximum(mean.reshape(-1), LEAST_MEAN)))


def rmse(count: F64, mean: F64) -> float:
    """Return the root mean squared error, in incidents."""
    return float(np.sqrt(np.mean((count - mean) ** 2)))


def pinball(count: F64, found: F64, levels: tuple[float, ...]) -> float:
    """Return the mean pinball loss over quantile levels.

    Args:
        count: Any shape.
        found: float64[*count.shape, level], the forecast quantiles.
        levels: Their levels.
    """
    flat = found.reshape(-1, len(levels))
    losses = [mean_pinball_loss(count.reshape(-1), flat[:, k], alpha=level) for k, level in enumerate(levels)]
    return float(np.mean(losses))


def predictive_accuracy_index(count: F64, mean: F64, share: float = 0.05) -> float:
    """Return (share of incidents in the areas ranked first) / (share of areas); NaN where nothing happened.

    Chainey, Tompson & Uhlig 2008, Security Journal 21:4. Areas are in code order, so ties go to the lower code.

    Args:
        count: float64[area].
        mean: float64[area], which ranks the areas.
        share: Share of areas taken.
    """
    chosen = max(1, round(share * len(count)))
    if count.sum() <= 0:
        return float("nan")
    top = np.argsort(-mean, kind="stable")[:chosen]
    return float(count[top].sum() / count.sum() / (chosen / len(count)))


def hit_curve(count: F64, mean: F64) -> F64:
    """Return the share of incidents in the first 1, 2, ... areas by forecast, float64[area]."""
    taken = np.cumsum(count[np.argsort(-mean, kind="stable")])
    result: F64 = taken / max(float(taken[-1]), 1e-12)
    return result
