"""`strandcast purge`: rows that are past their retention leave the disk; counts stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from rich.table import Table

    from features.keeping.purge import FeedErasure, Purged


@click.command()
@click.option("--feed", help="Only this feed; left out: every feed whose contract says how long its rows are kept.")
@click.option(
    "--older-than",
    type=click.IntRange(1, 36_500),
    metavar="DAYS",
    help="Keep rows for so many days; only with --feed, and only for a feed without a contract.",
)
@click.option("--dry-run", is_flag=True, help="List what would be erased, and erase nothing.")
@click.option("--reason", help="Why, in your words; recorded for good, so name no person. Required to erase.")
@command_options
def purge(context: Context, feed: str | None, older_than: int | None, dry_run: bool, reason: str | None) -> None:
    """Erase rows that are past the retention of their contract; counts and a record without content stay.

    It does not ask again. A purge that was interrupted is completed by the next one.
    """
    from features.incidents.batch import deliveries
    from features.incidents.lock import ingest_lock
    from features.keeping.purge import Purge
    from features.keeping.retention import retentions
    from strandcast.deployment import Deployment

    if not dry_run and not (reason and reason.strip()):
        raise click.UsageError("Say why with --reason TEXT; --dry-run lists what would be erased.")
    with Deployment.open(context) as deployment, ingest_lock(deployment.workspace.incidents_folder):
        archive = deployment.archive()
        held = tuple({item.subject for _, item in deliveries(archive)})
        found = Purge(archive, retentions(deployment.workspace.root, held, feed, older_than), context.clock())
        if dry_run:
            _print(context, found.foreseen(), dry_run=True)
            return
        with context.output.progress("Erasing, file by file") as advance:
            purged = found.run(str(reason), deployment.actor, advance)
    _print(context, purged, dry_run=False)


def _print(context: Context, purged: Purged, *, dry_run: bool) -> None:
    document = {
        "dry_run": dry_run,
        "feeds": [_document(item) for item in purged.feeds],
        "left_over_files": purged.left_over,
        "files_without_salt": purged.unsalted,
        "audit_id": purged.audit_id,
    }
    lines = [_left_over(purged.left_over, dry_run=dry_run)] if purged.left_over else []
    if not purged.feeds:
        context.output.result(document, lines=["No row is past its retention.", *lines])
        return
    if purged.unsalted:
        lines.append(_unsalted(purged.unsalted))
    if dry_run:
        lines.append("Nothing was erased. To erase: strandcast purge --reason TEXT")
    else:
        lines.append(
            f"Recorded as {purged.audit_id}. Copies elsewhere, as backups and the partners' files, are not ours."
        )
    context.output.result(document, _table(purged, dry_run=dry_run), lines=lines)


def _left_over(files: int, *, dry_run: bool) -> str:
    done = "would be deleted" if dry_run else "were deleted"
    return f"{files:,} files that no record stands for {done}: an earlier purge or ingest was interrupted."


def _unsalted(files: int) -> str:
    return (
        f"Files of a former version, without a salt: {files:,}. Their hash stays in the record: whoever guesses all"
        " rows of such a file can still tell by it that they were these."
    )


def _document(item: FeedErasure) -> dict[str, Any]:
    return {
        "feed": item.feed,
        "retention_days": item.days,
        "before": item.before.isoformat(),
        "rows": item.rows,
        "quarantined": item.quarantined,
        "counted": item.counted,
        "first_day": item.first.isoformat() if item.first else None,
        "last_day": item.last.isoformat() if item.last else None,
        "files": item.files,
    }


def _table(purged: Purged, *, dry_run: bool) -> Table:
    columns = ["feed", "before", "rows", "oldest", "quarantined", "counted"]
    rows = [
        [
            item.feed,
            str(item.before),
            f"{item.rows:,}",
            str(item.first or ""),
            f"{item.quarantined:,}",
            f"{item.counted:,}",
        ]
        for item in purged.feeds
    ]
    title = "Rows that would be erased" if dry_run else "Rows erased"
    return plain_table(title, columns, rows, [columns[2], *columns[4:]])
