"""Opening a workspace's files and ledger together."""

from collections.abc import Iterator
from contextlib import contextmanager

from features.workspace import Workspace
from ledger.archive import Archive
from ledger.files import FileStore
from ledger.ledger import Ledger
from strandcast.command import Context


@contextmanager
def open_archive(context: Context, workspace: Workspace) -> Iterator[Archive]:
    """Yield the archive of a workspace, on behalf of the person who runs the command."""
    with Ledger.open(workspace.database_url, context.clock) as ledger:
        yield Archive(ledger, FileStore(workspace.root), context.actor)
