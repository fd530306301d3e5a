"""Workspaces and exports for tests of feeds, in a few lines each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from features.feeds.mapping import FeedMapping
from features.feeds.police_uk import street_files
from features.feeds.report import IngestReport
from features.feeds.sources import source_files
from features.incidents.ingest import ingest
from features.incidents.plans import feed_plan, mapped_plan, police_uk_plan
from features.incidents.store import load_incidents
from features.settings import Settings
from features.strands import OPEN
from features.workspace import Workspace
from models.progress import silent
from tests.support.archive import MemoryArchive

RECEIVED = datetime(2024, 7, 1, 12, tzinfo=UTC)
POLICE_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)
COLUMNS = {"occurred_from": "when", "area_code": "where", "offence": "what"}


def make_workspace(root: Path, strands: bytes = OPEN.encode(), areas: str = "") -> Workspace:
    """Make a workspace; `areas` is the text of an areas.csv."""
    files = {"strands.toml": strands, **({"areas.csv": areas.encode()} if areas else {})}
    settings = Settings(salt="5a" * 32, areas="areas.csv" if areas else "")
    return Workspace.create(root, settings, files, environment={})


def make_mapping(columns: Mapping[str, str | None] | None = None, **keys: object) -> FeedMapping:
    """Return a mapping named "city" of the columns when, where and what, and of those given."""
    document = {"period": "day", "name": "city", "columns": {**COLUMNS, **(columns or {})}, **keys}
    return FeedMapping.model_validate(document)


def write_csv(path: Path, header: str, rows: Sequence[str]) -> Path:
    """Write a CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def police_row(month: str = "2024-01", crime_id: str = "", lsoa: str = "E01", kind: str = "Burglary") -> str:
    """Return a row of data.police.uk."""
    return f"{crime_id},{month},Essex Police,Essex Police,0.5,51.5,On or near X,{lsoa},Town 001A,{kind},,"


def police_file(folder: Path, month: str, rows: Sequence[str], force: str = "essex") -> Path:
    """Write a street-level file in its month's folder."""
    return write_csv(folder / month / f"{month}-{force}-street.csv", POLICE_HEADER, rows)


def ingest_export(
    workspace: Workspace, path: Path, mapping: FeedMapping, archive: MemoryArchive, received: datetime = RECEIVED
) -> IngestReport:
    """Ingest an export under a mapping."""
    plan = mapped_plan(workspace, mapping, "city.toml", lambda: received)
    with source_files(path) as files:
        return ingest(files, plan, archive, [], silent)


def ingest_feed(
    workspace: Workspace, feed: str, path: Path, archive: MemoryArchive, received: datetime = RECEIVED
) -> IngestReport:
    """Ingest files of a feed under contract."""
    with source_files(path) as files:
        return ingest(files, feed_plan(workspace, feed, lambda: received), archive, [], silent)


def ingest_police(
    workspace: Workspace, path: Path, archive: MemoryArchive, received: datetime = RECEIVED
) -> IngestReport:
    """Ingest files of data.police.uk."""
    plan = police_uk_plan(workspace, lambda: received)
    with source_files(path) as found:
        files, ignored = street_files(found)
        return ingest(files, plan, archive, ignored, silent)


def counted(archive: MemoryArchive, as_of: date | None = None) -> dict[tuple[str, str, str], int]:
    """Return (day, area, strand) -> sum of counts in a view, without zeros."""
    view = load_incidents(archive).view(as_of)
    totals: dict[tuple[str, str, str], int] = {}
    for day, area, strand, count in zip(view.day, view.area, view.strand, view.count, strict=True):
        key = (str(day), view.area_codes[area], view.strand_names[strand])
        totals[key] = totals.get(key, 0) + int(count)
    return {key: total for key, total in totals.items() if total}
