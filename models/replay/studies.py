"""A study of a plan made again by the settings that were kept with it, through the function that made it."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from errors import StrandcastError
from ledger.artefacts import Artefact
from ledger.events import Event
from ledger.rehearsal import Rehearsal, ScratchFiles
from ledger.texts import settled
from models.allocation.decisions.record import KIND as PLAN
from models.allocation.scenarios.again import Again, solved_again
from models.allocation.scenarios.study import AskedStudy, study_document
from models.books import Books
from models.kinds import SCENARIO
from models.replay.compare import compared_documents, parsed
from models.replay.inputs import Kept, usable
from models.replay.manifest import MANIFEST, SETTINGS
from models.replay.outcome import Part
from models.replay.plans import sets_in


def study_parts(kept: Kept, event: Event, row: Artefact, secret: str) -> list[Part]:
    """Return what is found of a study: its inputs, its file, and the document made again.

    Args:
        kept: The record and the files.
        event: The event that recorded the study.
        row: The study's row.
        secret: The workspace's, as plans are made with it.
    """
    file = kept.file("the study's file", SCENARIO, row.name)
    if file.verdict != "same":
        return [file]
    manifest: Any = row.meta.get(MANIFEST)
    if not isinstance(manifest, Mapping):
        said = "the study was made before manifests were kept with them: its settings are lost"
        return [file, Part("manifest", "absent", said)]
    inputs = [*kept.files_of(*_needs(manifest)), file]
    if not usable(inputs):
        return inputs
    document = parsed(kept.files.read(row.stored))
    try:
        made = _again(kept, event, document, manifest, secret)
    except StrandcastError as error:
        return [*inputs, Part("making it again", "differs", str(error).rstrip("."))]
    digests = (row.sha256, hashlib.sha256(made).hexdigest())
    return [*inputs, compared_documents("the study's document", document, parsed(made), digests)]


def study_bytes(document: Mapping[str, Any]) -> bytes:
    """Return a study as its file holds it."""
    return settled(document)


def _needs(manifest: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    settings = [(f"settings ({role})", SETTINGS, str(name)) for role, name in sorted(manifest["settings"].items())]
    beside = [] if manifest["other"] is None else [("the plan beside it", PLAN, str(manifest["other"]))]
    return [("the plan's file", PLAN, str(manifest["plan"])), *beside, *settings]


def _again(kept: Kept, event: Event, document: Mapping[str, Any], manifest: Mapping[str, Any], secret: str) -> bytes:
    books = Books(Rehearsal(kept.ledger, event), ScratchFiles(kept.files.root), "replay")
    sets = sets_in(kept, manifest, secret)

    def look(plan_id: str, beside: str | None) -> Again:
        del beside  # it belongs to the record of the look, and nothing is recorded here
        return solved_again(books, sets, plan_id)

    asked = AskedStudy(**{item.name: document[item.name] for item in fields(AskedStudy)})
    return study_bytes(study_document(books, asked, look))
