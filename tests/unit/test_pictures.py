import io

import numpy as np
from matplotlib.image import imread

from training import pictures


def assert_picture(png: bytes) -> None:
    """Check that the bytes are a PNG on which something was drawn."""
    pixels = imread(io.BytesIO(png), format="png")
    assert pixels.shape[0] > 300
    assert pixels.shape[1] > 500
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 10


def test_calibration() -> None:
    assert_picture(pictures.calibration(np.random.default_rng(1).random(500)))


def test_forecast_against_actual() -> None:
    weeks = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-03-01"), 7)
    mean = np.full(len(weeks), 40.0)
    assert_picture(pictures.forecast_against_actual(weeks, mean + 1, mean, mean - 9, mean + 9, "All strands"))


def test_pai_curve() -> None:
    share = np.linspace(0, 1, 11)
    assert_picture(pictures.pai_curve(share, {"champion": np.sqrt(share), "mean of 52 weeks": share**0.7}))


def test_contributions() -> None:
    rng = np.random.default_rng(1)
    names = ["own recent past", "season", "calendar"]
    assert_picture(pictures.contributions(rng.normal(size=(50, 3)), rng.random(50), names))


def test_pit_by_strand() -> None:
    rng = np.random.default_rng(2)
    assert_picture(pictures.pit_by_strand({f"strand {i}": rng.random(300) for i in range(4)}))


def test_coverage() -> None:
    assert_picture(pictures.coverage({"area": (0.8, 0.78, 0.82), "force": (0.7, 0.55, 0.84)}, 0.8))
