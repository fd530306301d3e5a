"""Promotion: the challenger, or any version, becomes champion."""

from dataclasses import dataclass

from errors import ModelError
from ledger.events import Draft
from ledger.ledger import Ledger
from models.registry import CHALLENGER, CHAMPION, KIND, resolve
from training.record import Tracker


@dataclass(frozen=True)
class Promotion:
    """A champion and the one before it.

    Attributes:
        version: The champion now.
        replaced: The champion before; None for the first.
        mirrored: Whether the tracker shows it too; False where the model was trained untracked.
        audit_id: The event.
    """

    version: str
    replaced: str | None
    mirrored: bool
    audit_id: str


def promote(ledger: Ledger, tracker: Tracker, *, name: str = CHALLENGER, reason: str, actor: str) -> Promotion:
    """Make a model champion; the alias and the event that says so are written together.

    The tracker is told first: if it cannot be told nothing moves, and if the ledger then fails it is told back.

    Args:
        ledger: Holds the truth.
        tracker: Mirrors it.
        name: "challenger" or a version.
        reason: Why, in the person's words.
        actor: Who.

    Raises:
        ModelError: There is no such model, or it is champion already.
        LedgerError: It could not be recorded; the champion is the one before.
    """
    version = resolve(ledger, name)
    before = ledger.alias(KIND, CHAMPION)
    if version == before:
        raise ModelError("is champion already", place=version, fix="train a new challenger first")
    mirrored = tracker.set_champion(version)
    details = {"act": "promote", "replaced": before, "reason": reason}
    try:
        draft = Draft("model", f"model/{version}", actor, details=details)
        event = ledger.append(draft, aliases={(KIND, CHAMPION): version})
    except BaseException:
        # No version has an empty name: the tracker then shows no champion, as before the first promotion.
        tracker.set_champion(before or "")
        raise
    return Promotion(version, before, mirrored, event.audit_id)
