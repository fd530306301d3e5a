"""Bundles over HTTP: asked for as jobs, kept in the workspace's folder of exports, and handed out as they are.

An export is made of what is recorded and can be made again, so no row names it and it may be deleted.
"""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from features.workspace import Workspace
from ledger.artefacts import Json
from ledger.backup.manifest import hash_of
from ledger.bundle.writing import export
from ledger.events import Draft, NoSuchRecordError
from ledger.reading import Which, page
from ledger.texts import compact
from models.progress import Advance
from serving.answers import AUDIT_ID
from serving.asking import Asking
from serving.desk import Desk
from serving.jobs.bench import Bench
from serving.jobs.job import Asked
from serving.jobs.made import made_answer
from serving.jobs.waiting import Errand

KIND = "export"
ZIP = "application/zip"

_FOLDER = "exports"
# Events, root and the zip's own hash: exports of one state differ, as their checkpoints do. Older ones have no hash.
_NAME = re.compile(r"\d{12}-[0-9a-f]{12}(-[0-9a-f]{12})?")


def export_errand() -> Errand:
    """Return the job that exports the record."""
    return Errand(Asked(KIND, {}, "consultation"), {}, made_answer(_made))


def make(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Export the record and record that it was; the export ends with an event before that one.

    Nobody is given it yet: that is a disclosure of its own.

    Raises:
        LedgerError: What is recorded is broken, or the bundle cannot be written or recorded.
    """
    del asked
    folder = _folder(bench.workspace)
    folder.mkdir(exist_ok=True)
    part = folder / f"{bench.job.job_id}.part.zip"
    written = export(bench.ledger.database, part, advance)
    digest = hash_of(part)
    name = f"{written.events:012d}-{written.root[:12]}-{digest[:12]}"
    target = folder / f"{name}.zip"
    part.replace(target)
    draft = Draft(
        "consultation",
        f"{KIND}/{name}",
        bench.job.caller,
        object_hash=digest,
        details={"act": "export", "events": written.events, "head": written.head, "root": written.root},
    )
    bench.last().ledger.append(draft)
    return draft.object


def _made(desk: Desk, name: str, audit_id: str) -> bytes:
    said = desk.ledger.event(audit_id).draft.details
    return compact({"export_id": name, **{key: said[key] for key in ("events", "head", "root")}})


async def handed_out(desk: Desk, asking: Asking, name: str) -> Response:
    """Record that an export is handed out, and hand it out from the disk: it may be larger than a worker's memory.

    Raises:
        NoSuchRecordError: There is no such export, or its file was deleted or changed.
        LedgerError: It could not be recorded; then it is not handed out.
    """
    absent = NoSuchRecordError("there is no such export", fix="ask for one at /v1/exports")
    if not _NAME.fullmatch(name):
        raise absent
    path = _folder(desk.workspace) / f"{name}.zip"
    which = Which(object=f"{KIND}/{name}", operation="consultation", outcome="ok")
    made = await run_in_threadpool(page, desk.ledger.database, which, 1)
    if not made or not path.is_file():
        raise absent
    if await run_in_threadpool(hash_of, path) != made[0].draft.object_hash:
        raise NoSuchRecordError("the export is not what was made", fix="ask for another one at /v1/exports")
    draft = Draft(
        "disclosure",
        f"{KIND}/{name}",
        asking.caller.name,
        object_hash=made[0].draft.object_hash,
        recipient=asking.caller.name,
        details={"act": "hand-out"},
    )
    event = await asyncio.wrap_future(desk.recorder.record(asking.acting().complete(draft)))
    headers = {AUDIT_ID: event.audit_id, "cache-control": "no-store"}
    return FileResponse(path, headers=headers, media_type=ZIP, filename=f"ledger-{name}.zip")


def _folder(workspace: Workspace) -> Path:
    return workspace.root / _FOLDER
