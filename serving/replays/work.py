"""Replays as the runner makes them."""

from collections.abc import Mapping

from ledger.artefacts import Artefact, Json
from ledger.events import Draft
from ledger.texts import settled
from models.progress import Advance
from models.replay.replay import Replayer
from serving.jobs.bench import Bench
from serving.record.again import ServedAgain
from serving.replays.kept import KIND, SCHEMA, replay_name


def make(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Make again what `id` names, and keep what was found; the same finding of the same event is kept once.

    Raises:
        NoSuchRecordError: Nothing is recorded by this name.
        LedgerError: What was found could not be recorded.
    """
    advance(0, 1)
    settings = bench.workspace.settings
    answers = ServedAgain(bench.workspace, bench.ledger)
    found = Replayer(bench.ledger, bench.files, settings.salt, answers).replay(str(asked["id"]))
    told = found.document()
    # An answer's own audit id stands first in it.
    told["event"] = told.pop("audit_id")
    document = {**told, "schema": SCHEMA, "synthetic": settings.synthetic}
    text = settled(document)
    stored = bench.files.put(text, "replays", ".json")
    name = replay_name(found.audit_id, stored.sha256)
    if bench.ledger.held(KIND, name):
        return f"{KIND}/{name}"
    books = bench.last()
    draft = Draft(
        "consultation",
        f"{KIND}/{name}",
        books.actor,
        object_hash=stored.sha256,
        details={"act": "replay", "of": found.audit_id, "outcome": found.outcome, "job": bench.job.job_id},
    )
    meta: dict[str, Json] = {"of": found.audit_id, "outcome": found.outcome}
    books.ledger.append(draft, artefacts=[Artefact.of(KIND, name, stored, meta)])
    return f"{KIND}/{name}"
