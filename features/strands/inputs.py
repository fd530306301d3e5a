"""What feeds a strand: a feed, the rows of it that the strand claims, and how well they stand for it."""

import re
from collections.abc import Iterable, Sequence

from pydantic import Field, field_validator, model_validator

from features.configuration import Closed

POLICE_UK = "police-uk"
_FEED = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_COLUMN = re.compile(r"[a-z][a-z0-9_]*")
_ANY = "*"


class StrandInput(Closed):
    """One input of a strand.

    Attributes:
        feed: Name of the feed's contract.
        where: Canonical column -> values; a row is claimed where every column holds one of its values, in any case. A
            value that ends in "*" stands for all that begin with the rest of it, "*" alone for whatever is given. Flags
            hold "yes" or "no". Without any, every row of the feed is claimed.
        proxy: These rows stand for the strand only roughly.
        stand_in_for: Feeds that tell the same incidents better: once one of them is known, these rows are not counted
            beside it.
        note: What a reader should know of it.
    """

    feed: str
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    proxy: bool = False
    stand_in_for: tuple[str, ...] = ()
    note: str = ""

    @field_validator("feed")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        return _plain(value)

    @field_validator("where")
    @classmethod
    def _can_be_asked(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for column, wanted in value.items():
            if not _COLUMN.fullmatch(column):
                raise ValueError(f"the column '{column}' in where is no canonical name (small letters, digits and _)")
            if not wanted or not all(item.strip() for item in wanted):
                raise ValueError(f"where lists no value, or an empty one, for the column '{column}'")
            if any(_ANY in item.strip()[:-1] for item in wanted):
                raise ValueError(f"a value for the column '{column}' in where has a * that does not end it")
        return value

    @model_validator(mode="after")
    def _stands_in_for_others(self) -> "StrandInput":
        for feed in self.stand_in_for:
            if _plain(feed) == self.feed:
                raise ValueError(f"the feed '{feed}' cannot stand in for itself")
        return self

    def is_held(self, feeds: Iterable[str]) -> bool:
        """Return whether the input's feed is among those held; "police-uk/essex" is one of police-uk."""
        return any(feed_base(feed) == self.feed for feed in feeds)


def feed_base(feed: str) -> str:
    """Return the contract behind a feed: each force of data.police.uk is a feed of its own, "police-uk/essex"."""
    return feed.partition("/")[0]


def takes(wanted: Sequence[str], values: Sequence[str]) -> list[bool]:
    """Return which values are among the wanted ones, in any case and spacing; a blank never is.

    Args:
        wanted: Values; one that ends in "*" stands for all that begin with the rest of it.
        values: What the rows hold.
    """
    asked = [_spelled(item) for item in wanted]
    whole = {item for item in asked if not item.endswith(_ANY)}
    begins = tuple(item.removesuffix(_ANY) for item in asked if item.endswith(_ANY))
    return [bool(value) and (value in whole or value.startswith(begins)) for value in map(_spelled, values)]


def _spelled(text: str) -> str:
    return " ".join(text.split()).casefold()


def _plain(feed: str) -> str:
    if not _FEED.fullmatch(feed):
        raise ValueError(f"'{feed}' is no name of a feed: small letters, digits, hyphens, dots and underscores")
    return feed
