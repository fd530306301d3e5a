"""The extent of a file: the days it covers, and those it replaces."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.feeds.reading import Reading
from features.incidents.batch import Delivery
from features.incidents.coverage import Covered, covered_by


def reading_feed(reading: Reading) -> str:
    """Return the one feed of a mapped file."""
    return next(iter(reading.strands))


def covers_of(reading: Reading) -> dict[str, tuple[Covered, ...]]:
    """Return the runs of days that a file covers, by feed."""
    facts = reading.facts
    if reading.delivery == "replaces-units":
        days = facts["day"].to_numpy().astype("datetime64[D]").tolist()
        rows = Counter(zip(facts["feed"].tolist(), days, strict=True))
        return {
            feed: tuple(
                Covered(month, _month_end(month), rows[(feed, month)]) for name, month in reading.units if name == feed
            )
            for feed in sorted({name for name, _ in reading.units})
        }
    return {reading_feed(reading): covered_by(facts["day"].to_numpy(), reading.resolution, reading.covers)}


def replaced_by(reading: Reading, covers: dict[str, tuple[Covered, ...]]) -> list[tuple[str, date, date]]:
    """Return what the file replaces whole: its units, or the days it covers and those of its stray rows."""
    if reading.delivery == "append":
        return []
    found = [(feed, run.first, run.last) for feed, runs in covers.items() for run in runs]
    if reading.delivery == "replaces-periods":
        feed = reading_feed(reading)
        days = np.unique(reading.facts["day"].to_numpy().astype("datetime64[D]")).tolist()
        found += [(feed, day, day) for day in days if not any(first <= day <= last for _, first, last in found)]
    return found


def share_a_day(one: Delivery, other: Delivery) -> bool:
    """Return whether two files replace a day in common."""
    return any(
        feed == name and first <= end and start <= last
        for feed, first, last in one.replaces
        for name, start, end in other.replaces
    )


def within(facts: pd.DataFrame, newer: Delivery) -> NDArray[np.bool_]:
    """Return which facts lie in what a newer file replaces."""
    days = facts["day"].to_numpy().astype("datetime64[D]")
    feeds = facts["feed"].astype(str).to_numpy()
    inside = np.zeros(len(facts), dtype=np.bool_)
    for feed, first, last in newer.replaces:
        inside |= (feeds == feed) & (days >= np.datetime64(first)) & (days <= np.datetime64(last))
    return inside


def _month_end(month: date) -> date:
    last: date = (np.datetime64(month, "M") + 1).astype("datetime64[D]").item()
    return date.fromordinal(last.toordinal() - 1)
