"""The record as it is read: events by their identifiers, artefacts by their names, and what aliases mean."""

from typing import Any

from sqlalchemy import RowMapping, Select, select

from ledger.artefacts import Artefact
from ledger.database import Database
from ledger.events import Event, NoSuchRecordError, parse_audit_id
from ledger.rows import artefact_of_row, event_of_row
from ledger.tables import ALIAS_MOVES, ARTEFACTS, EVENTS

_LOOK = "look for its name among the events of the record"


class Record:
    """What is recorded, for reading.

    Args:
        database: Where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        """The database under it, for tables that are kept beside it."""
        return self._database

    def event(self, audit_id: str) -> Event:
        """Return the event with this identifier.

        Raises:
            NoSuchRecordError: No event has it.
        """
        sequence, _ = parse_audit_id(audit_id)
        found = self._events(select(EVENTS).where(EVENTS.c.sequence == sequence))
        if not found or found[0].audit_id != audit_id:
            raise NoSuchRecordError(
                f"no event has the audit id {audit_id}", fix="look for it among the events of the record"
            )
        return found[0]

    def events(
        self,
        *,
        operation: str | None = None,
        object: str | None = None,  # noqa: A002 - the field's name
        limit: int | None = None,
        newest_first: bool = True,
    ) -> list[Event]:
        """Return events, all or those of one operation or object."""
        query = select(EVENTS).order_by(EVENTS.c.sequence.desc() if newest_first else EVENTS.c.sequence).limit(limit)
        if operation is not None:
            query = query.where(EVENTS.c.operation == operation)
        if object is not None:
            query = query.where(EVENTS.c.object == object)
        return self._events(query)

    def event_of(self, kind: str, name: str) -> Event:
        """Return the event that recorded an artefact.

        Raises:
            NoSuchRecordError: There is no such artefact.
        """
        matches = (ARTEFACTS.c.kind == kind) & (ARTEFACTS.c.name == name)
        found = self._events(select(EVENTS).join(ARTEFACTS).where(matches))
        if not found:
            raise NoSuchRecordError(f"there is no {kind} named {name}", fix=_LOOK)
        return found[0]

    def artefact(self, kind: str, name: str) -> Artefact:
        """Return one artefact.

        Raises:
            NoSuchRecordError: There is none of this name.
        """
        found = self.held(kind, name)
        if found is None:
            raise NoSuchRecordError(f"there is no {kind} named {name}", fix=_LOOK)
        return found

    def held(self, kind: str, name: str) -> Artefact | None:
        """Return one artefact; None where there is none of this name."""
        query = select(ARTEFACTS).where(ARTEFACTS.c.kind == kind, ARTEFACTS.c.name == name)
        return next(iter(self._artefacts(query)), None)

    def artefacts(self, kind: str, *, newest_first: bool = False, limit: int | None = None) -> list[Artefact]:
        """Return the artefacts of a kind by the order of their events, then by name."""
        order = (ARTEFACTS.c.sequence, ARTEFACTS.c.name)
        by = [column.desc() for column in order] if newest_first else order
        return self._artefacts(select(ARTEFACTS).where(ARTEFACTS.c.kind == kind).order_by(*by).limit(limit))

    def paths(self) -> frozenset[str]:
        """Return the paths of all files that rows name."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(ARTEFACTS.c.path).distinct()).scalars())

    def newest(self, kind: str) -> Artefact | None:
        """Return the artefact of a kind that was recorded last."""
        return next(iter(self.artefacts(kind, newest_first=True, limit=1)), None)

    def artefact_of(self, audit_id: str) -> list[Artefact]:
        """Return the artefacts that one event recorded, by kind and name.

        Raises:
            NoSuchRecordError: No event has this identifier.
        """
        made_by = ARTEFACTS.c.sequence == self.event(audit_id).sequence
        return self._artefacts(select(ARTEFACTS).where(made_by).order_by(ARTEFACTS.c.kind, ARTEFACTS.c.name))

    def alias(self, kind: str, alias: str) -> str | None:
        """Return the name that an alias means now."""
        return next(iter(self.alias_history(kind, alias)), None)

    def alias_history(self, kind: str, alias: str) -> list[str]:
        """Return every name that an alias meant, the present one first."""
        with self._database.reading() as connection:
            return list(connection.execute(meanings(kind, alias)).scalars())

    def rows(self, query: Select[Any]) -> list[RowMapping]:
        """Return what a query finds in the tables that are kept beside the chain."""
        with self._database.reading() as connection:
            return list(connection.execute(query).mappings())

    def _events(self, query: Select[Any]) -> list[Event]:
        with self._database.reading() as connection:
            return [event_of_row(row) for row in connection.execute(query).mappings()]

    def _artefacts(self, query: Select[Any]) -> list[Artefact]:
        with self._database.reading() as connection:
            return [artefact_of_row(row) for row in connection.execute(query).mappings()]


def meanings(kind: str, alias: str) -> Select[Any]:
    """Return the query for every name that an alias meant, the present one first."""
    moves = ALIAS_MOVES.c
    return select(moves.name).where(moves.kind == kind, moves.alias == alias).order_by(moves.sequence.desc())
