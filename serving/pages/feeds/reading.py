"""What the pages of feeds show, from the API's answers. Feeds are read with pandas: imported when first asked for."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from ledger.events import NoSuchRecordError
from serving.access.caller import Role
from serving.asking import present
from serving.desk import Desk
from serving.feeds.reading import arrivals, completeness, feeds, quarantine
from serving.feeds.schemas import DeliveriesQuery, QuarantineQuery
from serving.pages.site import Source
from serving.schemas import Closed

_MOST = 50


class FeedQuery(Closed):
    """Which feed a page shows; the names of some hold a stroke, so that they stand in the query."""

    name: str = Field(min_length=1, max_length=200)
    rule: str | None = Field(None, max_length=80)
    cursor: str | None = Field(None, max_length=800)


@dataclass(frozen=True)
class AllFeeds:
    """What the page of all feeds shows.

    Attributes:
        sources: The answers of the API.
        feeds: Every feed that the caller may see.
        known: Feed to what was known of its completeness at the newest weekly run.
        start: First day of the period that the run was for; None before the first run, or for whom it is not told.
    """

    sources: tuple[Source, ...]
    feeds: list[dict[str, Any]]
    known: dict[str, dict[str, Any]]
    start: str | None


@dataclass(frozen=True)
class OneFeed:
    """What the page of one feed shows.

    Attributes:
        sources: The answers of the API.
        feed: Its terms and what is held of it.
        arrivals: Its files, newest first, with the account of their rows.
        quarantine: Its rows in quarantine, without their values.
        known: What was known of its completeness; None where nothing was.
        start: First day of the period that the run was for.
    """

    sources: tuple[Source, ...]
    feed: dict[str, Any]
    arrivals: dict[str, Any]
    quarantine: dict[str, Any]
    known: dict[str, Any] | None
    start: str | None


def all_feeds(desk: Desk) -> AllFeeds:
    """Find all feeds with what is known of their completeness."""
    found = Source("/v1/feeds", feeds(desk))
    more, start, known = _completeness(desk)
    return AllFeeds((found, *more), found.document["feeds"], known, start)


def one_feed(desk: Desk, query: FeedQuery) -> OneFeed:
    """Find one feed with its arrivals, quarantine and completeness.

    Raises:
        NoSuchRecordError: There is none of this name that the caller may see.
        DataError: There is no such rule, or the cursor cannot be used.
    """
    listed = Source("/v1/feeds", feeds(desk))
    own = [one for one in listed.document["feeds"] if one["name"] == query.name]
    if not own:
        raise NoSuchRecordError("there is no such feed", fix="see the page of feeds for those that you may see")
    arrived = DeliveriesQuery(cursor=None, feed=query.name, limit=_MOST)
    held = QuarantineQuery(cursor=query.cursor, feed=query.name, rule=query.rule, limit=_MOST)
    sources = (
        listed,
        Source(_address("/v1/deliveries", arrived.model_dump()), arrivals(desk, arrived)),
        Source(_address("/v1/quarantine", held.model_dump()), quarantine(desk, held)),
    )
    more, start, known = _completeness(desk)
    arrived_told, held_told = (source.document for source in sources[1:])
    return OneFeed((*sources, *more), own[0], arrived_told, held_told, known.get(query.name), start)


def _completeness(desk: Desk) -> tuple[tuple[Source, ...], str | None, dict[str, dict[str, Any]]]:
    """Return what was known of completeness, which partners are not told."""
    if present().caller.role is Role.PARTNER:
        return (), None, {}
    source = Source("/v1/completeness", completeness(desk))
    said = source.document
    return (source,), said["start"], {one["feed"]: one for one in said["feeds"]}


def _address(path: str, asked: dict[str, Any]) -> str:
    return f"{path}?{urlencode({name: value for name, value in asked.items() if value is not None})}"
