"""Panels kept as files: what a forecast started from, and what a model learnt from."""

from errors import ModelError
from features.panel import Panel
from features.panel_file import from_bytes, to_bytes
from ledger.artefacts import Artefact
from ledger.events import NoSuchRecordError
from ledger.files import FileStore, StoredFile
from ledger.ledger import Ledger
from models.kinds import PANEL


def kept_panel(panel: Panel, files: FileStore) -> Artefact:
    """Write a panel as a file and return the row that names it; the same panel gives the same row."""
    stored = files.put(to_bytes(panel), "panels", ".parquet")
    return Artefact.of(PANEL, f"{panel.origin}-{stored.sha256[:16]}", stored)


def unrecorded(artefact: Artefact, ledger: Ledger) -> list[Artefact]:
    """Return the row unless it is recorded: another model may have been asked from the panel, or learnt from it."""
    return [] if artefact.name in {known.name for known in ledger.artefacts(artefact.kind)} else [artefact]


def stored_panel(ledger: Ledger, name: str) -> StoredFile:
    """Return the file of a kept panel.

    Raises:
        ModelError: None of this name was kept.
    """
    try:
        return ledger.artefact(PANEL, name).stored
    except NoSuchRecordError:
        raise ModelError(f"there is no panel {name}", place="registry", fix="restore the database") from None


def read_panel(ledger: Ledger, files: FileStore, name: str) -> Panel:
    """Return a kept panel, its file checked against the ledger.

    Raises:
        ModelError: None of this name was kept.
        LedgerError: The file is absent or was changed.
    """
    return from_bytes(files.read(stored_panel(ledger, name)))
