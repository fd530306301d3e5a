"""Pictures of a training run, drawn without a screen and returned as PNG bytes."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Okabe and Ito's colours, which people who see colours differently can tell apart.
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#8a8a8a"
SERIES = (BLUE, ORANGE, "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
SIZE_INCHES = (7.0, 4.2)
DOTS_AN_INCH = 120


def calibration(pit: Floats, bins: int = 20) -> bytes:
    """Draw the randomised probability integral transform: flat where the forecast's ranges are honest.

    Args:
        pit: One value in 0-1 for each forecast.
        bins: Bars of the histogram.
    """
    figure, axes = _canvas()
    heights, _ = np.histogram(pit, bins=bins, range=(0.0, 1.0))
    expected = len(pit) / bins
    axes.bar((np.arange(bins) + 0.5) / bins, heights / expected, width=0.92 / bins, color=BLUE)
    # Two standard deviations of a bar's height were the forecast perfect (binomial).
    noise = 2 * np.sqrt((1 - 1 / bins) / expected)
    axes.axhspan(1 - noise, 1 + noise, color=GREY, alpha=0.5, lw=0, label="noise of a perfect forecast")
    axes.axhline(1.0, color="black", lw=0.8)
    axes.set(
        xlabel="where the count fell in its forecast (randomised PIT)", ylabel="share, relative to even", xlim=(0, 1)
    )
    axes.set_title("U shape: ranges too narrow; hump: too wide; slope: mean off")
    axes.set_ylim(0, 1.2 * max(heights.max() / expected, 1 + noise))
    axes.legend(frameon=False, loc="upper center")
    return _png(figure)


def pit_by_strand(pit: Mapping[str, Floats], bins: int = 10) -> bytes:
    """Draw the randomised PIT of each strand as small multiples, each with the noise of a perfect forecast.

    Args:
        pit: Values in 0-1 by strand.
        bins: Bars of each histogram.
    """
    columns = 3
    lines = -(-len(pit) // columns)
    figure = Figure(figsize=(SIZE_INCHES[0], 1.2 + 1.5 * lines), dpi=DOTS_AN_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    for number, (strand, values) in enumerate(pit.items()):
        axes = figure.add_subplot(lines, columns, number + 1)
        expected = max(len(values), 1) / bins
        heights, _ = np.histogram(values, bins=bins, range=(0.0, 1.0))
        noise = 2 * np.sqrt((1 - 1 / bins) / expected)
        axes.bar((np.arange(bins) + 0.5) / bins, heights / expected, width=0.9 / bins, color=BLUE)
        axes.axhspan(1 - noise, 1 + noise, color=GREY, alpha=0.5, lw=0)
        axes.axhline(1.0, color="black", lw=0.8)
        axes.set(xlim=(0, 1), ylim=(0, max(1.6, 1.1 * float((heights / expected).max()))))
        axes.set_title(strand, fontsize="small")
        axes.tick_params(labelsize="small")
        axes.spines[["top", "right"]].set_visible(False)
    figure.supxlabel("where the count fell in its forecast (randomised PIT); grey: noise of a perfect forecast")
    return _png(figure)


def coverage(held: Mapping[str, tuple[float, float, float]], nominal: float) -> bytes:
    """Draw how often a nominal range held, a line a level or strand.

    Args:
        held: Label to the share and the ends of its interval.
        nominal: The share that was promised.
    """
    figure, axes = _canvas()
    shares = np.array(list(held.values()))
    at = np.arange(len(shares))[::-1]
    axes.axvspan(nominal - 0.06, nominal + 0.06, color=GREY, alpha=0.25, lw=0, label="within 6 points")
    axes.axvline(nominal, color="black", lw=0.8)
    axes.hlines(at, shares[:, 1], shares[:, 2], color=BLUE, lw=2)
    axes.plot(shares[:, 0], at, "o", color=BLUE, ms=5)
    axes.set_yticks(at, list(held), fontsize="small")
    axes.set(xlabel=f"how often the nominal {nominal:.0%} range held (randomised PIT)", xlim=(0.4, 1.0))
    axes.legend(frameon=False, loc="lower left")
    return _png(figure)


def forecast_against_actual(
    period_starts: NDArray[np.datetime64], actual: Floats, mean: Floats, lower: Floats, upper: Floats, title: str
) -> bytes:
    """Draw totals over time against what was forecast, with the range from `lower` to `upper`; all of one length."""
    figure, axes = _canvas()
    axes.fill_between(period_starts, lower, upper, color=BLUE, alpha=0.2, lw=0, label="range")
    axes.plot(period_starts, mean, color=BLUE, label="forecast")
    axes.plot(period_starts, actual, color=ORANGE, marker="o", ms=3, lw=1, label="recorded")
    axes.set(ylabel="incidents", title=title)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, ncols=3)
    return _png(figure)


def pai_curve(area_share: Floats, hit_share: Mapping[str, Floats]) -> bytes:
    """Draw the share of incidents that lies in the areas ranked first, one line a method.

    The predictive accuracy index at a share is the line's height over that share.

    Args:
        area_share: Shares of all areas, in 0-1, ascending.
        hit_share: For each method the share of incidents found in the areas it ranks first.
    """
    figure, axes = _canvas()
    for colour, (method, shares) in zip(SERIES, hit_share.items(), strict=False):
        axes.plot(area_share, shares, color=colour, label=method)
    axes.plot([0, 1], [0, 1], color=GREY, lw=1, ls="--", label="areas at random")
    axes.set(xlabel="share of areas", ylabel="share of incidents in them", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False, loc="lower right")
    return _png(figure)


def contributions(values: Floats, mean: Floats, names: Sequence[str]) -> bytes:
    """Draw what the model relied on: one dot a forecast and group, on the log scale.

    Args:
        values: Contributions, float64[forecast, group].
        mean: The mean of each forecast, for the colour.
        names: The groups.
    """
    import shap  # noqa: PLC0415 - takes seconds to import, and only this picture needs it

    figure, axes = _canvas()
    colour = np.repeat(mean[:, None], len(names), axis=1)
    explanation = shap.Explanation(values=values, data=colour, feature_names=list(names))
    shap.plots.beeswarm(
        explanation, max_display=len(names), ax=axes, show=False, plot_size=None, s=6, color_bar_label="forecast"
    )
    axes.set_xlabel("contribution to the log of the mean", fontsize="medium")
    axes.tick_params(labelsize="medium")
    return _png(figure)


def _canvas() -> tuple[Figure, Axes]:
    """Return an empty figure that belongs to no window system and to no global state."""
    figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_AN_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
