"""The ledger: one append-only chain of events, and the artefacts that they recorded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, insert, select

from errors import LedgerError
from ledger import schema
from ledger.acting import Acting
from ledger.artefacts import Artefact
from ledger.database import Database
from ledger.events import (
    GENESIS,
    RESERVED,
    Draft,
    Event,
    MovedMeanwhileError,
    Scalar,
    alias_key,
    sealed,
    utc_text,
)
from ledger.files import FileStore
from ledger.reading import stored
from ledger.record import Record, meanings
from ledger.rows import artefact_row, event_row
from ledger.tables import ALIAS_MOVES, ARTEFACTS, EVENTS, Row
from ledger.tree.notes import Checkpoint, Verifier
from ledger.tree.stored import Tree, grow
from ledger.verify import Verification, verify

Clock = Callable[[], datetime]
Aliases = Mapping[tuple[str, str], str]
Meant = Mapping[tuple[str, str], str | None]
Beside = Callable[[Event], Sequence[Row]]


class Ledger(Record):
    """An open ledger. Safe to use from several threads and several processes at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        acting: Acting | None = None,
        beside: Beside | None = None,
    ) -> None:
        super().__init__(database)
        self._clock = clock
        self._acting = acting or Acting()
        self._beside = beside

    @classmethod
    def open(cls, url: str, clock: Clock) -> "Ledger":
        """Open the ledger in the database at `url`, making its tables if they are absent.

        Args:
            url: SQLAlchemy URL: `sqlite:///FILE` or `postgresql+psycopg://...`.
            clock: Returns the present instant with its time zone.

        Raises:
            LedgerError: The database cannot be opened.
        """
        return cls(Database.open(url), clock)

    @classmethod
    def upgrade(cls, url: str, clock: Clock, actor: str) -> tuple[str, str]:
        """Bring a database of a former version to the present form and record it, both or neither.

        No row is touched: every event keeps its hash.

        Returns:
            The revision that was found and the present one; equal where there was nothing to do.

        Raises:
            LedgerError: There is no database of ours, it is of a newer version, or it cannot be written.
        """
        database = Database.connected(url)
        with closing(database), database.writing() as connection:
            found = schema.revision(connection)
            if found is None:
                raise LedgerError("there is no database to upgrade", fix="name the workspace with --workspace")
            if found in schema.REVISIONS[:-1]:
                schema.upgrade(connection)
                details = {"from_form": found, "to_form": schema.NEWEST}
                upgraded = cls(database, clock)
                upgraded._recorded(
                    connection, [upgraded._acting.complete(Draft("admin", "database", actor, details=details))]
                )
                return found, schema.NEWEST
            schema.check(connection, found, database.place)
        return found, found

    def __enter__(self) -> Self:
        """Return the ledger; it is closed at the end."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the ledger."""
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def acting(self, acting: Acting, beside: Beside | None = None) -> "Ledger":
        """Return the same ledger in the hands of somebody: events appended through it say so.

        Args:
            acting: Role, authentication, purpose and details of every event that leaves them open.
            beside: Given an event that is about to be recorded, returns rows that are inserted in its transaction.
        """
        return Ledger(self._database, self._clock, acting, beside)

    def until(self, sequence: int) -> "Ledger":
        """Return the ledger as it stood when `sequence` events were recorded; nothing can be appended to it.

        Nothing that was recorded is ever changed, so that whatever was looked up then is looked up here the same.
        """
        return Ledger(self._database.until(sequence), self._clock, self._acting, self._beside)

    def beside(self, beside: Beside) -> "Ledger":
        """Return the same ledger in the same hands, with further rows beside every event, before those that are."""
        known = self._beside

        def both(event: Event) -> list[Row]:
            return [*beside(event), *(known(event) if known else ())]

        return self.acting(self._acting, both)

    def append(
        self,
        draft: Draft,
        *,
        artefacts: Sequence[Artefact] = (),
        aliases: Aliases | None = None,
        only_while: Meant | None = None,
    ) -> Event:
        """Record an event, the artefacts it made and the aliases it moved, together or not at all.

        When this returns, the event is on the disk. The event's details name each artefact by the hashes of its file
        and row, and each move, so that the chain covers them.

        Args:
            draft: What happened.
            artefacts: Rows that name files; the files are written before.
            aliases: (kind, alias) to the artefact's name that it is to mean from now on.
            only_while: (kind, alias) to the name that it must still mean, None: nothing yet. The only writer looks it
                up, so of two decisions made on the same champion the second is told.

        Raises:
            MovedMeanwhileError: An alias means something else by now: nothing was recorded.
            LedgerError: It could not be recorded: nothing was.
        """
        moves = dict(aliases or {})
        rows = [artefact_row(artefact, 0) for artefact in artefacts]
        covered = _covering(self._acting.complete(draft), artefacts, rows, moves)
        with self._database.writing() as connection:
            _check_unmoved(connection, only_while or {})
            event = self._recorded(connection, [covered])[0]
            if rows:
                connection.execute(insert(ARTEFACTS), [{**row, "sequence": event.sequence} for row in rows])
            if moves:
                connection.execute(insert(ALIAS_MOVES), _move_rows(moves, event.sequence))
        return event

    def append_all(self, drafts: Sequence[Draft]) -> list[Event]:
        """Record events that made no artefacts and moved no aliases, in their order, all of them or none.

        Raises:
            LedgerError: They could not be recorded: nothing was.
        """
        covered = [_covering(self._acting.complete(draft), (), (), {}) for draft in drafts]
        if not covered:
            return []
        with self._database.writing() as connection:
            return self._recorded(connection, covered)

    def verify(
        self,
        files: FileStore | None = None,
        collected: Sequence[Checkpoint] = (),
        keys: Sequence[Verifier] = (),
        secret: bytes | None = None,
    ) -> Verification:
        """Check everything recorded; see `ledger.verify` for what is found and what a chain cannot find.

        Args:
            files: Where the artefacts' files lie; without it they are not read.
            collected: Checkpoints that somebody else collected, opened with the key that they trust.
            keys: The keys that the reader trusts; the checkpoints kept beside the events must be theirs.
            secret: That of the workspace, by which kept answers are sealed; None: seals are not looked at.
        """
        with stored(self._database, secret) as found:
            trusted = frozenset(key.text() for key in keys)
            return verify(replace(found, collected=collected, trusted=trusted), files)

    @contextmanager
    def tree(self) -> Iterator[Tree]:
        """Yield the Merkle tree over the events as they are now."""
        with self._database.reading() as connection:
            yield Tree(connection)

    def check_writable(self) -> None:
        """Write an event and take it back.

        Raises:
            LedgerError: Nothing could be recorded now.
        """
        with self._database.writing() as connection:
            trial = connection.begin_nested()
            sequence, previous = _head(connection)
            draft = self._acting.complete(Draft("admin", "ledger", "ledger"))
            connection.execute(insert(EVENTS), event_row(sealed(draft, sequence + 1, self._now(), previous)))
            trial.rollback()

    def _recorded(self, connection: Connection, drafts: Sequence[Draft]) -> list[Event]:
        """Insert the events that drafts become, and what is to stand beside them."""
        sequence, previous = _head(connection)
        events: list[Event] = []
        for number, draft in enumerate(drafts, start=sequence + 1):
            events.append(sealed(draft, number, self._now(), previous))
            previous = events[-1].hash
        connection.execute(insert(EVENTS), [event_row(event) for event in events])
        grow(connection, sequence, sequence + len(events))
        if self._beside is not None:
            for row in (row for event in events for row in self._beside(event)):
                connection.execute(insert(row.table), dict(row.values))
        return events

    def _now(self) -> str:
        return utc_text(self._clock())


