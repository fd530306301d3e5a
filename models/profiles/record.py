"""Profiles in the ledger: recorded before anybody sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ledger.artefacts import Artefact
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.texts import compact
from models.profiles.document import rows, summary
from models.profiles.study import Profiles

KIND = "profiles"
# More incidents without a clock time than this are worth a word.
_MANY = 0.2


@dataclass(frozen=True, eq=False)
class ProfileRun:
    """Recorded profiles.

    Attributes:
        run_id: Name: the knowledge date and the beginning of the file's hash.
        audit_id: The event that recorded it.
        summary: What was asked, found and relied on; JSON values.
        rows: The shares; JSON values.
    """

    run_id: str
    audit_id: str
    summary: dict[str, Any]
    rows: list[dict[str, Any]]


def notices_of(found: Profiles, *, synthetic: bool) -> list[str]:
    """Return the codes that hold for all shares.

    "late-data": the feeds end more than a week before the knowledge date. "feed-left-out": a feed gives no clock times.
    "midnight-heaped": times of day are heaped at 00:00, and these are taken for none. "few-clock-times": more than a
    fifth of the incidents carry no clock time.
    """
    rests = found.clocked
    total, known = float(found.total.sum()), float(found.force.count.sum())
    marks = {
        "late-data": rests.last + timedelta(days=7) < rests.as_of,
        "feed-left-out": bool(rests.left_out),
        "midnight-heaped": bool(rests.heaped),
        "few-clock-times": known < (1 - _MANY) * total,
        "synthetic": synthetic,
    }
    return [code for code, holds in marks.items() if holds]


def record(
    found: Profiles, notices: Sequence[str], attribution: str, *, ledger: Ledger, files: FileStore, actor: str
) -> ProfileRun:
    """Record profiles; the same again is recorded as a consultation.

    Raises:
        LedgerError: They could not be recorded; then there are none.
    """
    codes = list(notices)
    about, table = summary(found, codes, attribution), rows(found, codes, attribution)
    content = compact({KIND: about, "rows": table})
    stored = files.put(content, KIND, ".json")
    run_id = f"{about['as_of']}-{stored.sha256[:8]}"
    held = ledger.held(KIND, run_id)
    named = {"strand": about["strand"], "as_of": about["as_of"]}
    draft = Draft(
        "consultation" if held else "combination",
        f"{KIND}/{run_id}",
        actor,
        object_hash=stored.sha256,
        details={**named, "weeks": about["weeks"], "snapshot": about["snapshot_hash"]},
    )
    event = ledger.append(draft, artefacts=[] if held else [Artefact.of(KIND, run_id, stored, named)])
    return ProfileRun(run_id, event.audit_id, about, table)
