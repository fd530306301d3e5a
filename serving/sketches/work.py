"""Sketches as the runner makes them: solved as plans are, set beside a plan, and kept under a name of their own."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ledger.artefacts import Artefact, Json
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.texts import settled
from models.allocation.choices import Choices
from models.allocation.decisions.history import History, history
from models.allocation.decisions.issued import last_plan
from models.allocation.decisions.laying import profile_of
from models.allocation.decisions.record import DRAFT, IN_FORCE, PlanRecord, load_plan
from models.allocation.decisions.solving import beside, period_asked, planned_near
from models.allocation.scenarios.sketch import Before, more_patrol, sketch_document
from models.kinds import SKETCH as KIND
from models.progress import Advance
from models.runs import ForecastRun, load_run
from serving.jobs.bench import Bench
from serving.plans.work import choices_of, resources_of, sets_of
from serving.sketches.kept import sketch_name

_STEPS = 4
_KEPT = 4
_OF_BEFORE = ("areas", "resources", "totals")


def make(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Sketch what a plan would be and keep it; the same sketch is kept once.

    Args:
        bench: What it is made with.
        asked: What a plan is asked for with, and `title`, `beside` and `order`.
        advance: Told of each step.

    Raises:
        AllocationError: What is asked for cannot be met: the rules that clash are named.
        NoSuchRecordError: There is no plan as it is to be set beside.
        LedgerError: It could not be recorded.
    """
    said: dict[str, Any] = dict(asked)
    title, other, order = said.pop("title"), said.pop("beside"), said.pop("order")
    advance(0, _STEPS)
    run, resources = _run(bench.ledger, bench.files, said["run_id"]), resources_of(bench.workspace)
    choices = choices_of(bench.workspace, said, run)
    last = last_plan(bench.books, *period_asked(run, choices))
    choices = beside(last, resources, choices)
    before = _before(bench, other or _plan_now(bench, run, choices, last))
    advance(1, _STEPS)
    profile = profile_of(run, choices, bench.books)
    planned = planned_near(run, resources, choices, sets_of(bench.workspace).harm, profile, last)
    advance(2, _STEPS)
    more = more_patrol(planned, resources)
    advance(3, _STEPS)
    told = sketch_document(run, planned, resources, choices, before, more)
    name = _keep(bench, {**told, "title": title, "order": order})
    advance(_STEPS, _STEPS)
    return f"{KIND}/{name}"


@lru_cache(maxsize=_KEPT)
def _run(ledger: Ledger, files: FileStore, run_id: str) -> ForecastRun:
    # Whoever moves a slider asks for the same run again and again.
    return load_run(ledger, files, run_id)


def _before(bench: Bench, plan_id: str | None) -> Before | None:
    return None if plan_id is None else _read(bench.ledger, bench.files, plan_id)


@lru_cache(maxsize=_KEPT)
def _read(ledger: Ledger, files: FileStore, plan_id: str) -> Before:
    return Before.of(plan_id, load_plan(ledger, files, plan_id, _OF_BEFORE).document)


def _plan_now(bench: Bench, run: ForecastRun, choices: Choices, last: PlanRecord | None) -> str | None:
    """Return the plan of the period: the one in force, else the newest draft, else that of the period before."""
    start, kind = period_asked(run, choices)
    in_force = bench.ledger.alias(IN_FORCE, f"{kind}-{start.isoformat()}")
    now = in_force or _newest_draft(history(bench.ledger), kind, start.isoformat())
    return last.plan_id if now is None and last is not None else now


def _newest_draft(past: History, kind: str, start: str) -> str | None:
    drafts = (one for one in reversed(list(past.plans.values())) if one.state == DRAFT)
    return next((one.plan_id for one in drafts if (one.period, one.start) == (kind, start)), None)


def _keep(bench: Bench, document: Mapping[str, Any]) -> str:
    """Record a sketch with its file, and return its name."""
    stored = bench.files.put(settled(document), "sketches", ".json")
    name = sketch_name(document["period"]["start"], stored.sha256)
    if any(row.name == name for row in bench.ledger.artefacts(KIND)):
        return name
    totals = document["totals"]
    meta: dict[str, Json] = {
        "title": document["title"],
        "period_start": document["period"]["start"],
        "run_id": document["forecast"]["run_id"],
        "beside": document["beside"],
        "asked_by": bench.job.caller,
        "hours": totals["hours"],
        "harm_reached": totals["harm_reached"],
    }
    books = bench.last()
    draft = Draft(
        "combination",
        f"{KIND}/{name}",
        books.actor,
        object_hash=stored.sha256,
        details={"act": "keep", "forecast": document["forecast"]["run_id"], "job": bench.job.job_id},
    )
    books.ledger.append(draft, artefacts=[Artefact.of(KIND, name, stored, meta)])
    return name
