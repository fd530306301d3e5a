"""The registry: every model that was trained, which is champion and which is challenger.

The truth is the workspace's database: an alias moves in the same transaction as the ledger event that says so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from errors import ModelError
from ledger.artefacts import Artefact
from ledger.events import Draft, NoSuchRecordError, Scalar
from ledger.files import FileStore
from ledger.ledger import Ledger
from models import kinds
from models.bundle import Bundle, Fitted, unpack

KIND = kinds.MODEL
TREES = "booster"
CHAMPION = kinds.CHAMPION
CHALLENGER = kinds.CHALLENGER


@dataclass(frozen=True)
class Registered:
    """A model with its name.

    Attributes:
        version: Name, "boosted-2021-12-27-1a2b3c4d".
        model: Ready to forecast.
        origin: What it learnt from ends before this day.
    """

    version: str
    model: Fitted
    origin: date


def version_name(method: str, origin: str, bundle: Bundle) -> str:
    """Return a model's name: the method, the origin it was trained at and the beginning of its hash."""
    return f"{method}-{origin}-{bundle.digest[:8]}"


def register(
    ledger: Ledger,
    files: FileStore,
    version: str,
    bundle: Bundle,
    *,
    origin: date,
    actor: str,
    details: Mapping[str, Scalar],
    beside: Sequence[Artefact] = (),
) -> str:
    """Keep a model, make it the challenger, and return the audit id; a model that is known is only made challenger.

    Args:
        ledger: Where it is recorded.
        files: Where its files are kept.
        version: Its name.
        bundle: Its files.
        origin: What it learnt from ends before this day.
        actor: Who trained it.
        details: What else the event says.
        beside: Rows that are recorded with it, such as that of the panel that it learnt from.
    """
    manifest = files.put(bundle.manifest, "models", ".json")
    rows = [Artefact.of(KIND, version, manifest, {"origin": origin.isoformat()})]
    if bundle.booster:
        rows.append(Artefact.of(TREES, version, files.put(bundle.booster, "models", ".txt"), {}))
    known = ledger.held(KIND, version)
    draft = Draft(
        "model",
        f"model/{version}",
        actor,
        object_hash=manifest.sha256,
        details={"act": "train", "origin": origin.isoformat(), **details},
    )
    new = [] if known else [*rows, *beside]
    event = ledger.append(draft, artefacts=new, aliases={(KIND, CHALLENGER): version})
    return event.audit_id


def resolve(ledger: Ledger, name: str) -> str:
    """Return the version that a name means: an alias, or a version itself.

    Raises:
        ModelError: There is none.
    """
    if name in (CHAMPION, CHALLENGER):
        version = ledger.alias(KIND, name)
        if version is None:
            fix = "run strandcast train" if name == CHALLENGER else "run strandcast train, then strandcast promote"
            raise ModelError(f"there is no {name} yet", place="registry", fix=fix)
        return version
    try:
        return ledger.artefact(KIND, name).name
    except NoSuchRecordError:
        fix = "use champion, challenger or a version"
        raise ModelError(f"there is no model {name}", place="registry", fix=fix) from None


def read_manifest(ledger: Ledger, files: FileStore, name: str) -> dict[str, Any]:
    """Return a model's manifest, by alias or version, its file checked against the ledger; no tree is parsed.

    Raises:
        ModelError: There is none, or it is no JSON object.
        LedgerError: The file is absent or was changed.
    """
    version = resolve(ledger, name)
    try:
        document = json.loads(files.read(ledger.artefact(KIND, version).stored))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ModelError("manifest cannot be read", place=version, fix="train again")
    return document


def read_bundle(ledger: Ledger, files: FileStore, version: str) -> Bundle:
    """Return a version's files as they were kept, each checked against the ledger's hash; nothing is parsed.

    Raises:
        LedgerError: A file is absent or was changed.
    """
    manifest = files.read(ledger.artefact(KIND, version).stored)
    try:
        trees = ledger.artefact(TREES, version)
    except NoSuchRecordError:
        return Bundle(manifest, b"")
    return Bundle(manifest, files.read(trees.stored))


def load(ledger: Ledger, files: FileStore, name: str) -> Registered:
    """Load a model by alias or version; its files are checked against the ledger's hashes before they are parsed.

    Raises:
        ModelError: There is none.
        LedgerError: A file is absent or was changed.
    """
    version = resolve(ledger, name)
    origin = date.fromisoformat(str(ledger.artefact(KIND, version).meta["origin"]))
    return Registered(version, unpack(read_bundle(ledger, files, version)), origin)
