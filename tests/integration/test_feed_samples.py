from pathlib import Path

import pytest

from features.areas.shipped import AreaSource
from features.feeds.catalogue import shipped_names
from features.incidents.store import load_feed
from features.settings import Settings
from features.strands import taxonomy_text
from features.workspace import Workspace
from tests.support.archive import MemoryArchive
from tests.support.exports import ingest_feed, ingest_police
from tests.support.repository import REPOSITORY

SAMPLES = REPOSITORY / "examples" / "feeds"


@pytest.mark.parametrize("feed", shipped_names())
def test_every_row_of_a_shipped_feed_s_sample_keeps_its_contract(feed: str, tmp_path: Path) -> None:
    areas = AreaSource.of("essex-lsoa-2011")
    settings = Settings(salt="5a" * 32, areas=areas.name, synthetic=True)
    files = {"strands.toml": taxonomy_text("essex-2018"), areas.name: areas.content}
    workspace, archive = Workspace.create(tmp_path / "w", settings, files, environment={}), MemoryArchive()
    if feed == "police-uk":
        report = ingest_police(workspace, SAMPLES / "SYNTHETIC-police-uk", archive)
    else:
        report = ingest_feed(workspace, feed, SAMPLES / feed, archive)
    assert report.accounts.read == report.accounts.accepted > 0
    assert len(load_feed(archive, feed).facts) == report.accounts.read
