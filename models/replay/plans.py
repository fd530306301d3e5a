"""A plan made again by the settings that were kept with it, through the function that made it: draft, edit, around."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from errors import StrandcastError
from ledger.artefacts import Artefact
from ledger.events import Event
from ledger.rehearsal import Rehearsal, ScratchFiles
from models.allocation.choices import Lock
from models.allocation.decisions import again
from models.allocation.decisions.answers import asked_of
from models.allocation.decisions.drafts import Sets, around, draft, edit
from models.allocation.decisions.record import KIND, SCHEMA, load_plan
from models.books import Books
from models.hotspots.record import KIND as HOTSPOTS
from models.kinds import FORECAST
from models.profiles.record import KIND as PROFILES
from models.replay.compare import compared_documents, parsed
from models.replay.inputs import Kept, usable
from models.replay.manifest import MANIFEST, SETTINGS, secret_name
from models.replay.outcome import Part
from models.replay.runs import without_surroundings
from models.runs import load_run

_DOCUMENT = "the plan's document"
_MADE = "making it again"


def plan_parts(kept: Kept, event: Event, row: Artefact, secret: str) -> list[Part]:
    """Return what is found of a plan: its inputs, its file, and the document made again.

    Args:
        kept: The record and the files.
        event: The event that recorded the plan.
        row: The plan's row.
        secret: The workspace's, by which visits are drawn.
    """
    file = kept.file("the plan's file", KIND, row.name)
    manifest: Any = row.meta.get(MANIFEST)
    if file.verdict != "same":
        return [file]
    document = parsed(kept.files.read(row.stored))
    lacking = _lacking(document, manifest)
    if lacking is not None:
        return [file, lacking]
    inputs = [*kept.files_of(*_needs(document, manifest)), *_secret(manifest, secret), file]
    return [*inputs, *_made(kept, event, row, document, secret)] if usable(inputs) else inputs


def _lacking(document: Mapping[str, Any], manifest: object) -> Part | None:
    """Return what a plan of a former version was not recorded with."""
    if document.get("schema") != SCHEMA:
        said = f"it is a document of the form {document.get('schema')}, which this version does not make"
        return Part("the code of its form", "absent", said)
    if not isinstance(manifest, Mapping):
        return Part("manifest", "absent", "the plan was made before manifests were kept: its settings are lost")
    return None


def _made(kept: Kept, event: Event, row: Artefact, document: Mapping[str, Any], secret: str) -> list[Part]:
    manifest: Any = row.meta[MANIFEST]
    rehearsal, scratch = Rehearsal(kept.ledger, event), ScratchFiles(kept.files.root)
    try:
        _again(document, sets_in(kept, manifest, secret), Books(rehearsal, scratch, "replay"))
    except StrandcastError as error:
        return [Part(_MADE, "differs", str(error).rstrip("."))]
    made = scratch.made("plans")
    if made is None:
        return [Part(_MADE, "differs", "no plan would be written")]
    compared = compared_documents(_DOCUMENT, document, parsed(made[1]), (row.sha256, made[0]))
    then = without_surroundings(row.meta)
    described = [
        compared_documents("the plan's description", then, without_surroundings(item.meta))
        for item in rehearsal.made
        if item.kind == KIND
    ]
    return [compared, *described]


def _needs(document: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    needs = [("the forecast's file", FORECAST, str(manifest["forecast"]))]
    parent = str(document["parent"]["plan_id"]) if document["parent"] else None
    for called, kind in (("profile", PROFILES), ("hotspots", HOTSPOTS), ("near", KIND)):
        if manifest[called] not in (None, parent):
            name = {"profile": "profiles", "hotspots": "hot spots", "near": "the plan that it is near to"}[called]
            needs.append((name, kind, str(manifest[called])))
    if parent:
        needs.append(("the plan that it was made from", KIND, parent))
    needs += [(f"settings ({role})", SETTINGS, str(name)) for role, name in sorted(manifest["settings"].items())]
    return needs


def _secret(manifest: Mapping[str, Any], secret: str) -> list[Part]:
    found = secret_name(secret)
    same = found == manifest["secret"]
    said = "" if same else "the salt of strandcast.toml is another one: visits cannot be drawn again"
    return [Part("settings (salt)", "same" if same else "changed", said, str(manifest["secret"]), found)]


def sets_in(kept: Kept, manifest: Mapping[str, Any], secret: str) -> Sets:
    """Return what a workspace knew, by the files of settings that a manifest names."""
    paths: dict[str, Path] = {
        role: kept.files.locate(kept.ledger.artefact(SETTINGS, str(name)).stored)
        for role, name in manifest["settings"].items()
    }
    return Sets.of_files(paths["strands"], paths.get("harm"), paths.get("areas"), secret=secret)


def _again(document: Mapping[str, Any], sets: Sets, books: Books) -> None:
    parent, choices = document["parent"], again.choices_in(document)
    if parent is None:
        run = load_run(books.ledger, books.files, document["forecast"]["run_id"])
        draft(run, again.resources_in(document, sets.strands), choices, books, sets)
        return
    before = str(parent["plan_id"])
    if parent["act"] == "edit":
        cells = [Lock(**cell) for cell in parent["cells"]]
        edit(books, sets, before, cells, by=parent["by"], reason=parent["reason"])
        return
    was = load_plan(books.ledger, books.files, before).document
    closed = again.around(again.choices_in(was), was, asked_of(books, before))
    around(books, sets, before, [lock for lock in choices.locks if lock not in closed.locks])
