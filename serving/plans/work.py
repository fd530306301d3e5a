"""Plans as the runner makes them: new ones, edits, and plans around declined tasks."""

from collections.abc import Mapping
from typing import Any

from errors import DataError, ServiceError
from features.workspace import Workspace
from ledger.artefacts import Json
from ledger.events import Event
from models.allocation.choices import Choices, Lock
from models.allocation.decisions import drafts
from models.allocation.decisions.again import reserves_in
from models.allocation.decisions.drafts import Sets
from models.allocation.decisions.record import KIND as PLAN
from models.allocation.resources import Resources, load_resources
from models.progress import Advance
from models.runs import ForecastRun, load_run
from serving.jobs.bench import Bench
from serving.jobs.kinds import steps_of


def make(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Make a plan and record it as a draft; `asked` holds `run_id` and what an order chooses.

    Raises:
        AllocationError: The order cannot be met.
        ServiceError: The workspace's resources cannot be used.
        LedgerError: It could not be recorded; then there is no plan.
    """
    steps = steps_of("plan")
    run = load_run(bench.ledger, bench.files, str(asked["run_id"]))
    advance(1, steps)
    choices = choices_of(bench.workspace, asked, run)
    resources, sets = resources_of(bench.workspace), sets_of(bench.workspace)
    advance(2, steps)
    record = drafts.draft(run, resources, choices, bench.last(), sets)
    return f"{PLAN}/{record.plan_id}"


def edit(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Set some of a plan's cells and plan the rest anew; `asked` holds `plan_id`, `cells` and `reason`.

    Raises:
        AllocationError: The plan cannot be edited, or the cells cannot be kept.
        MovedMeanwhileError: Somebody decided meanwhile: nothing was recorded.
        LedgerError: It could not be recorded.
    """
    said: dict[str, Any] = dict(asked)
    cells, sets = locks_of(bench.workspace, said["cells"]), sets_of(bench.workspace)
    advance(1, steps_of("edit"))
    books = bench.last(_edited_into)
    record = drafts.edit(books, sets, said["plan_id"], cells, by=bench.job.caller, reason=said["reason"])
    return f"{PLAN}/{record.plan_id}"


def around(bench: Bench, asked: Mapping[str, Json], advance: Advance) -> str:
    """Plan anew around the declined tasks of a plan in force; `asked` holds `plan_id` and `cells`.

    Raises:
        AllocationError: None of its tasks was declined, or what is left cannot keep the rules.
        MovedMeanwhileError: Another plan was issued meanwhile: nothing was recorded.
        LedgerError: It could not be recorded.
    """
    said: dict[str, Any] = dict(asked)
    cells, sets = locks_of(bench.workspace, said["cells"]), sets_of(bench.workspace)
    advance(1, steps_of("around"))
    record = drafts.around(bench.last(), sets, said["plan_id"], cells)
    return f"{PLAN}/{record.plan_id}"


def resources_of(workspace: Workspace) -> Resources:
    """Return the workspace's resources.

    Raises:
        ServiceError: They cannot be used.
    """
    try:
        return load_resources(workspace.resources_file, workspace.taxonomy())
    except DataError as error:
        raise _not_the_clients(error) from error


def sets_of(workspace: Workspace) -> Sets:
    """Return what the workspace knows that plans are made with.

    Raises:
        ServiceError: It cannot be used.
    """
    try:
        return Sets.of(workspace)
    except DataError as error:
        raise _not_the_clients(error) from error


def choices_of(workspace: Workspace, asked: Mapping[str, Json], run: ForecastRun) -> Choices:
    """Return what an order chooses, its strands by name; its period is the run's next where it names none."""
    said: dict[str, Any] = dict(asked)
    del said["run_id"]
    taxonomy = workspace.taxonomy()
    horizon, cells = said.pop("horizon"), said.pop("locks")
    # Jobs that an older version queued know of no ringfences.
    kept = [
        {**one, "strands": [taxonomy.named(name) or name for name in one["strands"]]}
        for one in said.pop("reserves", ())
    ]
    return Choices(
        **said,
        horizon=horizon or run.next_horizon,
        locks=locks_of(workspace, cells),
        reserves=reserves_in(kept),
    )


def locks_of(workspace: Workspace, cells: list[dict[str, Any]]) -> tuple[Lock, ...]:
    """Return the cells that a person has set, their strands by name."""
    taxonomy = workspace.taxonomy()
    return tuple(
        Lock(
            cell["resource"],
            cell["area_code"],
            cell["hours"],
            cell["strand"] and (taxonomy.named(cell["strand"]) or cell["strand"]),
        )
        for cell in cells
    )


def _edited_into(event: Event) -> str:
    return f"{PLAN}/{event.draft.details['made']}"


def _not_the_clients(error: DataError) -> ServiceError:
    # Nor is it the client's business where our files lie.
    return ServiceError(f"the workspace's files cannot be used: {error.problem}", fix=error.fix)
