"""A plan is issued, and events are recorded, on a disk that fails at every place in turn; what is found afterwards?

python -m tests.support.faults FOLDER [STEP]
    Prints one JSON object of `Figures`; STEP: only every so many-th place. SYNTHETIC plans.
"""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from errors import StrandcastError
from ledger.events import Draft
from ledger.files import FileStore
from ledger.group import GroupCommit
from ledger.ledger import Ledger
from models.allocation.decisions import decide
from models.allocation.decisions.history import history
from models.allocation.decisions.record import KIND, load_plan
from models.books import Books
from tests.support.decided import HOURS, books_in, drafted
from tests.support.faulty_disk import FAULTS, FaultyDisk, SmallFiles
from tests.support.ledgers import TickingClock, url_of

_ALL_THE_TIME = (2, 3, 5, 7, 11, 13, 17)
_EVENTS = 3
# Bytes: the files of a whole story are smaller than the largest.
_LARGEST, _GROWTH = 200_000, 2_000
_OTHER_HOURS = {**HOURS, "A1": 3.0}


@dataclass
class Figures:
    """What was found.

    Attributes:
        stories: Stories told, each in a workspace and on a disk of its own.
        faults: Writes and syncs that failed, all in all.
        told: Steps that ended with an error of ours.
        acknowledged: Events that were acknowledged.
        issued: Stories after which the plan was issued.
        drafts: Those after which it was still a draft.
        problems: Whatever was found that must not be.
    """

    stories: int = 0
    faults: int = 0
    told: int = 0
    acknowledged: int = 0
    issued: int = 0
    drafts: int = 0
    problems: list[str] = field(default_factory=list)


class BackAnHour(TickingClock):
    """A clock that somebody sets back by an hour at every third look."""

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    def __call__(self) -> datetime:
        self._looks += 1
        self.instant -= timedelta(hours=self._looks % 3 == 0)
        return super().__call__()


class Story:
    """What is done in a workspace with one draft plan.

    Attributes:
        acknowledged: Identifiers of events that were said to be recorded.
        issued: The plan was said to be issued.
        told: Steps that ended with an error of ours.
    """

    def __init__(self, folder: Path, plan: str) -> None:
        self._folder = folder
        self._plan = plan
        self.acknowledged: list[str] = []
        self.issued = False
        self.told = 0

    def tell(self) -> None:
        """Record events, issue the plan and draft another one; an error of ours ends a step, never the story."""
        with self._open() as ledger:
            books = Books(ledger, FileStore(self._folder), "desk")
            with GroupCommit(ledger) as group:
                for number in range(_EVENTS):
                    draft = Draft("consultation", f"forecast/{number}", "ann")
                    self._step(lambda draft=draft: group.record(draft).result().audit_id)  # type: ignore[misc]
            self.issued = self._step(lambda: decide.issue(books, self._plan, by="Ann Smith").audit_id)
            self._step(lambda: load_plan(ledger, books.files, drafted(books, patrol=_OTHER_HOURS)).audit_id)

    def look(self) -> Iterator[str]:
        """Yield what is wrong with the workspace, and go on in it."""
        with self._open() as ledger:
            books = Books(ledger, FileStore(self._folder), "desk")
            yield from self._broken(ledger, books.files)
            state = history(ledger).status(self._plan).state
            decisions = len(ledger.events(operation="decision"))
            if (state, decisions) not in (("issued", 1), ("draft", 0)):
                yield f"the plan is {state} and {decisions} decisions are recorded"
            if self.issued and state != "issued":
                yield "the plan was issued and no longer is"
            for plan in ledger.artefacts(KIND):
                load_plan(ledger, books.files, plan.name)
            recorded = {event.audit_id for event in ledger.events()}
            yield from (f"event {lost} is lost" for lost in self.acknowledged if lost not in recorded)
            self.issued = state == "issued"
            if not self.issued:
                decide.issue(books, self._plan, by="Bo Jones")
            yield from self._broken(ledger, books.files)

    def _broken(self, ledger: Ledger, files: FileStore) -> Iterator[str]:
        found = ledger.verify(files)
        if not found.ok:
            yield f"the record is broken: {found.problem}"

    def _open(self) -> Ledger:
        return Ledger.open(url_of(self._folder), BackAnHour())

    def _step(self, work: Callable[[], str]) -> bool:
        try:
            self.acknowledged.append(work())
        except StrandcastError:
            self.told += 1
            return False
        return True


def tell_all(folder: Path, step: int = 1) -> Figures:
    """Tell the story with a fault at its first write or sync, its second and so on, with many, and with little room."""
    figures, base = Figures(), folder / "base"
    base.mkdir()
    with (books := books_in(base)).ledger:
        plan = drafted(books)
    for fault in FAULTS:
        at = 1
        while _told(base, folder / "w", plan, FaultyDisk(fault, at), figures):
            at += step
        for every in _ALL_THE_TIME:
            _told(base, folder / "w", plan, FaultyDisk(fault, every, every=True), figures)
    for size in range(0, _LARGEST, step * _GROWTH):
        _told(base, folder / "w", plan, SmallFiles(size), figures)
    return figures


def _told(base: Path, folder: Path, plan: str, disk: FaultyDisk | SmallFiles, figures: Figures) -> bool:
    """Tell the story once, and return whether a fault was met."""
    shutil.copytree(base, folder)
    story = Story(folder, plan)
    problems: list[str] = []
    with disk.under():
        try:
            story.tell()
        except StrandcastError:
            # It could not be opened.
            story.told += 1
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            problems.append(f"{type(error).__name__} in place of an error of ours: {error}")
    try:
        problems += story.look()
    except StrandcastError as error:
        problems.append(f"cannot go on: {error}")
    shutil.rmtree(folder)
    figures.stories += 1
    figures.faults += disk.failed
    figures.told += story.told
    figures.acknowledged += len(story.acknowledged)
    figures.issued += story.issued
    figures.drafts += not story.issued
    figures.problems += [f"{disk}: {problem}" for problem in problems]
    return disk.failed > 0


if __name__ == "__main__":
    result = tell_all(Path(sys.argv[1]), *map(int, sys.argv[2:]))
    sys.stdout.write(json.dumps(asdict(result)) + "\n")
