"""Events and plans on a disk until it is full, then with room again: what is found?

python -m tests.support.full_disk FOLDER
    FOLDER lies on a disk of its own, small. Prints one JSON object. SYNTHETIC plans.
"""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from errors import StrandcastError
from ledger.events import Draft
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.allocation.decisions import decide
from models.allocation.decisions.history import history
from models.books import Books
from tests.support.decided import drafted
from tests.support.ledgers import url_of

_BALLAST = "ballast"
_LONGEST = 2_000


def fill_up(folder: Path) -> dict[str, object]:
    """Record until there is no room, verify, make room, and go on."""
    (folder / _BALLAST).write_bytes(b"x" * 200_000)
    issued, refused, problems = [], 0, []
    with Ledger.open(url_of(folder), lambda: datetime.now(UTC)) as ledger:
        books = Books(ledger, FileStore(folder), "desk")
        for number in range(_LONGEST):
            try:
                ledger.append(Draft("consultation", f"forecast/{number}", "ann", details={"more": "x" * 900}))
                plan = drafted(books, (date(2001, 1, 1) + timedelta(weeks=number)).isoformat())
                decide.issue(books, plan, by="Ann Smith")
                issued.append(plan)
            except StrandcastError as error:
                why = str(error)
                refused += 1
                if refused == 5:
                    break
        else:
            problems.append("the disk was never full")
            why = ""
    (folder / _BALLAST).unlink()
    with Ledger.open(url_of(folder), lambda: datetime.now(UTC)) as ledger:
        books = Books(ledger, FileStore(folder), "desk")
        found = ledger.verify(books.files)
        problems += [] if found.ok else [str(found.problem)]
        past = history(ledger)
        problems += [f"plan {plan} is lost" for plan in issued if past.status(plan).state != "issued"]
        decide.issue(books, drafted(books, "2000-01-03"), by="Ann Smith")
        problems += [] if ledger.verify(books.files).ok else ["broken after there was room again"]
    return {
        "issued": len(issued),
        "refused": refused,
        "last_refusal": why,
        "events": found.events,
        "problems": problems,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fill_up(Path(sys.argv[1]))) + "\n")
