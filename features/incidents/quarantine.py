"""Quarantined rows, as they are held."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from features.incidents.archive import Archive, Entry
from features.incidents.batch import INCIDENTS, QUARANTINE, read_quarantine


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that broke a rule.

    Attributes:
        subject: What was ingested.
        file: The file.
        row: Its row number in the file.
        rule: The first rule that it broke.
    """

    subject: str
    file: str
    row: int
    rule: str


def quarantined_totals(archive: Archive) -> dict[str, int]:
    """Return rule -> rows, the most frequent first."""
    totals: Counter[str] = Counter()
    for entry in _current(archive):
        totals.update(entry.meta["rules"])
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def quarantined_rows(archive: Archive, rule: str | None = None) -> Iterator[QuarantinedRow]:
    """Yield the rows, of one rule or all, file by file."""
    for entry in _current(archive):
        if rule is not None and rule not in entry.meta["rules"]:
            continue
        held = read_quarantine(archive, entry)
        for row, broken in zip(held["row"].tolist(), held["rule"].tolist(), strict=True):
            if rule in (None, broken):
                yield QuarantinedRow(entry.meta["subject"], entry.meta["file"], row, broken)


def _current(archive: Archive) -> list[Entry]:
    """Return the batches of the newest reading of each file: another reading may have taken the rows in."""
    newest = {entry.meta["file_sha256"]: entry.name for entry in archive.entries(INCIDENTS)}
    names = set(newest.values())
    return [entry for entry in archive.entries(QUARANTINE) if entry.name in names]
