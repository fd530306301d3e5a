"""The inbox: a folder a feed, into which partners deliver; what is new in it is taken in, and nothing is moved."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from errors import DataError
from features.feeds.mapping import load_mapping
from features.feeds.police_uk import FEED as POLICE_UK
from features.feeds.police_uk import street_files
from features.feeds.report import IngestReport
from features.feeds.sources import SourceFile, source_files
from features.feeds.tables import CSV, PARQUET
from features.incidents.archive import Archive
from features.incidents.ingest import Advance, Plan, ingest
from features.incidents.plans import feed_plan, mapped_plan, police_uk_plan
from features.workspace import Workspace

INBOX = "inbox"
# In a folder of exports that are under no contract: what their columns mean.
MAPPING = "mapping.toml"
_DATA = (*CSV, *PARQUET, ".zip")
_STRAY = "lies in no feed's folder, and was not read; move it into the folder of its feed."


@dataclass(frozen=True)
class Arrival:
    """What became of one folder of the inbox.

    Attributes:
        feed: Name of the folder; the inbox's own for what lies beside the feeds' folders.
        reports: Of the ingests that took something in, or found it held already.
        problems: File, or folder, and why it could not be taken in.
    """

    feed: str
    reports: tuple[IngestReport, ...]
    problems: tuple[tuple[str, str], ...]

    @property
    def new_files(self) -> int:
        """Files that were not held before."""
        return sum(len(report.files) for report in self.reports if report.audit_id)

    @property
    def accepted(self) -> int:
        """Rows that count from now on."""
        return sum(report.accounts.accepted for report in self.reports)

    @property
    def quarantined(self) -> int:
        """Rows of new files that were refused."""
        return sum(report.accounts.quarantined for report in self.reports if report.audit_id)


def take_in(
    workspace: Workspace, folder: Path, archive: Archive, clock: Callable[[], datetime], advance: Advance
) -> list[Arrival]:
    """Take in what is new in an inbox, feed by feed in the order of the names.

    All files of a feed are taken in together, so that a first load of years is one delivery; where one of them cannot
    be used they are taken in one by one, and the others are not held up. A file that is held already changes nothing.
    What lies beside the feeds' folders, or in the folder of no known feed, is a problem and never passed over.

    Args:
        workspace: Where the feeds' contracts are.
        folder: The inbox; it need not exist.
        archive: Where they are kept; the caller holds the ingest's lock.
        clock: Tells when they were received.
        advance: Told of progress, feed by feed.

    Raises:
        LedgerError: They could not be recorded.
    """
    if not (folder.exists() or folder.is_symlink()):
        return []
    found, broken = _listed(folder)
    feeds = [item for item in found if item.is_dir()]
    stray = [(item.name, _STRAY) for item in found if item not in feeds]
    arrivals = [_taken_in(workspace, item.path, archive, clock, advance) for item in feeds]
    beside = Arrival(folder.name, (), (*broken, *stray))
    return [arrival for arrival in (*arrivals, beside) if arrival.reports or arrival.problems]


@dataclass(frozen=True)
class _Item:
    path: Path
    about: os.stat_result

    @property
    def name(self) -> str:
        return self.path.name

    def is_dir(self) -> bool:
        return stat.S_ISDIR(self.about.st_mode)


def _listed(folder: Path) -> tuple[list[_Item], tuple[tuple[str, str], ...]]:
    """Return what lies in a folder by name, and what of it cannot be read and why; a leading dot is left alone."""
    try:
        paths = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    except OSError as error:
        return [], ((folder.name, _unreadable(folder, error)),)
    items, broken = [], []
    for path in paths:
        try:
            items.append(_Item(path, path.stat()))
        except OSError as error:
            broken.append((path.name, _unreadable(path, error)))
    return items, tuple(broken)


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return str(DataError("is a link to nothing", fix="remove it, or give what it stands for"))
    return str(DataError(f"cannot be read ({error.strerror})", fix="check that it is there, and its permissions"))


def _deliveries(items: Sequence[_Item]) -> list[Path]:
    """Return what was delivered into a feed's folder, the older first: files and archives of data, and folders."""
    data = [item for item in items if item.is_dir() or item.name.lower().endswith(_DATA)]
    return [item.path for item in sorted(data, key=lambda item: (item.about.st_mtime, item.name))]


def _taken_in(
    workspace: Workspace, folder: Path, archive: Archive, clock: Callable[[], datetime], advance: Advance
) -> Arrival:
    found, broken = _listed(folder)
    # Without what its mapping says nothing is read: a contract of the same name may say something else.
    if not found or MAPPING in dict(broken):
        return Arrival(folder.name, (), broken)
    try:
        plan = _plan(workspace, folder, clock)
    except DataError as error:
        return Arrival(folder.name, (), (*broken, (folder.name, str(error))))
    items = _deliveries(found)
    if items and not broken:
        try:
            return Arrival(folder.name, (_ingested(workspace, folder, plan, archive, advance),), ())
        except DataError as error:
            if len(items) == 1 and items[0].is_file():
                return Arrival(folder.name, (), ((items[0].name, str(error)),))
    reports, problems = [], [*broken]
    for item in items:
        try:
            reports.append(_ingested(workspace, item, plan, archive, advance))
        except DataError as error:
            problems.append((item.name, str(error)))
    return Arrival(folder.name, tuple(reports), tuple(problems))


def _plan(workspace: Workspace, folder: Path, clock: Callable[[], datetime]) -> Plan:
    if folder.name == POLICE_UK:
        return police_uk_plan(workspace, clock)
    if (folder / MAPPING).exists():
        return mapped_plan(workspace, load_mapping(folder / MAPPING), f"{folder.name}/{MAPPING}", clock)
    return feed_plan(workspace, folder.name, clock)


def _ingested(workspace: Workspace, path: Path, plan: Plan, archive: Archive, advance: Advance) -> IngestReport:
    with exports(path) if plan.subject != POLICE_UK else _streets(path) as (files, ignored):
        refuse_made_up(workspace, path, files)
        return ingest(files, plan, archive, ignored, advance)


@contextmanager
def _streets(path: Path) -> Iterator[tuple[list[SourceFile], list[str]]]:
    with source_files(path) as found:
        yield street_files(found)


@contextmanager
def exports(path: Path) -> Iterator[tuple[list[SourceFile], list[str]]]:
    """Yield the files that can be read, and the names of those of another kind that lie beside them.

    Raises:
        DataError: There is nothing there.
    """
    with source_files(path) as found:
        known = [
            file for file in found if file.base.lower().endswith((*CSV, *PARQUET)) and not file.base.startswith(".")
        ]
        # A file given by itself is taken at its word: what is wrong with it is then said.
        files = found if len(found) == 1 and found[0].base == path.name else known
        yield files, [file.name for file in found if file not in files]


def refuse_made_up(workspace: Workspace, path: Path, files: Sequence[SourceFile]) -> None:
    """Refuse files that say SYNTHETIC in a workspace that does not.

    Raises:
        DataError: There is one.
    """
    named = [name for name in (path.resolve().name, *(file.name for file in files)) if "SYNTHETIC" in name]
    if named and not workspace.settings.synthetic:
        fix = "ingest it into a workspace made with strandcast init --synthetic, so that everything shown says so"
        raise DataError("is SYNTHETIC and the workspace is not", place=named[0], fix=fix)
