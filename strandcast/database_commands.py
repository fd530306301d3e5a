"""`strandcast upgrade`, `backup` and `restore`: the database's form, and copies of a deployment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.audit_proofs_commands import collected_checkpoints, public_keys
from strandcast.command import Context, command_options

if TYPE_CHECKING:
    from ledger.backup.restoring import Restored


@click.command()
@command_options
def upgrade(context: Context) -> None:
    """Bring the database of an older version to the form that this version uses.

    No recorded row is touched, so that every event keeps its hash. It is done whole or not at all, and recorded.
    """
    from features.workspace import Workspace
    from ledger.ledger import Ledger

    workspace = Workspace.open(context.root)
    context.mark_synthetic(made_up=workspace.settings.synthetic)
    before, now = Ledger.upgrade(workspace.database_url, context.clock, context.actor)
    line = f"The database has the form {now}" + (" already." if before == now else f" now; it had {before}.")
    context.output.result({"from_form": before, "to_form": now}, lines=[line])


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@command_options
def backup(context: Context, folder: Path) -> None:
    """Copy the database and the files into a new FOLDER, as of one instant, and verify the copy.

    Others may go on working meanwhile. The folder holds all that the workspace holds, its secret salt included.
    """
    import hashlib
    from importlib.metadata import version

    from ledger.backup.taking import Source, take
    from ledger.events import Draft
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        workspace = deployment.workspace
        source = Source(workspace.database_url, workspace.root, version("strandcast"))
        with context.output.progress("Copying, file by file") as advance:
            made = take(source, folder.absolute(), context.clock, advance)
        digest = hashlib.sha256(made.to_bytes()).hexdigest()
        draft = Draft(
            "admin",
            f"backup/{folder.name}",
            deployment.actor,
            object_hash=digest,
            details={"events": made.events, "head": made.head, "files": len(made.files)},
        )
        event = deployment.ledger.append(draft)
    document = {
        "folder": str(folder),
        "made": made.made,
        "events": made.events,
        "last_audit_id": made.last_audit_id if made.events else None,
        "files": len(made.files),
        "manifest_sha256": digest,
        "audit_id": event.audit_id,
    }
    lines = [
        f"{made.events:,} events and {len(made.files):,} files copied to {folder} and verified.",
        f"Recorded as {event.audit_id}. Keep the folder as safe as the workspace: it holds all that this does.",
    ]
    context.output.result(document, lines=lines)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--holds", metavar="AUDIT_ID", help="Refuse a backup that ends before this event, or has another there.")
@click.option("--key", "keys", multiple=True, help="Public key of checkpoints, or a file with it; may be repeated.")
@click.option(
    "--checkpoints",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of collected checkpoints to reach.",
)
@click.option("--accept-older", is_flag=True, help="Restore although the backup ends before the event or a checkpoint.")
@click.option("--drill", "as_drill", is_flag=True, help="Restore into a temporary folder, verify, and delete it again.")
@command_options
def restore(
    context: Context,
    folder: Path,
    holds: str | None,
    keys: tuple[str, ...],
    checkpoints: Path | None,
    accept_older: bool,
    as_drill: bool,
) -> None:
    """Make the workspace anew from a backup in FOLDER, and verify it; the workspace must not exist yet.

    With STRANDCAST_DATABASE_URL, or STRANDCAST_DATABASE_URL_FILE, the rows go into that database, which must be empty,
    whatever kind they come from.
    """
    from features.workspace import Workspace, given_database_url
    from ledger.backup.restoring import Wish, drill
    from ledger.backup.restoring import restore as make_anew
    from ledger.database import shown_address

    collected = collected_checkpoints(checkpoints, public_keys(keys))
    wish = Wish(holds, collected.checkpoints, accept_older)
    database = None
    with context.output.progress("Restoring, file by file") as advance:
        if as_drill:
            done = drill(folder, context.clock, context.actor, wish=wish, advance=advance)
        else:
            url, root = given_database_url(), context.root.absolute()
            done = make_anew(folder, root, url, context.clock, context.actor, wish=wish, advance=advance)
            workspace = Workspace.open(context.root)
            context.mark_synthetic(made_up=workspace.settings.synthetic)
            database = shown_address(workspace.database_url)
    document = {**_restored(done, database), "collected_of_other_keys": collected.others}
    context.output.result(document, lines=[*_lines(done, context.root, database), *collected.told()])


def _restored(done: Restored, database: str | None) -> dict[str, Any]:
    """Return what is to be said as a document; no database is left of a drill."""
    return {
        "drill": database is None,
        "database": database,
        "made": done.manifest.made,
        "events": done.manifest.events,
        "files": len(done.manifest.files),
        "older": done.older,
        "audit_id": None if database is None else done.event.audit_id,
    }


def _lines(done: Restored, root: Path, database: str | None) -> list[str]:
    """Return what is to be said, what a backup cannot know included."""
    made = done.manifest
    lines = [f"{made.events:,} events and {len(made.files):,} files of {made.made} restored and verified."]
    if database is None:
        return [*lines, "It was a drill: nothing of it was kept."]
    lines.append(f"The rows are in {database}.")
    if done.older:
        lines.append("The ledger ends before what you named; what was recorded after its end is lost.")
    # An end that is lost may have held the first erasure of all.
    if done.erasures or done.older:
        lines.append("Rows that were erased after the backup was made are back: run strandcast purge.")
    return [*lines, f"Recorded as {done.event.audit_id} in {root}."]
