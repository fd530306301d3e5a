"""Releases from quarantine over HTTP: by the very functions that the command line uses, once, with a reason."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus

from fastapi.responses import Response

from errors import DataError
from features.feeds.rules import RULE
from features.incidents.lock import ingest_lock
from features.quarantine.release import release as release_rows
from features.quarantine.ways import Choice, chosen_way
from ledger.archive import Archive
from ledger.events import Event
from models.books import Books
from serving.asking import Asking
from serving.conflicts import ConflictError
from serving.desk import Desk
from serving.feeds.reading import check_feed
from serving.feeds.schemas import ReleaseOrder
from serving.once import Told, once

# Options of the command, and what an order calls them.
_CALLED = {"--reason": "reason", "--column": "column", "--from": "before", "--to": "after", "--mapping": "feed"}


def release(desk: Desk, asking: Asking, order: ReleaseOrder) -> Response:
    """Read rows in quarantine again, and let those count that keep the contract.

    Raises:
        DataError: There is no such feed, rule, column, value or row, or the order says several things at once.
        ConflictError: No row keeps the contract, so that nothing changed; or another ingest, purge or release runs.
        LedgerError: It could not be recorded: nothing was released.
    """
    if order.rule is not None and order.rule not in RULE:
        raise DataError("there is no such rule", place="rule", fix=f"use one of {', '.join(RULE)}")
    given = [value is not None for value in (order.column, order.before, order.after)]
    if any(given) and (order.rule is not None or not all(given)):
        fix = "give all three to replace a value, or none of them"
        raise DataError("column, before and after go together, without rule", place="column", fix=fix)
    check_feed(desk, Archive(desk.ledger, desk.files, asking.caller.name), order.feed)

    def act(books: Books) -> None:
        archive = Archive(books.ledger, books.files, books.actor)
        choice = Choice(
            books.actor,
            order.reason,
            feed=order.feed,
            rule=order.rule,
            column=order.column,
            before=order.before,
            after=order.after,
        )
        with _alone(desk), _called_as_ordered():
            attempts, rereading, way, _ = chosen_way(desk.workspace, archive, choice, desk.clock)
            report = release_rows(attempts, rereading, way, archive)
        if report.audit_id is None:
            fix = "correct the rows, or the contract, and try again"
            raise ConflictError("no row keeps the contract now, so nothing changed", place=order.feed, fix=fix)

    def told(event: Event) -> Told:
        said = event.draft.details
        counts = {name: said[name] for name in ("released", "read", "accepted", "duplicate", "superseded")}
        # The values are not told again: whatever was written into a partner's file may stand in them.
        asked = {"feed": order.feed, "rule": order.rule, "column": order.column, "reason": order.reason}
        return Told({**asked, **counts, "still_quarantined": said["quarantined"]}, HTTPStatus.CREATED)

    return once(desk, asking, order.model_dump(mode="json"), act, told).response()


@contextmanager
def _alone(desk: Desk) -> Iterator[None]:
    """Hold the lock of the store.

    Raises:
        ConflictError: Another ingest, purge or release holds it.
    """
    with ExitStack() as held:
        try:
            held.enter_context(ingest_lock(desk.workspace.incidents_folder))
        except DataError as error:
            raise ConflictError(error.problem, place="quarantine", fix=error.fix) from error
        yield


@contextmanager
def _called_as_ordered() -> Iterator[None]:
    """Name the fields of an order where an error names options of the command."""
    try:
        yield
    except DataError as error:
        place = _CALLED.get(error.place or "", error.place)
        raise DataError(error.problem, place=place, fix=error.fix) from error
