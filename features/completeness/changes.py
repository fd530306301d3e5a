"""Recording changes that a named person declared: what stood before is told on the scale of what came after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from errors import DataError

LEAST_RATIO, MOST_RATIO = 0.05, 20.0


@dataclass(frozen=True)
class RecordingChange:
    """From a day on, a feed records a strand otherwise than before, and somebody has said by how much.

    Invariants: the ratio lies within 0.05 to 20; the day is not after the day of acceptance.

    Attributes:
        feed: Name of the feed.
        strand: The strand.
        day: First day of the new recording.
        ratio: Recorded after over recorded before, for the same demand; 1 withdraws an earlier declaration.
        reason: Why, in the person's words.
        accepted_on: Views as of this day and later are rescaled; earlier ones never.
        accepted_by: Who declared it.
    """

    feed: str
    strand: str
    day: date
    ratio: float
    reason: str
    accepted_on: date
    accepted_by: str

    def __post_init__(self) -> None:
        """Refuse a change that cannot be.

        Raises:
            DataError: An invariant does not hold.
        """
        if not LEAST_RATIO <= self.ratio <= MOST_RATIO:
            fix = f"give recorded after over before, within {LEAST_RATIO:g} to {MOST_RATIO:g}"
            raise DataError(f"{self.ratio:g} is no ratio of a recording change", place="--ratio", fix=fix)
        if self.day > self.accepted_on:
            raise DataError(f"{self.day} is still to come", place="--date", fix="declare a change once it has happened")

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON."""
        days = {"date": self.day.isoformat(), "accepted_on": self.accepted_on.isoformat()}
        texts = {"feed": self.feed, "strand": self.strand, "reason": self.reason, "accepted_by": self.accepted_by}
        return {**texts, **days, "ratio": self.ratio}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "RecordingChange":
        """Return the change that a document holds."""
        return cls(
            feed=str(document["feed"]),
            strand=str(document["strand"]),
            day=date.fromisoformat(document["date"]),
            ratio=float(document["ratio"]),
            reason=str(document["reason"]),
            accepted_on=date.fromisoformat(document["accepted_on"]),
            accepted_by=str(document["accepted_by"]),
        )


def in_force(
    changes: Sequence[RecordingChange], feeds: Sequence[str], as_of: date | datetime | None
) -> tuple[RecordingChange, ...]:
    """Return the changes that a view is rescaled by, in the order of feed, strand and day.

    Of several declarations of one change the newest by then holds.

    Args:
        changes: In the order in which they were declared.
        feeds: Names of the view's feeds.
        as_of: Date or instant of the view; None: everything that is known now.
    """
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    newest = {
        (change.feed, change.strand, change.day): change
        for change in changes
        if change.feed in feeds and (day is None or change.accepted_on <= day)
    }
    return tuple(newest[key] for key in sorted(newest) if newest[key].ratio != 1.0)
