"""Promotion, refusal and rollback, with real recipes on a small SYNTHETIC place."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from errors import AccessError, LedgerError, ModelError
from features.knowledge import Knowledge
from ledger.ledger import Ledger
from models.champions import champions
from models.registry import CHAMPION, KIND
from tests.support.promotions import asked, place, registry_in, thresholds, trained
from training.gate.evidence import read
from training.promote import Registry, move, roll_back
from training.record import Untracked


class Told(Untracked):
    """A tracker that remembers what it was told."""

    def __init__(self) -> None:
        self.champions: list[str] = []
        self.decisions: list[tuple[str, bytes]] = []

    def log_decision(self, model_version: str, name: str, evidence: Mapping[str, Any], picture: bytes) -> bool:
        self.decisions.append((model_version, picture))
        return True

    def set_champion(self, model_version: str) -> bool:
        self.champions.append(model_version)
        return True


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return place()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    thresholds(tmp_path)
    found = registry_in(tmp_path, Told())
    with found.ledger:
        yield found


def test_a_refusal_is_kept_and_only_a_word_that_stays_overrules_it(registry: Registry, knowledge: Knowledge) -> None:
    version = trained(registry, knowledge, "last")
    refused = asked(registry, knowledge)
    assert (refused.promoted, refused.decision.verdict) == (False, "refused")
    assert registry.ledger.alias(KIND, CHAMPION) is None
    event = registry.ledger.event(refused.audit_id)
    assert (event.draft.outcome, event.draft.actor, event.draft.details["reason"]) == ("refused", "ann", "because")
    kept = read(registry.ledger, registry.files, refused.evidence)
    assert (kept["challenger"]["version"], kept["synthetic"]) == (version, True)
    assert {check["outcome"] for check in kept["checks"]} >= {"failed", "not assessed"}
    assert "CRPS" in refused.decision.sentence()
    assert "refused by the gate, and there is still no champion: " in refused.decision.sentence()
    assert isinstance(registry.tracker, Told)
    assert registry.tracker.champions == []
    assert registry.tracker.decisions[0][1].startswith(b"\x89PNG")
    with pytest.raises(ModelError, match="say why"):
        asked(registry, knowledge, despite=" ")
    done = asked(registry, knowledge, despite="the champion is broken")
    assert (done.promoted, done.decision.verdict) == (True, "refused")
    assert json.dumps(done.decision.document()) == json.dumps(refused.decision.document())
    act = champions(registry.ledger).acts[-1]
    assert (act.version, act.gate, act.despite, act.outcome) == (version, "refused", "the champion is broken", "ok")
    with pytest.raises(ModelError, match="champion already"):
        asked(registry, knowledge)
    assert registry.ledger.verify(registry.files).ok


@pytest.mark.usefixtures("each_database")
def test_a_better_method_replaces_a_worse_one_and_rollback_undoes_it(registry: Registry, knowledge: Knowledge) -> None:
    first = trained(registry, knowledge, "last")
    asked(registry, knowledge, despite="to begin with")
    second = trained(registry, knowledge, "mean-all")
    done = asked(registry, knowledge)
    assert (done.promoted, done.replaced, done.version) == (True, first, second)
    assert {check.against for check in done.decision.checks} >= {"champion", "mean-all"}
    back = roll_back(registry, reason="planners object")
    assert (back.version, back.replaced) == (first, second)
    assert registry.ledger.event(back.audit_id).draft.details["gate"] == "not asked"
    with pytest.raises(ModelError, match="no former champion"):
        roll_back(registry, reason="again")


def test_the_same_recipe_needs_newer_data(registry: Registry, knowledge: Knowledge) -> None:
    trained(registry, place(weeks=66), "mean-all")
    assert asked(registry, knowledge).promoted
    newer = trained(registry, knowledge, "mean-all")
    done = asked(registry, knowledge)
    assert (done.promoted, done.version) == (True, newer)
    assert "CRPS" not in {check.name for check in done.decision.checks if check.against == "champion"}
    older = trained(registry, place(weeks=68), "mean-all")
    tie = asked(registry, knowledge, name=older)
    assert not tie.promoted
    assert "a tie keeps the champion" in tie.decision.sentence()
    assert "refused by the gate, and the champion stays: " in tie.decision.sentence()


def test_a_history_too_short_to_compare_is_no_pass_and_a_short_one_is_labelled(registry: Registry) -> None:
    young = place(weeks=20)
    trained(registry, young, "mean-all")
    done = asked(registry, young)
    assert not done.promoted
    assert "20 weeks are known" in done.decision.sentence()
    assert read(registry.ledger, registry.files, done.evidence)["origins"] == []
    young = place(weeks=40)
    trained(registry, young, "mean-all")
    decision = asked(registry, young).decision
    assert (decision.short_history, decision.drawn) == (True, "areas")
    assert any("Short history" in note for note in decision.notes)


def test_a_failing_tracker_leaves_the_champion(registry: Registry) -> None:
    class Failing(Untracked):
        def set_champion(self, model_version: str) -> bool:
            raise ModelError("is out of reach", place="tracker")

    failing = Registry(registry.ledger, registry.files, Failing(), "bob")
    with pytest.raises(ModelError, match="out of reach"):
        move(failing, "v1", None, {"act": "promote"}, ())
    assert registry.ledger.alias(KIND, CHAMPION) is None


def test_a_failing_ledger_tells_the_tracker_who_is_champion(registry: Registry) -> None:
    tracker = registry.tracker
    assert isinstance(tracker, Told)
    for before in (None, "v1"):
        broken = Ledger(registry.ledger._database, lambda: datetime(2026, 1, 1))  # noqa: DTZ001 - a clock it refuses
        with pytest.raises(LedgerError):
            move(Registry(broken, registry.files, tracker, "bob"), "v2", before, {"act": "promote"}, ())
        assert tracker.champions[-2:] == ["v2", before or ""]
        assert registry.ledger.alias(KIND, CHAMPION) == before
        if before is None:
            move(registry, "v1", None, {"act": "promote"}, ())


def test_with_four_eyes_whoever_trained_a_model_does_not_promote_it(registry: Registry, knowledge: Knowledge) -> None:
    trained(registry, knowledge, "mean-all")
    before = len(registry.ledger.events())
    with pytest.raises(AccessError, match="was made by whoever would promote it; have somebody else promote it"):
        asked(replace(registry, four_eyes=True), knowledge)
    assert len(registry.ledger.events()) == before
    asked(replace(registry, actor="Bo", four_eyes=True), knowledge)
