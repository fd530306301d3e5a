"""What stands against a request that is well formed, and the status that each error leaves with."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from errors import AccessError, AllocationError, DataError, LedgerError, ServiceError, StrandcastError
from ledger.events import MovedMeanwhileError, NoSuchRecordError


class ConflictError(ServiceError):
    """What is asked for does not go with what holds: 409."""


class PreconditionError(ServiceError):
    """What was to be changed is not as whoever asks has seen it: 412."""


class BusyError(ServiceError):
    """More is asked for at once than is taken on: 429.

    Attributes:
        seconds: After how many it is worth asking again.
    """

    seconds = 10


@contextmanager
def conflicts() -> Iterator[None]:
    """Tell of what is well asked for and does not go with what holds, such as what is decided already.

    Raises:
        ConflictError: In place of an AllocationError.
    """
    try:
        yield
    except AllocationError as error:
        raise ConflictError(error.problem, place=error.place, fix=error.fix) from error


# The first that fits.
_STATUSES: tuple[tuple[type[StrandcastError], HTTPStatus], ...] = (
    (NoSuchRecordError, HTTPStatus.NOT_FOUND),
    (MovedMeanwhileError, HTTPStatus.CONFLICT),
    (ConflictError, HTTPStatus.CONFLICT),
    (PreconditionError, HTTPStatus.PRECONDITION_FAILED),
    (BusyError, HTTPStatus.TOO_MANY_REQUESTS),
    (AccessError, HTTPStatus.FORBIDDEN),
    (LedgerError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ServiceError, HTTPStatus.SERVICE_UNAVAILABLE),
    (AllocationError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (DataError, HTTPStatus.UNPROCESSABLE_ENTITY),
)


def sentence_of(error: StrandcastError) -> str:
    """Return what whoever asks is told of an error.

    Where the fault is ours it has no place, and of what is no error of the service no words: they name files and
    databases of this machine. The log has the sentence in full.
    """
    if status_of(error) < HTTPStatus.INTERNAL_SERVER_ERROR:
        return str(error)
    problem = error.problem
    if isinstance(error, LedgerError):
        problem = "the record cannot be read or written now"
    elif not isinstance(error, ServiceError):
        problem = "something failed on our side"
    return f"{problem}; {error.fix or 'the log of the service says why'}."


def status_of(error: StrandcastError) -> HTTPStatus:
    """Return the status that an error leaves with."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
