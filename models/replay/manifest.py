"""Manifests: what a forecast and a plan were made of, kept with them so that they can be made again.

A manifest is JSON in the row that names the result's file, so that the chain covers it and the file stays the same
whatever code it is made by. What many results share (surroundings, files of settings) is kept once and named.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import LedgerError
from ledger.artefacts import Artefact, Json
from ledger.events import Draft, Event, MovedMeanwhileError, NoSuchRecordError
from ledger.files import FileStore, StoredFile
from ledger.ledger import Aliases, Ledger, Meant
from models.kinds import MODEL
from models.replay.surroundings import kept_surroundings

# The key of a manifest in the meta of a row, and its version.
MANIFEST = "manifest"
VERSION = 1
SETTINGS = "settings"
# The detail under which the service records what was asked of it: the path with its query.
ASKED = "url"
# What a detail begins with that names a file of the workspace, which an answer was read from, and its hash.
READ = "file:"
_TREES = "booster"
_NAMED = 16


@dataclass(frozen=True)
class Manifest:
    """What a result was made of.

    Attributes:
        document: JSON values.
        beside: Rows that it names and that results share; they are recorded with it unless they are already.
    """

    document: Mapping[str, Json]
    beside: tuple[Artefact, ...]


@dataclass(frozen=True)
class SettingsFile:
    """A file of the workspace's settings, as it was when a result was made.

    Attributes:
        role: What it says: "strands", "harm" or "areas".
        suffix: Of its name; readers go by it.
        data: Its bytes.
    """

    role: str
    suffix: str
    data: bytes

    @classmethod
    def read(cls, role: str, path: Path | None) -> "SettingsFile | None":
        """Return the file at a path; None where there is none."""
        if path is None or not path.is_file():
            return None
        return cls(role, path.suffix.lower(), path.read_bytes())

    def kept(self, files: FileStore) -> Artefact:
        """Write it to the store and return the row that names it; the same file gives the same row."""
        stored = files.put(self.data, SETTINGS, self.suffix)
        return Artefact.of(SETTINGS, f"{self.role}-{stored.sha256[:_NAMED]}", stored, {"role": self.role})


def manifest_of_run(
    ledger: Ledger,
    files: FileStore,
    *,
    panel: Artefact,
    snapshot_hash: str,
    as_of: str,
    version: str,
    features: str,
    output: StoredFile,
) -> Manifest:
    """Return the manifest of a forecast run.

    Args:
        ledger: Knows the model's files.
        files: Where the surroundings are kept.
        panel: The panel's row.
        snapshot_hash: Names the rows that the panel was counted from.
        as_of: Knowledge date.
        version: The model.
        features: Hash of what the model is told of; "" where it has no features.
        output: The run's table.
    """
    surroundings = kept_surroundings(files)
    document: dict[str, Json] = {
        "version": VERSION,
        "surroundings": surroundings.name,
        "data": {"snapshot": snapshot_hash, "as_of": as_of, "panel": panel.sha256},
        "model": {
            "version": version,
            "manifest": _sha256(ledger, MODEL, version),
            "trees": _sha256(ledger, _TREES, version),
        },
        "features": features,
        # A forecast draws nothing; the seed of the fit stands in the model's own manifest.
        "seeds": {},
        "output": output.sha256,
    }
    return Manifest(document, (surroundings,))


def manifest_of_plan(
    document: Mapping[str, Any],
    files: FileStore,
    *,
    settings: Sequence[SettingsFile],
    secret: str,
    solver: Mapping[str, Json],
    seeds: Mapping[str, Json],
) -> Manifest:
    """Return the manifest of a plan; the file's own hash stands in the row that holds it.

    Args:
        document: The plan's document.
        files: Where surroundings and settings are kept.
        settings: Files of the workspace's settings that it rests on; its resources stand in the document.
        secret: Name of the secret by which visits are drawn, which tells nothing of it.
        solver: Name, version and options of the solver.
        seeds: What is drawn by which seed.
    """
    surroundings = kept_surroundings(files)
    kept = {item.role: item.kept(files) for item in settings}
    layout = document["layout"] or {}
    spots, profile = (document["visit_lists"] or {}).get("hot_spots"), layout.get("profile")
    told: dict[str, Json] = {
        "version": VERSION,
        "surroundings": surroundings.name,
        "forecast": document["forecast"]["run_id"],
        "profile": profile["run_id"] if profile else None,
        "hotspots": spots["run_id"] if spots else None,
        "near": document["near"],
        "settings": {role: row.name for role, row in kept.items()},
        "secret": secret,
        "seeds": dict(seeds),
        "solver": dict(solver),
    }
    return Manifest(told, (surroundings, *kept.values()))


def manifest_of_study(files: FileStore, plan_id: str, other: str | None, settings: Sequence[SettingsFile]) -> Manifest:
    """Return the manifest of a study of a plan; the study's own hash stands in the row that holds it.

    Args:
        files: Where surroundings and settings are kept.
        plan_id: The plan.
        other: The plan beside it, if any.
        settings: Files of the workspace's settings that it rests on.
    """
    surroundings = kept_surroundings(files)
    kept = {item.role: item.kept(files) for item in settings}
    told: dict[str, Json] = {
        "version": VERSION,
        "surroundings": surroundings.name,
        "plan": plan_id,
        "other": other,
        "settings": {role: row.name for role, row in kept.items()},
    }
    return Manifest(told, (surroundings, *kept.values()))


def read_details(*paths: Path) -> dict[str, str]:
    """Return what the event of an answer says of files of the workspace that it was read from.

    The files are anybody's to edit and are not kept; their hashes tell whether they are what they were.
    """
    return {READ + path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def secret_name(secret: str) -> str:
    """Return a name by which a secret of 256 drawn bits is known again and that tells nothing of it."""
    return hashlib.sha256(f"strandcast visits {secret}".encode()).hexdigest()[:_NAMED]


def append_beside(
    ledger: Ledger,
    draft: Draft,
    own: Sequence[Artefact],
    shared: Sequence[Artefact],
    *,
    aliases: Aliases | None = None,
    only_while: Meant | None = None,
) -> Event:
    """Record an event with rows of its own, and with shared rows unless they are recorded already.

    Another process may record a shared row between the look and the append; then it is looked for once more.

    Raises:
        MovedMeanwhileError: An alias means something else by now.
        LedgerError: It could not be recorded: nothing was.
    """
    lacking = _lacking(ledger, shared)
    try:
        return ledger.append(draft, artefacts=[*own, *lacking], aliases=aliases, only_while=only_while)
    except MovedMeanwhileError:
        raise
    except LedgerError:
        if len(_lacking(ledger, shared)) == len(lacking):
            raise
    return ledger.append(draft, artefacts=[*own, *_lacking(ledger, shared)], aliases=aliases, only_while=only_while)


def record_surroundings(ledger: Ledger, files: FileStore, actor: str) -> str:
    """Return the name of the present surroundings, which are recorded unless they are already.

    Raises:
        LedgerError: They could not be recorded.
    """
    row = kept_surroundings(files)
    if _lacking(ledger, (row,)):
        append_beside(ledger, Draft("admin", f"{row.kind}/{row.name}", actor, object_hash=row.sha256), (), (row,))
    return row.name


def _lacking(ledger: Ledger, rows: Sequence[Artefact]) -> list[Artefact]:
    return [row for row in rows if _sha256(ledger, row.kind, row.name) is None]


def _sha256(ledger: Ledger, kind: str, name: str) -> str | None:
    try:
        return ledger.artefact(kind, name).sha256
    except NoSuchRecordError:
        return None
