"""A model's files are checked before they are parsed, a child dies in our place, and a manifest makes it again."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from errors import LedgerError, ModelError
from features.calendar import Calendar
from features.knowledge import Known
from ledger.files import FileStore
from ledger.ledger import Ledger
from models.boosted import BoostingSettings
from models.bundle import Bundle
from models.card import card
from models.preflight import preflight
from models.registry import KIND, TREES, read_manifest, register
from tests.support import panels
from tests.support.mutated import BYTES, PLACES, Model, mutate
from training.choice import Recipe
from training.record import Untracked
from training.retrain import retrain
from training.train import train

PANEL = panels.panel(110, 6, districts=2)
RECIPE = Recipe("boosted", Calendar("GB-ENG"), 1, BoostingSettings(rounds=20, rows_in_leaf=20, threads=1))


def ledger_in(folder: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{folder / 'w.db'}", lambda: datetime(2026, 1, 1, tzinfo=UTC))


def trained_in(folder: Path) -> str:
    with ledger_in(folder) as ledger:
        return train(
            Known(PANEL, "snapshot"),
            RECIPE,
            (1, 2),
            tracker=Untracked(),
            ledger=ledger,
            files=FileStore(folder),
            actor="ann",
            tell=lambda _: None,
        ).version


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("kept")
    return folder, trained_in(folder)


@pytest.fixture
def version(kept: tuple[Path, str], tmp_path: Path) -> str:
    shutil.copytree(kept[0], tmp_path, dirs_exist_ok=True)
    return kept[1]


@pytest.fixture
def ledger(version: str, tmp_path: Path) -> Iterator[Ledger]:
    with ledger_in(tmp_path) as opened:
        yield opened


def forged(ledger: Ledger, files: FileStore, version: str, booster: bytes) -> str:
    """Register other trees under hashes that fit them: what only somebody who can write everything can do."""
    manifest = read_manifest(ledger, files, version)
    stored = files.put(booster, "models", ".txt")
    manifest["booster_sha256"] = stored.sha256
    bundle = Bundle(json.dumps(manifest).encode(), booster)
    register(ledger, files, "forged", bundle, origin=PANEL.origin, actor="eve", details={})
    return "forged"


def test_a_model_repeats_its_golden_forecasts(ledger: Ledger, version: str, tmp_path: Path) -> None:
    assert preflight(ledger, FileStore(tmp_path), version) <= 1e-9
    with pytest.raises(ModelError, match=r"took more than 0\.01 seconds"):
        preflight(ledger, FileStore(tmp_path), version, seconds=0.01)


@pytest.mark.parametrize("kind", [KIND, TREES])
@pytest.mark.parametrize("harm", ["cut", "flipped"])
def test_a_changed_file_is_refused_by_its_hash(
    ledger: Ledger, version: str, tmp_path: Path, kind: str, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ledger.artefact(kind, version).path
    data = bytearray(path.read_bytes())
    if harm == "flipped":
        data[len(data) // 2] ^= 1
    path.write_bytes(data if harm == "flipped" else data[: len(data) // 2])
    # Nothing parses it, here or in a child: there is no interpreter to start.
    monkeypatch.setattr("models.preflight.sys.executable", "/nowhere")
    with pytest.raises(LedgerError, match="hash differs"):
        preflight(ledger, FileStore(tmp_path), version)


def test_every_mutation_of_a_models_files_is_refused_before_it_is_parsed(
    ledger: Ledger, version: str, tmp_path: Path
) -> None:
    """Three hundred here; the opt-in soak of five thousand is `python -m benchmarks.mutated_models`."""
    found = mutate(Model(ledger, FileStore(tmp_path), version), 300, 20261124)
    assert found.problems == []
    assert found.refused.total() == 600
    assert {what.partition(", ")[2] for what in found.refused} == {*BYTES, *PLACES}


def test_a_model_whose_files_are_whole_again_is_taken(ledger: Ledger, version: str, tmp_path: Path) -> None:
    model = Model(ledger, FileStore(tmp_path), version)
    mutate(model, 3, 1)
    assert [load() is not None for part in model.paths for load in model.ways_in(part).values()] == [True] * 6


def test_the_child_dies_of_what_was_written_wrong_and_this_process_does_not(
    ledger: Ledger, version: str, tmp_path: Path
) -> None:
    files = FileStore(tmp_path)
    booster = files.read(ledger.artefact(TREES, version).stored)
    name = forged(ledger, files, version, booster[: len(booster) // 2])
    with pytest.raises(ModelError, match="pre-flight died of signal"):
        preflight(ledger, files, name)


def test_trees_that_load_and_forecast_something_else_are_refused(ledger: Ledger, version: str, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    booster = files.read(ledger.artefact(TREES, version).stored).decode()
    leaves = re.search(r"^leaf_value=(.*)$", booster, re.MULTILINE)
    assert leaves is not None
    # Of the same length: the text says how long each tree is, and another length is another crash.
    changed = re.sub(r"\.\d", lambda found: f".{(int(found[0][1]) + 5) % 10}", leaves[1])
    other = booster[: leaves.start(1)] + changed + booster[leaves.end(1) :]
    with pytest.raises(ModelError, match="differ from its golden ones"):
        preflight(ledger, files, forged(ledger, files, version, other.encode()))


def test_a_manifest_makes_the_same_model_again(ledger: Ledger, version: str, tmp_path: Path) -> None:
    done = retrain(ledger, FileStore(tmp_path), version, tell=lambda _: None)
    assert (done.identical, done.again, done.surroundings, done.differences) == (True, version, (), ())
    other = tmp_path / "other"
    other.mkdir()
    assert trained_in(other) == version


@pytest.mark.parametrize(
    ("kind", "change"), [(TREES, "absent"), (TREES, "changed"), (KIND, "absent"), (KIND, "changed")]
)
def test_a_model_whose_kept_file_is_not_what_was_recorded_is_not_made_again(
    ledger: Ledger, version: str, tmp_path: Path, kind: str, change: str
) -> None:
    path = tmp_path / ledger.artefact(kind, version).path
    if change == "absent":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(LedgerError, match="absent" if change == "absent" else "not what was recorded"):
        retrain(ledger, FileStore(tmp_path), version, tell=lambda _: None)


def test_what_differs_is_named(ledger: Ledger, version: str, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    manifest = read_manifest(ledger, files, version)
    manifest["facts"]["lock_sha256"] = "another"
    manifest["recipe"]["seed"] = 2
    booster = files.read(ledger.artefact(TREES, version).stored)
    bundle = Bundle(json.dumps(manifest).encode(), booster)
    register(ledger, files, "other", bundle, origin=PANEL.origin, actor="ann", details={})
    told: list[str] = []
    done = retrain(ledger, files, "other", tell=told.append)
    assert not done.identical
    assert [item.part for item in done.surroundings] == ["lock_sha256"]
    assert "lock_sha256 differs" in told[0]
    assert {"booster_sha256", "golden"} <= {item.part for item in done.differences}
    assert "booster_sha256" in done.sentence()


def test_a_recipe_comes_back_from_its_manifest(ledger: Ledger, version: str, tmp_path: Path) -> None:
    manifest = read_manifest(ledger, FileStore(tmp_path), version)
    assert Recipe.of_manifest(manifest) == RECIPE
    with pytest.raises(ModelError, match="keeps no recipe"):
        Recipe.of_manifest({})


def test_a_card_says_what_a_model_is_for_and_rests_on(ledger: Ledger, version: str, tmp_path: Path) -> None:
    manifest = read_manifest(ledger, FileStore(tmp_path), version)
    text = card(version, manifest, (), None, synthetic=True, attribution="Invented | numbers")
    for part in (
        version,
        "SYNTHETIC",
        "not for",
        "110 weeks",
        "strand 1",
        "rounds 20",
        "The gate has not looked",
        "\\|",
    ):
        assert part in text
    assert manifest["panel"]["sha256"] in text
    assert "nan" not in text
