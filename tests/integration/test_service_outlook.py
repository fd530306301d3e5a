"""Notices and trends over HTTP: in plain words, of what a caller sees."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.artefacts import Artefact
from ledger.events import Draft, NoSuchRecordError
from ledger.files import FileStore
from models.kinds import TRENDS
from models.trends.kept import trends_document
from serving.access.caller import Scope
from serving.desk import Desk
from serving.outlook.notices import notices
from serving.outlook.schemas import NoticesAnswer, TrendsAnswer, TrendsQuery
from serving.outlook.trends import trends
from tests.support import panels
from tests.support.forecast_runs import record_run, synthetic_workspace
from tests.support.ledgers import TickingClock, open_ledger

AUDIT_ID = {"audit_id": "00000001-00000000"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    record_run(synthetic_workspace(tmp_path / "w"))
    desk = Desk.open(tmp_path / "w", TickingClock())
    desk.shelf.refresh()
    yield desk
    desk.close()


def keep(root: Path) -> dict[str, object]:
    """Record trends of a SYNTHETIC panel whose first strand is recorded at twice its level of late."""
    panel = panels.panel(150, 20, districts=2)
    panel.counts.setflags(write=True)
    panel.counts[120:, :, 0] *= 2
    document = trends_document(panel)
    stored = FileStore(root).put(json.dumps(document).encode(), "trends", ".json")
    with open_ledger(root) as ledger:
        artefact = Artefact.of(TRENDS, "made-up", stored, {})
        ledger.append(Draft("combination", "forecast/made-up", "test"), artefacts=[artefact])
    return document


def test_notices_are_sentences_and_a_shift_is_told_with_its_size(desk: Desk) -> None:
    told = json.loads(notices(desk, Scope()).body)
    NoticesAnswer.model_validate(AUDIT_ID | told)
    assert {"synthetic", "proxy"} <= {one["code"] for one in told["notices"]}
    document = keep(desk.workspace.root)
    shifts = [one for one in json.loads(notices(desk, Scope()).body)["notices"] if one["code"] == "level-shift"]
    assert isinstance(document["shifts"], list)
    assert [one["strands"] for one in shifts] == [["strand 0"]]
    assert f"is recorded at {document['shifts'][0]['ratio']:.0%} of what it was" in shifts[0]["sentence"]
    hidden = json.loads(notices(desk, Scope(strands=frozenset({"robbery"}))).body)["notices"]
    assert "level-shift" not in {one["code"] for one in hidden}


def test_trends_are_told_as_they_were_computed_and_only_where_a_caller_sees(desk: Desk) -> None:
    with pytest.raises(NoSuchRecordError, match="no trends yet"):
        trends(desk, TrendsQuery(), Scope())
    document = keep(desk.workspace.root)
    told = json.loads(trends(desk, TrendsQuery(), Scope()).body)
    TrendsAnswer.model_validate(AUDIT_ID | told)
    assert told == {"run_id": "made-up", **document}
    one = json.loads(trends(desk, TrendsQuery(place="D1", strand="strand 1"), Scope()).body)["rates"]
    assert [(rate["place"], rate["strand"]) for rate in one] == [("D1", "strand 1")]
    scope = Scope(areas=frozenset({"D0"}), strands=frozenset({"strand 1"}))
    seen = json.loads(trends(desk, TrendsQuery(), scope).body)
    assert [(rate["place"], rate["strand"]) for rate in seen["rates"]] == [("D0", "strand 1")]
    assert seen["shifts"] == []
