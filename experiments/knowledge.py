"""What a workspace knows, as studies open it."""

from datetime import UTC, datetime
from pathlib import Path

from features.incidents.store import load_incidents
from features.knowledge import Knowledge
from features.workspace import Workspace
from ledger.archive import Archive
from ledger.files import FileStore
from ledger.ledger import Ledger


def weekly_knowledge(root: Path) -> Knowledge:
    """Return a workspace's knowledge by weeks."""
    workspace = Workspace.open(root)
    with Ledger.open(workspace.database_url, lambda: datetime.now(UTC)) as ledger:
        store = load_incidents(Archive(ledger, FileStore(root), "experiment"))
    return Knowledge(store, workspace.areas(), "week")
