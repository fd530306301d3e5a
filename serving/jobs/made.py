"""What a job made, as the answer to whoever asked for it: the same bytes however often it is asked for."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi.responses import Response

from errors import ServiceError
from serving.answers import AUDIT_ID, JSON, marked
from serving.desk import Desk
from serving.jobs.job import Job
from serving.jobs.reading import place_of

# Returns a JSON object without its audit id: of the thing of a name, recorded by the event of an audit id.
Body = Callable[[Desk, str, str], bytes]


def made_answer(body: Body) -> Callable[[Desk, Job], Response]:
    """Return what answers with what a job made.

    Args:
        body: Returns it.
    """

    def answer(desk: Desk, job: Job) -> Response:
        """Answer with what a job made.

        Raises:
            ServiceError: It made nothing.
            LedgerError: What it made is absent or was changed.
        """
        if job.ending is None or job.ending.object is None:
            raise ServiceError("the job made nothing", place=job.name, fix="look at it")
        made, audit_id = job.ending.object, desk.queue.audit_id(job.ending)
        headers = {AUDIT_ID: audit_id, "location": place_of(made) or "", "cache-control": "no-store"}
        content = body(desk, made.partition("/")[2], audit_id)
        return Response(marked(content, audit_id), HTTPStatus.CREATED, headers, JSON)

    return answer


def kept_body(desk: Desk, kind: str, name: str) -> bytes:
    """Return the file of something that a job made and kept, under its name: a JSON object without an audit id.

    Raises:
        NoSuchRecordError: There is none of this name.
        LedgerError: Its file is absent or was changed.
    """
    return f'{{"{kind}_id":"{name}",'.encode() + desk.files.read(desk.ledger.artefact(kind, name).stored)[1:]
