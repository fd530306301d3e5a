"""Keys, checkpoints, proofs and bundles through the command line; the verifier has nothing but what it is handed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.tree.notes import Signer
from tests.support.cycle import Command, command
from tests.support.ledgers import fill, open_ledger, rewrite
from tests.support.rewriters import forge

NAME = "test.example/ledger"


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a command in a workspace with 300 events and a key."""
    monkeypatch.delenv("STRANDCAST_DATABASE_URL", raising=False)
    strandcast = command(tmp_path / "w", capsys)
    strandcast("init")
    fill(tmp_path / "w", 300)
    settings = tmp_path / "w" / "strandcast.toml"
    text = settings.read_text("utf-8").replace('checkpoint_folder = ""', f'checkpoint_folder = "{tmp_path / "drop"}"')
    settings.write_text(text, encoding="utf-8")
    (tmp_path / "drop").mkdir()
    strandcast("audit", "key", "--name", NAME, "--out", tmp_path / "key")
    monkeypatch.setenv("STRANDCAST_CHECKPOINT_KEY_FILE", str(tmp_path / "key"))
    return strandcast


@pytest.fixture
def public(call: Command, tmp_path: Path) -> str:
    key = str(call("audit", "key", "--name", NAME, "--out", tmp_path / "again")["public_key"])
    (tmp_path / "key").write_bytes((tmp_path / "again").read_bytes())
    return key


def elsewhere(folder: Path, *arguments: object) -> tuple[int, dict[str, object]]:
    """Run a command in an empty folder, without a workspace and without our environment."""
    folder.mkdir(exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "strandcast", "audit", "verify", *map(str, arguments), "--json"]
    done = subprocess.run(words, check=False, capture_output=True, cwd=folder, env=environment)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {"error": done.stderr.decode()}


def test_secret_key_is_for_its_owner_alone_and_never_replaced(call: Command, tmp_path: Path) -> None:
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert "is there already" in call("audit", "key", "--name", NAME, "--out", tmp_path / "key", expected=2)["error"]
    assert "no name" in call("audit", "key", "--name", "a b", "--out", tmp_path / "other", expected=2)["error"]
    assert not (tmp_path / "other").exists()


def test_a_bundle_is_verified_on_a_machine_that_has_nothing_else(call: Command, public: str, tmp_path: Path) -> None:
    signed = call("audit", "checkpoint")
    assert signed["size"] == 300
    assert [path.read_text("utf-8") for path in (tmp_path / "drop").iterdir()] == [signed["note"]]
    away = tmp_path / "away"
    shutil.copytree(tmp_path / "drop", away / "collected")
    exported = call("audit", "export", "--out", away / "bundle.zip")
    assert exported["events"] == 301
    shutil.rmtree(tmp_path / "w")
    (away / "key.txt").write_text(public + "\n", encoding="utf-8")
    for key in (public, "key.txt"):
        code, told = elsewhere(away, "bundle.zip", "--key", key, "--checkpoints", "collected")
        assert "README.txt" in str(told["not_checked"])
        assert (code, told["ok"], told["events"], told["covered_by_checkpoints"]) == (0, True, 301, 300)


def test_checkpoints_that_were_handed_out_and_are_no_longer_kept_are_told(
    call: Command, public: str, tmp_path: Path
) -> None:
    call("audit", "checkpoint")
    assert call("audit", "verify")["checkpoints_not_kept"] == 0
    rewrite(tmp_path / "w", "DELETE FROM checkpoints")
    assert call("audit", "verify")["checkpoints_not_kept"] == 1
    shutil.copytree(tmp_path / "drop", tmp_path / "collected")
    (tmp_path / "drop").rename(tmp_path / "moved")
    assert call("audit", "verify")["checkpoints_not_kept"] == 0
    told = call("audit", "verify", "--key", public, "--checkpoints", tmp_path / "collected")
    assert told["checkpoints_not_kept"] == 1


def test_a_record_computed_anew_fails_there_and_here(call: Command, public: str, tmp_path: Path) -> None:
    call("audit", "checkpoint")
    forge(tmp_path / "w", lambda events: [*events[:9], *events[10:]])
    options = ("--key", public, "--checkpoints", tmp_path / "drop")
    assert call("audit", "verify")["ok"]
    assert "cut off" in call("audit", "verify", *options, expected=1)["problem"]
    call("audit", "export", "--out", tmp_path / "bundle.zip")
    code, told = elsewhere(tmp_path / "away", tmp_path / "bundle.zip", *options)
    assert (code, told["ok"]) == (1, False)
    assert "rewritten" in str(told["problem"])


def test_checkpoint_is_written_when_something_is_new_or_due(call: Command, tmp_path: Path) -> None:
    assert call("audit", "checkpoint", "--if-due")["size"] == 300
    assert call("audit", "checkpoint")["size"] is None
    with open_ledger(tmp_path / "w") as ledger:
        ledger.append(ledger.events(limit=1)[0].draft)
    assert call("audit", "checkpoint", "--if-due")["size"] is None
    assert call("audit", "checkpoint")["size"] == 301


