"""A forecast run made again, from its kept panel and the recorded model, through the function that made it."""

from collections.abc import Mapping
from typing import Any

from errors import StrandcastError
from features.knowledge import Known
from ledger.artefacts import Artefact
from ledger.events import Event
from ledger.rehearsal import Rehearsal, ScratchFiles
from models.kept_panels import read_panel
from models.kinds import FORECAST, MODEL, PANEL, SERVED
from models.registry import TREES, load
from models.replay.compare import compared_documents, compared_tables
from models.replay.inputs import Kept, usable
from models.replay.manifest import MANIFEST
from models.replay.outcome import Part
from models.served.record import FOLDER
from models.stand_in import in_force
from models.week import FALLBACK, notices_of, run_forecast

_TABLE = "the forecast table"
_MADE = "making it again"


def run_parts(kept: Kept, event: Event, row: Artefact) -> list[Part]:
    """Return what is found of a run: its inputs, its file, and the table and description made again.

    Args:
        kept: The record and the files.
        event: The event that recorded the run.
        row: The run's row.
    """
    meta = row.meta
    if meta.get("panel") is None:
        return [Part("panel", "absent", "the run was made before panels were kept")]
    version = str(meta["model_version"])
    needs = [("panel", PANEL, str(meta["panel"])), ("model manifest", MODEL, version)]
    if kept.row(TREES, version):
        needs.append(("model trees", TREES, version))
    inputs = [*kept.files_of(*needs), *_as_named(kept, meta, version)]
    file = kept.file("the forecast's file", FORECAST, row.name)
    if not usable(inputs):
        return [*inputs, file]
    rehearsal, scratch = Rehearsal(kept.ledger, event), ScratchFiles(kept.files.root)
    try:
        _again(kept, rehearsal, scratch, meta)
    except StrandcastError as error:
        return [*inputs, file, Part(_MADE, "differs", str(error).rstrip("."))]
    made = scratch.made("forecasts")
    if made is None:
        return [*inputs, file, Part(_MADE, "differs", "no table would be written")]
    described = [_described(meta, item.meta) for item in rehearsal.made if item.kind == FORECAST]
    return [*inputs, file, _table(kept, row, made, file), *described, *_served(kept, row.name, scratch)]


def _served(kept: Kept, run_id: str, scratch: ScratchFiles) -> list[Part]:
    """Return whether the file that reads are answered from is what it would be made as; nothing where there is none."""
    row, made = kept.row(SERVED, run_id), scratch.made(FOLDER)
    if row is None:
        return []
    file = kept.file("the file of reads", SERVED, run_id)
    if file.verdict != "same" or made is None:
        return [file]
    digests = (row.sha256, made[0])
    said = "" if digests[0] == digests[1] else "other bytes are made"
    return [Part("the file of reads", "differs" if said else "same", said, *digests)]


def _again(kept: Kept, rehearsal: Rehearsal, files: ScratchFiles, meta: Mapping[str, Any]) -> None:
    # A panel is recorded with the first run that is made from it: before, it was not known yet.
    panel = read_panel(kept.ledger, kept.files, str(meta["panel"]))
    standing = in_force(load(rehearsal, files, str(meta["model_version"])), rehearsal)
    said = set(meta["notices"])
    notices = notices_of(
        panel,
        standing,
        synthetic="synthetic" in said,
        # Which strands are seen by proxy hangs on the feeds held; the record says whether any is.
        proxies=panel.strands if "proxy" in said else (),
    )
    run_forecast(
        Known(panel, str(meta["snapshot_hash"])),
        standing,
        notices=[code for code in notices if code != FALLBACK],
        attribution=str(meta["attribution"]),
        ledger=rehearsal,
        files=files,
        actor="replay",
    )


def _table(kept: Kept, row: Artefact, made: tuple[str, bytes], file: Part) -> Part:
    digests = (row.sha256, made[0])
    if digests[0] == digests[1]:
        return Part(_TABLE, "same", "", *digests)
    if file.verdict != "same":
        return Part(_TABLE, "differs", "other bytes are made, and the file to compare them with is lost", *digests)
    return compared_tables(_TABLE, kept.files.read(row.stored), made[1], digests)


def _described(recorded: Mapping[str, Any], made: Mapping[str, Any]) -> Part:
    then, now = without_surroundings(recorded), without_surroundings(made)
    if MANIFEST not in then:
        # A run of before manifests were kept has all the rest of its description.
        now.pop(MANIFEST, None)
    return compared_documents("the run's description", then, now)


def without_surroundings(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's meta without what it says of code and machine, which are compared by themselves.

    The manifest's hash of the output is left out too: it is that of the table, which is compared to the bit.
    """
    manifest = meta.get(MANIFEST)
    others = {key: value for key, value in meta.items() if key != MANIFEST}
    if isinstance(manifest, Mapping):
        others[MANIFEST] = {key: value for key, value in manifest.items() if key not in ("surroundings", "output")}
    return others


def _as_named(kept: Kept, meta: Mapping[str, Any], version: str) -> list[Part]:
    """Return whether the files that the rows name now are those that the run's manifest names."""
    manifest: Any = meta.get(MANIFEST)
    if not isinstance(manifest, Mapping):
        return []
    named = [
        ("panel of the manifest", PANEL, str(meta["panel"]), manifest["data"]["panel"]),
        ("model manifest of the manifest", MODEL, version, manifest["model"]["manifest"]),
        ("model trees of the manifest", TREES, version, manifest["model"]["trees"]),
    ]
    parts = []
    for called, kind, name, sha256 in named:
        row = kept.row(kind, name)
        found = row.sha256 if row else None
        if found != sha256:
            parts.append(Part(called, "changed", "another file goes by its name", str(sha256), str(found)))
    return parts
