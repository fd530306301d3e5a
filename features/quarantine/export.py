"""Open rows of the quarantine as a file that can be corrected and given back."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from errors import DataError
from features.cells import guarded
from features.feeds.tables import Wanted
from features.feeds.values import header_key
from features.incidents.archive import Archive
from features.quarantine.rows import Batch, batches, open_rows

ID = "quarantine_id"
LEADING = (ID, "rule", "field")


@dataclass(frozen=True)
class Exported:
    """A file of open rows.

    Attributes:
        feed: Their feed.
        rows: Number of rows.
        content: The file, CSV in UTF-8.
    """

    feed: str
    rows: int
    content: bytes = field(repr=False)


def feed_to_export(archive: Archive, feed: str | None) -> str:
    """Return the feed whose open rows are exported: the one that is named, else the only one that has any.

    Raises:
        DataError: No row is open, or those of several feeds are.
    """
    feeds = sorted({batch.feed for batch in _open(archive, feed)})
    if len(feeds) > 1:
        fix = "name one with --feed: each has headers of its own"
        raise DataError(f"rows of several feeds are open: {', '.join(feeds)}", fix=fix)
    if not feeds:
        raise DataError("no row is in quarantine", place=feed, fix="see strandcast quarantine list")
    return feeds[0]


def export_rows(archive: Archive, feed: str, rule: str | None, wanted: Mapping[str, Wanted]) -> Exported:
    """Return the open rows of a feed, of one rule or all, under the headers of its contract.

    Natural keys are held as hashes alone, so that their column is blank.

    Raises:
        DataError: There is no such row.
    """
    headers: dict[str, str] = {}
    for name, column in wanted.items():
        headers.setdefault(column.headers[0], name)
    taken = {header_key(header) for header in headers}
    told = [name for name in LEADING if name == ID or name not in taken]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*told, *headers])
    rows = 0
    for batch in _open(archive, feed):
        frame = open_rows(archive, batch)
        frame = frame[frame["rule"] == rule] if rule else frame
        frame = frame.assign(**{ID: [batch.row_id(row) for row in frame["row"].tolist()]})
        columns = [frame[name].tolist() if name in frame else [""] * len(frame) for name in (*told, *headers.values())]
        writer.writerows(map(guarded, zip(*columns, strict=True)))
        rows += len(frame)
    if not rows:
        breaks = f" breaks {rule} and" if rule else ""
        raise DataError(f"no row{breaks} is in quarantine", place=feed, fix="see strandcast quarantine list")
    # With the mark of its encoding a spreadsheet shows every letter as it is.
    return Exported(feed, rows, buffer.getvalue().encode("utf-8-sig"))


def _open(archive: Archive, feed: str | None) -> list[Batch]:
    found = [batch for batch in batches(archive) if batch.is_current and feed in (None, batch.feed)]
    return [batch for batch in found if not batch.amendments or len(open_rows(archive, batch))]
