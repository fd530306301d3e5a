"""Retention: how long a feed's rows are kept, and which days are over by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from errors import DataError
from features.feeds.catalogue import contract_names, load_contract
from features.feeds.dates import read_dates
from features.incidents.batch import Delivery
from features.incidents.coverage import first_day, ordinal_of, ordinals_of

# An earlier year is a slip of the pen: the quarantine's own rule for dates.
_FIRST_YEAR = np.datetime64("1900-01-01", "D")


@dataclass(frozen=True)
class Retained:
    """A feed's retention.

    Attributes:
        feed: The feed.
        days: Days that its rows are kept after they occurred.
        date_format: Format of its dates, where its contract gives one.
        timezone: Zone of its instants, where its contract gives one.
    """

    feed: str
    days: int
    date_format: str | None = None
    timezone: str | None = None

    def before(self, today: date, item: Delivery) -> date:
        """Return the day before which rows of a file are over: the first one of the period that holds the limit."""
        limit = today - timedelta(days=self.days)
        return first_day(ordinal_of(limit, item.resolution), item.resolution)

    def quarantined_days(self, rows: pd.DataFrame, item: Delivery) -> NDArray[np.datetime64]:
        """Return the day that counts for each quarantined row: its own, else, or if that is later, the receipt's.

        Args:
            rows: Quarantined rows of the file, the dates as text.
            item: The file.
        """
        received = np.full(len(rows), item.received_at.date(), dtype="datetime64[D]")
        if "occurred_from" not in rows:
            return received
        values, codes = np.unique(rows["occurred_from"].fillna("").to_numpy(dtype=str), return_inverse=True)
        try:
            read = read_dates(
                {"occurred_from": values.tolist()},
                item.file,
                date_format=self.date_format,
                timezone=self.timezone,
                by_month=item.resolution == "month",
            )
        except DataError:
            # Nothing settles whether days or months come first.
            return received
        days = read["occurred_from"].stamps[codes].astype("datetime64[D]")
        readable = ~np.isnat(days) & (days >= _FIRST_YEAR)
        own = first_days(np.where(readable, days, received), item)
        return np.where(readable, np.minimum(own, received), received)


def first_days(days: NDArray[np.datetime64], item: Delivery) -> NDArray[np.datetime64]:
    """Return the first day of the period of each day."""
    if item.resolution == "day":
        return days
    numbers, inverse = np.unique(ordinals_of(days, item.resolution), return_inverse=True)
    first: NDArray[np.datetime64] = np.array(
        [first_day(number, item.resolution) for number in numbers.tolist()], dtype="datetime64[D]"
    )[inverse]
    return first


def retentions(root: Path, held: Sequence[str], feed: str | None, older_than: int | None) -> list[Retained]:
    """Return the feeds whose rows are not kept without limit, of those held.

    Args:
        root: The workspace's folder.
        held: Feeds of which something is held.
        feed: Only this one.
        older_than: Days, for a feed that no contract is about.

    Raises:
        DataError: Nothing is held of the feed, its contract is asked to be broken, or nothing says how long to keep it.
    """
    if feed is not None and feed not in held:
        fix = f"name one of {', '.join(sorted(held))}" if held else "ingest something first"
        raise DataError("nothing is held of this feed", place=feed, fix=fix)
    if older_than is not None and feed is None:
        raise DataError("says how long to keep one feed", place="--older-than", fix="name it with --feed")
    under_contract = set(contract_names(root))
    if feed is not None and older_than is not None:
        if feed in under_contract:
            fix = "set days under [retention] in its contract"
            raise DataError("its contract says how long its rows are kept", place=feed, fix=fix)
        return [Retained(feed, older_than)]
    if feed is not None and feed not in under_contract:
        raise DataError("no contract says how long to keep its rows", place=feed, fix="give --older-than DAYS")
    found = []
    for name in sorted(under_contract & ({feed} if feed else set(held))):
        contract = load_contract(root, name)
        if contract.retention.days:
            found.append(Retained(name, contract.retention.days, contract.date_format, contract.timezone))
    return found