def _check_unmoved(connection: Connection, meant: Meant) -> None:
    for (kind, alias), name in meant.items():
        now = connection.execute(meanings(kind, alias).limit(1)).scalar()
        if now != name:
            problem = f"the {alias} {kind} is {now or 'none'} by now, and was {name or 'none'} when this was decided"
            raise MovedMeanwhileError(problem, place="ledger", fix="decide again on what holds now")


def _head(connection: Connection) -> tuple[int, str]:
    last = select(EVENTS.c.sequence, EVENTS.c.hash).order_by(EVENTS.c.sequence.desc()).limit(1)
    row = connection.execute(last).first()
    return (0, GENESIS) if row is None else (row.sequence, row.hash)


def _covering(draft: Draft, artefacts: Sequence[Artefact], rows: Sequence[Mapping[str, Any]], moves: Aliases) -> Draft:
    taken = [key for key in draft.details if key.startswith(RESERVED)]
    if taken:
        fix = f"begin it with none of {', '.join(RESERVED)}"
        raise LedgerError(f"the detail {taken[0]!r} is the ledger's own", fix=fix)
    if not artefacts and not moves:
        return draft
    details: dict[str, Scalar] = dict(draft.details)
    for artefact, row in zip(artefacts, rows, strict=True):
        details |= artefact.covered_by(row["meta"])
    details |= {alias_key(kind, alias): name for (kind, alias), name in moves.items()}
    return replace(draft, details=details)


def _move_rows(moves: Aliases, sequence: int) -> list[dict[str, Any]]:
    return [{"sequence": sequence, "kind": kind, "alias": alias, "name": name} for (kind, alias), name in moves.items()]
