"""Evaluations of plans, recorded: the table by week is kept, and the ledger says what it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ledger.artefacts import Artefact, Json
from ledger.events import Draft
from models.books import Books
from models.table import to_parquet

KIND = "evaluation"


@dataclass(frozen=True)
class EvaluationRecord:
    """A recorded evaluation.

    Attributes:
        name: Its name.
        audit_id: The event that recorded it.
    """

    name: str
    audit_id: str

    def said(self) -> str:
        """Return where it is recorded, as a sentence."""
        return f"Recorded as {self.audit_id}."


def record(table: pd.DataFrame, meta: Mapping[str, Json], books: Books) -> EvaluationRecord:
    """Record an evaluation; the same again is recorded as a consultation.

    Args:
        table: A row a plan and week.
        meta: What it was made from: model, snapshot, origins.
        books: Ledger and files.

    Raises:
        LedgerError: It could not be recorded; then there is none.
    """
    stored = books.files.put(to_parquet(table), "evaluations", ".parquet")
    last = table["period_start"].max()
    name = f"{last:%Y-%m-%d}-{stored.sha256[:12]}"
    held = any(artefact.name == name for artefact in books.ledger.artefacts(KIND))
    details = {key: value for key, value in meta.items() if isinstance(value, str | int)}
    draft = Draft(
        "consultation" if held else "combination",
        f"{KIND}/{name}",
        books.actor,
        object_hash=stored.sha256,
        details=details,
    )
    event = books.ledger.append(draft, artefacts=[] if held else [Artefact.of(KIND, name, stored, dict(meta))])
    return EvaluationRecord(name, event.audit_id)
