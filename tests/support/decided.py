"""SYNTHETIC plans: invented documents of the schema plan/2, and a process that decides on one when it is told to.

python -m tests.support.decided FOLDER ACT PLAN NAME     says that it is ready, waits for a line, then decides
"""

import sys
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from errors import AllocationError
from ledger.events import MovedMeanwhileError
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.decisions import decide
from models.allocation.decisions.record import SCHEMA, PlanRecord, keep
from models.books import Books
from tests.support.ledgers import open_ledger, url_of

# Area: ward, district.
PLACES = {"A1": ("Town", "North"), "A2": ("Town", "North"), "A3": ("Quay", "South"), "A4": ("Quay", "South")}
HOURS = {"A1": 10.0, "A2": 6.0, "A3": 4.0, "A4": 0.0}


def books_in(folder: Path, actor: str = "desk") -> Books:
    """Open books in a folder, by a clock that is a second later each time."""
    return Books(open_ledger(folder), FileStore(folder), actor)


def document(start: str = "2024-07-01", patrol: dict[str, float] | None = None, **parts: Any) -> dict[str, Any]:
    """Return a plan's document: hours of a patrol by area, and a council's team on one strand in A1 and A3."""
    posts = [
        {"area_code": area, "strand": "together", "resource": "patrol", "hours": hours, "quarter_hours": hours}
        for area, hours in (patrol or HOURS).items()
    ]
    posts += [
        {"area_code": area, "strand": "burglary", "resource": "wardens", "hours": 2.4, "quarter_hours": 2.5}
        for area in ("A1", "A3")
    ]
    return {
        "schema": SCHEMA,
        "forecast": {"run_id": "2024-07-01-aaaa", "audit_id": "00000001-aaaaaaaa"},
        "period": {"kind": "week", "start": start, "horizon": 1, "text": f"the week beginning {start}"},
        "resources": [
            {"code": "patrol", "name": "Foot patrol", "owner": "police"},
            {"code": "wardens", "name": "Wardens", "owner": "council"},
        ],
        "posts": posts,
        "areas": [
            {"area_code": area, "name": area, "ward": ward, "district": district, "expected": {"burglary": 2.0}}
            for area, (ward, district) in PLACES.items()
        ],
        "roster": [],
        "notices": ["synthetic"],
        "parent": None,
        **deepcopy(parts),
    }


def drafted(books: Books, start: str = "2024-07-01", patrol: dict[str, float] | None = None) -> str:
    """Record a draft and return its name."""
    return keep(document(start, patrol), books).plan_id


def edited(
    books: Books, plan_id: str, hours: float, *, by: str = "Ann Smith", reason: str = "a festival"
) -> PlanRecord:
    """Record what a plan is edited into: other hours in A1."""
    parent = {"plan_id": plan_id, "act": "edit", "by": by, "reason": reason}
    return decide.record_edit(books, document(patrol={**HOURS, "A1": hours}, parent=parent))


def main(folder: Path, act: str, plan_id: str, name: str) -> int:
    """Decide once a line comes; 2 where somebody else was faster."""
    with Ledger.open(url_of(folder), lambda: datetime.now(UTC)) as ledger:
        books = Books(ledger, FileStore(folder), "desk")
        print("ready", flush=True)  # noqa: T201 - the other process waits for it
        sys.stdin.readline()
        try:
            if act == "issue":
                decide.issue(books, plan_id, by=name)
            else:
                decide.reject(books, plan_id, by=name, reason="too late")
        except (AllocationError, MovedMeanwhileError) as error:
            print(error)  # noqa: T201 - what the loser is told
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), *sys.argv[2:]))
