"""Nasty files: refused in one sentence and nothing held, or every row accounted for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from errors import DataError
from features.feeds.report import IngestReport
from features.settings import Settings
from features.strands import OPEN
from features.workspace import Workspace
from tests.support.archive import MemoryArchive
from tests.support.exports import ingest_export, ingest_police, make_mapping, make_workspace
from tests.support.nasty import Nasty
from tests.support.nasty_cells import nasty_cells
from tests.support.nasty_files import nasty_files
from tests.support.nasty_text import nasty_text

NASTY = [*nasty_text(), *nasty_cells(), *nasty_files()]
REFUSED = [nasty for nasty in NASTY if nasty.rows is None]
READ = [nasty for nasty in NASTY if nasty.rows is not None]
SQUARE = {"type": "Polygon", "coordinates": [[[0, 51], [2, 51], [2, 53], [0, 53], [0, 51]]]}
AREAS = {"type": "FeatureCollection", "features": [{"properties": {"area_code": "A"}, "geometry": SQUARE}]}

Ingest = Callable[[Nasty, MemoryArchive], IngestReport]


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Workspace]:
    """Return a workspace of open areas, and one of a square."""
    root = tmp_path_factory.mktemp("workspaces")
    files = {"strands.toml": OPEN.encode(), "areas.geojson": json.dumps(AREAS).encode()}
    square = Workspace.create(root / "square", Settings(salt="5a" * 32, areas="areas.geojson"), files, environment={})
    return {False: make_workspace(root / "open"), True: square}


@pytest.fixture
def ingest(workspaces: dict[bool, Workspace], tmp_path: Path) -> Ingest:
    def ingested(nasty: Nasty, archive: MemoryArchive) -> IngestReport:
        path = tmp_path / nasty.file
        path.write_bytes(nasty.data)
        workspace = workspaces["longitude" in nasty.columns]
        if nasty.street:
            return ingest_police(workspace, path, archive)
        return ingest_export(workspace, path, make_mapping(nasty.columns, **nasty.keys), archive)

    return ingested


def test_there_are_hundreds_and_their_names_differ() -> None:
    assert len({nasty.name for nasty in NASTY}) == len(NASTY) > 400


@pytest.mark.parametrize("nasty", REFUSED, ids=lambda nasty: nasty.name)
def test_what_cannot_be_used_is_refused_in_one_sentence_and_nothing_is_held(nasty: Nasty, ingest: Ingest) -> None:
    archive = MemoryArchive()
    with pytest.raises(DataError) as refusal:
        ingest(nasty, archive)
    sentence = str(refusal.value)
    assert nasty.refusal in sentence
    assert nasty.file in sentence or "export" in sentence
    assert "\n" not in sentence
    assert len(sentence) < 1000
    assert (archive.rows, archive.files) == ([], {})


@pytest.mark.parametrize("nasty", READ, ids=lambda nasty: nasty.name)
def test_what_can_be_used_accounts_for_every_row(nasty: Nasty, ingest: Ingest) -> None:
    accounts = ingest(nasty, MemoryArchive()).accounts
    assert (accounts.read, dict(accounts.rules)) == (nasty.rows, dict(nasty.rules))
    assert accounts.accepted + sum(nasty.rules.values()) == nasty.rows
