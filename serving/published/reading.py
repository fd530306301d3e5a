"""What is read of the published sets: rows as they were published, for whoever asks."""

from functools import lru_cache

from ledger.files import FileStore
from ledger.ledger import Ledger
from models.disclosure.published import (
    COLUMNS,
    KIND,
    TABLES,
    Published,
    TableName,
    load_published,
    to_csv,
)
from serving.answers import CSV, TOTAL, Finding
from serving.desk import Desk
from serving.published.schemas import PublishedQuery

PATH = "/v1/published"


def overview(desk: Desk) -> Finding:
    """Find what has been published."""
    found = published(desk)
    tables = []
    for name in TABLES:
        rows = found.tables[name]
        tables.append(
            {
                "table": name,
                "columns": list(COLUMNS[name]),
                "rows": len(rows),
                "first_day": min((row["first_day"] for row in rows), default=None),
                "last_day": max((row["last_day"] for row in rows), default=None),
            }
        )
    every = [row for rows in found.tables.values() for row in rows]
    document = {
        "sets": list(found.names),
        "tables": tables,
        "places": sorted({row["place"] for row in every}),
        "strands": sorted({row["strand"] for row in every}),
        "terms": dict(found.terms),
    }
    return Finding.of(document, _subject(found), details={"read": "overview"})


def table(desk: Desk, name: TableName, query: PublishedQuery, *, as_csv: bool) -> Finding:
    """Find one page of a published table.

    Raises:
        DataError: A filter or the cursor cannot be used.
    """
    found = published(desk)
    chosen = found.rows(name, query.asked())
    state = f"{name}:{len(found.names)}"
    begin = query.position(state, len(chosen))
    page = chosen[begin : begin + query.limit]
    end = begin + len(page)
    following = query.cursor_at(end, state) if end < len(chosen) else None
    details = {"table": name, "first": begin, "rows": len(page), **query.said()}
    if as_csv:
        body = to_csv(name, page, found.marks)
        headers = {TOTAL: str(len(chosen)), **query.next_address(f"{PATH}/{name}", following)}
        return Finding(body, _subject(found), details, CSV, headers=headers)
    document = {
        "table": name,
        "marks": list(found.marks),
        "total": len(chosen),
        "next_cursor": following,
        "rows": [dict(row) for row in page],
    }
    return Finding.of(document, _subject(found), details=details)


def _subject(found: Published) -> str:
    return f"{KIND}/{found.names[-1] if found.names else 'none'}"


def published(desk: Desk) -> Published:
    """Return everything that has been published.

    Raises:
        LedgerError: A file is absent or was changed.
    """
    newest = desk.ledger.newest(KIND)
    return _load(desk.ledger, desk.files, newest.name if newest else None)


@lru_cache(maxsize=2)
def _load(ledger: Ledger, files: FileStore, newest: str | None) -> Published:
    del newest  # another one was published: the files are read again
    return load_published(ledger, files)
