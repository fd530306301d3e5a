"""Cursors: where the next page of a list begins. Opaque, and good for the question alone that they were given with.

A cursor is base64url of three parts: a hash of the question's filters, the state of the list where a list may be
replaced as a whole (a run, a published set), and the place. So one that is used with other filters, on another list or
beyond its end is refused, where it would else leave rows out without a word.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar
from urllib.parse import urlencode

from pydantic import Field

from errors import DataError
from ledger.events import MOST_EVENTS, canonical_json
from serving.schemas import Closed

NAME = "cursor"
# How a page is cut and told is no question of what is on it.
_NOT_FILTERS = frozenset({NAME, "limit", "format"})
_HASH = 12
_TEXT = re.compile(r"[A-Za-z0-9_-]{1,800}")
_NUMBER = re.compile(r"[0-9]{1,10}")
_BEGIN_AGAIN = "begin again without it"


T = TypeVar("T")


class Paged(Closed):
    """A question whose answer has pages."""

    cursor: str | None = Field(None, max_length=800, description="`next_cursor` of the page before.")

    def cursor_at(self, place: object, state: str = "") -> str:
        """Return the cursor of the page that begins at a place.

        Args:
            place: A row's name or number, as the list counts.
            state: What the list is of, where another may stand in its place; without "~".
        """
        text = f"{self._bound()}~{state}~{place}"
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    def begins_at(self, state: str = "") -> str | None:
        """Return the place at which the page begins; None: at the beginning.

        Raises:
            DataError: The cursor is none, or was given with other filters or for another state of the list.
        """
        if self.cursor is None:
            return None
        parts = _parts(self.cursor)
        if parts is None:
            raise DataError("is not a cursor", place=NAME, fix="use next_cursor of the page before")
        bound, of, place = parts
        if bound != self._bound():
            raise DataError("was given with other filters", place=NAME, fix="ask with those, or begin again without it")
        if of != state:
            raise DataError("belongs to what is no longer served", place=NAME, fix=_BEGIN_AGAIN)
        return place

    def number(self, state: str = "") -> int | None:
        """Return the place as a number, 1 to the most that the record can count; None: at the beginning.

        Raises:
            DataError: As `begins_at` says, or it is no such number.
        """
        place = self.begins_at(state)
        if place is None:
            return None
        number = int(place) if _NUMBER.fullmatch(place) else 0
        if not 1 <= number <= MOST_EVENTS:
            beyond_the_end()
        return number

    def next_address(self, path: str, cursor: str | None) -> dict[str, str]:
        """Return the header that names the next page of an answer that is CSV, in which a cursor has no place."""
        if cursor is None:
            return {}
        asked = self.model_dump(mode="json", exclude_none=True, exclude={NAME})
        address = urlencode({**asked, "format": "csv", NAME: cursor}, doseq=True)
        return {"Link": f'<{path}?{address}>; rel="next"'}

    def _bound(self) -> str:
        filters = self.model_dump(mode="json", exclude=set(_NOT_FILTERS), exclude_none=True)
        return hashlib.sha256(canonical_json([type(self).__name__, filters])).hexdigest()[:_HASH]


def page_of(
    rows: Sequence[T], query: Paged, limit: int, name: Callable[[T], str], state: str = ""
) -> tuple[Sequence[T], str | None]:
    """Return a page and the cursor of the next: the name of its first row, so that new rows move no page.

    Args:
        rows: The whole list.
        query: The question.
        limit: Most rows of the page.
        name: Returns a row's name.
        state: What the list is of, where another may stand in its place.

    Raises:
        DataError: The cursor cannot be used, or names no row of the list.
    """
    place, begin = query.begins_at(state), 0
    if place is not None:
        begin = next((at for at, row in enumerate(rows) if name(row) == place), len(rows))
        if begin == len(rows):
            beyond_the_end()
    end = begin + limit
    return rows[begin:end], query.cursor_at(name(rows[end]), state) if end < len(rows) else None


def beyond_the_end() -> NoReturn:
    """Refuse a cursor whose place the list does not have.

    Raises:
        DataError: Always.
    """
    raise DataError("leads beyond the end of the list", place=NAME, fix=_BEGIN_AGAIN)


def is_cursor(text: str) -> bool:
    """Return whether a text has the form of a cursor; of what and whether it can be used are other questions."""
    return _parts(text) is not None


def _parts(cursor: str) -> tuple[str, str, str] | None:
    if not _TEXT.fullmatch(cursor):
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    bound, _, rest = text.partition("~")
    of, mark, place = rest.partition("~")
    return (bound, of, place) if mark and len(bound) == _HASH else None
