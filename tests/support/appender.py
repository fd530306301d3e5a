"""A process that appends: `python -m tests.support.appender FOLDER NAME COUNT`. It prints what was acknowledged."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from tests.support.ledgers import url_of


def main(folder: Path, name: str, count: int) -> None:
    files = FileStore(folder)
    with Ledger.open(url_of(folder), lambda: datetime.now(UTC)) as ledger:
        for number in range(count):
            stored = files.put(f"{name} {number}".encode(), "plans", ".txt")
            draft = Draft("decision", f"plan/{name}-{number}", name, object_hash=stored.sha256)
            event = ledger.append(draft, artefacts=[Artefact.of("plan", f"{name}-{number}", stored)])
            print(event.audit_id, flush=True)  # noqa: T201 - this is the acknowledgement


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
