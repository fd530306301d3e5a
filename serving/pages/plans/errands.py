"""Errands of pages: the jobs that the API asks for, and where somebody is led once they are done."""

import json
import logging
from dataclasses import replace
from http import HTTPStatus

from fastapi.responses import Response

from errors import StrandcastError
from serving.asking import Asking
from serving.conflicts import sentence_of, status_of
from serving.desk import Desk
from serving.jobs.job import Job
from serving.jobs.reading import place_of
from serving.jobs.waiting import Errand, run_errand
from serving.once import HEADER
from serving.pages.forms import KEY, Form

_logger = logging.getLogger("strandcast.serving")

_PLACES = {"plans": "/plans/", "sketches": "/plans/new?sketch=", "jobs": "/plans/jobs/"}


async def led_by(desk: Desk, asking: Asking, form: Form, errand: Errand) -> tuple[str, HTTPStatus, str]:
    """Run an errand of a form, once however often it is sent; return where it leads, or a status and why it does not.

    Raises:
        StrandcastError: It cannot be asked for now.
    """
    keep_once(asking, form)
    answer = await run_errand(desk, asking, replace(errand, answer=_place_of_made))
    place = answer.headers.get("location", "")
    if answer.status_code in (HTTPStatus.CREATED, HTTPStatus.ACCEPTED):
        return page_of(place), HTTPStatus(answer.status_code), ""
    return "", HTTPStatus(answer.status_code), detail_of(answer)


def _place_of_made(desk: Desk, job: Job) -> Response:
    """Return where a job's work can be looked at, and nothing of it: a county's plan has 8 MB."""
    del desk
    place = place_of(job.ending.object if job.ending else None) or f"/v1/jobs/{job.job_id}"
    return Response(status_code=HTTPStatus.CREATED, headers={"location": place})


def keep_once(asking: Asking, form: Form) -> None:
    """Have what a form asks for written once, however often the same form is sent."""
    if form[KEY]:
        asking.headers = {**asking.headers, HEADER: form[KEY]}


def page_of(place: str) -> str:
    """Return the address of the page that shows what the API gives under an address."""
    _, _, kind, name = place.split("/", 3)
    return f"{_PLACES[kind]}{name}"


def detail_of(answer: Response) -> str:
    """Return the sentence of a problem document."""
    detail: str = json.loads(bytes(answer.body)).get("detail", "")
    return detail


def told_of(error: StrandcastError) -> tuple[HTTPStatus, str]:
    """Return the status and the sentence of an error that a form has run into; the log has what is our fault."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _logger.warning("a form failed: %s", error)
    return status, sentence_of(error)
