"""Instants: what a view's `as_of` means."""

from datetime import UTC, date, datetime

import numpy as np


def instant_of(as_of: date | datetime) -> np.datetime64:
    """Return an instant, or the first one of a day, in UTC, datetime64[s]."""
    if isinstance(as_of, datetime):
        as_of = as_of.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(as_of, "s")


def day_of(as_of: date | datetime) -> date:
    """Return the day of an instant, or the day."""
    return as_of.date() if isinstance(as_of, datetime) else as_of
