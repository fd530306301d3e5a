"""Inputs: the recorded files that a result was made from, each seen to be what was recorded before it is used."""

from dataclasses import dataclass
from typing import Any

from errors import LedgerError
from ledger.artefacts import Artefact
from ledger.erased import ERASURE
from ledger.events import Event, NoSuchRecordError
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.replay.manifest import READ, read_details
from models.replay.outcome import Part


@dataclass(frozen=True)
class Kept:
    """The record and the files, as replays look things up in them.

    Attributes:
        ledger: The ledger.
        files: Its files.
    """

    ledger: Ledger
    files: FileStore

    def row(self, kind: str, name: str) -> Artefact | None:
        """Return a row; None where there is none of this name."""
        try:
            return self.ledger.artefact(kind, name)
        except NoSuchRecordError:
            return None

    def file(self, called: str, kind: str, name: str) -> Part:
        """Return whether a recorded file is there and is what was recorded.

        Args:
            called: What it is called to people.
            kind: Kind of the row that names it.
            name: Name of the row.
        """
        row = self.row(kind, name)
        if row is None:
            return Part(called, "absent", f"nothing of the kind {kind} is recorded as {name}")
        fault = self._row_fault(row)
        if fault:
            return Part(called, "changed", fault, row.sha256)
        if not self.files.holds(row.stored):
            return Part(called, "absent", self._why_absent(row), row.sha256)
        try:
            self.files.read(row.stored)
        except LedgerError as error:
            return Part(called, "changed", f"{row.path}: {error.problem}", row.sha256)
        return Part(called, "same", "", row.sha256, row.sha256)

    def files_of(self, *named: tuple[str, str, str]) -> list[Part]:
        """Return what `file` finds of several."""
        return [self.file(*one) for one in named]

    def read(self, event: Event) -> list[Part]:
        """Return whether files of the workspace that an answer was read from are what they were."""
        parts = []
        for key, value in sorted(event.draft.details.items()):
            if not key.startswith(READ):
                continue
            path = self.files.root / key.removeprefix(READ)
            called, then = f"settings ({path.name})", str(value)
            now = read_details(path).get(key)
            if now is None:
                parts.append(Part(called, "absent", "the file is gone", then))
            elif now != then:
                parts.append(Part(called, "changed", "the file has been edited since", then, now))
            else:
                parts.append(Part(called, "same", "", then, now))
        return parts

    def _row_fault(self, row: Artefact) -> str:
        """Return what is wrong with a row, which its event names by the hash of all of it; "" where nothing is."""
        event = self.ledger.event_of(row.kind, row.name)
        claimed = row.covered_by(row.meta_text())
        said = {key: event.draft.details.get(key) for key in claimed}
        return "" if said == claimed else f"its row is not the one that event {event.sequence} recorded"

    def _why_absent(self, row: Artefact) -> str:
        name = f"{row.kind}/{row.name}"
        for erasure in self.ledger.artefacts(ERASURE):
            erased: Any = erasure.meta.get("erased")
            if isinstance(erased, list) and name in erased:
                return f"it was erased on {self.ledger.event_of(ERASURE, erasure.name).time[:10]}, as recorded"
        return "its file is gone: restore it from a backup"


def intact(event: Event) -> Part:
    """Return whether an event still has the hash that it was recorded under."""
    computed = event.computed_hash()
    verdict = "same" if computed == event.hash else "changed"
    said = "" if verdict == "same" else f"event {event.sequence} was rewritten: run strandcast audit verify"
    return Part("the event", "same" if verdict == "same" else "changed", said, event.hash, computed)


def usable(parts: list[Part]) -> bool:
    """Tell whether every part is there and as recorded, so that something can be made from them."""
    return all(part.verdict == "same" for part in parts)
