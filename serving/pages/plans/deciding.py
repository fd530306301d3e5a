"""What the forms on a plan's page do: the very functions that the API's routes call."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from errors import DataError
from serving.asking import present
from serving.pages.forms import Form
from serving.pages.plans.errands import detail_of, keep_once, led_by
from serving.pages.site import Site
from serving.plans.deciding import issue, reject
from serving.plans.making import edit_errand
from serving.plans.schemas import EditOrder, IssueOrder, RejectOrder

# Where it leads, or a status and why it does not.
Done = tuple[str, HTTPStatus, str]
Act = Callable[[Site, str, Form], Awaitable[Done]]


async def issued(site: Site, plan_id: str, form: Form) -> Done:
    """Put a draft in force.

    Raises:
        StrandcastError: It cannot be, as where the same person made it.
    """
    keep_once(present(), form)
    order = IssueOrder(reason=form["reason"])
    answer = await run_in_threadpool(issue, site.desk(), present(), plan_id, order, form["seen"] or None)
    return _led(plan_id, answer)


async def rejected(site: Site, plan_id: str, form: Form) -> Done:
    """Set a draft aside for good.

    Raises:
        StrandcastError: It cannot be.
        ValidationError: No reason is given.
    """
    keep_once(present(), form)
    order = RejectOrder(reason=form["reason"])
    answer = await run_in_threadpool(reject, site.desk(), present(), plan_id, order, form["seen"] or None)
    return _led(plan_id, answer)


async def edited(site: Site, plan_id: str, form: Form) -> Done:
    """Set the hours of one resource in one area, and plan the rest anew around them.

    Raises:
        StrandcastError: It cannot be.
        ValidationError: Something is lacking.
    """
    desk = site.desk()
    names: dict[str, str] = desk.shelf.current.meta.get("names", {})
    known = {name.lower(): code for code, name in names.items()}
    cell: dict[str, Any] = {
        "resource": form["resource"],
        "area_code": known.get(form["area"].lower(), form["area"]),
        "hours": _hours(form),
    }
    order = EditOrder.model_validate({"cells": [cell], "reason": form["reason"]})
    return await led_by(desk, present(), form, edit_errand(desk, present(), plan_id, order, form["seen"] or None))


def _hours(form: Form) -> float | None:
    try:
        return form.number("hours", "Hours")
    except DataError:
        return None


def _led(plan_id: str, answer: Response) -> Done:
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        return f"/plans/{plan_id}", HTTPStatus(answer.status_code), ""
    return "", HTTPStatus(answer.status_code), detail_of(answer)
