"""Erasures: the records, without content, of what purges took."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from features.incidents.archive import Archive
from features.incidents.batch import Delivery
from features.incidents.incidents import Erased
from features.incidents.instants import day_of, instant_of

ERASURE = "erasure"


def erasures(archive: Archive) -> list[Erased]:
    """Return every erasure that is recorded, oldest first."""
    return [
        Erased(entry.meta["feed"], date.fromisoformat(entry.meta["before"]), datetime.fromisoformat(entry.meta["at"]))
        for entry in archive.entries(ERASURE)
    ]


def erased_before(recorded: Sequence[Erased], feed: str, first_received: datetime) -> date:
    """Return the day before which rows of an appended file are not taken in.

    Rows of erased days were counted before they were erased, or are older than the feed's rows may be kept; with what
    was erased they cannot be compared. A file that was held at an erasure is read again whole: its rows replace the
    counts that were left of them.

    Args:
        recorded: What was erased.
        feed: The feed.
        first_received: When the file was received, or first received where it was read before.
    """
    return max((item.before for item in recorded if item.feed == feed and item.at <= first_received), default=date.min)


def erased_since(held: Iterable[Delivery], as_of: date | datetime | None) -> tuple[Erased, ...]:
    """Return what was erased of files after a day or an instant, of days that a view of it tells of; None: nothing."""
    found = set()
    for item in held:
        first = min((run.first for runs in item.covers.values() for run in runs), default=date.max)
        if item.erased and as_of and precedes(as_of, item.erased) and first < min(item.erased.before, day_of(as_of)):
            found.add(item.erased)
    return tuple(sorted(found))


def precedes(as_of: date | datetime | None, erased: Erased) -> bool:
    """Return whether a view is of a time before an erasure; None: it is of now."""
    return as_of is not None and bool(instant_of(as_of) < instant_of(erased.at))
