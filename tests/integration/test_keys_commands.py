"""`strandcast keys`, and four eyes on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from features.workspace import SETTINGS
from ledger.files import FileStore
from models.books import Books
from strandcast.app import run
from strandcast.command import account
from tests.support.decided import drafted
from tests.support.ledgers import open_ledger


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(["init", "--taxonomy", "essex-2018", "--workspace", str(tmp_path / "w")]) == 0
    capsys.readouterr()
    return tmp_path / "w"


def answered(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run([*arguments, "--json", "--workspace", str(root)]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_a_key_is_made_shown_once_listed_and_revoked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = answered(capsys, root, "keys", "create", "Ann Smith", "--role", "planner", "--strand", "Burglary")
    assert made["key"].startswith(f"sck_{made['key_id']}_")
    assert (made["scope"], made["state"], made["roles"]) == ({"strands": ["Burglary"]}, "valid", ["planner"])
    [listed] = answered(capsys, root, "keys", "list")["keys"]
    assert listed == {name: value for name, value in made.items() if name != "key"}
    revoked = answered(capsys, root, "keys", "revoke", made["key_id"], "--reason", "left")
    assert revoked["state"] == "revoked"
    again = answered(capsys, root, "keys", "revoke", made["key_id"], "--reason", "left", code=2)
    assert "was revoked already" in again["error"]
    assert run(["keys", "list", "--workspace", str(root)]) == 0
    assert made["key"].split("_", 2)[2] not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Ann", "--role", "partner"], "a partner's key with nothing of its own shows nothing"),
        ([" ", "--role", "planner"], "a key needs the name of who uses it"),
        (["Ann", "--role", "planner", "--days", "400"], "1<=x<=366"),
        (["Ann"], "Missing option '--role'"),
        (["Ann", "--role", "planner", "--strand", "burglry"], "there is no strand 'burglry'; write 'Burglary'"),
        (["Ann", "--role", "partner", "--owner", "councl"], "'councl' is not one of"),
    ],
)
def test_a_key_that_cannot_be_is_told_why(
    root: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in answered(capsys, root, "keys", "create", *arguments, code=2)["error"]


def test_with_four_eyes_everywhere_an_account_does_not_issue_what_it_drafted(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = root / SETTINGS
    before = file.read_text("utf-8")
    with open_ledger(root) as ledger:
        plan_id = drafted(Books(ledger, FileStore(root), account()))
        # What somebody calls themselves in the environment is no account.
        monkeypatch.setenv("LOGNAME", "bo")
        issue = ["plans", "issue", plan_id, "--by", "Bo"]
        file.write_text(before.replace('four_eyes = "service"', 'four_eyes = "everywhere"'), "utf-8")
        refused = answered(capsys, root, *issue, code=2)
        assert "have somebody else issue it" in refused["error"]
        event = ledger.events(limit=1)[0].draft
        assert (event.outcome, event.actor, event.object) == ("refused", account(), f"plan/{plan_id}")
        file.write_text(before, "utf-8")
        assert answered(capsys, root, *issue)["status"] == "issued"
