"""Rehearsal: the ledger as it stood before an event, in which what led to the event can be done again.

Nothing is recorded. What would have been is kept aside, and is compared with what was recorded by whoever rehearses.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from errors import LedgerError
from ledger.acting import Acting
from ledger.artefacts import Artefact
from ledger.events import Draft, Event, MovedMeanwhileError
from ledger.files import FileStore, StoredFile
from ledger.ledger import Aliases, Beside, Ledger, Meant


class Rehearsal(Ledger):
    """The ledger as it stood before an event. It takes one event, keeps it aside and answers with the recorded one.

    Args:
        ledger: The open ledger.
        event: The recorded event that is to be made again.
        until: How many events are seen; by default all that were recorded before the event.
    """

    def __init__(self, ledger: Ledger, event: Event, until: int | None = None) -> None:
        # The same open database and clock, seen as they stood: closing the rehearsal is for whoever opened them.
        vars(self).update(vars(ledger.until(event.sequence - 1 if until is None else until)))
        self._recorded_event = event
        self.draft: Draft | None = None
        self.made: tuple[Artefact, ...] = ()
        self.moves: dict[tuple[str, str], str] = {}

    def close(self) -> None:
        """Do nothing: the database is not the rehearsal's own."""

    def acting(self, acting: Acting, beside: Beside | None = None) -> "Rehearsal":
        """Return itself: who acted stands in the recorded event, and rows beside it are no part of what is compared."""
        return self

    def beside(self, beside: Beside) -> "Rehearsal":
        """Return itself: rows beside the event are no part of what is compared."""
        return self

    def append(
        self,
        draft: Draft,
        *,
        artefacts: Sequence[Artefact] = (),
        aliases: Aliases | None = None,
        only_while: Meant | None = None,
    ) -> Event:
        """Keep aside what would be recorded, and return the event that was.

        Raises:
            MovedMeanwhileError: An alias meant something else then.
            LedgerError: Something was to be recorded before.
        """
        for (kind, alias), name in (only_while or {}).items():
            if self.alias(kind, alias) != name:
                raise MovedMeanwhileError(f"the {alias} {kind} was another one then", place="ledger")
        if self.draft is not None:
            raise LedgerError("more than one event would be recorded", place=self.draft.object)
        self.draft, self.made, self.moves = draft, tuple(artefacts), dict(aliases or {})
        return self._recorded_event

    def append_all(self, drafts: Sequence[Draft]) -> list[Event]:
        """Keep aside the one event that would be recorded, and return the event that was.

        Raises:
            LedgerError: More than one would be.
        """
        return [self.append(draft) for draft in drafts]


@dataclass(frozen=True)
class ScratchFiles(FileStore):
    """The files of a store, to which nothing is written: what would be is kept in memory.

    Attributes:
        written: Path to the bytes that would have been written.
    """

    written: dict[str, bytes] = field(default_factory=dict)

    def put(self, data: bytes, folder: str, suffix: str) -> StoredFile:
        """Keep `data` in memory, and return where it would lie."""
        digest = hashlib.sha256(data).hexdigest()
        stored = StoredFile(digest, f"{folder}/{digest}{suffix}")
        self.written[stored.path] = data
        return stored

    def made(self, folder: str) -> tuple[str, bytes] | None:
        """Return the hash and the bytes of the one file that would be in a folder; None where none would be."""
        found = [(path, data) for path, data in self.written.items() if path.startswith(f"{folder}/")]
        return (hashlib.sha256(found[0][1]).hexdigest(), found[0][1]) if len(found) == 1 else None

    def read(self, stored: StoredFile) -> bytes:
        """Return what would have been written, or a stored file's bytes.

        Raises:
            LedgerError: It is absent, unreadable or not the bytes that were stored.
        """
        return self.written[stored.path] if stored.path in self.written else super().read(stored)
