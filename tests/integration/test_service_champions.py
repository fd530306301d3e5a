"""Models, the champion's history and the gate's decisions over HTTP, in a SYNTHETIC place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.files import FileStore
from ledger.ledger import Ledger
from serving.champions.schemas import ChampionHistory, GateAnswer, GateDecisions, ModelAnswer, Models
from tests.support import promotions
from tests.support.forecast_runs import synthetic_workspace
from tests.support.ledgers import TickingClock
from tests.support.services import running_service
from training.promote import Registry
from training.record import Untracked


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Return a workspace with its champion and a model that the gate refused."""
    workspace = synthetic_workspace(tmp_path_factory.mktemp("champions") / "w")
    knowledge = promotions.place()
    promotions.thresholds(workspace.root)
    with Ledger.open(workspace.database_url, TickingClock()) as ledger:
        registry = Registry(ledger, FileStore(workspace.root), Untracked(), "ann")
        champion = promotions.trained(registry, knowledge, "shrunken")
        assert promotions.asked(registry, knowledge).promoted
        refused = promotions.trained(registry, knowledge, "last")
        assert not promotions.asked(registry, knowledge).promoted
    return workspace.root, champion, refused


@pytest.fixture(scope="module")
def client(versions: tuple[Path, str, str]) -> Iterator[TestClient]:
    with running_service(versions[0]) as client:
        yield client


def test_models_are_listed_newest_first_page_by_page(client: TestClient, versions: tuple[Path, str, str]) -> None:
    _, champion, refused = versions
    first = Models.model_validate_json(client.get("/v1/models?limit=1").content)
    assert (first.total, [row.version for row in first.rows]) == (2, [refused])
    second = Models.model_validate_json(client.get(f"/v1/models?limit=1&cursor={first.next_cursor}").content)
    assert [(row.version, row.champion, row.challenger) for row in second.rows] == [(champion, True, False)]
    assert second.next_cursor is None
    assert client.get("/v1/models?cursor=other").status_code == 422


def test_a_model_is_told_by_version_or_alias(client: TestClient, versions: tuple[Path, str, str]) -> None:
    _, champion, refused = versions
    answer = ModelAnswer.model_validate_json(client.get("/v1/models/champion").content)
    assert (answer.version, answer.method, answer.horizons) == (champion, "shrunken", [1, 2])
    assert [(act.act, act.outcome, act.gate) for act in answer.acts] == [("promote", "ok", "passed")]
    challenger = ModelAnswer.model_validate_json(client.get(f"/v1/models/{refused}").content)
    assert challenger.challenger
    assert [act.outcome for act in challenger.acts] == ["refused"]
    assert client.get("/v1/models/no-such").status_code == 404


def test_the_history_says_who_stands_and_what_was_refused(client: TestClient, versions: tuple[Path, str, str]) -> None:
    _, champion, refused = versions
    history = ChampionHistory.model_validate_json(client.get("/v1/champions").content)
    assert (history.champion, history.challenger, history.standing) == (champion, refused, [champion])
    assert [(act.version, act.outcome) for act in history.acts] == [(champion, "ok"), (refused, "refused")]
    assert client.get(f"/v1/audit/{history.acts[0].decided_as}").json()["details"]["act"] == "promote"


def test_a_decision_of_the_gate_is_told_with_its_evidence(client: TestClient, versions: tuple[Path, str, str]) -> None:
    _, champion, refused = versions
    listed = GateDecisions.model_validate_json(client.get("/v1/gate-decisions").content)
    assert [row.version for row in listed.rows] == [refused, champion]
    answer = GateAnswer.model_validate_json(client.get(f"/v1/gate-decisions/{listed.rows[0].name}").content)
    assert (answer.verdict, answer.evidence["verdict"]) == ("refused", "refused")
    assert "failed" in {check["outcome"] for check in answer.evidence["checks"]}
    event = client.get(f"/v1/audit/{answer.decided_as}").json()
    assert event["details"][f"artefact:gate/{answer.name}"] == answer.evidence_sha256
    assert client.get("/v1/gate-decisions/none").status_code == 404
