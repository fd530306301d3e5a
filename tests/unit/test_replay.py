"""What was done is made again to the bit; whatever was changed, or is absent, is named."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from errors import LedgerError
from features.knowledge import Known
from features.panel import Panel
from features.workspace import RESOURCES, STRANDS
from ledger.artefacts import Artefact
from ledger.events import Draft, MovedMeanwhileError, NoSuchRecordError, Scalar
from ledger.files import FileStore
from ledger.ledger import Ledger
from ledger.rehearsal import Rehearsal, ScratchFiles
from models.forecaster import Forecast
from models.kinds import FORECAST
from models.registry import load
from models.replay.outcome import Replay
from models.replay.replay import Replayer
from models.replay.surroundings import Surroundings, code_sha256, differences, present_surroundings
from models.simple import fit_simple
from models.stand_in import Standing
from models.week import run_forecast
from tests.support.forecast_runs import synthetic_workspace
from tests.support.replayed import PANEL, Done, done, opened

SALT = "5a" * 32


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return done(tmp_path_factory.mktemp("replay") / "w")


@pytest.fixture
def copy(kept: Done, tmp_path: Path) -> Done:
    root = tmp_path / "w"
    shutil.copytree(kept.root, root)
    return replace(kept, root=root)


@pytest.fixture
def ledger(copy: Done) -> Iterator[Ledger]:
    with opened(copy.root) as ledger:
        yield ledger


def replayed(done: Done, asked: str, *, salt: str = SALT, present: Surroundings | None = None) -> Replay:
    with opened(done.root) as ledger:
        found = Replayer(ledger, FileStore(done.root), salt, present=present or present_surroundings()).replay(asked)
    # Whatever is found can be told.
    assert found.document()["outcome"] == found.outcome
    assert found.object in found.sentence()
    return found


@pytest.mark.parametrize(
    "name",
    ["version", "run_id", "plan_id", "edited", "around", "explained", "explained_later", "issued", "declined"],
)
def test_what_was_done_is_made_again_to_the_bit(kept: Done, name: str) -> None:
    found = replayed(kept, getattr(kept, name))
    assert (found.outcome, found.first) == ("same", None)
    assert len(found.parts) > 1


def test_a_replay_records_and_writes_nothing(kept: Done) -> None:
    def state() -> tuple[int, list[str]]:
        with opened(kept.root) as ledger:
            events = len(ledger.events())
        return events, sorted(str(path) for path in kept.root.rglob("*") if path.suffix not in (".db-shm", ".db-wal"))

    before = state()
    for asked in kept.named():
        replayed(kept, asked)
    assert state() == before


def test_what_was_recorded_later_plays_no_part(copy: Done, ledger: Ledger) -> None:
    for name in (RESOURCES, STRANDS):
        (copy.root / name).write_text("this is no TOML", "utf-8")
    simple = Standing("simple-x", fit_simple("shrunken", PANEL, (1, 2)), PANEL.origin)
    files = FileStore(copy.root)
    run_forecast(Known(PANEL, "s"), simple, notices=[], attribution="", ledger=ledger, files=files, actor="ann")
    for asked in (copy.run_id, copy.plan_id, copy.explained, copy.issued):
        assert replayed(copy, asked).outcome == "same"


def row(done: Done, kind: str, name: str) -> Path:
    with opened(done.root) as ledger:
        return done.root / ledger.artefact(kind, name).path


def settings(done: Done) -> str:
    with opened(done.root) as ledger:
        return next(item.name for item in ledger.artefacts("settings") if item.name.startswith("strands"))


def panel(done: Done) -> str:
    with opened(done.root) as ledger:
        return str(ledger.artefact(FORECAST, done.run_id).meta["panel"])


FILES: dict[str, Callable[[Done], tuple[str, str, str]]] = {
    "panel": lambda done: (done.run_id, "panel", panel(done)),
    "model manifest": lambda done: (done.run_id, "model", done.version),
    "model trees": lambda done: (done.run_id, "booster", done.version),
    "the forecast's file": lambda done: (done.run_id, "forecast", done.run_id),
    "the plan's file": lambda done: (done.plan_id, "plan", done.plan_id),
    "the plan that it was made from": lambda done: (done.edited, "plan", done.plan_id),
    "settings (strands)": lambda done: (done.plan_id, "settings", settings(done)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_named(copy: Done, name: str) -> None:
    asked, kind, named = FILES[name](copy)
    path = row(copy, kind, named)
    content = path.read_bytes()
    path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    found = replayed(copy, asked)
    assert found.outcome == "differs"
    changed = [part for part in found.parts if part.verdict == "changed"]
    assert [part.name for part in changed] == [name]
    assert "its hash differs" in changed[0].said
    assert name in found.sentence()


@pytest.mark.parametrize("name", FILES)
def test_an_absent_file_is_named(copy: Done, name: str) -> None:
    asked, kind, named = FILES[name](copy)
    row(copy, kind, named).unlink()
    found = replayed(copy, asked)
    assert (found.outcome, found.absent) == ("cannot", (name,))
    assert "restore it from a backup" in found.sentence()


def test_a_changed_panel_is_named_by_all_that_rests_on_it(copy: Done) -> None:
    row(copy, "panel", panel(copy)).write_bytes(b"another panel")
    for asked in (copy.plan_id, copy.explained, copy.issued):
        found = replayed(copy, asked)
        assert found.outcome == "differs"
        assert "panel is not what was recorded" in found.sentence()


def test_what_was_erased_is_said_to_be(copy: Done, ledger: Ledger) -> None:
    name = panel(copy)
    stored = FileStore(copy.root).put(b"{}", "erasures", ".json")
    draft = Draft("erasure", "incidents/feed", "ann")
    ledger.append(draft, artefacts=[Artefact.of("erasure", "e1", stored, {"erased": [f"panel/{name}"]})])
    row(copy, "panel", name).unlink()
    found = replayed(copy, copy.run_id)
    assert found.outcome == "cannot"
    assert "it was erased on 2026-01-01, as recorded" in found.sentence()


def test_another_salt_is_named(copy: Done) -> None:
    found = replayed(copy, copy.plan_id, salt="6b" * 32)
    assert found.outcome == "differs"
    assert found.first is not None
    assert found.first.name == "settings (salt)"


def test_a_rewritten_row_is_named(copy: Done) -> None:
    with sqlite3.connect(copy.root / "strandcast.db") as database:
        database.execute("DROP TRIGGER artefacts_no_UPDATE")
        database.execute(
            "UPDATE artefacts SET meta = replace(meta, 'Invented numbers.', 'True numbers.') WHERE kind = 'forecast'"
        )
    database.close()
    found = replayed(copy, copy.run_id)
    assert found.outcome == "differs"
    assert "its row is not the one that event" in found.sentence()


def test_a_rewritten_event_is_named(copy: Done) -> None:
    with sqlite3.connect(copy.root / "strandcast.db") as database:
        database.execute("DROP TRIGGER events_no_UPDATE")
        database.execute("UPDATE events SET actor = 'Mallory' WHERE sequence = 4")
    database.close()
    found = replayed(copy, copy.explained)
    assert (found.outcome, found.first.name if found.first else "") == ("differs", "the event")


@dataclass(frozen=True)
class Leaning:
    """A model as other code would forecast with it: every mean is off by a factor."""

    model: Standing
    factor: float
    method: str = "boosted"
    horizons: tuple[int, ...] = (1, 2)

    def forecast(self, panel: Panel, *, explain: Sequence[int] = ()) -> Forecast:
        result = self.model.model.forecast(panel, explain=explain)
        assert result.factors is not None
        factors = replace(result.factors, base=result.factors.base * self.factor)
        return replace(result, mean=result.mean * self.factor, factors=factors)


def otherwise(done: Done, ledger: Ledger, factor: float) -> str:
    """Record a run as code that computes otherwise would have, and return its name."""
    files = FileStore(done.root)
    loaded = load(ledger, files, done.version)
    leaning = Leaning(Standing(loaded.version, loaded.model, loaded.origin), factor)
    notices = list(ledger.artefact(FORECAST, done.run_id).meta["notices"])  # type: ignore[arg-type]
    return run_forecast(
        Known(PANEL, "5e" * 32),
        Standing(loaded.version, leaning, loaded.origin),
        notices=[code for code in map(str, notices) if code != "fallback"],
        attribution="Invented numbers.",
        ledger=ledger,
        files=files,
        actor="ann",
    ).run_id


def elsewhere(**parts: Any) -> Surroundings:
    return replace(present_surroundings(), **parts)


def test_other_numbers_of_the_same_code_are_named_by_column_and_row(copy: Done, ledger: Ledger) -> None:
    found = replayed(copy, otherwise(copy, ledger, 1.01))
    assert found.outcome == "differs"
    assert found.first is not None
    assert found.first.said.startswith("mean of row 0 was ")


def test_last_digits_on_another_processor_are_close_and_told(copy: Done, ledger: Ledger) -> None:
    run_id = otherwise(copy, ledger, 1 + 1e-13)
    found = replayed(copy, run_id, present=elsewhere(processor="An abacus"))
    assert found.outcome == "close"
    assert "within 1e-9, not to the bit: processor is not of then" in found.sentence()


def test_numbers_of_other_code_cannot_be_replayed_and_the_absent_code_is_named(copy: Done, ledger: Ledger) -> None:
    run_id = otherwise(copy, ledger, 1.01)
    code = {**present_surroundings().code, "models": "0" * 64}
    found = replayed(copy, run_id, present=elsewhere(code=code, lock="1" * 64))
    assert found.outcome == "cannot"
    then = present_surroundings()
    assert found.absent == (f"code of models {then.code['models'][:16]}", f"lock {then.lock[:16]}")
    assert then.revision in found.sentence()


def test_other_code_that_does_the_same_is_told_beside(kept: Done) -> None:
    code = {**present_surroundings().code, "models": "0" * 64}
    found = replayed(kept, kept.run_id, present=elsewhere(code=code))
    assert found.outcome == "same"
    assert "although code of models is not of then" in found.sentence()


def test_code_of_the_service_is_no_part_of_a_forecast() -> None:
    other = elsewhere(code={**present_surroundings().code, "serving": "0" * 64})
    assert differences(present_surroundings(), other, ("errors", "features", "ledger", "models")) == ()
    assert [item.part for item in differences(present_surroundings(), other, ("serving",))] == ["code of serving"]


def test_a_file_of_code_that_is_added_renamed_or_changed_is_another_code(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", "utf-8")
    seen = {code_sha256(tmp_path)}
    (tmp_path / "a.py").write_text("x = 2\n", "utf-8")
    seen.add(code_sha256(tmp_path))
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    seen.add(code_sha256(tmp_path))
    (tmp_path / "c.py").touch()
    seen.add(code_sha256(tmp_path))
    assert len(seen) == 4


def test_surroundings_come_back_from_their_record() -> None:
    here = present_surroundings()
    assert Surroundings.of(here.document()) == here
    assert differences(here, Surroundings.of(here.document()), tuple(here.code)) == ()


def test_lost_surroundings_are_told_and_do_not_hide_what_is_the_same(copy: Done) -> None:
    shutil.rmtree(copy.root / "surroundings")
    found = replayed(copy, copy.run_id)
    assert found.unknown
    assert found.outcome == "cannot"
    assert found.absent == ("surroundings",)


def test_what_was_refused_gave_nothing_to_make_again(copy: Done, ledger: Ledger) -> None:
    event = ledger.append(Draft("consultation", f"forecast/{copy.run_id}", "ann", outcome="refused"))
    found = replayed(copy, event.audit_id)
    assert (found.outcome, found.absent) == ("cannot", ("a result",))


def test_an_explanation_of_before_its_hash_was_recorded_says_so(copy: Done, ledger: Ledger) -> None:
    details: dict[str, Scalar] = {"area_code": "A001", "strand": "strand 0", "horizon": 1}
    event = ledger.append(Draft("consultation", f"explanation/{copy.run_id}", "ann", details=details))
    found = replayed(copy, event.audit_id)
    assert found.outcome == "cannot"
    assert "before hashes of explanations were recorded" in found.sentence()


def test_a_decision_that_was_not_open_then_is_told(copy: Done, ledger: Ledger) -> None:
    # Somebody who can write the database appends a rejection of a plan that is in force.
    details = {"act": "reject", "reason": "spite", "entered_by": "ann"}
    digest = ledger.artefact("plan", copy.edited).sha256
    event = ledger.append(Draft("decision", f"plan/{copy.edited}", "Mallory", object_hash=digest, details=details))
    found = replayed(copy, event.audit_id)
    assert found.outcome == "differs"
    assert "was issued by Cy" in found.sentence()


def test_nothing_recorded_is_no_replay(kept: Done) -> None:
    for asked in ("nonsense", "00000001-00000000"):
        with pytest.raises(NoSuchRecordError, match="nothing is recorded as"):
            replayed(kept, asked)


def test_the_ledger_as_it_stood_shows_nothing_later_and_takes_nothing(kept: Done) -> None:
    with opened(kept.root) as ledger:
        whole = ledger.events(newest_first=False)
        then = ledger.until(3)
        assert then.events(newest_first=False) == whole[:3]
        assert then.alias("plan-in-force", "week-2021-02-15") is None
        assert ledger.alias("plan-in-force", "week-2021-02-15") == kept.edited
        assert then.artefacts("plan") == []
        with pytest.raises(NoSuchRecordError):
            then.artefact("plan", kept.plan_id)
        with pytest.raises(LedgerError, match="as it stood once"):
            then.append(Draft("admin", "x", "ann"))
        with pytest.raises(LedgerError, match="as it stood once"):
            then.append_all([Draft("admin", "x", "ann")])
        assert ledger.events(newest_first=False) == whole


def test_a_rehearsal_keeps_one_event_aside_and_answers_with_the_recorded_one(kept: Done) -> None:
    with opened(kept.root) as ledger:
        event = ledger.event(kept.issued)
        rehearsal = Rehearsal(ledger, event)
        with pytest.raises(MovedMeanwhileError):
            rehearsal.append(Draft("admin", "x", "ann"), only_while={("plan", kept.edited): "issued"})
        assert rehearsal.append(Draft("admin", "x", "ann"), only_while={("plan", kept.edited): "draft"}) == event
        with pytest.raises(LedgerError, match="more than one"):
            rehearsal.append(Draft("admin", "y", "ann"))
        assert rehearsal.draft == Draft("admin", "x", "ann")


def test_scratch_files_are_read_back_and_never_written(tmp_path: Path) -> None:
    scratch = ScratchFiles(tmp_path)
    stored = scratch.put(b"abc", "plans", ".json")
    assert scratch.read(stored) == b"abc"
    assert stored == FileStore(tmp_path / "beside").put(b"abc", "plans", ".json")
    assert not (tmp_path / "plans").exists()


def test_the_fixture_says_that_it_is_synthetic(tmp_path: Path) -> None:
    assert synthetic_workspace(tmp_path / "w").settings.salt == SALT
