"""Scenarios as the runner makes them: what a plan rests on and what else could be, kept under a name of their own."""

from collections.abc import Mapping
from typing import Any

from ledger.artefacts import Artefact, Json
from ledger.events import Draft
from models.allocation.scenarios.again import Again, studied
from models.allocation.scenarios.study import AskedStudy, study_document
from models.kinds import SCENARIO as KIND
from models.progress import Advance
from models.replay.manifest import MANIFEST, Manifest, append_beside, manifest_of_study
from models.replay.studies import study_bytes
from serving.jobs.bench import Bench
from serving.plans.work import sets_of
from serving.scenarios.kept import scenario_name


def study(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Make a study of a plan and keep it; `asked` holds what `AskedStudy` does.

    The same study of the same plan is kept once.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It cannot be posed again as it was, or what is asked for does not go with it.
        LedgerError: It could not be recorded.
    """
    said: dict[str, Any] = dict(asked)
    wanted, sets = AskedStudy(**said), sets_of(bench.workspace)

    def look(plan_id: str, beside: str | None) -> Again:
        more = {} if beside is None else {"beside": beside}
        return studied(bench.books, sets, plan_id, wanted.study, job=bench.job.job_id, **more)

    document = study_document(bench.books, wanted, look, advance)
    manifest = manifest_of_study(bench.files, wanted.plan_id, wanted.other, sets.settings)
    return f"{KIND}/{_keep(bench, wanted, document, manifest)}"


def _keep(bench: Bench, asked: AskedStudy, document: Mapping[str, Any], manifest: Manifest) -> str:
    """Record a study with its file, and return its name."""
    stored = bench.files.put(study_bytes(document), "scenarios", ".json")
    name = scenario_name(asked.study, asked.plan_id, stored.sha256)
    if bench.ledger.held(KIND, name):
        return name
    meta: dict[str, Json] = {"schema": document["schema"], **asked.document(), MANIFEST: dict(manifest.document)}
    books = bench.last()
    draft = Draft(
        "combination",
        f"{KIND}/{name}",
        books.actor,
        object_hash=stored.sha256,
        details={"act": "keep", "study": asked.study, "plan": asked.plan_id, "job": bench.job.job_id},
    )
    append_beside(books.ledger, draft, [Artefact.of(KIND, name, stored, meta)], manifest.beside)
    return name
