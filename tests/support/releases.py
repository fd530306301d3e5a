"""Exports of the quarantine corrected and given back, in a few lines each."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime

from features.feeds.mapping import FeedMapping
from features.feeds.sources import Content
from features.incidents.plans import contract_of, rereading, wanted_under
from features.quarantine.corrections import again, corrected, replaced
from features.quarantine.export import export_rows
from features.quarantine.release import Order, ReleaseReport, release
from features.workspace import Workspace
from tests.support.archive import MemoryArchive

ORDER = Order("sergeant", "checked", "read again")
Cells = Mapping[str, Mapping[str, str]]


def exported(
    workspace: Workspace, archive: MemoryArchive, feed: str, mapping: FeedMapping | None = None
) -> list[dict[str, str]]:
    """Return the rows of an export, by header."""
    contract = contract_of(workspace, feed, mapping)
    text = export_rows(archive, feed, None, wanted_under(contract)).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def release_corrected(
    workspace: Workspace,
    archive: MemoryArchive,
    cells: Cells,
    when: datetime,
    feed: str = "city",
    mapping: FeedMapping | None = None,
) -> ReleaseReport:
    """Export the open rows, change the cells of those that are named by their ids, give these back and release."""
    rows = [
        {**row, **cells[row["quarantine_id"]]}
        for row in exported(workspace, archive, feed, mapping)
        if row["quarantine_id"] in cells
    ]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return release_file(workspace, archive, buffer.getvalue(), when, feed, mapping)


def release_file(
    workspace: Workspace,
    archive: MemoryArchive,
    text: str,
    when: datetime,
    feed: str = "city",
    mapping: FeedMapping | None = None,
) -> ReleaseReport:
    """Release the rows of a corrected file."""
    plan = rereading(workspace, feed, mapping, lambda: when)
    content = Content("fix.csv", text.encode(), "0" * 64)
    attempts, _ = corrected(content, plan.contract, plan.wanted, plan.setting, archive)
    return release(attempts, plan, ORDER, archive)


def release_again(
    workspace: Workspace,
    archive: MemoryArchive,
    when: datetime,
    rule: str | None = None,
    feed: str = "city",
    mapping: FeedMapping | None = None,
) -> ReleaseReport:
    """Release open rows as they are."""
    return release(again(archive, feed, rule), rereading(workspace, feed, mapping, lambda: when), ORDER, archive)


def release_replaced(
    workspace: Workspace,
    archive: MemoryArchive,
    change: tuple[str, str, str],
    when: datetime,
    feed: str = "city",
    mapping: FeedMapping | None = None,
) -> ReleaseReport:
    """Release open rows with a value of a column replaced by another."""
    plan, (column, before, after) = rereading(workspace, feed, mapping, lambda: when), change
    order = Order("sergeant", "checked", "rule", before=before, after=after, column=column)
    return release(replaced(archive, feed, column, before, after), plan, order, archive)
