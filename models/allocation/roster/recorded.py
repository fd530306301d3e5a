"""The recorded studies that a roster rests on: the newest that was known before the plan's period."""

import json
from datetime import date

from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.roster.shares import ProfileShares
from models.allocation.roster.spots import Place, Spots
from models.hotspots.record import KIND as HOTSPOTS
from models.profiles.document import EVERY_STRAND
from models.profiles.record import KIND as PROFILES


def recorded_profiles(ledger: Ledger, files: FileStore, start: date) -> ProfileShares | None:
    """Return the profiles of every strand recorded last, of those known on the first day of a period; None: none are.

    Raises:
        LedgerError: Their file is absent or was changed.
    """
    for held in ledger.artefacts(PROFILES, newest_first=True):
        if held.meta["strand"] == EVERY_STRAND and str(held.meta["as_of"]) <= start.isoformat():
            return named_profiles(ledger, files, held.name)
    return None


def named_profiles(ledger: Ledger, files: FileStore, run_id: str) -> ProfileShares:
    """Return recorded profiles by their name.

    Raises:
        NoSuchRecordError: There are none of this name.
        LedgerError: Their file is absent or was changed.
    """
    held = ledger.artefact(PROFILES, run_id)
    audit_id = ledger.event_of(PROFILES, run_id).audit_id
    return ProfileShares.of(run_id, audit_id, json.loads(files.read(held.stored)))


def recorded_spots(ledger: Ledger, files: FileStore, start: date, place: Place) -> Spots | None:
    """Return the hot spots recorded last, of those for a week that begins no later than a period; None: none are.

    Raises:
        LedgerError: Their file is absent or was changed.
    """
    for held in ledger.artefacts(HOTSPOTS, newest_first=True):
        if str(held.meta["week_from"]) <= start.isoformat():
            audit_id = ledger.event_of(HOTSPOTS, held.name).audit_id
            return Spots.of(held.name, audit_id, json.loads(files.read(held.stored)), place)
    return None
