"""Kinds of jobs: what does each, by the name of a function that only the runner imports.

A worker that answers requests knows the names alone: what solves and recomputes needs libraries that it has no room
for.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from errors import ServiceError

if TYPE_CHECKING:
    from ledger.artefacts import Json
    from models.progress import Advance
    from serving.jobs.bench import Bench

# Does a job and returns what it made, such as `plan/2024-07-01-0a1b2c3d4e5f`.
Work = Callable[["Bench", "Mapping[str, Json]", "Advance"], str]

KINDS: Mapping[str, str] = {
    "plan": "serving.plans.work:make",
    "edit": "serving.plans.work:edit",
    "around": "serving.plans.work:around",
    "replay": "serving.replays.work:make",
    "scenario": "serving.scenarios.work:study",
    "sketch": "serving.sketches.work:make",
    "export": "serving.record.exporting:make",
}

# Kinds whose steps are known before anybody begins: how many.
STEPS: Mapping[str, int] = {"plan": 3, "edit": 2, "around": 2}


def steps_of(kind: str) -> int:
    """Return how many steps a job of a kind has; 0 where that is found on the way."""
    return STEPS.get(kind, 0)


def work_of(kind: str) -> Work:
    """Return what does jobs of a kind.

    Raises:
        ServiceError: This version knows no such kind: a job of another version was found.
    """
    if kind not in KINDS:
        raise ServiceError(f"there is no kind of job '{kind}'", place="jobs", fix="ask for it again")
    module, _, name = KINDS[kind].partition(":")
    work: Work = getattr(import_module(module), name)
    return work
