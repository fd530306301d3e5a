from pathlib import Path

import pytest

from errors import DataError
from features.secrets import secret
from features.workspace import Workspace
from ledger.database import shown_address
from tests.support.forecast_runs import synthetic_workspace

NAME = "STRANDCAST_DATABASE_URL"


def test_a_secret_is_taken_from_the_environment_or_from_the_file_it_names(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:///there.db\n\n", "utf-8")
    assert secret(NAME, {}) is None
    assert secret(NAME, {NAME: ""}) is None
    assert secret(NAME, {NAME: "sqlite:///here.db"}) == "sqlite:///here.db"
    assert secret(NAME, {f"{NAME}_FILE": str(tmp_path / "url")}) == "sqlite:///there.db"


@pytest.mark.parametrize(
    ("content", "beside", "words"),
    [
        (None, {}, "cannot be read"),
        (b"", {}, "is empty"),
        (b"\xff", {}, "cannot be read"),
        (b"hunter2", {NAME: "x"}, "both set"),
    ],
)
def test_a_secret_that_cannot_be_taken_is_told_without_it(
    tmp_path: Path, content: bytes | None, beside: dict[str, str], words: str
) -> None:
    if content is not None:
        (tmp_path / "url").write_bytes(content)
    with pytest.raises(DataError, match=words) as told:
        secret(NAME, {f"{NAME}_FILE": str(tmp_path / "url"), **beside})
    assert "hunter2" not in str(told.value)


def test_the_database_of_a_workspace_may_be_named_by_a_file(tmp_path: Path) -> None:
    synthetic_workspace(tmp_path / "w")
    (tmp_path / "url").write_text("postgresql+psycopg://ann:hunter2@db/strandcast", "utf-8")
    workspace = Workspace.open(tmp_path / "w", {f"{NAME}_FILE": str(tmp_path / "url")})
    assert workspace.database_url == "postgresql+psycopg://ann:hunter2@db/strandcast"
    assert "hunter2" not in repr(workspace)


def test_a_shown_address_holds_neither_password_nor_options() -> None:
    shown = shown_address("postgresql+psycopg://u:hidden@h:5/n?password=hidden")
    assert shown.startswith("postgresql+psycopg://u:")
    assert shown.endswith("@h:5/n")
    assert "hidden" not in shown
