"""The evidence of a decision: a file with every figure and a picture, kept and recorded whatever was decided."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.artefacts import Artefact
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kinds import GATE
from models.replay.surroundings import CHECKOUT, code_revision, lock_sha256
from training.gate.decision import Decision
from training.gate.picture import draw

KIND = GATE
PICTURE = "gate-picture"


@dataclass(frozen=True, eq=False)
class Evidence:
    """A kept decision.

    Attributes:
        name: Its name.
        verdict: "passed" or "refused".
        document: All of it, JSON values.
        picture: PNG.
        artefacts: The rows that name the two files.
    """

    name: str
    verdict: str
    document: Mapping[str, Any] = field(repr=False)
    picture: bytes = field(repr=False)
    artefacts: tuple[Artefact, ...] = field(repr=False)


def keep(
    decision: Decision,
    ledger: Ledger,
    files: FileStore,
    *,
    actor: str,
    words: Mapping[str, str | None],
    synthetic: bool,
) -> Evidence:
    """Write a decision's files and return it with the rows that name them, for the event that tells of it.

    Args:
        decision: What the gate found.
        ledger: Numbers the decisions.
        files: Where they are kept.
        actor: Who asked.
        words: Why, in the person's words: "reason" and "despite".
        synthetic: Whether the data are made up.

    Raises:
        LedgerError: They cannot be written.
    """
    document = {
        **decision.document(),
        "actor": actor,
        "synthetic": synthetic,
        **words,
        "code_revision": code_revision(CHECKOUT),
        "lock_sha256": lock_sha256(CHECKOUT),
    }
    picture = draw(decision, synthetic=synthetic)
    text = json.dumps(document, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False).encode()
    stored, drawn = files.put(text, "gates", ".json"), files.put(picture, "gates", ".png")
    name = f"{len(ledger.artefacts(KIND)) + 1:04d}-{stored.sha256[:8]}"
    meta = {"version": decision.challenger.version, "verdict": decision.verdict}
    rows = (Artefact.of(KIND, name, stored, meta), Artefact.of(PICTURE, name, drawn, meta))
    return Evidence(name, decision.verdict, document, picture, rows)


def read(ledger: Ledger, files: FileStore, name: str) -> dict[str, Any]:
    """Return a kept decision by its name, its file checked against the ledger.

    Raises:
        LedgerError: There is none, or its file is absent or was changed.
    """
    document: dict[str, Any] = json.loads(files.read(ledger.artefact(KIND, name).stored))
    return document