def test_a_proof_is_small_and_checked_anywhere(call: Command, public: str, tmp_path: Path) -> None:
    call("audit", "checkpoint")
    audit_id = call("audit", "list", "--operation", "model")["events"][0]["audit_id"]
    proof = call("audit", "prove", audit_id, "--out", tmp_path / "proof.json")
    assert (proof["index"], proof["size"], len(proof["path"])) == (1, 300, 9)
    code, told = elsewhere(tmp_path / "away", tmp_path / "proof.json", "--key", public)
    assert (code, told["proof"], told["size"]) == (0, "inclusion", 300)
    assert told["signed"] is not None
    proof["event"]["actor"] = "eve"
    (tmp_path / "forged.json").write_text(json.dumps(proof), encoding="utf-8")
    code, told = elsewhere(tmp_path / "away", tmp_path / "forged.json", "--key", public)
    assert (code, "not the one" in str(told["error"])) == (1, True)


def test_a_proof_of_a_state_that_nobody_signed_says_so(call: Command, public: str, tmp_path: Path) -> None:
    audit_id = call("audit", "list")["events"][0]["audit_id"]
    proof = call("audit", "prove", audit_id, "--out", tmp_path / "proof.json")
    assert (proof["size"], proof["checkpoint"]) == (300, None)
    assert call("audit", "verify", tmp_path / "proof.json")["signed"] is None
    # Who gives a key wants a signature.
    refused = call("audit", "verify", tmp_path / "proof.json", "--key", public, expected=1)
    assert "nobody signed" in refused["error"]


def test_consistency_of_two_checkpoints(call: Command, public: str, tmp_path: Path) -> None:
    call("audit", "checkpoint")
    call("audit", "export", "--out", tmp_path / "bundle.zip")
    call("audit", "checkpoint")
    proof = call("audit", "consistency", "--from", 300, "--out", tmp_path / "proof.json")
    assert (proof["old_size"], proof["new_size"]) == (300, 301)
    told = call("audit", "verify", tmp_path / "proof.json", "--key", public)
    assert (told["proof"], told["signed"] is not None) == ("consistency", True)
    for name, value in (("old_size", 299), ("new_root", proof["old_root"]), ("path", [])):
        (tmp_path / "forged.json").write_text(json.dumps({**proof, name: value}), encoding="utf-8")
        assert "does not hold" in call("audit", "verify", tmp_path / "forged.json", expected=1)["error"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("prove", "00000099-0a1b2c3d"), "audit id"),
        (("consistency", "--from", "999"), "not the beginning"),
        (("export", "--out", "nowhere/b.zip"), "no place"),
        (("verify", "--checkpoints", "nowhere"), "--key"),
        (("verify", "nowhere.zip"), "cannot be read"),
        (("verify", "--key", "nonsense"), "no public key"),
    ],
)
def test_what_cannot_be_done_is_told(call: Command, arguments: tuple[str, ...], words: str) -> None:
    assert words in call("audit", *arguments, expected=2)["error"]


def test_checkpoints_need_a_key_and_a_folder(call: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRANDCAST_CHECKPOINT_KEY_FILE")
    assert "no key" in call("audit", "checkpoint", expected=2)["error"]
    monkeypatch.setenv("STRANDCAST_CHECKPOINT_KEY", (tmp_path / "key").read_text("utf-8"))
    (tmp_path / "drop").rmdir()
    assert "cannot be dropped" in call("audit", "checkpoint", expected=1)["error"]
    settings = tmp_path / "w" / "strandcast.toml"
    lines = settings.read_text("utf-8").splitlines()
    settings.write_text("\n".join(line for line in lines if "checkpoint_folder" not in line), encoding="utf-8")
    assert "nothing says where" in call("audit", "checkpoint", expected=2)["error"]


def test_collected_notes_of_other_keys_are_counted_and_told(call: Command, public: str, tmp_path: Path) -> None:
    call("audit", "checkpoint")
    other = Signer.make("other.example/ledger", bytes(32)).note(3, bytes(32), "2024-07-01T08:00:00.000000Z")
    (tmp_path / "drop" / "other.checkpoint").write_text(other, encoding="utf-8")
    options = ("--key", public, "--checkpoints", tmp_path / "drop")
    (tmp_path / "drop" / "torn.checkpoint").write_text(other[:40], encoding="utf-8")
    found = call("audit", "verify", *options)
    assert (found["collected_of_other_keys"], found["collected_damaged"]) == (1, 1)
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(call("audit", "consistency", "--from", "2")), encoding="utf-8")
    assert call("audit", "verify", proof, "--checkpoints", tmp_path / "drop", expected=2)
    call("backup", tmp_path / "b")
    restored = call(
        "restore", tmp_path / "b", "--drill", *options, "--key", Signer.make("a", bytes(32)).verifier.text()
    )
    assert (restored["drill"], restored["collected_of_other_keys"]) == (True, 1)


def test_a_record_with_bytes_where_text_was_is_not_exported(call: Command, tmp_path: Path) -> None:
    rewrite(tmp_path / "w", "UPDATE events SET actor = x'00ff' WHERE sequence = 2")
    told = call("audit", "export", "--out", tmp_path / "bundle.zip", expected=1)
    assert "a row of the database cannot be read; run strandcast audit verify" in told["error"]
    assert not (tmp_path / "bundle.zip").exists()
    assert "cannot be read" in call("audit", "verify", expected=1)["problem"]
