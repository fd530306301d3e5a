"""Plans that are asked for: the jobs that make them, and the answers once they are made."""

from typing import Any

from ledger.artefacts import Json
from models.allocation.choices import Choices
from models.allocation.decisions.decide import editable
from models.allocation.decisions.history import standing
from models.allocation.decisions.record import ISSUED
from serving.asking import Asking
from serving.conflicts import ConflictError, conflicts
from serving.desk import Desk
from serving.jobs.job import Asked
from serving.jobs.made import made_answer
from serving.jobs.waiting import Errand
from serving.plans.deciding import check_seen
from serving.plans.reading import plan_body
from serving.plans.schemas import AroundOrder, CellOrder, EditOrder, PlanOrder


def plan_errand(desk: Desk, order: PlanOrder) -> Errand:
    """Return the job that makes a plan from the served run.

    Raises:
        ServiceError: Nothing is being served yet.
    """
    return Errand(
        Asked("plan", asked_for(desk, order), "combination"), order.model_dump(mode="json"), made_answer(_made)
    )


def asked_for(desk: Desk, order: PlanOrder) -> dict[str, Json]:
    """Return what a job is asked for by an order.

    Raises:
        ServiceError: Nothing is being served yet.
    """
    choices = Choices(
        total_hours=order.total_hours,
        hours=order.hours or {},
        minimum_per_area=order.minimum_hours,
        maximum_per_area=order.maximum_hours,
        minimum_per_district=order.district_minimum or {},
        objective=order.objective,
        effect=order.effect or "central",
        harm_set=order.weights,
        whole_shifts=order.whole_shifts or None,
        worst_weeks=order.worst_weeks or None,
    )
    said = choices.document()
    # These are settled by the workspace, or by what was decided before.
    for name in ("closed", "previous", "demand"):
        del said[name]
    # The run is named now: the plan is of what was served when it was asked for.
    kept = [one.model_dump(mode="json") for one in order.ringfences or ()]
    named = {"run_id": desk.shelf.current.run_id, "horizon": order.horizon}
    return {**said, **named, "locks": _cells(order.locks), "reserves": kept}


def edit_errand(desk: Desk, asking: Asking, plan_id: str, order: EditOrder, seen: str | None) -> Errand:
    """Return the job that edits a plan, which is refused where that is decided already or not as it was seen."""

    def check() -> None:
        check_seen(desk, asking, plan_id, seen)
        with conflicts():
            editable(desk.ledger, plan_id)

    asked: dict[str, Json] = {"plan_id": plan_id, "cells": _cells(order.cells), "reason": order.reason}
    return Errand(Asked("edit", asked, "decision"), order.model_dump(mode="json"), made_answer(_made), check)


def around_errand(desk: Desk, plan_id: str, order: AroundOrder) -> Errand:
    """Return the job that plans around declined tasks, which is refused where the plan is not in force."""

    def check() -> None:
        status = standing(desk.ledger, plan_id)
        if status.state != ISSUED:
            raise ConflictError(status.told(), place=f"plan {plan_id}", fix="name the plan in force")

    asked: dict[str, Json] = {"plan_id": plan_id, "cells": _cells(order.cells)}
    return Errand(Asked("around", asked, "combination"), order.model_dump(mode="json"), made_answer(_made), check)


def _made(desk: Desk, plan_id: str, _: str) -> bytes:
    return plan_body(desk, plan_id, as_made=True)


def _cells(cells: list[CellOrder] | None) -> list[Any]:
    return [cell.model_dump(mode="json") for cell in cells or ()]
