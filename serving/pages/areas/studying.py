"""Studies that the page of an area asks for: the jobs that the API asks for, and where somebody is led."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from serving.asking import Asking
from serving.desk import Desk
from serving.jobs.waiting import run_errand
from serving.pages.forms import Form
from serving.pages.plans.errands import detail_of, keep_once
from serving.plans.narrowing import check_sees_all
from serving.scenarios.reading import scenario_errand
from serving.scenarios.schemas import ScenarioOrder

FLIP, NEXT = "flip", "next"


async def asked_for(desk: Desk, asking: Asking, code: str, form: Form) -> tuple[str, HTTPStatus, str]:
    """Ask for a study of an area's plan; return where it leads, or a status and why it leads nowhere.

    Raises:
        AccessError: The caller does not see all of the plan.
        StrandcastError: It cannot be asked for now.
        ValidationError: The form asks for none.
    """
    check_sees_all(asking.caller)
    order = _order(code, form)
    keep_once(asking, form)
    answer = await run_errand(desk, asking, scenario_errand(desk, order))
    if answer.status_code == HTTPStatus.CREATED:
        return f"{place_of(code, form)}#study-{order.study}", HTTPStatus.CREATED, ""
    if answer.status_code == HTTPStatus.ACCEPTED:
        job = answer.headers["location"].rpartition("/")[2]
        return f"/areas/{quote(code)}/jobs/{job}?{_said(form)}", HTTPStatus.ACCEPTED, ""
    return "", HTTPStatus(answer.status_code), detail_of(answer)


def place_of(code: str, said: Any) -> str:
    """Return the address of an area's page, as a form or a query says that it is shown."""
    return f"/areas/{quote(code)}?{_said(said)}"


def _said(said: Any) -> str:
    shown = ("strand", "level", "horizon", "plan")
    return urlencode({name: said[name] for name in shown if said[name]})


def _order(code: str, form: Form) -> ScenarioOrder:
    asked = {"study": form["study"], "plan_id": form["plan"]}
    if form["study"] == FLIP:
        asked["area_code"] = code
    return ScenarioOrder.model_validate(asked)
