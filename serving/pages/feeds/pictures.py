"""Pictures of feeds, from what the newest weekly run recorded of their completeness."""

from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from serving.pages.charts import INK, LINE, OTHER, QUIET, WIDE_BAND, chart

_ALL = "all"
_MOST_PERIODS = 12
_NEARLY_ALL = 0.995
_ALSO_SHOWN = 2


def delays(known: dict[str, Any]) -> Markup | None:
    """Draw which share of a period's records is in so many periods after its end, all strands and each."""
    curves = known["delay_curves"]
    whole = curves.get(_ALL)
    if not known["newest"] or not whole:
        return None
    last = next((at for at, share in enumerate(whole) if share >= _NEARLY_ALL), len(whole)) + _ALSO_SHOWN

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for strand, curve in curves.items():
            every = strand == _ALL
            told = [100 * share for share in curve[:last]]
            axes.plot(range(len(told)), told, color=LINE if every else QUIET, linewidth=3 if every else 1)
        axes.axhline(90, color=INK, linewidth=1, linestyle=":")
        axes.set_ylim(0, 102)
        axes.set_ylabel("% in")
        axes.set_xlabel(f"{known['period']}s after a {known['period']}'s end")

    half, ninety = known["half_in_by"], known["ninety_in_by"]
    words = (
        f"How fast records come in: half are in by {half}, nine in ten by {ninety} {known['period']}s after the end."
    )
    return chart(draw, words, width=6.0)


def newest(known: dict[str, Any]) -> Markup | None:
    """Draw the newest periods: what is recorded so far, and what is still to be expected with its range."""
    rows = [row for row in known["newest"] if row["strand"] == _ALL][-_MOST_PERIODS:]
    if not rows:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for at, row in enumerate(rows):
            if row["low"] is not None and row["high"] is not None:
                axes.fill_between([at - 0.4, at + 0.4], row["low"], row["high"], facecolor=WIDE_BAND, edgecolor=OTHER)
            axes.bar(at, row["recorded"], width=0.5, color=LINE)
            if row["expected"] is not None:
                axes.plot([at - 0.4, at + 0.4], [row["expected"]] * 2, color=OTHER, linewidth=2)
        axes.set_xticks(range(len(rows)), [f"{row['start'][8:]}.{row['start'][5:7]}." for row in rows], fontsize=9)
        axes.set_ylim(bottom=0)

    words = f"Newest {known['period']}s: bars are recorded so far, lines to be expected. The table says the same."
    return chart(draw, words, width=6.0)
