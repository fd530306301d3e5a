"""Prepare one run in a process of its own, so that whoever serves it loads neither tables nor trees.

python -m models.served WORKSPACE RUN
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from errors import StrandcastError
from features.workspace import Workspace
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.books import Books
from models.maps.kept import keep_map
from models.served.record import prepare
from models.trends.kept import keep_trends


def main(root: Path, run_id: str) -> None:
    """Prepare a run, with the map of its areas and the trends behind it."""
    workspace = Workspace.open(root)
    with Ledger.open(workspace.database_url, lambda: datetime.now(UTC)) as ledger:
        books = Books(ledger, FileStore(workspace.root), "serve")
        prepare(books, run_id)
        keep_map(books, workspace, run_id)
        keep_trends(books, run_id)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2])
    except StrandcastError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(2)
    # As at the end of every command: native threads torn down in an unlucky order may abort a process that did well.
    os._exit(0)
