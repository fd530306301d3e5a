"""Making a model again from its manifest, and telling whether it is the same to the bit."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from errors import ModelError
from features.panel_file import from_bytes
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.kept_panels import stored_panel
from models.registry import KIND, read_bundle, read_manifest, resolve, version_name
from training.choice import Recipe
from training.made import ORIGIN, SNAPSHOT, Made, make
from training.provenance import provenance

FACTS = "facts"


@dataclass(frozen=True)
class Difference:
    """A part of a manifest that is not the same.

    Attributes:
        part: Its name, such as "booster_sha256" or "facts.code_revision".
        kept: What the manifest says; a hash in place of long values.
        found: What it is now.
    """

    part: str
    kept: str
    found: str


@dataclass(frozen=True)
class Retrained:
    """What making a model again showed.

    Attributes:
        version: The model.
        again: Name of the model that was made; the same name for the same bits.
        identical: Whether both files are the same to the bit.
        surroundings: What differs around the fit: code, lock, libraries, processor.
        differences: What differs in the model itself.
    """

    version: str
    again: str
    identical: bool
    surroundings: tuple[Difference, ...]
    differences: tuple[Difference, ...]

    def sentence(self) -> str:
        """Return the finding in one sentence."""
        if self.identical:
            return f"{self.version} was made again from its manifest, the same to the bit."
        around = ", ".join(item.part for item in self.surroundings)
        if not self.differences:
            return f"{self.version} was made again with the same trees and arrays; only {around} differ."
        parts = ", ".join(item.part for item in self.differences)
        because = f"; what it was made with differs too: {around}" if around else ""
        return f"{self.version} could not be made again: {parts} differ{because}."


def retrain(ledger: Ledger, files: FileStore, name: str, *, tell: Callable[[str], None]) -> Retrained:
    """Make a model again from its manifest: its recipe, fitted to the panel that was kept beside it.

    Args:
        ledger: Where it is recorded.
        files: Where its manifest and panel are.
        name: An alias or a version.
        tell: Told beforehand of what differs around the fit.

    Raises:
        ModelError: There is none, or it was kept without what it takes.
        LedgerError: A file is absent or was changed.
    """
    version = resolve(ledger, name)
    # The same to the bit as what is kept: a file that is not what was recorded is no model to compare with.
    read_bundle(ledger, files, version)
    manifest = read_manifest(ledger, files, version)
    recipe = Recipe.of_manifest(manifest)
    try:
        facts, horizons, kept = manifest[FACTS], tuple(manifest["horizons"]), str(manifest["panel"]["name"])
    except (KeyError, TypeError):
        raise ModelError("was trained before panels were kept", place=version, fix="train again") from None
    surroundings = _around(facts)
    for item in surroundings:
        tell(f"{item.part} differs: the model was made with {item.kept or 'none'}, and this is {item.found or 'none'}.")
    panel = from_bytes(files.read(stored_panel(ledger, kept)))
    made = make(panel, recipe, horizons, str(facts[SNAPSHOT]), files)
    again = version_name(made.model.method, str(facts[ORIGIN]), made.bundle)
    identical = made.bundle.digest == ledger.artefact(KIND, version).sha256
    return Retrained(version, again, identical, surroundings, _within(manifest, made))


def _around(facts: Mapping[str, Any]) -> tuple[Difference, ...]:
    now = provenance()
    names = [name for name in sorted({*now, *facts}) if name in now or name.startswith("version.")]
    pairs = [(name, str(facts.get(name, "")), now.get(name, "")) for name in names]
    return tuple(Difference(name, kept, found) for name, kept, found in pairs if kept != found)


def _within(manifest: Mapping[str, Any], made: Made) -> tuple[Difference, ...]:
    found = json.loads(made.bundle.manifest)
    differ = [name for name in sorted({*manifest, *found} - {FACTS}) if manifest.get(name) != found.get(name)]
    return tuple(Difference(name, _short(manifest.get(name)), _short(found.get(name))) for name in differ)


def _short(value: Any) -> str:
    """Return a value that fits a table: text as it is, anything else by its hash."""
    if value is None or isinstance(value, str | int):
        return str(value or "")
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
