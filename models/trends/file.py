"""Which trends are recorded; apart from how they are computed, so that looking needs nothing that computing needs."""

from ledger.artefacts import Artefact
from ledger.ledger import Ledger
from models.kinds import TRENDS


def trends_file(ledger: Ledger, run_id: str) -> Artefact | None:
    """Return the row of the trends behind a run; None where none were computed."""
    return next((artefact for artefact in ledger.artefacts(TRENDS) if artefact.name == run_id), None)
