"""The inbox: a folder a feed, into which partners deliver; what is new in it is taken in, and nothing is moved."""

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


@dataclass(frozen=True)
class Arrival:
    """What became of one folder of the inbox.

    Attributes:
        feed: Name of the folder.
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

    Args:
        workspace: Where the feeds' contracts are.
        folder: The inbox; it need not exist.
        archive: Where they are kept; the caller holds the ingest's lock.
        clock: Tells when they were received.
        advance: Told of progress, feed by feed.

    Raises:
        LedgerError: They could not be recorded.
    """
    if not folder.is_dir():
        return []
    found = [item for item in sorted(folder.iterdir()) if item.is_dir() and not item.name.startswith(".")]
    return [_taken_in(workspace, item, archive, clock, advance) for item in found if _deliveries(item)]


def _deliveries(folder: Path) -> list[Path]:
    """Return what was delivered into a feed's folder, the older first: files and archives of data, and folders."""
    items = [item for item in folder.iterdir() if not item.name.startswith(".")]
    data = [item for item in items if item.is_dir() or item.name.lower().endswith(_DATA)]
    return sorted(data, key=lambda item: (item.stat().st_mtime, item.name))


def _taken_in(
    workspace: Workspace, folder: Path, archive: Archive, clock: Callable[[], datetime], advance: Advance
) -> Arrival:
    try:
        plan = _plan(workspace, folder, clock)
    except DataError as error:
        return Arrival(folder.name, (), ((folder.name, str(error)),))
    try:
        return Arrival(folder.name, (_ingested(workspace, folder, plan, archive, advance),), ())
    except DataError as error:
        items = _deliveries(folder)
        if len(items) == 1 and items[0].is_file():
            return Arrival(folder.name, (), ((items[0].name, str(error)),))
    reports, problems = [], []
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
