"""Pre-flight of a model: before it forecasts for anybody, another process loads it and repeats its golden forecasts.

Hashes come first: LightGBM's text parser is not memory-safe, and what was changed on disk never reaches it. What was
written wrong in the first place, or by somebody who could write the hashes too, meets a child process: if that dies,
only it dies.

    python -m models.preflight MANIFEST BOOSTER PANEL     prints the largest relative difference; BOOSTER may be empty
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from errors import ModelError, StrandcastError
from features.panel_file import from_bytes
from ledger.events import NoSuchRecordError
from ledger.files import FileStore, StoredFile
from ledger.ledger import Ledger
from models.bundle import Bundle, unpack
from models.golden import TOLERANCE, deviation
from models.kept_panels import stored_panel
from models.registry import KIND, TREES, Registered, load, read_manifest, resolve
from models.runs import KIND as RUN

SECONDS = 120.0
_ROOMS = Path(__file__).resolve().parents[1]
_AGAIN = "keep the present champion, and train again"


def preflight(ledger: Ledger, files: FileStore, version: str, *, seconds: float = SECONDS) -> float:
    """Check a model's files against the ledger, then let a child process load it and repeat its golden forecasts.

    Args:
        ledger: Its hashes.
        files: Its files.
        version: The model.
        seconds: After which the child is stopped.

    Returns:
        The largest relative difference to the golden forecasts.

    Raises:
        ModelError: It cannot be loaded, forecasts something else than it did, or was kept without golden forecasts.
        LedgerError: A file is absent or was changed.
    """
    manifest = read_manifest(ledger, files, version)
    if "golden" not in manifest or "panel" not in manifest:
        raise ModelError("was trained before golden forecasts were kept", place=version, fix="train again")
    stored: list[StoredFile | None] = [ledger.artefact(KIND, version).stored]
    try:
        stored.append(ledger.artefact(TREES, version).stored)
    except NoSuchRecordError:
        stored.append(None)
    stored.append(stored_panel(ledger, str(manifest["panel"]["name"])))
    for item in stored:
        if item is not None:
            files.read(item)
    paths = [str(files.locate(item)) if item is not None else "" for item in stored]
    return _flown(version, paths, seconds)


def take_up(ledger: Ledger, files: FileStore, name: str) -> Registered:
    """Load a model to forecast with; one that has made no forecast in this workspace yet passes its pre-flight first.

    Raises:
        ModelError: There is none, or as `preflight`.
        LedgerError: A file is absent or was changed.
    """
    version = resolve(ledger, name)
    if not any(run.meta.get("model_version") == version for run in ledger.artefacts(RUN)):
        preflight(ledger, files, version)
    return load(ledger, files, version)


def _flown(version: str, paths: Sequence[str], seconds: float) -> float:
    # -P keeps the folder that the command was typed in off the path: a workspace has a folder `models` too.
    command = [sys.executable, "-P", "-m", "models.preflight", *paths]
    environment = {**os.environ, "PYTHONPATH": str(_ROOMS), "OMP_WAIT_POLICY": "PASSIVE"}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with paths of the file store
            command, capture_output=True, text=True, errors="replace", check=False, timeout=seconds, env=environment
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"pre-flight took more than {seconds:g} seconds", place=version, fix=_AGAIN) from None
    if done.returncode < 0:
        problem = f"pre-flight died of signal {-done.returncode} while it loaded the model"
        raise ModelError(problem, place=version, fix=_AGAIN)
    if done.returncode > 0:
        last = next(iter(done.stderr.strip().splitlines()[-1:]), "it said nothing")
        raise ModelError(f"pre-flight failed ({last.rstrip('.')})", place=version, fix=_AGAIN)
    # LightGBM may have said something before.
    apart = float(json.loads(done.stdout.splitlines()[-1]))
    if apart > TOLERANCE:
        problem = f"forecasts differ from its golden ones by up to {apart:.1e} of their value"
        raise ModelError(problem, place=version, fix=_AGAIN)
    return apart


def main(manifest_path: Path, booster_path: Path | None, panel_path: Path) -> str:
    """Load a model and return how far its forecasts are from its golden ones, as JSON."""
    manifest = manifest_path.read_bytes()
    model = unpack(Bundle(manifest, booster_path.read_bytes() if booster_path else b""))
    document, panel = json.loads(manifest), panel_path.read_bytes()
    if hashlib.sha256(panel).hexdigest() != document["panel"]["sha256"]:
        raise ModelError("panel is not the one that the manifest names", place="model")
    apart = deviation(document["golden"], model, from_bytes(panel))
    return json.dumps(min(apart, sys.float_info.max))


if __name__ == "__main__":
    manifest_argument, booster_argument, panel_argument = sys.argv[1:]
    try:
        booster = Path(booster_argument) if booster_argument else None
        answer = main(Path(manifest_argument), booster, Path(panel_argument))
    except StrandcastError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(2)
    sys.stdout.write(answer)
    sys.stdout.flush()
    # As at the end of every command: native threads torn down in an unlucky order may abort a process that did well.
    os._exit(0)
