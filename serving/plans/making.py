"""Making a plan from the served run, and reading a recorded one."""

from typing import Any

from errors import DataError, ServiceError
from models.allocation.choices import Choices
from models.allocation.decisions.drafts import Sets, draft
from models.allocation.decisions.record import KIND as PLAN
from models.allocation.decisions.record import load_plan
from models.allocation.resources import load_resources
from models.runs import load_run
from models.suspension import NOTICE, suspension_of
from serving.answers import Finding
from serving.asking import Asking
from serving.desk import Desk
from serving.schemas import PlanAnswer, PlanOrder


def make_plan(desk: Desk, asking: Asking, order: PlanOrder) -> PlanAnswer:
    """Make a plan from the served run.

    Raises:
        AllocationError: The order cannot be met.
        ServiceError: Nothing is being served yet.
        LedgerError: The plan could not be recorded; then there is none.
    """
    run = load_run(desk.ledger, desk.files, desk.shelf.current.run_id)
    try:
        resources = load_resources(desk.workspace.resources_file, desk.workspace.taxonomy())
        sets = Sets.of(desk.workspace)
    except DataError as error:
        # Not the client's doing, and not the client's business where our files lie.
        problem = f"the workspace's resources cannot be used: {error.problem}"
        raise ServiceError(problem, fix=error.fix) from error
    choices = Choices(
        horizon=order.horizon or run.next_horizon,
        total_hours=order.total_hours,
        minimum_per_area=order.minimum_hours,
        maximum_per_area=order.maximum_hours,
        minimum_per_district=order.district_minimum or {},
    )
    record = draft(run, resources, choices, desk.books(asking), sets)
    return PlanAnswer(
        audit_id=record.audit_id,
        plan_id=record.plan_id,
        decided_as=record.audit_id,
        notices=record.document["notices"],
        plan=record.document,
    )


def plan(desk: Desk, plan_id: str) -> Finding:
    """Find a recorded plan.

    Raises:
        NoSuchRecordError: There is no such plan.
        LedgerError: The plan's file was changed.
    """
    record = load_plan(desk.ledger, desk.files, plan_id)
    document = {
        "plan_id": record.plan_id,
        "decided_as": record.audit_id,
        "notices": _notices_now(desk, record.document),
        "plan": record.document,
    }
    return Finding.of(document, f"{PLAN}/{plan_id}")


def _notices_now(desk: Desk, plan: dict[str, Any]) -> list[str]:
    """Return a plan's notices, and that its model is suspended if it has been since: the plan stays as recorded."""
    held = suspension_of(desk.ledger, plan["forecast"]["model_version"])
    notices = list(plan["notices"])
    return notices if NOTICE in notices or held is None or not held.strands else [*notices, NOTICE]
