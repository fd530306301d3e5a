"""Scenarios as the runner makes them: what a plan rests on and what else could be, kept under a name of their own."""

from collections.abc import Mapping
from typing import Any

from errors import AllocationError
from ledger.artefacts import Artefact, Json
from ledger.events import Draft
from ledger.texts import settled
from models.allocation.decisions.drafts import Sets
from models.allocation.scenarios.again import Scenario, Studied, studied
from models.allocation.scenarios.choices import choices_beside
from models.allocation.scenarios.compare import compare
from models.allocation.scenarios.fairness import fairness
from models.allocation.scenarios.frontier import frontier
from models.allocation.scenarios.sensitivity import sensitivity
from models.progress import Advance
from serving.jobs.bench import Bench
from serving.plans.work import sets_of
from serving.scenarios.kept import KIND, SCHEMA, scenario_name


def study(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Make a study of a plan and keep it; `asked` holds `study`, `plan_id`, `other`, `weights` and `effect`.

    The same study of the same plan is kept once.

    Raises:
        NoSuchRecordError: There is no such plan.
        AllocationError: It cannot be posed again as it was, or what is asked for does not go with it.
        LedgerError: It could not be recorded.
    """
    said: dict[str, Any] = dict(asked)
    sets = sets_of(bench.workspace)
    mine = studied(bench.books, sets, said["plan_id"], said["study"], job=bench.job.job_id)
    document = _document(mine, said, _told(bench, sets, mine, said, advance))
    return f"{KIND}/{_keep(bench, document)}"


def _told(bench: Bench, sets: Sets, mine: Studied, said: Mapping[str, Any], advance: Advance) -> dict[str, Any]:
    match said["study"]:
        case "compare":
            return _compared(bench, sets, mine, said)
        case "frontier":
            points = frontier(mine.planned.plan.problem, mine.scenario.solve, advance=advance)
            return {"frontier": [point.document() for point in points], "sentences": []}
        case "fairness":
            within = fairness(lambda band: mine.scenario.banded(band).planned(), advance=advance)
            return {"fairness": [point.document() for point in within], "sentences": []}
        case _:
            base, others = choices_beside(mine.scenario)
            told = sensitivity((base, mine.planned), others, advance=advance)
            return {"sensitivity": told.document(), "sentences": told.sentences()}


def _compared(bench: Bench, sets: Sets, mine: Studied, said: Mapping[str, Any]) -> dict[str, Any]:
    if said["other"]:
        theirs = studied(bench.books, sets, said["other"], "compare", job=bench.job.job_id, beside=mine.plan_id)
        told = compare(mine.planned, theirs.planned, (mine.plan_id, theirs.plan_id))
    else:
        made = _otherwise(mine.scenario, said["weights"], said["effect"])
        beside = ", ".join(filter(None, [said["weights"], said["effect"]]))
        told = compare(mine.planned, made.planned(), (mine.plan_id, f"{mine.plan_id} by {beside}"))
    return {"comparison": told.document(), "sentences": told.sentences()}


def _otherwise(scenario: Scenario, weights: str | None, effect: Any) -> Scenario:
    if weights is not None and weights not in [item.name for item in scenario.sets.harm.sets]:
        known = ", ".join(item.name for item in scenario.sets.harm.sets)
        raise AllocationError(
            f"there is no set of harm weights '{weights}'", place="weights", fix=f"use one of {known}"
        )
    made = scenario if weights is None else scenario.weighed(weights)
    return made if effect is None else made.assumed(effect)


def _document(mine: Studied, said: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    plan = mine.document
    parts = dict.fromkeys(("comparison", "frontier", "fairness", "sensitivity"))
    return {
        "schema": SCHEMA,
        "study": said["study"],
        "plan_id": mine.plan_id,
        "other": said["other"],
        "weights": said["weights"],
        "effect": said["effect"],
        "period": plan["period"]["text"],
        **parts,
        **told,
        "notices": list(plan["notices"]),
        "synthetic": plan["synthetic"],
        "attribution": plan["attribution"],
    }


def _keep(bench: Bench, document: Mapping[str, Any]) -> str:
    """Record a study with its file, and return its name."""
    text = settled(document)
    stored = bench.files.put(text, "scenarios", ".json")
    name = scenario_name(document["study"], document["plan_id"], stored.sha256)
    if any(row.name == name for row in bench.ledger.artefacts(KIND)):
        return name
    meta = {key: document[key] for key in ("schema", "study", "plan_id", "other", "weights", "effect")}
    books = bench.last()
    draft = Draft(
        "combination",
        f"{KIND}/{name}",
        books.actor,
        object_hash=stored.sha256,
        details={"act": "keep", "study": document["study"], "plan": document["plan_id"], "job": bench.job.job_id},
    )
    books.ledger.append(draft, artefacts=[Artefact.of(KIND, name, stored, meta)])
    return name
