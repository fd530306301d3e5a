"""Books: where what is done is recorded, and who does it; they go together through every step of a week."""

from dataclasses import dataclass

from ledger.files import FileStore
from ledger.ledger import Ledger


@dataclass(frozen=True)
class Books:
    """A ledger, its files and an actor.

    Attributes:
        ledger: Events and artefacts.
        files: Content-addressed files.
        actor: Who does what is recorded.
    """

    ledger: Ledger
    files: FileStore
    actor: str
