"""Random samples of what is recorded, which whoever has the seed draws again with SHA-256 and a pencil."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select

from errors import DataError
from ledger.database import Database
from ledger.events import Event
from ledger.reading import Which
from ledger.rows import event_of_row
from ledger.tables import EVENTS


@dataclass(frozen=True)
class Sample:
    """Events that were drawn.

    Attributes:
        record_size: The first so many events of the record were drawn from.
        population: How many of them were meant.
        drawn: The sample, in the order in which it was drawn; each event is in it once.
    """

    record_size: int
    population: int
    drawn: tuple[Event, ...]


def places(seed: str, population: int, size: int) -> list[int]:
    """Return places in a list, from 0, without any of them twice.

    The number of draw n, from 0, is the SHA-256 of "seed:n" as a number, modulo the length of the list; a place that
    was drawn already is passed over. Out of 2^256 the modulo favours no place that could be noticed.

    Args:
        seed: Any text.
        population: Length of the list.
        size: How many places; all of them where there are no more.
    """
    found: dict[int, None] = {}
    draw = 0
    while len(found) < min(size, population):
        digest = hashlib.sha256(f"{seed}:{draw}".encode()).digest()
        found[int.from_bytes(digest) % population] = None
        draw += 1
    return list(found)


def sample(database: Database, which: Which, seed: str, size: int, record_size: int | None = None) -> Sample:
    """Draw events at random, the oldest being the first of the list that places are drawn in.

    Args:
        database: The ledger's.
        which: Those that are meant; `mentions` is not looked at.
        seed: Any text.
        size: How many.
        record_size: Draw from the first so many events; left out, from all that there are.

    Raises:
        DataError: The record is not that long.
        LedgerError: The database fails, or a row in it spells no event.
    """
    column = EVENTS.c.sequence
    with database.reading() as connection:
        longest = connection.execute(select(func.max(column))).scalar() or 0
        until = longest if record_size is None else record_size
        if until > longest:
            fix = f"draw from at most {longest:,} events"
            raise DataError("is more than the record has", place="record_size", fix=fix)
        meant = [*which.conditions(), column <= until]
        population: int = connection.execute(select(func.count()).where(*meant)).scalar_one()
        chosen = places(seed, population, size)
        numbered = select(column, (func.row_number().over(order_by=column) - 1).label("place")).where(*meant).subquery()
        query = select(EVENTS, numbered.c.place).join(numbered, numbered.c.sequence == column)
        rows = connection.execute(query.where(numbered.c.place.in_(chosen))).mappings().all()
    by_place = {row["place"]: event_of_row({k: v for k, v in row.items() if k != "place"}) for row in rows}
    return Sample(until, population, tuple(by_place[place] for place in chosen))
